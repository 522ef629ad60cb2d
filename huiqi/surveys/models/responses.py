"""What one firm answers: a draft on our side from the first page, a response once it is sent."""

import json
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.crypto import INDEX_LENGTH
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import BlindIndexField, EncryptedTextField
from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.surveys.models.invitations import Invitation
from huiqi.surveys.models.surveys import Survey
from huiqi.surveys.models.waves import Wave

# All answers of a form of some hundred questions, as JSON.
ANSWERS_LENGTH = 400_000


class ResponseState(models.TextChoices):
    DRAFT = "draft", _("填写中")
    SENT = "sent", _("已提交")


class ResponseQuerySet(models.QuerySet["Response"]):
    def drafts_at(self, wall: datetime) -> Self:
        """Half-filled ones that are still kept; `wall` is real time."""
        return self.filter(state=ResponseState.DRAFT, expires_at__gt=wall)

    def sent(self) -> Self:
        return self.filter(state=ResponseState.SENT)


class Response(models.Model):
    """Belongs to a private link, of which only the digest is stored; keeps the version it was begun with.

    Of an anonymous survey neither phone nor firm nor the times of single pages are kept, and the link's
    digest is deleted when it is sent: nothing leads from the answers to who gave them. Of an anonymous
    survey with invitations not even the day is kept, and the row gets a key by chance when it is sent.
    """

    public_id = PublicIdField()
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="responses")
    # Who was asked; neither is ever kept of an anonymous survey.
    invitation = models.ForeignKey(Invitation, models.PROTECT, null=True, related_name="responses")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="survey_responses")
    # An officer who types what the firm says on the telephone.
    filled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Where what stood in the form before anybody typed came from: by path, see huiqi.surveys.provenance.
    prefilled = models.JSONField(default=dict)
    version = models.ForeignKey(QuestionnaireVersion, models.PROTECT, related_name="+")
    state = models.CharField(max_length=5, choices=ResponseState, default=ResponseState.DRAFT)
    token_digest = models.CharField(max_length=INDEX_LENGTH, blank=True, db_index=True)
    # Left so that a code sent to it opens the draft on another device.
    phone = EncryptedTextField(max_length=20, blank=True)
    phone_index = BlindIndexField("phone", purpose="phone")
    # JSON of texts by path, valid or not.
    answers = EncryptedTextField(max_length=ANSWERS_LENGTH, blank=True)
    page_key = models.CharField(max_length=200, blank=True)
    # The credit code answered to `uscc`, as a keyed digest: one firm answers once, and no list of who did.
    firm_key = models.CharField(max_length=INDEX_LENGTH, blank=True)
    instance_id = models.CharField(max_length=80)
    # Technical instants: how old a draft is does not depend on the site's reference date.
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField(_("保存时间"))
    expires_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(_("提交时间"), null=True)
    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("答卷")
        ordering = ["-begun_at", "-pk"]
        indexes = [
            models.Index(fields=["survey", "state"], name="response_by_state"),
            models.Index(fields=["wave", "state", "sent_at"], name="response_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "firm_key"],
                condition=Q(state="sent") & ~Q(firm_key=""),
                name="response_once_a_firm",
            ),
            models.UniqueConstraint(
                fields=["wave", "enterprise"],
                condition=Q(state="sent", enterprise__isnull=False),
                name="response_once_an_enterprise",
            ),
            # One form for an invitation, also while it is being filled in.
            models.UniqueConstraint(
                fields=["invitation"], condition=Q(invitation__isnull=False), name="response_of_invitation"
            ),
            models.UniqueConstraint(fields=["survey", "instance_id"], name="response_instance_once"),
        ]

    def __str__(self) -> str:
        return self.public_id

    def given(self) -> dict[str, str]:
        """What is answered so far, as texts by path."""
        return dict(json.loads(self.answers)) if self.answers else {}
