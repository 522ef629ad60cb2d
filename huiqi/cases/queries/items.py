"""Service items: what is offered today, and the editions of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.timezone import localdate

from huiqi.cases.items.checking import KINDS
from huiqi.cases.items.definition import ItemDefinition, Topic
from huiqi.cases.items.reading import digest_of
from huiqi.cases.models import EditionState, ItemEdition
from huiqi.cases.models.items import ItemEditionQuerySet
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.session import Session, open_session
from huiqi.reference.judging import rulebook


def offered_items(*, public_only: bool = True) -> list[ItemEdition]:
    """The editions in force, in the order of their kinds; for the public only those open to it."""
    rows = with_form(ItemEdition.objects.current()).order_by("item")
    found = [row for row in rows if row.definition.is_open_to_public or not public_only]
    return sorted(found, key=lambda row: (KINDS.index(row.definition.kind), row.item))


def with_form(rows: ItemEditionQuerySet) -> ItemEditionQuerySet:
    """With the version of the questionnaire, but not its text, which may have megabytes."""
    return rows.select_related("form_version").defer("form_version__xform", "form_version__original")


def current_edition(item: str) -> ItemEdition | None:
    """The edition of an item in force, or None when the item is not offered."""
    return with_form(ItemEdition.objects.current()).filter(item=item).first()


def session_of_edition(
    edition: ItemEdition, now: datetime, answers: Mapping[str, str] | None = None, language: str = ""
) -> Session:
    """The questionnaire of an edition that has one, with these answers."""
    assert edition.form_version is not None  # noqa: S101  whoever asks looked
    form = form_of(edition.form_version)
    return open_session(form, answers or {}, today=localdate(now), now=now, language=language)


def topic_titles() -> dict[tuple[str, str], str]:
    """(item, topic) → title in the editions in force, for lists of cases."""
    return {
        (row.item, topic.id): topic.title
        for row in ItemEdition.objects.current().order_by("item")
        for topic in row.definition.topics
    }


def topic_of(definition: ItemDefinition, topic_id: str) -> Topic:
    """The topic of a case; the edition's last one stands in when the id is no longer known."""
    return definition.topic(topic_id) or definition.topics[-1]


def editions_of(item: str) -> ItemEditionQuerySet:
    """The editions of an item, newest first, with their people and notes."""
    rows = ItemEdition.objects.filter(item=item).select_related("made_by", "published_by")
    return rows.prefetch_related("notes__actor").order_by("-number")


def compared_with(edition: ItemEdition) -> ItemEdition | None:
    """What an edition is compared with: a draft with the edition in force, another with the last one before
    it that was in force."""
    rows = ItemEdition.objects.filter(item=edition.item).exclude(pk=edition.pk)
    if edition.state == EditionState.DRAFT:
        current = rows.filter(state=EditionState.PUBLISHED).first()
        if current is not None:
            return current
    before = rows.filter(number__lt=edition.number).exclude(published_at=None)
    return before.order_by("-number").first()


def is_as_shipped(edition: ItemEdition) -> bool:
    """Whether the edition came from a shipped file and nobody changed it since."""
    return bool(edition.shipped_digest) and edition.shipped_digest == digest_of(edition.content)


def policy_ids() -> Collection[str]:
    """The ids that a topic may name."""
    return rulebook().policies.keys()


@dataclass(frozen=True)
class ItemRow:
    """An item on the staff's list: its edition in force and its draft, where it has them."""

    item: str
    title: str
    current: ItemEdition | None
    draft: ItemEdition | None
    editions: int
    open_cases: int


def item_rows() -> list[ItemRow]:
    """Every item with an edition of any state, in the order of the catalogue."""
    open_cases = Count("cases", filter=~Q(cases__state="ended"))
    rows = ItemEdition.objects.select_related("made_by", "published_by").annotate(open_cases=open_cases)
    editions: dict[str, list[Any]] = {}
    for row in rows.order_by("item", "-number"):
        editions.setdefault(row.item, []).append(row)
    found = [_item_row(item, rows) for item, rows in editions.items()]
    return sorted(found, key=lambda row: (row.current is None, _kind_place(row), row.item))


def _item_row(item: str, rows: list[Any]) -> ItemRow:
    current = next((row for row in rows if row.state == EditionState.PUBLISHED), None)
    draft = next((row for row in rows if row.state == EditionState.DRAFT), None)
    title = (current or rows[0]).definition.title
    return ItemRow(item, title, current, draft, len(rows), sum(row.open_cases for row in rows))


def _kind_place(row: ItemRow) -> int:
    edition = row.current or row.draft
    return KINDS.index(edition.definition.kind) if edition else len(KINDS)
