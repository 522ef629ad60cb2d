"""What an agent sees during a call: of the caller's own cases a few public columns, never the file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from huiqi.accounts.models import User
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Case, CaseQuerySet, ItemEdition
from huiqi.cases.public_words import PublicWord, public_word
from huiqi.cases.queries.suggestions import suggest_topics
from huiqi.cases.suggesting import TopicSuggestion
from huiqi.cases.workflow import OPEN, State
from huiqi.hotline.models import Call, Pop, Proof

MOST_CASES = 20
# Ours: after so long nobody waits on the line any more.
RINGS = timedelta(seconds=90)
_COLUMNS = (
    *("number", "public_id", "title", "state", "ending", "opened_at", "due_at", "answered_at", "ended_at"),
    *("version", "is_paused", "desk__name", "lead__name"),
)


@dataclass(frozen=True)
class CallerCase:
    """One line: number, title, public status, office, dates. Nothing else of the file."""

    case: Case
    word: PublicWord
    office: str

    @property
    def may_message(self) -> bool:
        """Whether the caller may still add to it or take it back."""
        return self.case.state in OPEN

    @property
    def is_awaited(self) -> bool:
        """Whether the office waits for a supplement."""
        return self.case.state == State.SUPPLEMENTING


def open_call(agent: Any, wall: datetime) -> Call | None:
    """The agent's call that goes on, or None."""
    return Call.objects.open_of(agent, wall).first()


def cases_of_caller(call: Call) -> CaseQuerySet:
    """The cases of the caller's number; none until the number is proven."""
    if call.proof == Proof.NONE:
        return Case.objects.none()
    return Case.objects.filter(phone_index__finds=call.phone)


def caller_lines(call: Call) -> list[CallerCase]:
    """The newest of them, as the agent may read them."""
    rows = cases_of_caller(call).select_related("desk", "lead").only(*_COLUMNS)
    found = rows.order_by("-opened_at", "-pk")[:MOST_CASES]
    return [CallerCase(row, public_word(row), (row.lead or row.desk).name) for row in found]


def pops_ringing(wall: datetime) -> QuerySet[Pop]:
    """What rings now, the newest first."""
    return Pop.objects.filter(taken_at=None, rang_at__gt=wall - RINGS).order_by("-rang_at", "-pk")


def offered_by_phone() -> list[ItemDefinition]:
    """Service items an agent may take down in a few words: open to the public, nothing further required.
    Requests 企业诉求 always come first; what belongs to a special item the desk asks for."""
    rows = ItemEdition.objects.current().order_by("item")
    found = [row.definition for row in rows]
    plain = [each for each in found if each.is_open_to_public and not _asks_more(each)]
    return sorted(plain, key=lambda each: (each.kind != "request", each.id))


def _asks_more(definition: ItemDefinition) -> bool:
    return definition.kind not in {"request", "enquiry"} and any(
        each.is_required for each in definition.fields
    )


def suggest_matters(
    definitions: list[ItemDefinition], text: str, *, at: datetime
) -> list[tuple[ItemDefinition, TopicSuggestion]]:
    """Items and topics a text suggests, the likeliest first; one query an item."""
    found = [(each, one) for each in definitions for one in suggest_topics(each, text, at=at)[:2]]
    return sorted(found, key=lambda pair: -pair[1].score)[:3]


def recent_calls(agent: User, since: datetime) -> QuerySet[Call]:
    """The agent's calls of the shift, without their numbers."""
    return Call.objects.filter(agent=agent, started_at__gte=since).defer("phone").order_by("-started_at")[:10]
