"""What the site suggested for a case and what a person then decided: the measure of its suggestions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.cases.models.case import Case


class Suggested(models.TextChoices):
    """What is suggested."""

    TOPIC = "topic", _("主题")
    UNIT = "unit", _("承办单位")


class Suggestion(models.Model):
    """One suggestion and the first decision on it; later changes of mind do not count."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="suggestions")
    what = models.CharField(max_length=5, choices=Suggested)
    # The id of a topic, or the public id of a unit.
    suggested = models.CharField(max_length=40)
    chosen = models.CharField(max_length=40)
    was_taken = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("系统建议")
        ordering = ["pk"]
        indexes = [models.Index(fields=["what", "at"], name="suggestion_by_time")]
        constraints = [models.UniqueConstraint(fields=["case", "what"], name="suggestion_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.what}"
