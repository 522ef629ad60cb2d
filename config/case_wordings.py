"""What closed cases give to drafts of approved wording, and approved wording to who is about to ask."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.hints import Hint
from huiqi.cases.models import Case, ItemEdition
from huiqi.cases.workflow import PROPOSABLE, State
from huiqi.core import clock
from huiqi.knowledge.growing import Seed
from huiqi.knowledge.personal_words import without_traces
from huiqi.knowledge.queries.wording import public_wordings, wordings_like

_MOST_HINTS = 3
_MOST_TEXT = 300


def approved_answers(item: str, topic: str, words: str) -> Sequence[Hint]:
    """Public approved answers to what somebody typed, with their source and last day, best first."""
    rows = public_wordings(clock.today()).filter(item__in=["", item])
    return [
        Hint(row.question, reverse("knowledge:answer", args=[row.public_id]), row.answer[:_MOST_TEXT])
        for row in wordings_like(rows, words, _MOST_HINTS)
    ]


def seed_of_case(user: User, number: str, today: date) -> Seed | None:
    """Title and answer of a closed, answered case that the person may see, names and numbers blanked out."""
    if not any(may(user, power, today) for power in (Power.VIEW_CASES, Power.HANDLE_CASES)):
        return None
    case = Case.objects.visible_to(user, today).filter(number=number, state=State.ENDED).first()
    if case is None or not case.answer or case.ending not in PROPOSABLE:
        return None
    names = (case.requester_name, case.requester_phone, case.firm_name, case.credit_code, *_private(case))
    return Seed(
        number=case.number,
        question=without_traces(case.title, names),
        answer=without_traces(case.answer, names),
        item=case.item,
        topic=case.topic,
    )


def _private(case: Case) -> list[str]:
    """Every text of the personal answers: none of it may come along."""
    given: Any = json.loads(case.private_answers) if case.private_answers else {}
    return [value for value in given.values() if isinstance(value, str)] if isinstance(given, dict) else []


def items_of_wording() -> tuple[tuple[str, str], ...]:
    """The service items a wording may belong to."""
    rows = ItemEdition.objects.current().order_by("item")
    return tuple((row.item, row.definition.title) for row in rows)
