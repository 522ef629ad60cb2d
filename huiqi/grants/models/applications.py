"""Applications of firms, the judgements they rest on, what was found about them, and what happened."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core.ids import PublicIdField
from huiqi.core.models import AppendOnly, Versioned
from huiqi.core.personal import BlindIndexField, EncryptedTextField
from huiqi.enterprises.models import Enterprise
from huiqi.grants.models.calls import Call
from huiqi.grants.workflow import State

STATES = [
    (State.DRAFT.value, _("填写中")),
    (State.SUBMITTED.value, _("待受理")),
    (State.RETURNED.value, _("待补正")),
    (State.CHECKING.value, _("核查中")),
    (State.REVIEWING.value, _("评审中")),
    (State.PROPOSED.value, _("待复核")),
    (State.AGREED.value, _("已复核")),
    (State.LISTED.value, _("已列入批次")),
    (State.PAID.value, _("已拨付")),
    (State.REFUSED.value, _("不予支持")),
    (State.WITHDRAWN.value, _("已撤回")),
]


class Outcome(models.TextChoices):
    NONE = "", _("还没有意见")
    GRANT = "grant", _("拟支持")
    REFUSE = "refuse", _("拟不予支持")


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of_firms_of(self, user: Any, today: date) -> Self:
        """Those of the firms for which the person acts."""
        if not user.is_authenticated:
            return self.none()
        own = Enterprise.objects.present().filter(memberships__user=user, memberships__ended_at=None)
        return self.filter(enterprise__in=own.order_by().values("pk"))

    def handed_in(self) -> Self:
        """Without drafts, which are the firm's alone."""
        return self.exclude(state=State.DRAFT).exclude(state=State.WITHDRAWN, first_on=None)

    def visible_to(self, user: Any, today: date) -> Self:
        """Those of the firms of the person's region, and all of the calls that the person's unit runs."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        region = scope_with(user, Power.VIEW_GRANTS, today).rows("enterprise__")
        calls = Call.objects.made_by(user, today) | Call.objects.checked_by(user, today)
        return self.handed_in().filter(region | Q(call__in=calls.order_by().values("pk")))

    def made_by(self, user: Any, today: date) -> Self:
        """Those the person works on as maker; seeing is not acting."""
        return self.handed_in().filter(call__in=Call.objects.made_by(user, today).order_by().values("pk"))

    def checked_by(self, user: Any, today: date) -> Self:
        """Those the person checks; never what the same person proposed."""
        rows = self.handed_in().exclude(proposed_by=user)
        return rows.filter(call__in=Call.objects.checked_by(user, today).order_by().values("pk"))


class Application(Versioned):
    """One firm's application under one call. Money is fen; `reserved` is the part of the call's budget that
    is held for it, `paid` and `repaid` what the bookings say."""

    public_id = PublicIdField()
    call = models.ForeignKey(Call, models.PROTECT, related_name="applications", verbose_name=_("申报批次"))
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="grants", verbose_name=_("企业"))
    state = models.CharField(_("状态"), max_length=9, choices=STATES, default=State.DRAFT.value)
    # The base stated by the firm, and what the office accepted of it.
    asked_base = models.BigIntegerField(_("申报费用"), null=True, blank=True)
    base = models.BigIntegerField(_("审定费用"), null=True, blank=True)
    # Yes-or-no facts the register does not know, as the firm says: {fact id: bool}.
    stated = models.JSONField(_("企业填报的事实"), default=dict, blank=True)
    statement = EncryptedTextField(_("情况说明"), max_length=2000, blank=True)
    contact = EncryptedTextField(_("联系人"), max_length=40, blank=True)
    phone = EncryptedTextField(_("联系电话"), max_length=20, blank=True)
    phone_index = BlindIndexField("phone", purpose="phone")
    address = EncryptedTextField(_("经营地址"), max_length=200, blank=True)
    address_index = BlindIndexField("address", purpose="address")
    bank = models.CharField(_("开户银行"), max_length=80, blank=True)
    account = EncryptedTextField(_("收款账号"), max_length=40, blank=True)
    account_index = BlindIndexField("account", purpose="account")
    is_prepared = models.BooleanField(_("免申即享"), default=False)
    first_on = models.DateField(_("首次提交"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    return_reason = models.CharField(_("补正内容"), max_length=500, blank=True)
    judgement = models.ForeignKey(
        "Judgement", models.PROTECT, null=True, related_name="+", verbose_name=_("依据的判定")
    )
    outcome = models.CharField(_("经办意见"), max_length=6, choices=Outcome, blank=True)
    opinion = models.CharField(_("意见说明"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_by_person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    granted = models.BigIntegerField(_("支持金额"), null=True, blank=True)
    reserved = models.BigIntegerField(_("占用预算"), default=0)
    paid = models.BigIntegerField(_("已拨付"), default=0)
    repaid = models.BigIntegerField(_("已退回"), default=0)
    round = models.ForeignKey(
        "Round", models.PROTECT, null=True, related_name="applications", verbose_name=_("拨付批次")
    )
    made_at = models.DateTimeField()
    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("资金申报")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["call", "state"], name="grant_by_call"),
            models.Index(fields=["state", "first_on"], name="grant_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "enterprise"], condition=~Q(state="withdrawn"), name="grant_once_a_call"
            ),
            models.CheckConstraint(
                name="grant_money_in_order",
                condition=Q(repaid__gte=0, repaid__lte=F("paid"), paid__lte=F("reserved"), reserved__gte=0),
            ),
            models.CheckConstraint(
                name="grant_held_is_granted",
                condition=Q(reserved=0) | Q(reserved=F("granted"), judgement__isnull=False),
            ),
            # Two people: the database says it too.
            models.CheckConstraint(
                name="grant_two_people",
                condition=Q(checked_by_person=None) | ~Q(checked_by_person=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Judgement(AppendOnly):
    """By what an application was judged: facts, edition and day, so that it can be judged again. Written
    once. `facts` holds what the rulebook reads for this policy and no more."""

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="judgements")
    policy = models.CharField(max_length=60)
    edition = models.CharField(max_length=60, blank=True)
    fingerprint = models.CharField(max_length=64)  # of the rulebook's content
    on = models.DateField(_("判定日"))
    known_on = models.DateField(_("所知截至"))
    facts = models.JSONField()
    standings = models.JSONField()
    status = models.CharField(_("结论"), max_length=12)
    assurance = models.CharField(max_length=9, blank=True)
    rule_fen = models.BigIntegerField(null=True)
    base_fen = models.BigIntegerField(null=True)
    standard = models.JSONField()
    awarded_fen = models.BigIntegerField(_("应得金额"), null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("申报判定")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.public_id


class Finding(models.Model):
    """Something the checks found. It stands in the way until the maker has said why it does not."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("收款账号与其他企业相同")
        PHONE = "phone", _("联系电话与其他企业相同")
        ADDRESS = "address", _("经营地址与其他企业相同")
        LISTED = "listed", _("在严重失信名单内")
        REGISTRATION = "registration", _("登记状态不是存续")
        EXCLUDED = "excluded", _("已享受不能同时享受的政策")
        REPEATED = "repeated", _("同一政策另有申报")
        UNSETTLED = "unsettled", _("条件没有全部确认")

    # What no reason sets aside.
    HARD = frozenset({Kind.LISTED, Kind.REGISTRATION, Kind.EXCLUDED})

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.CASCADE, related_name="findings")
    kind = models.CharField(_("问题"), max_length=12, choices=Kind)
    other = models.ForeignKey(Application, models.PROTECT, null=True, related_name="+")
    words = models.CharField(_("内容"), max_length=200, blank=True)
    found_at = models.DateTimeField()
    cleared_because = models.CharField(_("核实说明"), max_length=300, blank=True)
    cleared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("核查发现")
        ordering = ["kind", "pk"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_hard(self) -> bool:
        return self.kind in self.HARD

    @property
    def is_open(self) -> bool:
        return self.cleared_at is None


class Event(models.Model):
    """A step of an application or of a whole round, with its day, as people see it."""

    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="events")
    round = models.ForeignKey("Round", models.PROTECT, null=True, related_name="events")
    act = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    # Reasons of the office's own work stay in the office.
    is_internal = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("申报进展")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d}"
