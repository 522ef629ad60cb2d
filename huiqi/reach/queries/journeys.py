"""The ways of firms for pages: lists as filtered, one firm's ways with every step, whom to call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from huiqi.enterprises.models import Enterprise
from huiqi.reach.models import Call, CallOutcome, Journey, JourneyStep
from huiqi.reach.models.journeys import JourneyQuerySet
from huiqi.reach.queries.preparations import authority_words, title_of
from huiqi.reach.queries.reasons import to_call, with_reason
from huiqi.reach.steps import WAITS_FOR, Outcome, Party, Reason, RefusalCode, Source, Step
from huiqi.reach.words import missing_words
from huiqi.reference.judging import rulebook

# Our own choice: whoever was spoken to is left in peace for a week.
CALL_AGAIN_DAYS = 7


@dataclass(frozen=True)
class Asked:
    """What a list of ways is filtered by; "" filters nothing."""

    q: str = ""
    policy: str = ""
    step: str = ""
    reason: str = ""
    region: str = ""


def filtered(rows: JourneyQuerySet, asked: Asked, today: date) -> JourneyQuerySet:
    """The ways a list shows, with their reasons, newest lists first."""
    rows = with_reason(rows, today)
    if asked.q:
        code = Q(enterprise__credit_code__startswith=asked.q.upper())
        rows = rows.filter(Q(enterprise__name__icontains=asked.q) | code)
    if asked.region:
        low, high = asked.region.ljust(6, "0"), asked.region.ljust(6, "9")
        rows = rows.filter(enterprise__prefecture__gte=low, enterprise__prefecture__lte=high)
    plain = {"policy": asked.policy, "step": asked.step, "reason": asked.reason}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    return rows.select_related("enterprise", "authority").order_by("-listed_on", "-pk")


def policies_among(rows: JourneyQuerySet) -> list[tuple[str, str]]:
    """(id, title) of the policies in these rows, for a filter."""
    found = sorted(set(rows.order_by().values_list("policy", flat=True)))
    return [(policy, title_of(policy)) for policy in found]


@dataclass(frozen=True)
class Line:
    """A step as the firm sees it: what, when, who did it or must."""

    title: str
    when: date | None
    text: str
    is_current: bool = False


@dataclass
class Way:
    """One relief of one firm, from its listing to its arrival, and what comes next."""

    journey: Journey
    title: str
    authority: str
    reason: Reason | None
    lines: list[Line] = field(default_factory=list)

    @property
    def waits_for(self) -> Party | None:
        """Who must act now."""
        return WAITS_FOR[self.reason] if self.reason is not None else None

    @property
    def is_open(self) -> bool:
        """Whether the firm may still say something of it."""
        return self.journey.decided_on is None and self.journey.step != Step.ARRIVED

    @property
    def missing(self) -> str:
        """Which facts that the register may keep are missing, in words: what the firm can supply here."""
        kept = [name for name in self.journey.missing if _is_kept(name)]
        return missing_words(kept) if self.reason is Reason.MISSING else ""

    @property
    def missing_elsewhere(self) -> str:
        """Which missing facts are the authority's alone (tax, social insurance): never asked for here."""
        others = [name for name in self.journey.missing if not _is_kept(name)]
        return missing_words(others) if self.reason is Reason.MISSING else ""

    @property
    def is_wanted(self) -> bool:
        """Whether the firm has not said that it does not need it."""
        return self.reason is not Reason.NOT_NEEDED


def _is_kept(name: str) -> bool:
    fact = rulebook().catalogue.facts.get(name)
    return fact is not None and fact.kept


def ways_of(firm: Enterprise, today: date) -> list[Way]:
    """All ways of a firm, those that have not arrived first; two queries."""
    rows = with_reason(Journey.objects.filter(enterprise=firm), today)
    found = list(rows.select_related("authority", "office").order_by("arrived_on", "-listed_on", "-pk"))
    steps = _steps_of(found)
    ways = [
        Way(
            one,
            title_of(one.policy),
            authority_words(one.policy) or one.authority.name,
            Reason(one.reason) if one.reason else None,
            _lines(one, steps[one.pk]),
        )
        for one in found
    ]
    return sorted(ways, key=lambda way: way.reason is None)


def _steps_of(journeys: Sequence[Journey]) -> dict[int, list[JourneyStep]]:
    found: dict[int, list[JourneyStep]] = defaultdict(list)
    rows = JourneyStep.objects.filter(journey__in=[one.pk for one in journeys]).select_related("by")
    for step in rows.order_by("on", "pk"):
        found[step.journey_id].append(step)
    return found


def _lines(journey: Journey, steps: Sequence[JourneyStep]) -> list[Line]:
    known = {key: str(label) for key, label in (*Step.choices, *Outcome.choices)}
    return [Line(known.get(step.kind, step.kind), step.on, _who(journey, step)) for step in steps]


def _who(journey: Journey, step: JourneyStep) -> str:
    """The responsible office and, for a refusal, why."""
    unit = step.by.name if step.by is not None else str(Source(step.source).label)
    why = f"（{RefusalCode(step.reason_code).label}）" if step.reason_code else ""
    return f"{unit}{why}"


@dataclass(frozen=True)
class FirmToCall:
    """A firm with what it should be rung up about, and the calls that were made."""

    firm: Enterprise
    journeys: tuple[Journey, ...]


def firms_to_call(rows: JourneyQuerySet, today: date, *, reason: str = "") -> list[int]:
    """Keys of the firms a call can help, each once, those told longest ago first; not those spoken to within
    CALL_AGAIN_DAYS nor those tried in vain this very day."""
    wanted = _callable(rows, today)
    if reason:
        wanted = wanted.filter(reason=reason)
    return list(dict.fromkeys(wanted.values_list("enterprise", flat=True)))


def count_to_call(rows: JourneyQuerySet, today: date) -> int:
    """How many firms `firms_to_call` names."""
    count: int = _callable(rows, today).order_by().values("enterprise").distinct().count()
    return count


def _callable(rows: JourneyQuerySet, today: date) -> Any:
    return to_call(rows, today).exclude(enterprise__in=_rung_up(today))


def _rung_up(today: date) -> QuerySet[Call, int]:
    spoken = Q(outcome=CallOutcome.REACHED, on__gt=today - timedelta(days=CALL_AGAIN_DAYS))
    return Call.objects.filter(spoken | Q(on=today)).order_by().values_list("enterprise", flat=True)


def with_journeys(keys: Sequence[int], rows: JourneyQuerySet, today: date) -> list[FirmToCall]:
    """The firms of a page with their open ways, in the order given; two queries."""
    firms = Enterprise.objects.in_bulk(list(keys))
    open_rows: dict[int, list[Journey]] = defaultdict(list)
    for journey in to_call(rows.filter(enterprise__in=list(keys)), today).prefetch_related():
        open_rows[journey.enterprise_id].append(journey)
    return [FirmToCall(firms[pk], tuple(open_rows[pk])) for pk in keys]
