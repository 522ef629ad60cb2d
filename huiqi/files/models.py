"""Uploaded files: temporary when received, kept once they belong to something."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import EncryptedTextField
from huiqi.files.names import LONGEST_NAME

FOLDER = "attachments"


def stored_at(attachment: "Attachment", _name: str) -> str:
    """Where the content lies: nothing of the person's name for it, and no extension anything would act on."""
    return f"{FOLDER}/{attachment.public_id[:2]}/{attachment.public_id}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def temporary(self) -> Self:
        """Received and not attached to anything yet."""
        return self.filter(owner_type="")

    def received_from(self, user: Any) -> Self:
        """What this person may still attach or look at: their own temporary files."""
        return self.temporary().filter(uploaded_by=user) if user.is_authenticated else self.none()

    def belonging_to(self, owner_type: str, owner_id: str) -> Self:
        """The files of one thing, in the order they came."""
        return self.filter(owner_type=owner_type, owner_id=owner_id).order_by("created_at", "pk")

    def expired(self, at: datetime) -> Self:
        """Files whose time is over."""
        return self.filter(expires_at__lte=at)


class Attachment(models.Model):
    """One uploaded file. What it belongs to is opaque text, so that any app may own files."""

    class Scan(models.TextChoices):
        UNSCANNED = "unscanned", _("未查毒")
        CLEAN = "clean", _("已查毒")
        INFECTED = "infected", _("有病毒")

    public_id = PublicIdField()
    owner_type = models.CharField(max_length=60, blank=True)
    owner_id = models.CharField(max_length=40, blank=True)
    # People name files after people; encrypted like any name.
    name = EncryptedTextField(_("文件名"), max_length=LONGEST_NAME)
    file = models.FileField(upload_to=stored_at, max_length=60)
    size = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=80)
    scan = models.CharField(_("查毒"), max_length=9, choices=Scan, default=Scan.UNSCANNED)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="attachments")
    created_at = models.DateTimeField(_("上传时间"))
    # Temporary files always expire; a kept one only when its owner's retention says so.
    expires_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        indexes = [
            models.Index(fields=["owner_type", "owner_id"], name="attachment_owner"),
            models.Index(fields=["expires_at"], name="attachment_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                name="attachment_owner_whole",
                condition=Q(owner_type="", owner_id="") | (~Q(owner_type="") & ~Q(owner_id="")),
            ),
            models.CheckConstraint(
                name="attachment_temporary_expires",
                condition=~Q(owner_type="") | Q(expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_temporary(self) -> bool:
        return not self.owner_type


class UploadHour(models.Model):
    """How many files came without an account from one network address in one hour; gone with a later hour."""

    # Keyed digest (accounts.queries.sign_in.address_digest): the address itself is not kept.
    address_digest = models.CharField(max_length=64)
    hour_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("上传计数")
        constraints = [
            models.UniqueConstraint(fields=["address_digest", "hour_at"], name="upload_hour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.hour_at:%Y-%m-%d %H}"
