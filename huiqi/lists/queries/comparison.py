"""Reading comparisons: who may see which, what they answer on a day, the log a firm can see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.queries.people import posts_of
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.statements import catalogue
from huiqi.lists.answers import Question, value_of
from huiqi.lists.models import Comparison, ComparisonLine, ComparisonState
from huiqi.rules.catalogue import Value


def questions_of(comparison: Comparison) -> tuple[Question, ...]:
    """The questions as the reader of answers takes them."""
    return tuple(
        Question(one["id"], one["label"], one["kind"], tuple(one["choices"]), one["fact"])
        for one in comparison.questions
    )


def _units_with(user: User, power: Power, today: date) -> list[Unit]:
    return [post.unit for post in posts_of(user, today) if post.unit and power in POWERS[post.role]]


def comparisons_of(user: User, today: date) -> QuerySet[Comparison]:
    """What the person's units ask, newest first."""
    rows = Comparison.objects.filter(unit__in=_units_with(user, Power.COMPARE_LISTS, today))
    return rows.select_related("authority", "unit").order_by("-created_at", "-pk")


def comparisons_asked_of(user: User, today: date) -> QuerySet[Comparison]:
    """What was sent to the person's authority, newest first."""
    sent = [ComparisonState.SENT, ComparisonState.ANSWERED]
    units = _units_with(user, Power.ANSWER_COMPARISONS, today)
    rows = Comparison.objects.filter(authority__in=units, state__in=sent)
    return rows.select_related("authority", "unit").order_by("-sent_at", "-pk")


def authorities() -> QuerySet[Unit]:
    """Whom one may ask."""
    return Unit.objects.filter(kind=UnitKind.AUTHORITY, is_active=True).order_by("region", "name")


@dataclass(frozen=True)
class Progress:
    """How many firms are asked about and how many answered."""

    firms: int
    answered: int


def progress_of(comparison: Comparison) -> Progress:
    """Counted in one query."""
    counts = comparison.lines.aggregate(firms=Count("pk"), answered=Count("pk", filter=~Q(as_of=None)))
    return Progress(**counts)


@dataclass(frozen=True)
class AnswerCount:
    """How often each answer was given to a question."""

    label: str
    counts: tuple[tuple[str, int], ...]


def answer_counts(comparison: Comparison) -> list[AnswerCount]:
    """The answers by question; a count per answer, unknown last."""
    found = []
    answered = comparison.lines.exclude(answers=None)
    for question in questions_of(comparison):
        rows = answered.values(f"answers__{question.id}").annotate(n=Count("pk"))
        counts = {
            row[f"answers__{question.id}"]: row["n"] for row in rows.order_by(f"answers__{question.id}")
        }
        named = sorted((key, n) for key, n in counts.items() if key is not None)
        found.append(AnswerCount(question.label, (*named, ("", counts.get(None, 0)))))
    return found


def answers_on(
    enterprise_ids: Sequence[int], on: date, known_on: date | None = None
) -> dict[int, dict[str, Value]]:
    """What unexpired answers say of each firm on a day, by fact: for facts the register itself may not keep.

    Newer answers override older ones. After a comparison's term, or its withdrawal, the fact is unknown; an
    answer that came after `known_on` was not known then.
    """
    facts = catalogue().facts
    lines = ComparisonLine.objects.filter(
        enterprise__in=enterprise_ids,
        comparison__in=Comparison.objects.speaking_on(on),
        as_of__lte=on,
        answers__isnull=False,
    )
    if known_on is not None:
        lines = lines.filter(filing__recorded_at__date__lte=known_on)
    found: dict[int, dict[str, Value]] = {pk: {} for pk in enterprise_ids}
    for line in lines.select_related("comparison").order_by("as_of", "pk"):
        for question in questions_of(line.comparison):
            fact = facts.get(question.fact) if question.fact else None
            given = (line.answers or {}).get(question.id)
            if fact is not None and not fact.kept and given is not None:
                found[line.enterprise_id][fact.id] = value_of(question, given, fact.values)
    return found


@dataclass(frozen=True)
class LogLine:
    """One use of the firm's credit code, as the firm may see it."""

    comparison: Comparison
    answers: tuple[tuple[str, str], ...]
    as_of: date | None
    is_over: bool


def log_of(enterprise: Enterprise, on: date) -> list[LogLine]:
    """Every comparison the firm's code was sent in: to whom, why, on what basis, until when, the answer."""
    lines = ComparisonLine.objects.filter(
        Q(enterprise=enterprise) | Q(enterprise__merged_into=enterprise), comparison__sent_at__isnull=False
    ).select_related("comparison", "comparison__authority", "comparison__unit")
    found = []
    for line in lines.order_by("-comparison__sent_at", "-pk"):
        over = line.comparison.expires_on < on or line.comparison.state == ComparisonState.WITHDRAWN
        answers = () if over or line.answers is None else _worded(line)
        found.append(LogLine(line.comparison, answers, line.as_of, over))
    return found


def _worded(line: ComparisonLine) -> tuple[tuple[str, str], ...]:
    given = line.answers or {}
    return tuple((one.label, given.get(one.id, "")) for one in questions_of(line.comparison))
