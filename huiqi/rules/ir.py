"""The engine's own typed form of an expression: a small frozen tree that every backend emits from.

Nothing of the author's text is left in it but the names of facts and parameters that were found
in the catalogue. Values: booleans are three-valued (Kleene), integers and dates (as day numbers)
are exact, ratios are pairs of integers, enumerations are positions in their fact's list of values,
codes are fixed-width text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Literal


class Kind(Enum):
    BOOL = "bool"
    INT = "int"
    RATIO = "ratio"
    DATE = "date"
    ENUM = "enum"
    CODE = "code"
    TEXT = "text"  # parameters that only inform; no expression may use one


NUMBER = "number"  # the unit of a bare literal, which fits every unit
PLAIN_UNITS = frozenset({"ratio", "none", NUMBER})


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is; `unit` for numbers, `values` for enumerations, `width` for codes."""

    kind: Kind
    unit: str = "none"
    values: tuple[str, ...] = ()
    width: int = 0

    @property
    def is_number(self) -> bool:
        return self.kind is Kind.INT or self.kind is Kind.RATIO


BOOL = Type(Kind.BOOL)
DATE = Type(Kind.DATE, "day")
DAYS = Type(Kind.INT, "day")

Scalar = bool | int | str | Fraction
CompareOp = Literal["=", "<>", "<", "<=", ">", ">="]
ArithmeticOp = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: bool, int (also day number or position in an enumeration), Fraction, or code text."""

    type: Type
    value: Scalar


@dataclass(frozen=True, slots=True)
class FactRef:
    type: Type
    name: str


@dataclass(frozen=True, slots=True)
class ParamRef:
    """A parameter of the policy; bound to the value of the chosen edition before it is emitted."""

    type: Type
    name: str


@dataclass(frozen=True, slots=True)
class Negate:
    type: Type
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    type: Type
    op: ArithmeticOp
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Extreme:
    """greatest or least; unknown as soon as one operand is unknown."""

    type: Type
    greatest: bool
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Compare:
    op: CompareOp
    left: "Node"
    right: "Node"
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class Between:
    """low <= operand and operand <= high, in Kleene's sense."""

    operand: "Node"
    low: "Node"
    high: "Node"
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class Membership:
    """The operand is one of the constants (all of the operand's type)."""

    operand: "Node"
    values: tuple[Const, ...]
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class IsNull:
    operand: "Node"
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Node"
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class Logic:
    """and (`every`) or or of two and more operands."""

    every: bool
    operands: tuple["Node", ...]
    type: Type = BOOL


@dataclass(frozen=True, slots=True)
class Case:
    """The first branch whose condition is true; an unknown condition on the way makes it unknown.

    `otherwise` None means: no branch taken, value unknown.
    """

    type: Type
    branches: tuple[tuple["Node", "Node"], ...]
    otherwise: "Node | None"


Node = (
    Const
    | FactRef
    | ParamRef
    | Negate
    | Arithmetic
    | Extreme
    | Compare
    | Between
    | Membership
    | IsNull
    | Not
    | Logic
    | Case
)


def children(node: Node) -> tuple[Node, ...]:
    """The direct operands of a node, in reading order."""
    return _CHILDREN[type(node)](node)


def _case_parts(node: Case) -> tuple[Node, ...]:
    flat = tuple(part for branch in node.branches for part in branch)
    return flat if node.otherwise is None else (*flat, node.otherwise)


_CHILDREN: dict[type, Callable[..., tuple[Node, ...]]] = {
    Const: lambda node: (),
    FactRef: lambda node: (),
    ParamRef: lambda node: (),
    Negate: lambda node: (node.operand,),
    IsNull: lambda node: (node.operand,),
    Not: lambda node: (node.operand,),
    Arithmetic: lambda node: (node.left, node.right),
    Compare: lambda node: (node.left, node.right),
    Between: lambda node: (node.operand, node.low, node.high),
    Membership: lambda node: (node.operand, *node.values),
    Extreme: lambda node: node.operands,
    Logic: lambda node: node.operands,
    Case: _case_parts,
}


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def fact_names(node: Node) -> tuple[str, ...]:
    """Facts named in the expression, each once, in reading order."""
    return tuple(dict.fromkeys(part.name for part in walk(node) if isinstance(part, FactRef)))


def param_names(node: Node) -> tuple[str, ...]:
    """Parameters named in the expression, each once, in reading order."""
    return tuple(dict.fromkeys(part.name for part in walk(node) if isinstance(part, ParamRef)))
