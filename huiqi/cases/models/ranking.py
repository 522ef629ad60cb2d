"""Rankings of units 排名 that a leader released: before that a unit sees its own figures and no others."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.core.ids import PublicIdField


class RankingRelease(models.Model):
    """A leader of an office showed the ranking of a month to the units ranked, with the figures of that
    moment: what was announced does not move when a requester's word comes in later."""

    public_id = PublicIdField()
    # The first day of the month.
    month = models.DateField(_("月份"))
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("发布单位"))
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(_("发布时间"))
    # The rows as they were released (queries/ranking.py writes and reads them); None: released before rows
    # were kept, the page reckons them.
    figures = models.JSONField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True)

    class Meta:
        verbose_name = _("排名发布")
        ordering = ["-month", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "office"], condition=Q(withdrawn_at=None), name="ranking_released_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.office_id}"
