"""A verdict's condition tree as the lines of a table: 条件, 您的情况, 要求, 结果, 依据."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from huiqi.rules.explain import Explanation, Node


class Pair(NamedTuple):
    """The firm's value against one requirement."""

    value: str
    requirement: str


class Line(NamedTuple):
    """One condition, or the heading of a group. `depth` 0 to 3 indents; `result` True, False or None."""

    depth: int
    is_group: bool
    text: str
    pairs: tuple[Pair, ...]
    result: bool | None
    article: str
    judgement: bool


DEEPEST = 3


def condition_lines(explanation: Explanation) -> tuple[Line, ...]:
    """All conditions in reading order; the outermost "all of these" has no line of its own."""
    tree = explanation.tree
    if tree.kind == "all":
        return tuple(line for child in tree.children for line in _lines(child, 0))
    return tuple(_lines(tree, 0))


def _lines(node: Node, depth: int) -> Iterator[Line]:
    if node.kind == "leaf":
        pairs = tuple(Pair(one.value_text, one.requirement_text) for one in node.comparisons)
        yield Line(depth, False, node.text, pairs, node.result, node.article or "", node.judgement)
        return
    text = node.text or (_("满足其中一项") if node.kind == "any" else _("同时满足"))
    yield Line(depth, True, text, (), node.result, node.article or "", False)
    for child in node.children:
        yield from _lines(child, min(depth + 1, DEEPEST))


def reason(explanation: Explanation) -> str:
    """The first condition that failed, in its own words: why a policy does not apply."""
    return next(
        (line.text for line in _walk(explanation.tree) if line.result is False and line.kind == "leaf"), ""
    )


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if child.result is not True:
            yield from _walk(child)
