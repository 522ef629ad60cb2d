"""What happened to a case, in order: the timeline staff and requester read."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.cases.models.case import TEXT_LENGTH, Case
from huiqi.core.personal import EncryptedTextField


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> Self:
        """What the requester is told."""
        return self.filter(is_public=True)


class Event(models.Model):
    """One thing that happened. `kind` is a workflow.Step or a happenings.Happening; never changed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    # Words somebody typed: a reason, a note, an answer. May name people.
    text = EncryptedTextField(max_length=TEXT_LENGTH, blank=True)
    # Codes and ids for the sentence that the page makes of it.
    details = models.JSONField(default=dict)
    is_public = models.BooleanField(default=False)
    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("办理记录")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="event_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
