"""What was asked: the names, labels and choices that give a column of answers its meaning. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

MOST_CHOICES_OF_MULTIPLE = 62  # they are bits of one signed 64-bit number


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"


class Direction(StrEnum):
    """What a choice says of a change: the part it plays in a diffusion index."""

    UP = "up"
    SAME = "same"
    DOWN = "down"


@dataclass(frozen=True)
class Choice:
    """One answer that may be chosen.

    `direction` places it on a scale of change (worse, same, better; or fell, same, rose). `score`, from
    -1 to +1, places it on a scale of sentiment. Without either it takes no part in an index ("don't know").
    """

    name: str
    label: str
    direction: Direction | None = None
    score: float | None = None


@dataclass(frozen=True)
class Question:
    """A question, or a column of the frame (industry, size, county) with the same shape.

    `is_inverse`: more is worse (costs) or up means slower (times of delivery), so its index is turned round.
    `is_ordered`: the choices stand in an order, so "at most" makes sense.
    """

    name: str
    label: str
    kind: Kind
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    is_inverse: bool = False
    is_ordered: bool = False

    def __post_init__(self) -> None:
        names = [choice.name for choice in self.choices]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a choice stands twice")
        if self.kind in (Kind.SINGLE, Kind.MULTIPLE) and not names:
            raise ValueError(f"{self.name}: no choices")
        if self.kind is Kind.MULTIPLE and len(names) > MOST_CHOICES_OF_MULTIPLE:
            raise ValueError(f"{self.name}: more than {MOST_CHOICES_OF_MULTIPLE} choices")

    def code_of(self, name: str) -> int:
        """The place of a choice; KeyError when there is no such choice."""
        for code, choice in enumerate(self.choices):
            if choice.name == name:
                return code
        raise KeyError(f"{self.name}={name}")


@dataclass(frozen=True)
class Codebook:
    """All questions of a questionnaire and, as `strata`, the columns known of every firm of the frame."""

    title: str
    questions: tuple[Question, ...]
    strata: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError("a column stands twice")

    @property
    def columns(self) -> tuple[Question, ...]:
        """What is known of the firm, then what it said."""
        return self.strata + self.questions

    def column(self, name: str) -> Question:
        """The column of that name; refuses a name nobody knows."""
        for column in self.columns:
            if column.name == name:
                return column
        told = Message(gettext_noop("问卷里没有名为“%(name)s”的题目。请核对题目名称。"), {"name": name})
        raise Refused("surveys.unknown_question", told)

    def to_json(self) -> str:
        """The codebook as text that `from_json` reads back; files of micro-data carry it along."""
        told = {
            "title": self.title,
            "questions": [_told(question) for question in self.questions],
            "strata": [_told(question) for question in self.strata],
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Codebook:
    """The codebook that `Codebook.to_json` wrote."""
    told = json.loads(text)
    return Codebook(
        told["title"],
        tuple(_question(each) for each in told["questions"]),
        tuple(_question(each) for each in told["strata"]),
    )


def _told(question: Question) -> dict[str, object]:
    return {
        "name": question.name,
        "label": question.label,
        "kind": question.kind,
        "unit": question.unit,
        "is_inverse": question.is_inverse,
        "is_ordered": question.is_ordered,
        "choices": [[each.name, each.label, each.direction, each.score] for each in question.choices],
    }


def _question(told: Mapping[str, object]) -> Question:
    values = dict(told)
    choices = values.pop("choices")
    kind = Kind(str(values.pop("kind")))
    made = tuple(
        Choice(name, label, Direction(direction) if direction else None, score)
        for name, label, direction, score in choices  # type: ignore[attr-defined]
    )
    return Question(kind=kind, choices=made, **values)  # type: ignore[arg-type]
