"""A questionnaire as it is worked with: places, questions, groups, words, and the rules between them. Pure.

A Form is made once by reading.py, never changes and may be shared by threads. Paths are those of the XForm
without positions (`/data/people/name`); a filled-in place inside a repeat has positions from 1
(`/data/people[2]/name`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from huiqi.core.messages import Message
from huiqi.questionnaires.xpath.compiling import Expression
from huiqi.questionnaires.xpath.problems import NO_ADVICE
from huiqi.questionnaires.xpath.tree import Node


class Kind(Enum):
    """What a question takes. HIDDEN has no question on a page: calculations, metadata, hidden values."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    RANGE = "range"
    NOTE = "note"
    ACKNOWLEDGE = "acknowledge"
    GEOPOINT = "geopoint"
    IMAGE = "image"
    FILE = "file"
    HIDDEN = "hidden"


# Kinds whose answer is made of a list's names.
CHOOSING = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})


@dataclass(frozen=True)
class Fault:
    """Something in a form that can not be used: where (path and attribute), what, and what to do."""

    path: str
    aspect: str
    said: Message
    advice: Message = NO_ADVICE

    def __str__(self) -> str:
        return f"{self.path} {self.aspect}：{self.said}{self.advice}"


class FormError(Exception):
    """A form that is not supported; `faults` is never empty."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


Part = str | Expression
Words = Mapping[str, tuple[Part, ...]]
"""Language → text with expressions in it; the language "" serves all."""


@dataclass(frozen=True)
class Choice:
    """One option of a question, as shown."""

    value: str
    label: str


@dataclass(frozen=True)
class Inline:
    """An option written into the question itself."""

    value: str
    words: Words


@dataclass(frozen=True)
class Itemset:
    """Options taken from nodes: a list of the form, or earlier answers. `label` runs on an option's node."""

    nodes: Expression
    value_name: str
    label_name: str
    label: Expression | None = None
    # The list is the same whatever is answered, so its values are worth keeping.
    is_constant: bool = False


@dataclass(frozen=True)
class Range:
    """The scale of a range question."""

    start: float
    end: float
    step: float


FIRST_LOAD, NEW_REPEAT, CHANGED = "odk-instance-first-load", "odk-new-repeat", "xforms-value-changed"
# What actions of the model, of groups and of repeats hear, and what those inside a question hear.
OPENING_EVENTS, CHANGE_EVENTS = frozenset({FIRST_LOAD, NEW_REPEAT}), frozenset({CHANGED})


@dataclass(frozen=True)
class SetValue:
    """A value set by an event."""

    path: str
    events: frozenset[str]
    value: Expression | None
    text: str = ""


@dataclass(frozen=True)
class Meaning:
    """What an answer means to the site: a fact of the catalogue (in this unit), or how far policies reach."""

    fact: str = ""
    unit: str = ""  # yuan or wan for money, percent for ratios
    policies: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequestRule:
    """An answer that may become a request: when, to which item and topic, and what is filled in for it.

    `key` names the rule in its version. `title`, `text` and `fields` (id of the item's field, template) are
    templates with `${name}` for answers in words; `attach` are the places shown to who handles it ((): all).
    """

    key: str
    when: Expression
    item: str
    topic: str
    title: str
    text: str
    attach: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bind:
    """The rules of one place."""

    type: str = "string"
    relevant: Expression | None = None
    required: Expression | None = None
    constraint: Expression | None = None
    calculate: Expression | None = None
    readonly: Expression | None = None
    constraint_message: Words = field(default_factory=dict)
    required_message: Words = field(default_factory=dict)
    preload: str = ""
    preload_parameter: str = ""
    meaning: Meaning | None = None


@dataclass(eq=False)
class Slot:
    """One place of a form's document, its default and its rules."""

    name: str
    path: str
    default: str = ""
    is_repeat: bool = False
    # Instances a new filling begins with.
    initial: int = 1
    children: dict[str, "Slot"] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    bind: Bind = field(default_factory=Bind)


@dataclass(frozen=True)
class Question:
    """A question on a page."""

    path: str
    kind: Kind
    label: Words
    hint: Words
    guidance: Words
    appearance: frozenset[str]
    choices: Itemset | tuple[Inline, ...] | None = None
    range: Range | None = None
    accept: str = ""
    rows: int = 0
    changes: tuple[SetValue, ...] = ()


@dataclass(frozen=True)
class Group:
    """Questions that belong together. `path` is "" when the group is only on the page."""

    path: str
    label: Words
    appearance: frozenset[str]
    children: tuple["Item", ...]


@dataclass(frozen=True)
class Repeat:
    """A group that may be answered several times."""

    path: str
    label: Words
    appearance: frozenset[str]
    children: tuple["Item", ...]
    # How many instances there are, when the form decides it; else people add and remove.
    count: Expression | None = None
    is_fixed: bool = False


Item = Question | Group | Repeat


class RuleKind(Enum):
    COUNT = "count"
    RELEVANT = "relevant"
    CALCULATE = "calculate"


@dataclass(frozen=True)
class Rule:
    """One thing to work out, in its turn."""

    kind: RuleKind
    path: str
    expression: Expression


@dataclass(frozen=True, eq=False)
class Form:
    """A questionnaire that can be filled in and checked."""

    title: str
    id: str
    version: str
    root: Slot
    slots: Mapping[str, Slot]
    body: tuple[Item, ...]
    questions: Mapping[str, Question]
    repeats: Mapping[str, Repeat]
    rules: tuple[Rule, ...]
    set_values: tuple[SetValue, ...]
    instances: Mapping[str, Node]
    languages: tuple[str, ...]
    default_language: str
    texts: Mapping[str, Words]
    instance_name: Expression | None = None
    requests: tuple[RequestRule, ...] = ()

    def text(self, words: Words, language: str) -> tuple[Part, ...]:
        """The parts in a language, else in the form's own, else in any."""
        for key in (language, self.default_language, ""):
            if key in words:
                return words[key]
        return next(iter(words.values()), ())

    def plain_label(self, path: str) -> str:
        """A question's label without expressions, cut for messages; its name when it has none."""
        question = self.questions.get(path)
        parts = self.text(question.label, self.default_language) if question else ()
        said = "".join(part if isinstance(part, str) else "…" for part in parts).strip()
        name = path.rpartition("/")[2]
        first = said.splitlines()[0].strip() if said else name
        return first if len(first) <= 40 else f"{first[:39]}…"
