"""The tree of an explanation: the policy's conditions with their results for one firm."""

from typing import Literal, NamedTuple

from huiqi.rules.policy import Group, Leaf


class Comparison(NamedTuple):
    """One figure of the firm (`value_text`, e.g. 裁员率 6.1%) against one requirement (不高于 5.5%)."""

    facts: tuple[str, ...]
    value_text: str
    requirement_text: str
    result: bool | None


class Node(NamedTuple):
    """A condition or a group of conditions with its result for the firm."""

    id: str
    kind: Literal["all", "any", "leaf"]
    result: bool | None
    text: str
    article: str | None
    judgement: bool
    children: "tuple[Node, ...]"
    comparisons: tuple[Comparison, ...]


def unjudged(node: Group | Leaf) -> Node:
    """The conditions as text, for a policy that is not in force."""
    if isinstance(node, Leaf):
        return Node(node.id, "leaf", None, node.text, node.article, node.judgement, (), ())
    children = tuple(unjudged(child) for child in node.children)
    return Node(node.id, node.kind, None, node.text, node.article, False, children, ())
