"""The funnel entitled → told → applied → decided → arrived, by policy and county, with medians of days."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from django.db.models import Count, Q, Sum

from huiqi.reach.models.journeys import JourneyQuerySet
from huiqi.reach.queries.entitled import Register
from huiqi.reach.queries.preparations import authority_words, title_of
from huiqi.reach.queries.reasons import with_reason
from huiqi.reach.steps import ORDER, Outcome, Reason, Step, at_least, weighted_median
from huiqi.reach.words import place_namer
from huiqi.reference.working_days import Basis, working_days_between
from huiqi.runs.queries.totals import Entitled

# From which day to which, and how the stretch is called.
STRETCHES = (
    ("told", "listed_on", "told_on"),
    ("applied", "told_on", "applied_on"),
    ("decided", "applied_on", "decided_on"),
    ("arrived", "decided_on", "arrived_on"),
)
BAR = 100


@dataclass(frozen=True)
class Bar:
    """One step of a funnel: how many came at least so far, how wide to draw it, the days it took."""

    step: Step
    firms: int
    here: int
    width: float
    days: int | None = None
    measured: int = 0


@dataclass(frozen=True)
class Funnel:
    """One policy edition (in one county, or everywhere in the reader's scope)."""

    policy: str
    title: str
    authority: str
    edition: str
    county: str
    county_name: str
    bars: tuple[Bar, ...]
    refused: int
    own_word: int  # of the arrived: only by the firm's or a survey's word
    amount_fen: int | None
    reasons: tuple[tuple[Reason, int], ...] = ()
    register: Entitled | None = None  # by the newest run of the same edition; None without one

    @property
    def beyond_lists(self) -> int:
        """How many more fit by the newest run than were ever listed as fitting; never below 0, as firms that
        were listed may have stopped fitting since."""
        listed = next(bar.firms for bar in self.bars if bar.step is Step.ENTITLED)
        return max(self.register.eligible - listed, 0) if self.register is not None else 0

    @property
    def total(self) -> int:
        """Everybody: each firm is in exactly one furthest step."""
        return self.bars[0].firms

    @property
    def arrived(self) -> int:
        """How many have it."""
        return self.bars[-1].firms

    @property
    def share(self) -> int:
        """Arrived of all, in whole per cent, rounded down."""
        return self.arrived * 100 // self.total if self.total else 0


Key = tuple[str, str, str]


def funnels(
    rows: JourneyQuerySet, today: date, *, by_county: bool, register: Register | None = None
) -> list[Funnel]:
    """One funnel a policy edition, by county if asked, each beside what the newest run found; a fixed
    number of queries."""
    keys = ["policy", "edition", *(["enterprise__prefecture"] if by_county else [])]
    steps: dict[Key, dict[str, int]] = defaultdict(dict)
    for *key, step, firms in rows.order_by(*keys, "step").values_list(*keys, "step").annotate(n=Count("pk")):
        steps[_key(key)][step] = firms
    extra = {_key(key): tuple(more) for key, more in _extras(rows, keys)}
    reasons = _reasons(rows, keys, today)
    days = _days(rows, keys, today)
    name = place_namer()
    found = [_funnel(key, counts, extra[key], reasons[key], days[key], name) for key, counts in steps.items()]
    if register is None:
        return found
    return [replace(one, register=register.found.get((one.policy, one.edition, one.county))) for one in found]


def _key(parts: Sequence[str | None]) -> Key:
    policy, edition, county = [*parts, ""][:3]
    return policy or "", edition or "", county or ""


def _extras(rows: JourneyQuerySet, keys: list[str]) -> list[tuple[list[str], list[int | None]]]:
    counted = (
        rows.order_by(*keys)
        .values_list(*keys)
        .annotate(
            refused=Count("pk", filter=Q(step=Step.DECIDED, outcome=Outcome.REFUSED)),
            own_word=Count("pk", filter=Q(step=Step.ARRIVED) & ~Q(arrived_source="authority")),
            fen=Sum("amount_fen"),
        )
    )
    return [(list(row[:-3]), list(row[-3:])) for row in counted]


def _reasons(rows: JourneyQuerySet, keys: list[str], today: date) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    counted = with_reason(rows, today).filter(~Q(reason="")).order_by(*keys, "reason")
    for *key, reason, firms in counted.values_list(*keys, "reason").annotate(n=Count("pk")):
        found[_key(key)][reason] = firms
    return found


def _days(rows: JourneyQuerySet, keys: list[str], today: date) -> dict[Key, dict[str, dict[int, int]]]:
    """How many took how many working days, by stretch; pairs of days are few however many the firms."""
    basis = Basis(known_on=today)

    @cache
    def between(start: date, end: date) -> int:
        return working_days_between(start, end, basis)

    found: dict[Key, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for name, first, last in STRETCHES:
        taken = rows.filter(**{f"{first}__isnull": False, f"{last}__isnull": False}).order_by(
            *keys, first, last
        )
        for *key, start, end, firms in taken.values_list(*keys, first, last).annotate(n=Count("pk")):
            if start <= end:  # a firm that applied before it was told took no days from being told
                found[_key(key)][name][between(start, end)] += firms
    return found


def _funnel(  # noqa: PLR0913  each is one part of the row
    key: Key,
    counts: Mapping[str, int],
    extra: tuple[int | None, ...],
    reasons: Mapping[str, int],
    days: Mapping[str, Mapping[int, int]],
    name: Callable[[str | None], str],
) -> Funnel:
    policy, edition, county = key
    reached = at_least(counts)
    total = reached[Step.UNSETTLED]
    refused, own_word, fen = extra
    bars = tuple(
        Bar(
            step,
            reached[step],
            counts.get(step, 0),
            reached[step] * BAR / total if total else 0,
            weighted_median(days.get(step.value, {})),
            sum(days.get(step.value, {}).values()),
        )
        for step in ORDER
    )
    return Funnel(
        policy=policy,
        title=title_of(policy),
        authority=authority_words(policy),
        edition=edition,
        county=county,
        county_name=name(county),
        bars=bars,
        refused=refused or 0,
        own_word=own_word or 0,
        amount_fen=fen,
        reasons=tuple((reason, reasons[reason.value]) for reason in Reason if reasons.get(reason.value)),
    )
