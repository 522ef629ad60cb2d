"""What an evaluation sees besides its context node. Pure; one per filling, never shared between threads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from huiqi.questionnaires.xpath.tree import Node


def _nothing(_key: str) -> str:
    return ""


def _no_choice(_node: Node, _value: str, _path: str) -> str:
    return ""


@dataclass(slots=True)
class Scene:
    """The documents, the clock and the words an expression may ask for."""

    document: Node
    today: date
    now: datetime
    instances: Mapping[str, Node] = field(default_factory=dict)
    random: Random = field(default_factory=Random)
    itext: Callable[[str], str] = _nothing
    choice_name: Callable[[Node, str, str], str] = _no_choice
    # Set while an expression or a predicate runs.
    current: Node | None = None
    position: int = 1
    size: int = 1
    # Work done, counted in nodes that a predicate looks at (see stepping.charge): in the expression under
    # way, and in all expressions since the pass over the form began.
    visited: float = 0
    spent: float = 0
