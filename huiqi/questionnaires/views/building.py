"""What the builder's page shows: cards, the open editor, faults, the preview, who else is at work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from huiqi.accounts.gates import user_of
from huiqi.core import clock
from huiqi.questionnaires.builder.faults import Checked, Fault
from huiqi.questionnaires.builder.plan import Item, ItemKind, Plan
from huiqi.questionnaires.commands.sketches import print_of
from huiqi.questionnaires.forms.builder import HeadForm, ItemForm
from huiqi.questionnaires.models import Sketch
from huiqi.questionnaires.queries import ready
from huiqi.questionnaires.queries.sketches import checked, plan_in
from huiqi.questionnaires.views.preview import preview_of

# Who changed it within this time is probably still at it.
AT_WORK = timedelta(minutes=15)
MOST_OPTIONS_SHOWN = 4


@dataclass(frozen=True)
class Screen:
    """What is open: the question, its form when something typed is kept, and why."""

    item: str = ""
    form: ItemForm | None = None
    head: HeadForm | None = None
    conflict: str = ""
    is_gone: bool = False
    is_kept: bool = False


@dataclass(frozen=True)
class Card:
    """One item in the row of cards. `number` counts what people answer; `depth` is how deep it stands."""

    item: Item
    number: int
    depth: int
    kind: Any
    options: str
    faults: tuple[Fault, ...]
    seen: str
    is_open: bool
    is_first: bool
    is_last: bool
    closes: tuple[Item, ...] = ()


def cards_of(plan: Plan, found: Checked, opened: str) -> list[Card]:
    """Every item but the rows of matrices, in order."""
    cards: list[Card] = []
    numbers = plan.numbers()
    for item, depth, is_first, is_last in _places(plan.items, 0):
        rows = [row.name for row in item.items] if item.kind is ItemKind.MATRIX else []
        faults = [fault for name in (item.name, *rows) for fault in found.by_item.get(name, [])]
        cards.append(
            Card(
                item=item,
                number=numbers.get(item.name, 0),
                depth=depth,
                kind=ready.KIND_LABELS.get(item.kind.value, item.kind.value),
                options=_options(plan, item),
                faults=tuple(faults),
                seen=print_of(plan, item.name),
                is_open=item.name == opened,
                is_first=is_first,
                is_last=is_last,
            )
        )
    return cards


def _places(items: tuple[Item, ...], depth: int) -> Iterator[tuple[Item, int, bool, bool]]:
    for at, item in enumerate(items):
        yield item, depth, not depth and at == 0, not depth and at == len(items) - 1
        if item.kind is not ItemKind.MATRIX:
            yield from _places(item.items, depth + 1)


def _options(plan: Plan, item: Item) -> str:
    labels = [one.label for one in plan.lists.get(item.list_name, ())]
    shown = " / ".join(labels[:MOST_OPTIONS_SHOWN])
    return f"{shown} …" if len(labels) > MOST_OPTIONS_SHOWN else shown


def screen_context(request: HttpRequest, sketch: Sketch, screen: Screen) -> dict[str, Any]:
    """Everything the page and its fragments draw."""
    plan = plan_in(sketch)
    found = checked(plan)
    item = plan.find(screen.item) if screen.item else None
    form = screen.form or (ItemForm(item, plan) if item is not None else None)
    at = screen.item or ""
    is_other = sketch.changed_by_id not in {None, user_of(request).pk}
    public_id = sketch.questionnaire.public_id
    return {
        "sketch": sketch,
        "plan": plan,
        "cards": cards_of(plan, found, screen.item),
        "faults": found.faults,
        "whole_faults": found.by_item.get("", []),
        "item": item,
        "form": form,
        "head": screen.head or HeadForm(initial={"title": plan.title, "has_english": plan.has_english}),
        "head_seen": print_of(plan, ""),
        "seen": print_of(plan, screen.item) if item is not None else "",
        "item_faults": found.by_item.get(screen.item, []) if screen.item else [],
        "conflict": screen.conflict,
        "is_gone": screen.is_gone,
        "is_kept": screen.is_kept,
        "shared": [one for one in plan.uses(item.list_name) if one.name != item.name] if item else [],
        "preview": preview_of(found.form, request, at) if found.form is not None else None,
        "preview_url": reverse("questionnaires:build_preview", args=[public_id]),
        "common": ready.COMMON,
        "more": ready.MORE,
        "other": sketch.changed_by if is_other and clock.wall_now() - sketch.changed_at < AT_WORK else None,
        "is_quick": False,
    }
