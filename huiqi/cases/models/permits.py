"""What others decide for a case on the green channel: permits of authorities, the carrier's own pass."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.cases.green_channel import ON_PROMISE, PassResult, PassWay, PermitState
from huiqi.cases.models.case import Case
from huiqi.core.ids import PublicIdField


class Permit(models.Model):
    """One permit among several sought at the same time, as its authority decides it; we only record.

    Where papers are missing and the authority goes ahead on a promise, `make_good_on` is the day by which
    they are owed; `made_good_on` when they were handed in.
    """

    public_id = PublicIdField()
    case = models.ForeignKey(Case, models.CASCADE, related_name="permits")
    title = models.CharField(_("审批事项"), max_length=80)
    authority = models.CharField(_("审批机关"), max_length=80)
    state = models.CharField(_("进度"), max_length=10, choices=PermitState, default=PermitState.TO_APPLY)
    applied_on = models.DateField(_("受理日期"), null=True)
    decided_on = models.DateField(_("决定日期"), null=True)
    document = models.CharField(_("批件文号"), max_length=80, blank=True)
    missing = models.CharField(_("缺的材料"), max_length=300, blank=True)
    make_good_on = models.DateField(_("补齐期限"), null=True)
    made_good_on = models.DateField(_("补齐日期"), null=True)
    reminders = models.PositiveSmallIntegerField(default=0)  # of the promise: before its day, on it, after it
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("并联审批事项")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["make_good_on"],
                condition=models.Q(made_good_on=None, reminders__lt=3),
                name="permit_promised",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.authority}）"

    @property
    def owes_papers(self) -> bool:
        """Whether papers promised have still to come."""
        return self.state in ON_PROMISE and self.made_good_on is None

    def is_overdue(self, today: date) -> bool:
        """Whether the promised day is over and the papers have not come."""
        return self.owes_papers and self.make_good_on is not None and self.make_good_on < today


class PassCheck(models.Model):
    """What the issuer said of the pass the carrier showed. We issue no pass and keep no other copy of it."""

    Result, Way = PassResult, PassWay

    public_id = PublicIdField()
    case = models.ForeignKey(Case, models.CASCADE, related_name="pass_checks")
    number = models.CharField(_("通行证编号"), max_length=60)
    issuer = models.CharField(_("发证的一方"), max_length=80)
    valid_until = models.DateField(_("有效期到"), null=True)
    result = models.CharField(_("核对结果"), max_length=10, choices=PassResult)
    way = models.CharField(_("核对方式"), max_length=8, choices=PassWay)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    checked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("通行证核对")
        ordering = ["-checked_at", "-pk"]

    def __str__(self) -> str:
        return self.number
