"""The policies that fit by what was just answered: judged at once, nothing of it is kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from huiqi.policies.queries.check import facts_of
from huiqi.policies.queries.fact_words import fact_label
from huiqi.policies.queries.question_book import question_book
from huiqi.policies.queries.result import ELIGIBLE, NEAR, UNKNOWN, Row, result_of
from huiqi.policies.questions import QuestionBook
from huiqi.questionnaires.fact_answers import Plain
from huiqi.questionnaires.xform.session import Session
from huiqi.reference import judging
from huiqi.rules.catalogue import Facts
from huiqi.rules.explain import Explanation
from huiqi.surveys.queries.meaning import stated_facts

MOST_SHOWN, MOST_ASKED = 6, 6
# Every firm that is asked here is of this province; forms do not ask it again.
PROVINCE = "430000"


@dataclass(frozen=True)
class AnswerStanding:
    """The facts of one form before the policies of a day."""

    on: date
    values: Mapping[str, Plain]

    @cached_property
    def facts(self) -> Facts:
        """What was answered, on the firm's own figures."""
        return facts_of(dict(self.values))

    @property
    def book(self) -> QuestionBook:
        """The questions of the check: they name what a firm can say of itself."""
        return question_book()

    @cached_property
    def explanations(self) -> list[Explanation]:
        """Every policy's verdict with its reasons."""
        return judging.explain_all(self.facts, self.on)


@dataclass(frozen=True)
class Fitting:
    """What the page shows: the first of each group, how many there are, and what would settle more."""

    on: date
    eligible: Sequence[Row]
    near: Sequence[Row]
    eligible_count: int
    near_count: int
    unknown_count: int
    asked: Sequence[str]


def fitting(session: Session, on: date) -> Fitting | None:
    """By the facts of the answers; None when the form states none."""
    values = stated_facts(session)
    if not values:
        return None
    result = result_of(AnswerStanding(on, {"province": PROVINCE, **values}))
    groups = result.groups
    counts = Counter(fact.id for row in groups[UNKNOWN] for fact in row.firm_facts)
    facts = judging.rulebook().catalogue.facts
    asked = [fact_label(facts[name]) for name, _count in counts.most_common(MOST_ASKED)]
    return Fitting(
        on,
        groups[ELIGIBLE][:MOST_SHOWN],
        groups[NEAR][:MOST_SHOWN],
        len(groups[ELIGIBLE]),
        len(groups[NEAR]),
        len(groups[UNKNOWN]),
        asked,
    )
