"""What the account keeps by its side: narrow rows of cases packed in blocks, and which cases changed since.

Neither says anything that cases, orders and clocks do not say: both may be emptied at any time, and
`huiqi cases figures` makes them anew (docs/adr/0024-figures-from-packed-rows.md).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

# Cases by their row number, so many in a block: small enough to be made anew in a fraction of a second.
CASES_PER_BLOCK = 4096


class FigureBlock(models.Model):
    """The rows one base of figures counts, of the cases of one range of row numbers."""

    number = models.PositiveIntegerField()
    base = models.CharField(max_length=8)
    # By which definitions the rows were read; a block of others is as good as none.
    rules = models.CharField(max_length=32)
    # Raised whenever the block is made anew: of two that make it at once, the later one gives way.
    version = models.PositiveIntegerField(default=0)
    # Months since year 0 between which its rows lie; None: no rows.
    first_month = models.PositiveIntegerField(null=True)
    last_month = models.PositiveIntegerField(null=True)
    header = models.JSONField(default=dict)
    content = models.BinaryField(default=b"")

    class Meta:
        verbose_name = _("统计数据块")
        ordering = ["number", "base"]
        constraints = [models.UniqueConstraint(fields=["number", "base"], name="figure_block_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.base}"


class FigureChange(models.Model):
    """A case that changed since its block was made; written by the database's own triggers
    (figure_watch.py), so that no way of writing escapes it. Rows are only added, and deleted by who has
    packed them: nobody waits for anybody."""

    case_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("统计待更新的诉求")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.case_id)
