"""A case as a row of a list: what every list of cases shows, in a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Value, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.models import Case, CaseQuerySet, EditionState, ItemEdition
from huiqi.cases.queries.clock_lines import DueWords, due_words, with_due_unit
from huiqi.cases.queries.veil import veil_of
from huiqi.cases.workflow import Ending, Stage, State
from huiqi.core.messages import gettext_noop
from huiqi.core.together import rows_together
from huiqi.reference.queries import code_tables

# Tone and icon of each of the nine words.
_LOOKS: Mapping[str, tuple[str, str]] = {
    State.REGISTERED: ("wait", "inbox"),
    State.SUPPLEMENTING: ("wait", "pencil"),
    State.ACCEPTED: ("near", "target-arrow"),
    State.ASSIGNED: ("near", "download"),
    State.HANDLING: ("ok", "clock"),
    State.ANSWERED: ("wait", "clipboard-check"),
    State.CALLING_BACK: ("wait", "phone"),
    State.SUSPENDED: ("wait", "circle-dashed"),
    State.ENDED: ("quiet", "check"),
}
BOUNCED = 2
# What lists never show; decrypting alone takes longer than the rest of a row.
LONG_TEXTS = (
    "search_text",
    "text",
    "private_answers",
    "answers",
    "answer",
    "requester_name",
    "requester_phone",
)
# What a line of a list shows of a case, of who has it, and what the veil asks.
_IN_ROW = (
    "version", "public_id", "number", "edition", "item", "topic", "urgency", "firm_name", "prefecture",
    "park", "title", "state", "round", "bounces", "ending", "due_at", "due_stage", "is_paused",
    "supervised_at", "excluded_at", "desk__name", "lead__name", "handler__name",
)  # fmt: skip
CASE_TEXTS = tuple(f"case__{name}" for name in LONG_TEXTS)


@dataclass(frozen=True)
class Look:
    """A state with its colour and icon."""

    tone: str
    icon: str
    label: Any


def state_look(state: str) -> Look:
    """How a state is drawn everywhere."""
    tone, icon = _LOOKS[state]
    return Look(tone, icon, State(state).label)


def county_name(code: str) -> str:
    """浏阳市 of 430181; "" without a county."""
    found = code_tables().divisions.get(code)
    return found.name if found is not None else ""


@dataclass(frozen=True)
class Row:
    """One line: the case, item and topic by name, its state, its end in words, what to know at a glance."""

    case: Case
    item: str
    topic: str
    county: str
    look: Look
    stage: Any
    due: DueWords | None
    title: str
    firm: str
    marks: tuple[tuple[str, str], ...]  # tone, msgid

    @property
    def ending(self) -> Any:
        """How it ended, in words; "" while it is open."""
        return Ending(self.case.ending).label if self.case.ending else ""


def for_rows(cases: CaseQuerySet) -> CaseQuerySet:
    """Cases with what `rows_of` needs and without what it does not: texts stay encrypted where they lie."""
    return with_due_unit(cases.select_related("lead", "desk", "handler").defer(*LONG_TEXTS))


def firsts_of(lists: Sequence[CaseQuerySet], most: int) -> list[tuple[list[int], int]]:
    """Of each of the lists, which come in an order, the keys of the first and how many there are in all; one
    query, which reads of the cases that have to be sorted nothing that a row shows."""
    return [
        ([key for _place, key, _in_all in sorted(found)], found[0][2] if found else 0)
        for found in rows_together([_first(cases, most) for cases in lists])
    ]


def _first(cases: CaseQuerySet, most: int) -> Any:
    counted = cases.annotate(in_all=Window(Count("*")))
    if most == 1:  # which needs no place
        return counted.annotate(place=Value(1)).values_list("place", "pk", "in_all")[:1]
    order: Any = cases.query.order_by
    placed = counted.annotate(place=Window(RowNumber(), order_by=order))
    return placed.order_by("place").values_list("place", "pk", "in_all")[:most]


def rows_with(
    keys: Sequence[int], at: datetime, user: User, names: Mapping[str, "ItemName"] | None = None
) -> list[Row]:
    """Lines for the cases with these keys, in their order; nothing is read of a case but what they show."""
    rows = Case.objects.filter(pk__in=keys).select_related("lead", "desk", "handler").only(*_IN_ROW)
    cases = {case.pk: case for case in with_due_unit(rows.order_by("pk"))}
    return rows_of([cases[key] for key in keys if key in cases], at, user, names)


def rows_of(
    cases: Iterable[Case], at: datetime, user: User, names: Mapping[str, "ItemName"] | None = None
) -> list[Row]:
    """Lines for cases of `for_rows`, in a constant number of queries.

    Who asks is left out where the item keeps it from units asked and the reader is one of them (veil.py).
    """
    names, found = item_names() if names is None else names, list(cases)
    veil = veil_of(user, timezone.localdate(at))
    titles = veil.titles(found)
    # Asked once: the tables look each time whether they are still the present ones.
    places = code_tables().divisions
    return [_row(case, names, places, at, titles.get(case.pk)) for case in found]


def _row(
    case: Case,
    names: Mapping[str, "ItemName"],
    places: Mapping[str, Any],
    at: datetime,
    veiled_title: str | None,
) -> Row:
    item, hides = names.get(case.item), veiled_title is not None
    return Row(
        case=case,
        item=item.title if item else case.item,
        topic=item.topics.get(case.topic, case.topic) if item else case.topic,
        county=places[case.prefecture].name if case.prefecture in places else "",
        look=state_look(case.state),
        stage=Stage(case.due_stage).label if case.due_stage else "",
        due=due_words(case, at),
        title=case.title if veiled_title is None else veiled_title,
        firm="" if hides else case.firm_name,
        marks=tuple(_marks(case)),
    )


def _marks(case: Case) -> Iterable[tuple[str, str]]:
    if case.urgency == "urgent":
        yield "danger", gettext_noop("紧急")
    if case.is_paused:
        yield "wait", gettext_noop("暂停计时")
    if case.bounces >= BOUNCED:
        yield "near", gettext_noop("多次退回")
    elif case.bounces:
        yield "near", gettext_noop("曾退回")
    if case.round > 1 and case.is_open:
        yield "near", gettext_noop("重办")
    if case.supervised_at is not None and case.is_open:
        yield "danger", gettext_noop("督办")
    if case.excluded_at is not None:
        yield "quiet", gettext_noop("已剔除")


@dataclass(frozen=True)
class ItemName:
    """An item and its topics by id, in words."""

    title: str
    topics: Mapping[str, str]


def item_names() -> dict[str, ItemName]:
    """All items by id, as their newest edition in force or ended calls them; without reading definitions."""
    states = [EditionState.PUBLISHED, EditionState.REPLACED, EditionState.WITHDRAWN]
    rows = ItemEdition.objects.filter(state__in=states).order_by("item", "number")
    found: dict[str, ItemName] = {}
    read = rows.values_list("item", "content__title", "content__topics")
    for item, title, topics in read:
        known = found.get(item)
        named = {topic["id"]: topic["title"] for topic in topics}
        found[item] = ItemName(title, {**(known.topics if known else {}), **named})
    return found
