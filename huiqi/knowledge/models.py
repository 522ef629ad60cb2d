"""Approved wording 口径, what everybody at a window, on the telephone and on the web says alike; templates of
answers 答复模板, what a unit writes again and again, with places to be filled in."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.core.ids import PublicIdField, new_public_id
from huiqi.core.models import Versioned

QUESTION_LENGTH, ANSWER_LENGTH, WORDS_LENGTH = 120, 4000, 200
TEMPLATE_TITLE = 60


class WordingState(models.TextChoices):
    """Where one edition of a wording stands."""

    DRAFT = "draft", _("待批准")
    APPROVED = "approved", _("有效")
    EXPIRED = "expired", _("已到期")
    WITHDRAWN = "withdrawn", _("已停用")


class WordingQuerySet(models.QuerySet["Wording"]):
    def valid_on(self, on: date) -> Self:
        """Approved and within its days. Goes by the dates, whether or not the timer has run."""
        return self.filter(state=WordingState.APPROVED, valid_from__lte=on, expires_on__gte=on)

    def public(self) -> Self:
        """For everybody to read."""
        return self.filter(is_public=True)

    def for_renewal(self, on: date, until: date) -> Self:
        """Approved ones that end by `until`, or ended, and have no draft of a next edition."""
        drafts = Wording.objects.order_by().filter(state=WordingState.DRAFT).values("series")
        later = Wording.objects.order_by().filter(state=WordingState.APPROVED, expires_on__gt=until)
        live = self.filter(state__in=[WordingState.APPROVED, WordingState.EXPIRED], expires_on__lte=until)
        return live.exclude(series__in=drafts).exclude(series__in=later.values("series"))


class Wording(Versioned):
    """One edition of an answer. An approved one is never changed: the next edition replaces it."""

    public_id = PublicIdField()
    # The same for all editions of a question.
    series = models.CharField(max_length=16, default=new_public_id, editable=False, db_index=True)
    edition = models.PositiveIntegerField(_("版次"), default=1)
    question = models.CharField(_("问题"), max_length=QUESTION_LENGTH)
    answer = models.TextField(_("口径"), max_length=ANSWER_LENGTH)
    # Further words people use for it, between spaces.
    words = models.CharField(_("关键词"), max_length=WORDS_LENGTH, blank=True)
    # Codes of a service item and of its topic; "" for any.
    item = models.CharField(_("事项"), max_length=40, blank=True)
    topic = models.CharField(_("主题"), max_length=40, blank=True)
    source_document = models.CharField(_("依据"), max_length=200)
    source_article = models.CharField(_("条款"), max_length=80, blank=True)
    source_url = models.URLField(_("网址"), max_length=300, blank=True)
    valid_from = models.DateField(_("启用日期"))
    expires_on = models.DateField(_("有效期至"))
    is_public = models.BooleanField(_("对外公开"), default=False)
    state = models.CharField(_("状态"), max_length=9, choices=WordingState, default=WordingState.DRAFT)
    editor = models.ForeignKey(User, models.PROTECT, null=True, related_name="wordings_edited")
    approver = models.ForeignKey(User, models.PROTECT, null=True, related_name="wordings_approved")
    edited_at = models.DateTimeField(_("修改时间"))
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    # Why it was withdrawn.
    reason = models.CharField(_("停用原因"), max_length=200, blank=True)
    # Number of the closed case it was drawn from; nothing else of the case is kept.
    grown_from = models.CharField(_("来自诉求"), max_length=10, blank=True)
    # What it is found by (grams.py), written by the commands.
    grams = models.TextField(editable=False, default="")
    segments = models.TextField(editable=False, default="")
    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("口径")
        verbose_name_plural = _("口径")
        ordering = ["question", "pk"]
        indexes = [
            models.Index(fields=["state", "expires_on"], name="wording_valid"),
            models.Index(fields=["item", "topic"], name="wording_of_topic"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "edition"], name="wording_edition_once"),
            models.UniqueConstraint(
                fields=["series"], condition=Q(state="approved"), name="wording_one_approved"
            ),
            models.UniqueConstraint(fields=["series"], condition=Q(state="draft"), name="wording_one_draft"),
            models.CheckConstraint(
                name="wording_days_in_order", condition=Q(expires_on__gte=F("valid_from"))
            ),
            models.CheckConstraint(
                name="wording_two_people",
                condition=Q(approver=None) | Q(editor=None) | ~Q(approver=F("editor")),
            ),
            models.CheckConstraint(
                name="wording_approved_whole", condition=~Q(state="approved") | Q(approved_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def source(self) -> str:
        """Document and article in one line."""
        return f"{self.source_document} {self.source_article}".strip()


class AnswerTemplateQuerySet(models.QuerySet["AnswerTemplate"]):
    def current(self) -> Self:
        """The editions in use."""
        return self.filter(ended_at=None)


class AnswerTemplate(models.Model):
    """One edition of a template. A change ends this row and makes the next; answers keep their own text."""

    public_id = PublicIdField()
    # The same for all editions of a template.
    series = models.CharField(max_length=16, default=new_public_id, editable=False)
    number = models.PositiveIntegerField(_("版次"), default=1)
    # Whose template; None: for every unit.
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("单位")
    )
    # Code of a service item; "" for any.
    item = models.CharField(_("事项"), max_length=40, blank=True)
    title = models.CharField(_("名称"), max_length=TEMPLATE_TITLE)
    text = models.TextField(_("内容"), max_length=ANSWER_LENGTH)
    # An edition of the approved wording it rests on; used is the one of its series in force on the day.
    wording = models.ForeignKey(
        Wording, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("口径")
    )
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("修改时间"))
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    objects = AnswerTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("答复模板")
        ordering = ["title", "pk"]
        indexes = [
            models.Index(fields=["unit", "item"], condition=Q(ended_at=None), name="template_of_unit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="template_edition_once"),
            models.UniqueConstraint(
                fields=["series"], condition=Q(ended_at=None), name="template_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.title
