"""Payment lists by county treasury, the files it returns, and the bookings."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.models import AppendOnly
from huiqi.core.personal import BlindIndexField, EncryptedTextField
from huiqi.grants.models.applications import Application
from huiqi.grants.models.rounds import Round


class LineState(models.TextChoices):
    WAITING = "waiting", _("待拨付")
    PAID = "paid", _("已到账")
    BOUNCED = "bounced", _("退票")


class PaymentList(models.Model):
    """What one treasury is asked to pay; `total` and `count` are its control sum. Two people: one makes it,
    another releases it, and only then is it handed over."""

    public_id = PublicIdField()
    round = models.ForeignKey(Round, models.PROTECT, related_name="payment_lists")
    county = models.CharField(_("县市区"), max_length=6, blank=True)
    treasury = models.CharField(_("国库"), max_length=80)
    total = models.BigIntegerField(_("合计金额"))
    count = models.PositiveIntegerField(_("笔数"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(_("复核放行"), null=True)

    class Meta:
        verbose_name = _("拨付清单")
        ordering = ["county", "pk"]
        constraints = [
            models.CheckConstraint(
                name="grant_list_two_people",
                condition=Q(released_by=None) | ~Q(released_by=models.F("made_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class PaymentLine(models.Model):
    """One payment asked for. The account is kept as it was handed over, since the firm may change its own
    after a bounced payment. Only one line of an application may wait or be paid."""

    public_id = PublicIdField()
    payment_list = models.ForeignKey(PaymentList, models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, models.PROTECT, related_name="payment_lines")
    fen = models.BigIntegerField(_("金额"))
    holder = models.CharField(_("收款单位"), max_length=120)
    bank = models.CharField(_("开户银行"), max_length=80)
    account = EncryptedTextField(_("收款账号"), max_length=40)
    account_index = BlindIndexField("account", purpose="account")
    state = models.CharField(_("状态"), max_length=7, choices=LineState, default=LineState.WAITING)
    bounce_reason = models.CharField(_("退票原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("拨付明细")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="grant_line_is_something", condition=Q(fen__gt=0)),
            models.UniqueConstraint(
                fields=["application"], condition=~Q(state="bounced"), name="grant_line_once"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ReturnFile(models.Model):
    """A file that came back from a treasury, known by its digest: the same file is never booked twice."""

    public_id = PublicIdField()
    payment_list = models.ForeignKey(PaymentList, models.PROTECT, related_name="return_files")
    sha256 = models.CharField(max_length=64)
    file_name = EncryptedTextField(_("文件名"), max_length=200)
    lines = models.PositiveIntegerField(_("行数"))
    booked = models.PositiveIntegerField(_("入账笔数"))
    bounced = models.PositiveIntegerField(_("退票笔数"))
    known = models.PositiveIntegerField(_("以前已入账"))
    total = models.BigIntegerField(_("入账金额"))
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("国库回单")
        ordering = ["-taken_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["payment_list", "sha256"], name="grant_return_file_once")
        ]

    def __str__(self) -> str:
        return self.public_id


class ReturnFault(models.Model):
    """A line of a return file that was not booked, and why. Holds no account number."""

    file = models.ForeignKey(ReturnFile, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField(_("行"))
    reason = models.CharField(_("原因"), max_length=200)

    class Meta:
        verbose_name = _("回单差错")
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row}"


class Booking(AppendOnly):
    """Money that reached a firm, or came back from it. Written once; a line is booked as paid once."""

    class Kind(models.TextChoices):
        PAID = "paid", _("拨付到账")
        REPAID = "repaid", _("企业退回")

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="bookings")
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, related_name="bookings")
    file = models.ForeignKey(ReturnFile, models.PROTECT, null=True, related_name="bookings")
    row = models.PositiveIntegerField(null=True)
    kind = models.CharField(_("种类"), max_length=6, choices=Kind)
    fen = models.BigIntegerField(_("金额"))
    on = models.DateField(_("日期"))
    voucher = models.CharField(_("凭证号"), max_length=60, blank=True)
    reason = models.CharField(_("退回原因"), max_length=300, blank=True)
    booked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("资金入账")
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(name="grant_booking_is_something", condition=Q(fen__gt=0)),
            models.UniqueConstraint(fields=["line"], condition=Q(kind="paid"), name="grant_line_booked_once"),
            models.UniqueConstraint(fields=["file", "row"], name="grant_row_booked_once"),
            models.CheckConstraint(
                name="grant_paid_has_line", condition=Q(kind="repaid") | Q(line__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
