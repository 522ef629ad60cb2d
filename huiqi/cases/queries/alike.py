"""Cases that look like one another: likely duplicates of one, and many alike that make a knot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from huiqi.cases.models import Case, CaseQuerySet, Knot
from huiqi.cases.workflow import Ending

# Facts: the same firm, class and counterparty within 30 days is proposed as one; a person decides.
ALIKE_WITHIN = timedelta(days=30)
MOST_SHOWN = 10
# What lists of such cases show; the texts stay encrypted where they lie.
SHOWN = ("public_id", "number", "title", "state", "opened_at", "enterprise", "credit_code", "lead")
# So many alike within so many days are proposed as a knot 堵点. No rule names figures; both are ours.
KNOT_CASES = 5
KNOT_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Alike:
    """A case that may be the same matter, and what speaks for it: `firm`, `credit_code`, `phone`, and
    `topic` (the same item and topic). Always one of the first three and the last: two signals."""

    case: Case
    signals: tuple[str, ...]


def likely_duplicates(case: Case, among: CaseQuerySet | None = None) -> list[Alike]:
    """Cases of the same requester about the same topic within 30 days, the newest first, merged ones left
    out; `among`: of these alone. Two queries. Only proposals: nothing merges by itself, and a case without
    any identity is like no other."""
    said = _same_requester(case)
    if not said:
        return []
    near = Q(opened_at__gte=case.opened_at - ALIKE_WITHIN, opened_at__lte=case.opened_at + ALIKE_WITHIN)
    rows = Case.objects.all() if among is None else among
    rows = rows.filter(near, pk__in=said, item=case.item, topic=case.topic).exclude(ending=Ending.MERGED)
    rows = rows.select_related("lead").only(*SHOWN, "lead__name").order_by("-opened_at", "-pk")
    return [
        Alike(row, (*_signals(case, row), *(("phone",) if "phone" in said[row.pk] else ()), "topic"))
        for row in rows[:MOST_SHOWN]
    ]


def _same_requester(case: Case) -> dict[int, set[str]]:
    """Keys of other cases of this firm, code or telephone, each with which of them; every one is sought by
    its own index."""
    every = Case.objects.order_by()
    parts = []
    if case.enterprise_id is not None:
        parts.append(every.filter(enterprise=case.enterprise_id).values_list("pk", Value("firm")))
    if case.credit_code:
        parts.append(every.filter(credit_code=case.credit_code).values_list("pk", Value("credit_code")))
    if case.requester_phone:
        by_phone = every.filter(phone_index__finds=case.requester_phone)
        parts.append(by_phone.values_list("pk", Value("phone")))
    found: dict[int, set[str]] = {}
    for key, signal in parts[0].union(*parts[1:]) if parts else ():
        if key != case.pk:
            found.setdefault(key, set()).add(signal)
    return found


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
