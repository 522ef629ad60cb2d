"""Reading a check: the row behind a private link, its answers as facts, and how far the person has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import structlog

from huiqi.core import crypto
from huiqi.core.ids import token_digest
from huiqi.policies import selection
from huiqi.policies.answers import Plain
from huiqi.policies.models import Check
from huiqi.policies.questions import Question, QuestionBook
from huiqi.policies.sheet import MAX_QUESTIONS, Sheet, SheetError, from_bytes
from huiqi.reference import judging
from huiqi.rules.catalogue import Facts
from huiqi.rules.explain import Explanation
from huiqi.rules.problems import FactsError

LONGEST_TOKEN = 100
log = structlog.get_logger("huiqi.policies")


def find_check(token: str, at: datetime) -> Check | None:
    """The check whose private link carries `token`, unless it has expired or been deleted."""
    if len(token) > LONGEST_TOKEN:
        return None
    return Check.objects.alive(at).filter(token_digest=token_digest(token)).first()


def read_sheet(check: Check) -> Sheet:
    """The decrypted answers; crypto.Unreadable or SheetError when the key is gone or the text damaged."""
    return from_bytes(crypto.decrypt(check.answers_sealed))


def open_sheet(check: Check) -> Sheet:
    """The answers to show; an empty sheet when they cannot be read, so that the link still works."""
    try:
        return read_sheet(check)
    except (crypto.Unreadable, SheetError):
        log.error("check unreadable", check=check.public_id)
        return Sheet()


def facts_of(values: Mapping[str, Plain]) -> Facts:
    """Stated answers as facts; answers an edited catalogue no longer takes count as not given."""
    try:
        return judging.parse_facts(dict(values))
    except FactsError as error:
        bad = {problem.place for problem in error.problems}
        return judging.parse_facts({name: value for name, value in values.items() if name not in bad})


def private_facts() -> frozenset[str]:
    """Ids of the facts that are not ours to keep."""
    return frozenset(fact.id for fact in judging.rulebook().catalogue.facts.values() if not fact.kept)


@dataclass(frozen=True)
class Standing:
    """Where a person is in the check: answers, verdicts, and what to ask next."""

    check: Check
    sheet: Sheet
    figures: Mapping[str, Plain]
    on: date
    book: QuestionBook

    @cached_property
    def values(self) -> dict[str, Plain]:
        """All answers at hand: the stored ones and those in this browser; kept figures are the later ones."""
        if self.check.keeps_figures:
            return {**self.figures, **self.sheet.values}
        return {**self.sheet.values, **self.figures}

    @cached_property
    def stated(self) -> frozenset[str]:
        """Facts the person has dealt with, here or in another browser."""
        return frozenset(self.values) | self.sheet.elsewhere

    @cached_property
    def missing_here(self) -> tuple[str, ...]:
        """Facts stated in another browser whose figures are not in this one."""
        return judging.rulebook().catalogue.in_order(self.sheet.elsewhere - self.values.keys())

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.values)

    @cached_property
    def explanations(self) -> list[Explanation]:
        return judging.explain_all(self.facts, self.on)

    @cached_property
    def needs(self) -> list[selection.Need]:
        return selection.needs_of(self.explanations)

    @cached_property
    def next_question(self) -> Question | None:
        """The question to ask now, or None after seven or when nothing more would settle anything."""
        if len(self.sheet.trail) >= MAX_QUESTIONS:
            return None
        found = selection.choose_next(self.book.questions, self.sheet.asked, self.stated, self.needs)
        return self.book.get(found) if found else None

    @property
    def announced(self) -> int:
        """The total shown in 第3题/共7题: what could still be asked, never more than announced before."""
        useful = selection.count_useful(self.book.questions, self.sheet.asked, self.stated, self.needs)
        return min(self.sheet.announced, MAX_QUESTIONS, len(self.sheet.trail) + useful)

    def shown_facts(self, question: Question) -> tuple[str, ...]:
        """The facts of a question worth asking: those answered already and those a policy still needs."""
        if question.first:
            return question.facts
        wanted = selection.open_facts(self.needs, ()) | self.stated
        if question.gate:
            wanted |= question.gate.if_no.keys()
        return tuple(name for name in question.facts if name in wanted) or question.facts

    def place_of(self, question_id: str) -> int:
        """The question's number on screen, from 1; one asked beyond the trail stands at its end."""
        asked = self.sheet.asked
        return (asked.index(question_id) if question_id in asked else len(asked)) + 1

    def after(self, question_id: str) -> Question | None:
        """The question that follows: the next one of the trail, or the one to ask now."""
        asked = self.sheet.asked
        if question_id in asked[:-1]:
            return self.book.get(asked[asked.index(question_id) + 1])
        return self.next_question

    def before(self, question_id: str) -> Question | None:
        """The question asked before this one."""
        asked = self.sheet.asked
        place = asked.index(question_id) if question_id in asked else len(asked)
        return self.book.get(asked[place - 1]) if place else None
