"""How many wait for what, morning by morning: the trend of the reasons why not."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.reach.steps import Reason


class MorningCount(models.Model):
    """Firms of one policy and county that had not got it for one reason on the morning of a day."""

    on = models.DateField()
    policy = models.CharField(max_length=60)
    prefecture = models.CharField(max_length=6, blank=True)
    reason = models.CharField(max_length=16, choices=Reason)
    firms = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("未到位原因")
        ordering = ["-on", "policy", "prefecture", "reason"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "policy", "prefecture", "reason"], name="reach_morning_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.policy} {self.reason}"
