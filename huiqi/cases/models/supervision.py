"""Supervision 督办: a letter to the unit that is late or bounced, and its answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.cases.models.case import Case
from huiqi.core.ids import PublicIdField


class Supervision(models.Model):
    """Drafted when a clock is long over, a case bounced twice or a leader asks; issued by a supervisor."""

    class Cause(models.TextChoices):
        OVERDUE = "overdue", _("逾期未办结")
        BOUNCED = "bounced", _("多次退回")
        UNCLAIMED = "unclaimed", _("长时间未签收")
        NOT_SOLVED = "not_solved", _("诉求人反映未解决")
        LEADER = "leader", _("领导交办")

    class State(models.TextChoices):
        DRAFTED = "drafted", _("待签发")
        ISSUED = "issued", _("待回复")
        ANSWERED = "answered", _("已回复")
        DROPPED = "dropped", _("不予签发")

    public_id = PublicIdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="supervisions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="supervisions", verbose_name=_("被督办单位"))
    cause = models.CharField(_("事由"), max_length=10, choices=Cause)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.DRAFTED)
    text = models.TextField(_("督办意见"), max_length=2000)
    answer_by = models.DateField(_("回复期限"))
    answer = models.TextField(_("回复"), max_length=2000, blank=True)
    drafted_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("督办")
        ordering = ["-drafted_at", "-pk"]
        indexes = [
            models.Index(fields=["unit", "state"], name="supervision_unit"),
            models.Index(fields=["state", "drafted_at"], name="supervision_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "cause"],
                condition=models.Q(state__in=["drafted", "issued"]),
                name="supervision_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.cause}"
