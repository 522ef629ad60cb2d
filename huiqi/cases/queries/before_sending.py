"""What the asker sees before sending: the own requests that look alike, approved answers, policies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from huiqi.cases.hints import HINTS, Hint
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Case
from huiqi.cases.public_words import PublicWord, public_word
from huiqi.cases.queries.alike import ALIKE_WITHIN
from huiqi.cases.workflow import Ending

log = structlog.get_logger("huiqi.cases")
_MOST = 5


@dataclass(frozen=True)
class Earlier:
    """An own request that may be the same matter."""

    case: Case
    word: PublicWord


@dataclass(frozen=True)
class BeforeSending:
    """None of it keeps anybody from sending."""

    earlier: Sequence[Earlier]
    answers: Sequence[Hint]
    policies: Sequence[Hint]


def before_sending(
    definition: ItemDefinition, topic_id: str, words: str, user: Any, at: datetime
) -> BeforeSending:
    """What may help the asker of this item and topic."""
    topic = definition.topic(topic_id)
    return BeforeSending(
        earlier_of(user, definition.id, at),
        _asked(lambda: HINTS.answers(definition.id, topic_id, words)),
        _asked(lambda: HINTS.policies(topic.policies if topic else ())),
    )


def _asked(ask: Callable[[], Sequence[Hint]]) -> Sequence[Hint]:
    """What a slot offers; one that fails offers nothing, since a hint must not keep anybody from sending."""
    try:
        return tuple(ask())[:_MOST]
    except Exception:
        log.exception("hint failed")
        return ()


def earlier_of(user: Any, item: str, at: datetime) -> list[Earlier]:
    """The account's own requests of the item within 30 days, merged and withdrawn ones left out.

    A visitor's number or credit code proves nothing, so that a visitor is shown none: whoever typed another's
    number would read what that person asked.
    """
    rows = Case.objects.asked_by(user).filter(item=item, opened_at__gte=at - ALIKE_WITHIN)
    rows = rows.exclude(ending__in=[Ending.MERGED, Ending.WITHDRAWN]).select_related("lead", "desk")
    return [Earlier(row, public_word(row)) for row in rows.order_by("-opened_at", "-pk")[:_MOST]]
