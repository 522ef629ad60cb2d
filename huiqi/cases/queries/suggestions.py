"""Suggestions of topic and unit from a text and from history, and how often people took them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import rjieba
from django.db.models import Count, Q

from huiqi.accounts.functions import Function
from huiqi.accounts.models import Unit
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Case, Order, OrderPart, OrderState, Suggested, Suggestion
from huiqi.cases.queries.items import topic_of
from huiqi.cases.queries.units import lead_for
from huiqi.cases.suggesting import TopicSuggestion, rank_topics, words_found
from huiqi.cases.workflow import Ending
from huiqi.core.messages import Message, gettext_noop

DAYS = 30
OWN_WITHIN = timedelta(days=365)
# Fewer cases than this are chance, not custom.
LEAST_ALIKE = 3
_MOST_WORDS = 12
_READ = 1000
_BY_CUSTOM = gettext_noop("近%(days)s天同类%(count)s件派往%(unit)s")
_BY_TOPIC = gettext_noop("主题“%(topic)s”由%(unit)s牵头")
_BY_NAME = gettext_noop("诉求人写明的单位是%(unit)s")


def suggest_topics(
    definition: ItemDefinition, text: str, *, at: datetime, own: Mapping[str, int] | None = None
) -> list[TopicSuggestion]:
    """The topics a text (title and content) suggests, the likeliest first; empty when it says none of their
    words. Looks at the titles of the last 30 days' accepted cases of the item, and at what the firm itself
    asked before (`own`, see own_topics)."""
    topics = definition.topics
    found = words_found(text[:_READ], topics, rjieba.cut)
    words = sorted({word for said in found.values() for word in said}, key=lambda word: (-len(word), word))
    return rank_topics(topics, found, _alike(definition.id, words, at), DAYS, own)


def suggest_topics_of(case: Case, *, at: datetime) -> list[TopicSuggestion]:
    """The same for a case at hand, without what itself would say."""
    text = f"{case.title}\n{case.text}"
    return suggest_topics(case.edition.definition, text, at=at, own=own_topics(case, at))


def own_topics(case: Case, at: datetime) -> dict[str, int]:
    """Topic id → accepted cases of the same firm (or code) and item in the year before, this one left out."""
    same = Q(enterprise=case.enterprise_id) if case.enterprise_id else Q(credit_code=case.credit_code or "-")
    rows = Case.objects.filter(same, item=case.item, opened_at__gte=at - OWN_WITHIN, opened_at__lte=at)
    rows = rows.exclude(pk=case.pk).exclude(accepted_at=None).exclude(ending=Ending.MERGED).order_by()
    return {row["topic"]: row["count"] for row in rows.values("topic").annotate(count=Count("pk"))}


def _alike(item: str, words: list[str], at: datetime) -> dict[str, int]:
    if not words:
        return {}
    says_one = reduce(or_, (Q(title__contains=word) for word in words[:_MOST_WORDS]))
    rows = Case.objects.filter(item=item, opened_at__gte=at - timedelta(days=DAYS), opened_at__lte=at)
    rows = rows.filter(says_one).exclude(accepted_at=None).order_by()
    return {row["topic"]: row["count"] for row in rows.values("topic").annotate(count=Count("pk"))}


@dataclass(frozen=True)
class UnitSuggestion:
    """A unit worth offering to the dispatcher, and why."""

    unit: Unit
    reason: Message


def suggest_units(case: Case, *, at: datetime) -> list[UnitSuggestion]:
    """Units that may lead a case, the likeliest first: where the same matters of the county went lately,
    then whom the topic names. A unit that sent this very case back is not offered again.

    The bank of a loan is never guessed: only the one that the requester named.
    """
    topic = topic_of(case.edition.definition, case.topic)
    refused = set(case.orders.filter(state=OrderState.RETURNED).values_list("unit_id", flat=True))
    found: dict[int, UnitSuggestion] = {}
    if topic.lead.function == Function.BANK:
        found |= {unit.pk: UnitSuggestion(unit, _why(_BY_NAME, unit)) for unit in _banks_named(case)}
    else:
        found |= {each.unit.pk: each for each in _by_custom(case, at)}
        unit = lead_for(topic.lead, case.prefecture)
        if unit is not None and unit.pk not in found:
            found[unit.pk] = UnitSuggestion(unit, _why(_BY_TOPIC, unit, topic=topic.title))
    return [each for pk, each in found.items() if pk not in refused]


def _why(template: str, unit: Unit, **more: Any) -> Message:
    return Message(template, {"unit": unit.name, **more})


def _by_custom(case: Case, at: datetime) -> Iterable[UnitSuggestion]:
    orders = Order.objects.filter(
        part=OrderPart.LEAD,
        state__in=[OrderState.SIGNED, OrderState.ANSWERED],
        sent_at__gte=at - timedelta(days=DAYS),
        sent_at__lte=at,
        unit__is_active=True,
        case__item=case.item,
        case__topic=case.topic,
        case__prefecture=case.prefecture,
    )
    counts = orders.exclude(case=case).order_by().values("unit").annotate(count=Count("case", distinct=True))
    often = {row["unit"]: row["count"] for row in counts if row["count"] >= LEAST_ALIKE}
    units = Unit.objects.filter(pk__in=often).order_by("pk")
    for unit in sorted(units, key=lambda unit: -often[unit.pk]):
        yield UnitSuggestion(unit, _why(_BY_CUSTOM, unit, days=DAYS, count=often[unit.pk]))


def _banks_named(case: Case) -> list[Unit]:
    named = str(case.answers.get("bank_name", ""))
    if not named:
        return []
    banks = Unit.objects.filter(function=Function.BANK, is_active=True).order_by("pk")
    return [bank for bank in banks if bank.name in named or named in bank.name]


@dataclass(frozen=True)
class Acceptance:
    """How often people took what was suggested."""

    taken: int
    decided: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; None while nothing was decided."""
        return self.taken * 100 // self.decided if self.decided else None


def acceptance(*, since: datetime, until: datetime) -> Mapping[str, Acceptance]:
    """Topic and unit → how often the suggestion was taken, of those decided in [since, until)."""
    rows = Suggestion.objects.filter(at__gte=since, at__lt=until).order_by().values("what")
    counted = {
        row["what"]: Acceptance(row["taken"], row["decided"])
        for row in rows.annotate(decided=Count("pk"), taken=Count("pk", filter=Q(was_taken=True)))
    }
    return {what.value: counted.get(what.value, Acceptance(0, 0)) for what in Suggested}


def acceptance_lately(*, at: datetime) -> list[tuple[Any, Acceptance]]:
    """What was suggested, in words, with how often it was taken in the last 30 days."""
    found = acceptance(since=at - timedelta(days=DAYS), until=at)
    return [(what.label, found[what.value]) for what in Suggested]
