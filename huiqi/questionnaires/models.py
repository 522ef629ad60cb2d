"""Questionnaires and their versions, which never change: answers stay with the one they were given to."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned

NAME_LENGTH, FORM_ID_LENGTH, VERSION_LENGTH, TITLE_LENGTH = 80, 100, 60, 200


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """For who makes questionnaires: those of one's units, and every other that was published."""
        if not user.is_authenticated or not may(user, Power.EDIT_QUESTIONNAIRES, today):
            return self.none()
        published = QuestionnaireVersion.objects.order_by().published().values("questionnaire")
        return self.filter(Q(owner__in=_own_units(user, today)) | Q(pk__in=published))

    def editable_by(self, user: Any, today: date) -> Self:
        """Those one may upload to and publish: of one's units, in use."""
        if not user.is_authenticated or not may(user, Power.EDIT_QUESTIONNAIRES, today):
            return self.none()
        return self.filter(owner__in=_own_units(user, today), retired_at=None)

    def in_use(self) -> Self:
        return self.filter(retired_at=None)


def _own_units(user: User, today: date) -> list[int]:
    return units_with(user, Power.EDIT_QUESTIONNAIRES, today)


class Questionnaire(Versioned):
    """A set of questions under one name; what is asked is in its versions.

    A departmental survey of firms needs the approval of statistics (统计法) and then shows its table number,
    approving authority, document and last day; without them it is voluntary and says so.
    """

    public_id = PublicIdField()
    # By which clients of the field know it (the `id` of the XForm).
    form_id = models.CharField(_("表单编号"), max_length=FORM_ID_LENGTH, unique=True)
    name = models.CharField(_("名称"), max_length=NAME_LENGTH)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="questionnaires", verbose_name=_("所属单位"))
    table_number = models.CharField(_("表号"), max_length=40, blank=True)
    approved_by = models.CharField(_("批准机关"), max_length=80, blank=True)
    approval_document = models.CharField(_("批准文号"), max_length=80, blank=True)
    approved_until = models.DateField(_("有效期至"), null=True, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("建立时间"))
    retired_at = models.DateTimeField(_("停用时间"), null=True)
    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("问卷")
        verbose_name_plural = _("问卷")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="questionnaire_approval_whole",
                condition=Q(table_number="", approval_document="", approved_until=None)
                | (~Q(table_number="") & ~Q(approval_document="") & Q(approved_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_approved(self, on: date) -> bool:
        """True when the survey shows an approval that is valid on the day; otherwise it is voluntary."""
        return bool(self.table_number) and self.approved_until is not None and on <= self.approved_until

    def has_run_out(self, on: date) -> bool:
        """True when it was approved and is not any more: who asks further without approval breaks 统计法."""
        return self.approved_until is not None and on > self.approved_until


class QuestionnaireVersionQuerySet(models.QuerySet["QuestionnaireVersion"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(published_at=None)

    def current(self) -> Self:
        """The latest published version of every questionnaire."""
        newest = (
            QuestionnaireVersion.objects.order_by("-published_at", "-number")
            .published()
            .filter(questionnaire=models.OuterRef("questionnaire"))
        )
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))

    def without_content(self) -> Self:
        """For lists: a version's texts may have megabytes."""
        return self.defer("xform", "original")


class QuestionnaireVersion(models.Model):
    """One version, as uploaded and as compiled. Only its publication is added later."""

    public_id = PublicIdField()
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版次"))
    # By which clients tell versions apart (the `version` of the XForm).
    version = models.CharField(_("版本"), max_length=VERSION_LENGTH)
    title = models.CharField(_("标题"), max_length=TITLE_LENGTH)
    xform = models.TextField(_("XForm"))
    # SHA-256 of xform and of original, in hexadecimal.
    digest = models.CharField(max_length=64, db_index=True)
    original = models.BinaryField(_("上传的文件"), default=bytes)
    original_digest = models.CharField(max_length=64)
    question_count = models.PositiveIntegerField(_("题数"))
    warning_count = models.PositiveIntegerField(_("提醒"), default=0)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("上传时间"))
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(_("发布时间"), null=True)
    objects = QuestionnaireVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("问卷版本")
        verbose_name_plural = _("问卷版本")
        ordering = ["questionnaire", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaire_number_once"),
            models.UniqueConstraint(fields=["questionnaire", "version"], name="questionnaire_version_once"),
            models.CheckConstraint(
                name="questionnaire_published_after_made",
                condition=Q(published_at=None) | Q(published_at__gte=F("made_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire.form_id} {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        only = set(kwargs.get("update_fields") or ())
        if not self._state.adding and (not only or only - {"published_by", "published_at"}):
            raise RuntimeError("a version of a questionnaire never changes")
        super().save(*args, **kwargs)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class Sketch(Versioned):
    """A questionnaire being made in the browser: the working copy that becomes the next version.

    `content` and the steps in `past` are plans as `builder.plan.plan_json` writes them.
    """

    questionnaire = models.OneToOneField(
        Questionnaire, models.CASCADE, related_name="sketch", verbose_name=_("问卷")
    )
    content = models.JSONField(default=dict)
    # What can be undone, the newest last.
    past = models.JSONField(default=list)
    # The act that made `content`; a run of the same one is undone at once.
    last_act = models.CharField(max_length=80, blank=True)
    begun_from = models.ForeignKey(QuestionnaireVersion, models.SET_NULL, null=True, related_name="+")
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(_("修改时间"))

    class Meta:
        verbose_name = _("问卷底稿")
        verbose_name_plural = _("问卷底稿")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.questionnaire.form_id} sketch"
