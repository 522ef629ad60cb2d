"""Cases that look like one another: likely duplicates of one, and many alike that make a knot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from huiqi.cases.models import Case, Knot
from huiqi.cases.workflow import Ending

# Facts: the same firm, class and counterparty within 30 days is proposed as one; a person decides.
ALIKE_WITHIN = timedelta(days=30)
MOST_SHOWN = 10
# So many alike within so many days are proposed as a knot 堵点. No rule names figures; both are ours.
KNOT_CASES = 5
KNOT_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Alike:
    """A case that may be the same matter, and what speaks for it: `firm`, `credit_code`, `phone`, and
    `topic` (the same item and topic). Always one of the first three and the last: two signals."""

    case: Case
    signals: tuple[str, ...]


def likely_duplicates(case: Case) -> list[Alike]:
    """Cases of the same requester about the same topic within 30 days, the newest first, merged ones left
    out. Only proposals: nothing merges by itself, and a case without any identity is like no other."""
    same = _same_requester(case)
    if same is None:
        return []
    near = Q(opened_at__gte=case.opened_at - ALIKE_WITHIN, opened_at__lte=case.opened_at + ALIKE_WITHIN)
    rows = Case.objects.filter(same, near, item=case.item, topic=case.topic).exclude(pk=case.pk)
    rows = rows.exclude(ending=Ending.MERGED).select_related("lead", "desk", "enterprise")
    phones = set(_by_phone(case).values_list("pk", flat=True)) if case.requester_phone else set()
    return [
        Alike(row, (*_signals(case, row), *(("phone",) if row.pk in phones else ()), "topic"))
        for row in rows.order_by("-opened_at", "-pk")[:MOST_SHOWN]
    ]


def _same_requester(case: Case) -> Q | None:
    found = Q(pk__in=[])
    if case.enterprise_id is not None:
        found |= Q(enterprise=case.enterprise_id)
    if case.credit_code:
        found |= Q(credit_code=case.credit_code)
    if case.requester_phone:
        found |= Q(pk__in=_by_phone(case).values("pk"))
    return found if case.enterprise_id or case.credit_code or case.requester_phone else None


def _by_phone(case: Case) -> QuerySet[Case]:
    near = {"item": case.item, "topic": case.topic, "opened_at__gte": case.opened_at - ALIKE_WITHIN}
    return Case.objects.order_by().filter(phone_index__finds=case.requester_phone, **near)


def _signals(case: Case, other: Case) -> tuple[str, ...]:
    firm = case.enterprise_id is not None and case.enterprise_id == other.enterprise_id
    code = bool(case.credit_code) and case.credit_code == other.credit_code
    return (*(("firm",) if firm else ()), *(("credit_code",) if code else ()))


@dataclass(frozen=True)
class Heap:
    """An item, topic and county of which so many requesters came: one who asks five times is one."""

    item: str
    topic: str
    prefecture: str
    cases: int


_REQUESTER = Coalesce(
    NullIf("credit_code", Value("")), NullIf("phone_index", Value("")), Cast("pk", CharField())
)


def heaps(at: datetime) -> list[Heap]:
    """Kinds with which KNOT_CASES or more requesters came within KNOT_WITHIN, cases of knots left out."""
    recent = Case.objects.filter(opened_at__gt=at - KNOT_WITHIN, opened_at__lte=at, knot=None)
    recent = recent.exclude(ending__in=[Ending.MERGED, Ending.WITHDRAWN, Ending.NOT_ACCEPTED])
    rows = (
        recent.order_by()
        .values("item", "topic", "prefecture")
        .annotate(cases=Count(_REQUESTER, distinct=True))
    )
    rows = rows.filter(cases__gte=KNOT_CASES).order_by("item", "topic", "prefecture")
    return [Heap(row["item"], row["topic"], row["prefecture"], row["cases"]) for row in rows]


def alike_of(knot: Knot, at: datetime) -> QuerySet[Case]:
    """Cases of the knot's kind that came within KNOT_WITHIN and belong to none."""
    recent = Case.objects.filter(item=knot.item, topic=knot.topic, prefecture=knot.prefecture, knot=None)
    recent = recent.exclude(ending__in=[Ending.MERGED, Ending.WITHDRAWN, Ending.NOT_ACCEPTED])
    return recent.filter(opened_at__gt=at - KNOT_WITHIN, opened_at__lte=at).order_by("pk")
