"""Service items 事项 and their editions: content that is drafted, published and then never changed."""

from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.items.reading import from_json
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.questionnaires.models import QuestionnaireVersion

ITEM_LENGTH, TOPIC_LENGTH = 40, 40


class EditionState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    REPLACED = "replaced", _("已被替代")
    WITHDRAWN = "withdrawn", _("已停用")


class ItemEditionQuerySet(models.QuerySet["ItemEdition"]):
    def current(self) -> Self:
        """The editions under which a case is opened today."""
        return self.filter(state=EditionState.PUBLISHED)


class ItemEdition(Versioned):
    """One edition of a service item. A draft is edited; a published one stays as it was for its cases."""

    public_id = PublicIdField()
    # The id of the item in rulebook/services, the same in all its editions.
    item = models.CharField(_("事项"), max_length=ITEM_LENGTH)
    number = models.PositiveIntegerField(_("版次"))
    state = models.CharField(_("状态"), max_length=9, choices=EditionState, default=EditionState.DRAFT)
    # The whole definition in the shape of the shipped YAML; checked by items.reading before every save.
    content = models.JSONField(_("内容"))
    # The version of the questionnaire `content` names, as it was when the edition was published.
    form_version = models.ForeignKey(
        QuestionnaireVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("问卷")
    )
    # SHA-256 of the shipped file's entry it came from, "" when written on the site.
    shipped_digest = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Everybody who changed the draft: none of them may publish it.
    editors = models.ManyToManyField(User, related_name="+")
    made_at = models.DateTimeField()
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(_("发布时间"), null=True)
    objects = ItemEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("事项版本")
        ordering = ["item", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_edition_once"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state="published"), name="item_edition_one_published"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state="draft"), name="item_edition_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.number}"

    @cached_property
    def definition(self) -> ItemDefinition:
        """The content as the pure code uses it."""
        return from_json(self.content)


class ItemNote(models.Model):
    """Why an edition was published or withdrawn, in the words of whoever did."""

    edition = models.ForeignKey(ItemEdition, models.PROTECT, related_name="notes")
    text = models.CharField(max_length=200)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("事项版本说明")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.edition_id}"
