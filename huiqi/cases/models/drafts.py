"""Half-filled intake forms: kept on our side, resumed on any device."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.cases.models.items import ITEM_LENGTH
from huiqi.cases.models.sheets import SHEET_LENGTH
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import BlindIndexField, EncryptedTextField

PAYLOAD_LENGTH = 20_000


class DraftQuerySet(models.QuerySet["Draft"]):
    def of_person(self, user: Any) -> Self:
        """Drafts of somebody signed in."""
        return self.filter(user=user, sent_at=None) if user.is_authenticated else self.none()


class Draft(models.Model):
    """What was typed so far. Belongs to an account, or to a private link (only its digest is stored)."""

    public_id = PublicIdField()
    item = models.CharField(max_length=ITEM_LENGTH)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="case_drafts")
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)
    # Filled in once the requester left a number, so that a code sent to it opens the draft elsewhere.
    phone = EncryptedTextField(max_length=20, blank=True)
    phone_index = BlindIndexField("phone", purpose="phone")
    # JSON of the form's fields as typed, valid or not.
    payload = EncryptedTextField(max_length=PAYLOAD_LENGTH, blank=True)
    channel = models.CharField(max_length=10)
    # What it grew out of (an answer to a survey) and, as JSON, what of it goes with the case.
    source_ref = models.CharField(max_length=60, blank=True)
    origin = EncryptedTextField(max_length=SHEET_LENGTH, blank=True)
    # JSON of answers by path to the questionnaire of the item's edition, valid or not.
    form_answers = EncryptedTextField(max_length=SHEET_LENGTH, blank=True)
    # Technical instants: how old a draft is does not depend on the site's reference date.
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField(_("保存时间"))
    expires_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    # Number of the case it became: sending twice is one case.
    case_number = models.CharField(max_length=10, blank=True)
    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求草稿")
        ordering = ["-saved_at", "-pk"]
        constraints = [
            # Two requests of one page at once begin one draft.
            models.UniqueConstraint(
                fields=["token_digest"], condition=~Q(token_digest=""), name="draft_one_a_link"
            ),
            models.UniqueConstraint(
                fields=["source_ref"], condition=~Q(source_ref=""), name="case_draft_source_once"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
