"""Telephone calls about reliefs: what the firm said, and whether it wants help."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.cases.models import Case
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models import Enterprise
from huiqi.reach.models.journeys import Journey


class CallOutcome(models.TextChoices):
    REACHED = "reached", _("已接通")
    UNREACHED = "unreached", _("无人接听")
    WRONG_NUMBER = "wrong_number", _("号码不对")


class CallWord(models.TextChoices):
    """What the firm says of one policy."""

    WILL_APPLY = "will_apply", _("会去申请")
    APPLIED = "applied", _("已申请")
    HAD = "had", _("已享受")
    DID_NOT_KNOW = "not_known", _("不知道有这项政策")
    TOO_HARD = "too_hard", _("手续太难")
    TOO_SMALL = "too_small", _("金额太小，不值得")
    NOT_NEEDED = "not_needed", _("不需要")


class Call(models.Model):
    """One call to one firm. Whom it was made to stays with the firm's contacts, not here."""

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="reach_calls")
    caller = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("拨打人"))
    outcome = models.CharField(_("接通情况"), max_length=12, choices=CallOutcome)
    wants_help = models.BooleanField(_("需要帮办"), default=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("诉求"))
    on = models.DateField(_("日期"))
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("政策直达电话")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["enterprise", "-at"], name="reach_call_of_firm")]

    def __str__(self) -> str:
        return self.public_id


class CallAnswer(models.Model):
    """What the firm said of one policy in a call."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="answers")
    journey = models.ForeignKey(Journey, models.PROTECT, related_name="answers")
    word = models.CharField(_("企业的说法"), max_length=12, choices=CallWord)

    class Meta:
        verbose_name = _("电话答复")
        constraints = [models.UniqueConstraint(fields=["call", "journey"], name="reach_answer_once")]

    def __str__(self) -> str:
        return f"{self.journey_id} {self.word}"
