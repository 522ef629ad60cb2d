"""The check's questions as the rulebook states them: which facts one page asks, and how. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Prompt:
    """How one fact is asked of a firm; empty texts fall back to the catalogue's label."""

    label: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """One page of the check: a small group of facts that belong together."""

    id: str
    title: str
    facts: tuple[str, ...]
    why: str = ""
    first: bool = False


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
