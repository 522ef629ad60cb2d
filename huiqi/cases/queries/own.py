"""A case as its requester sees it: where it stands, what was said, what comes next, what one may do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from huiqi.accounts.roles import Role
from huiqi.cases.items.answers import Answered, answers_in_words
from huiqi.cases.models import Case, CaseQuerySet
from huiqi.cases.public_words import PublicLine, PublicWord, asked_for, public_lines, public_word
from huiqi.cases.queries.promises import Promise, promises
from huiqi.cases.queries.sheets import sheets_of
from huiqi.cases.workflow import OPEN, PROPOSABLE, Ending, State, Word
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of

# As commands.closing, which has the last word.
REOPEN_WITHIN = timedelta(days=30)
_WITH = ("edition", "desk", "lead", "enterprise", "master", "requester")


@dataclass(frozen=True)
class OwnCase:
    """What the page shows. `may` are the acts offered: supplement message withdraw rate reopen."""

    case: Case
    word: PublicWord
    office: str
    lines: Sequence[PublicLine]
    promises: Sequence[Promise]
    asked_for: str
    answered: Sequence[Answered]
    sheets: Sequence[dict[str, Any]]
    files: Sequence[Attachment]
    refusal: str
    may: frozenset[str]

    @property
    def has_answer(self) -> bool:
        """Whether there is an answer the requester may read."""
        return bool(self.case.answer)


def own_cases(user: Any) -> CaseQuerySet:
    """The person's own cases and those of the own firms, newest first."""
    return Case.objects.asked_by(user).select_related(*_WITH).order_by("-opened_at", "-pk")


def case_for_progress(public_id: str) -> Case | None:
    """A case for who proved number and code."""
    return Case.objects.select_related(*_WITH).filter(public_id=public_id).first()


def case_of_number(number: str) -> Case | None:
    """The case of a ten-digit number, or None."""
    if not (number.isascii() and number.isdecimal()):
        return None
    return Case.objects.select_related(*_WITH).filter(number=number).first()


def own_case_of(case: Case, at: datetime) -> OwnCase:
    """The case for its requester. Files are those the requester's side put in, never the offices' own."""
    events = list(case.events.public().select_related("unit").order_by("at", "pk"))
    definition = case.edition.definition
    private = json.loads(case.private_answers) if case.private_answers else {}
    return OwnCase(
        case=case,
        word=public_word(case),
        office=(case.lead or case.desk).name,
        lines=public_lines(events),
        promises=promises(case, at),
        asked_for=asked_for(case, events),
        answered=answers_in_words(definition, case.answers, private),
        sheets=sheets_of(case),
        files=own_files(case),
        refusal=dict(definition.refusal_reasons).get(case.refusal_reason, ""),
        may=acts_of(case, at),
    )


def own_files(case: Case) -> list[Attachment]:
    """What the requester's side put in: the requester, colleagues of the firm, whoever proved to hold the
    phone. Never the offices' own."""
    theirs = Q(uploaded_by=None) | Q(uploaded_by=case.requester_id) | Q(uploaded_by__role=Role.FIRM)
    return list(attachments_of(case).filter(theirs))


def acts_of(case: Case, at: datetime) -> frozenset[str]:
    """The acts the page offers; the commands check again."""
    found = set()
    if case.state in OPEN:
        found |= {"withdraw"}
        found |= {"supplement"} if case.state == State.SUPPLEMENTING else {"message"}
    if case.state == State.CALLING_BACK or _is_ratable(case):
        found |= {"rate"}
    if case.ending in PROPOSABLE and case.ended_at is not None and at <= case.ended_at + REOPEN_WITHIN:
        found |= {"reopen"}
    return frozenset(found)


def _is_ratable(case: Case) -> bool:
    if case.state != State.ENDED:
        return False
    is_merged = case.ending == Ending.MERGED and bool(case.answer) and not case.word
    return case.word == Word.UNREACHABLE or is_merged
