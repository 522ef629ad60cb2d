"""Who collects in the field, and what was delivered: one row for each submission a client sent."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.crypto import INDEX_LENGTH
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import EncryptedTextField
from huiqi.fieldwork.reading import INSTANCE_ID_LENGTH
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.xform.safe_xml import MOST_SUBMISSION_BYTES
from huiqi.surveys.models import Survey

# As JSON; what is told of one submission is cut before (commands/submissions.py).
NOTES_LENGTH = 60_000


class CollectorQuerySet(models.QuerySet["Collector"]):
    def usable(self) -> Self:
        """Those that were not revoked; whether their survey takes answers is the survey's to say."""
        return self.filter(revoked_at=None)


class Collector(models.Model):
    """An address of its own for one device of the field; it delivers to one survey and sees nothing.

    The secret is shown once, as the address and as a QR code; its digest stays.
    """

    public_id = PublicIdField()
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="collectors", verbose_name=_("调查"))
    # What the office calls the device; not whom it is given to.
    name = models.CharField(_("设备"), max_length=40)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("发放时间"))
    revoked_at = models.DateTimeField(_("停用时间"), null=True)
    # Technical instants and counts: real time.
    used_at = models.DateTimeField(_("最近使用"), null=True)
    delivered = models.PositiveIntegerField(_("送达"), default=0)
    window_at = models.DateTimeField(null=True)
    window_count = models.PositiveIntegerField(default=0)
    objects = CollectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("采集地址")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    TAKEN = "taken", _("已入库")
    HELD = "held", _("待核")
    ASIDE = "aside", _("不采用")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def held(self) -> Self:
        return self.filter(state=DeliveryState.HELD)

    def visible_to(self, user: Any, today: date) -> Self:
        """Those of surveys the person runs."""
        return self.filter(survey__in=Survey.objects.visible_to(user, today).order_by().values("pk"))


class Delivery(models.Model):
    """One submission: by its instanceID it is known again, whatever became of it.

    The submission's XML is kept only while an officer has something to decide, or set it aside. Of an
    anonymous survey the row names neither device nor person, only the day, and its response has another
    instanceID.
    """

    public_id = PublicIdField()
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="deliveries")
    version = models.ForeignKey(QuestionnaireVersion, models.PROTECT, related_name="+")
    instance_id = models.CharField(_("答卷编号"), max_length=INSTANCE_ID_LENGTH)
    # Keyed, so that nobody checks a guess of somebody's answers against it.
    digest = models.CharField(max_length=INDEX_LENGTH)
    state = models.CharField(_("状态"), max_length=5, choices=DeliveryState)
    # The same instanceID was there already, with other content.
    is_conflict = models.BooleanField(_("编号重复"), default=False)
    collector = models.ForeignKey(Collector, models.PROTECT, null=True, related_name="deliveries")
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    xml = EncryptedTextField(max_length=2 * MOST_SUBMISSION_BYTES, blank=True)
    # JSON: what is wrong, what was put right, which files are awaited or were refused.
    notes = EncryptedTextField(max_length=NOTES_LENGTH, blank=True)
    problem_count = models.PositiveSmallIntegerField(_("问题"), default=0)
    corrected_count = models.PositiveSmallIntegerField(_("系统改正"), default=0)
    awaited_count = models.PositiveSmallIntegerField(_("缺附件"), default=0)
    received_at = models.DateTimeField(_("收到时间"))
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("送达的答卷")
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["survey", "state"], name="delivery_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "instance_id"],
                condition=Q(is_conflict=False),
                name="delivery_instance_once",
            ),
            models.UniqueConstraint(fields=["survey", "instance_id", "digest"], name="delivery_content_once"),
        ]

    def __str__(self) -> str:
        return self.instance_id
