"""A service item 事项 as its content says: what may be asked, of whom, in what time, with what right. Pure.

Read from rulebook/services/*.yaml (shipped) or from a draft edited on the site (same shape as JSON).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from huiqi.workflow.terms import Limit


class Authority(StrEnum):
    """Our right over the matter (design: an office assigns only below itself or with a mandate)."""

    ASSIGN = "assign"  # 交办
    CONSULT = "consult"  # 商请
    FORWARD = "forward"  # 转送
    INFORM = "inform"  # 告知


class FieldKind(StrEnum):
    """What a field of the form takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    MONEY = "money"  # typed in 元 or 万元, kept in fen
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    CREDIT_CODE = "credit_code"
    PHONE = "phone"


@dataclass(frozen=True)
class Sourced:
    """Where a figure or rule comes from and how far it was verified (GAP: not found)."""

    confidence: str
    source: str


@dataclass(frozen=True)
class Field:
    """One question of the form, asked in plain words."""

    id: str
    label: str
    kind: FieldKind
    is_required: bool = True
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (code, label)
    unit: str = ""
    most: int | None = None  # characters of a text, or the largest number
    is_personal: bool = False  # a person's own data: encrypted, masked, registered in personal.yaml
    shown_if: tuple[str, str] | None = None  # (field id, choice code or "yes")


@dataclass(frozen=True)
class Lead:
    """Who leads: our own office of the requester's region, or another authority by its function."""

    function: str  # "sme" is our own line of offices, else a Unit.function such as "tax"
    level: str  # county | city | province
    authority: Authority


@dataclass(frozen=True)
class Topic:
    """A kind of matter within an item. `words` are what a text about it tends to say."""

    id: str
    title: str
    lead: Lead
    words: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()  # ids of policies worth showing before sending


@dataclass(frozen=True)
class StageLimit:
    """How long a stage may take for an urgency ("" = any)."""

    stage: str
    urgency: str
    limit: Limit
    basis: Sourced


@dataclass(frozen=True)
class Rung:
    """A step of the escalation ladder: so long after the end of the handling term the case goes up."""

    level: str  # city | province | leading_group
    after: Limit
    basis: Sourced


@dataclass(frozen=True)
class ItemDefinition:
    """One service item. `needs_proof` are endings that are closed only with a file as proof."""

    id: str
    title: str
    summary: str
    kind: str  # request enquiry arrears legal shortage green_channel licence loan
    guide: str
    topics: tuple[Topic, ...]
    limits: tuple[StageLimit, ...]
    fields: tuple[Field, ...] = ()
    ladder: tuple[Rung, ...] = ()
    refusal_reasons: tuple[tuple[str, str], ...] = ()  # (code, label)
    return_reasons: tuple[tuple[str, str], ...] = ()
    needs_proof: frozenset[str] = frozenset()
    masks_requester: bool = False
    is_open_to_public: bool = True
    title_en: str = ""
    # The form id of the questionnaire asked beside the plain fields, "" for none.
    questionnaire: str = ""
    gaps: tuple[str, ...] = ()
    sources: tuple[Mapping[str, str], ...] = field(default=(), compare=False)

    def topic(self, topic_id: str) -> Topic | None:
        """The topic of that id, or None."""
        return next((topic for topic in self.topics if topic.id == topic_id), None)

    def limit_for(self, stage: str, urgency: str) -> StageLimit | None:
        """The limit for the urgency, else the one for any urgency, else None: the stage has no clock."""
        found = [each for each in self.limits if each.stage == stage and each.urgency in (urgency, "")]
        return max(found, key=lambda each: each.urgency != "", default=None)
