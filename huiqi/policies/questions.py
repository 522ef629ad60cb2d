"""The check's questions as the rulebook states them: which facts one page asks, and how. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from huiqi.policies.answers import Plain


@dataclass(frozen=True)
class Prompt:
    """How one fact is asked of a firm: the question itself, a hint, an example."""

    label: str
    hint: str = ""
    placeholder: str = ""


@dataclass(frozen=True)
class Gate:
    """A yes-or-no put first; "no" answers `if_no` at once and leaves the rest of the page out."""

    text: str
    if_no: Mapping[str, Plain]


@dataclass(frozen=True)
class Question:
    """One page of the check: a small group of facts that belong together."""

    id: str
    title: str
    facts: tuple[str, ...]
    why: str = ""
    tick: tuple[str, ...] = ()
    gate: Gate | None = None
    first: bool = False
    # The ticks are about lists that authorities keep; a tick is a claim until the list confirms it.
    claimed_list: bool = False

    def facts_in(self, stated: Collection[str]) -> tuple[str, ...]:
        """The facts of this question that are among `stated`."""
        return tuple(name for name in self.facts if name in stated)


@dataclass(frozen=True)
class QuestionBook:
    """All questions in the rulebook's order, and the prompts of facts."""

    questions: tuple[Question, ...]
    prompts: Mapping[str, Prompt] = field(default_factory=dict)

    def get(self, question_id: str) -> Question | None:
        """The question of that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    def asking(self, fact_id: str) -> Question | None:
        """The first question that asks for a fact, or None when none does."""
        return next((question for question in self.questions if fact_id in question.facts), None)
