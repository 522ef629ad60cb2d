"""Letters of consultation 商请函 to units we cannot order: drafted here, numbered and sealed elsewhere."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.cases.models.case import TEXT_LENGTH, Case
from huiqi.cases.models.orders import Order
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned


class Consultation(Versioned):
    """One letter. Its number, date and seal come from the office's own OA and are entered, never made."""

    class State(models.TextChoices):
        DRAFTING = "drafting", _("起草中")
        REVIEWING = "reviewing", _("待审核会签")
        APPROVED = "approved", _("待发文")
        SENT = "sent", _("待答复")
        REPLIED = "replied", _("已答复")
        WITHDRAWN = "withdrawn", _("已撤回")

    public_id = PublicIdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="consultations")
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="consultation")
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="consultations_sent")
    # The unit asked; a unit without an account is named in `to_name`.
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="consultations")
    to_name = models.CharField(_("致送单位"), max_length=80)
    subject = models.CharField(_("事由"), max_length=120)
    body = models.TextField(_("正文"), max_length=TEXT_LENGTH)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.DRAFTING)
    document = models.CharField(_("文号"), max_length=80, blank=True)
    sent_on = models.DateField(_("发文日期"), null=True, blank=True)
    # Asked for, not ordered: the clock to it is a reference.
    reply_by = models.DateField(_("商请答复日期"), null=True, blank=True)
    reply = models.TextField(_("答复摘要"), max_length=TEXT_LENGTH, blank=True)
    replied_on = models.DateField(_("答复日期"), null=True, blank=True)
    # Silence was reported to the leading group under its mandate, named in words.
    raised_at = models.DateTimeField(null=True)
    mandate = models.CharField(_("提请依据"), max_length=120, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("商请函")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["from_unit", "state", "reply_by"], name="consultation_queue"),
            models.Index(fields=["state", "reply_by"], name="consultation_silent"),
        ]

    def __str__(self) -> str:
        return self.subject


class Countersign(models.Model):
    """A unit or person who must agree to the draft before it leaves 审核、会签."""

    class Decision(models.TextChoices):
        WAITING = "waiting", _("待办")
        AGREED = "agreed", _("同意")
        REFUSED = "refused", _("退回修改")

    public_id = PublicIdField()
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="countersigns")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    is_review = models.BooleanField(_("审核"), default=False)
    decision = models.CharField(max_length=7, choices=Decision, default=Decision.WAITING)
    comment = models.CharField(_("意见"), max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("会签")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "unit"], name="countersign_once_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.unit_id}"
