"""Which places of a form an expression speaks of, found without evaluating it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiqi.questionnaires.xpath.syntax import Call, Literal, Path, Step, Tree, children

EVERYTHING = "*"


@dataclass(frozen=True)
class Mention:
    """A place by its path without positions; `is_wide` means anything under it, `is_self` a mere `.`."""

    path: str
    is_wide: bool = False
    is_self: bool = False
    at: int = -1


def mentions(tree: Tree, context: str | None, outer: str | None = None) -> Iterator[Mention]:
    """Every place of the main document that `tree` refers to from `context`.

    `context` is None where relative paths lead into another document; `outer` is what current() means.
    """
    outer = context if outer is None else outer
    if isinstance(tree, Path):
        yield from _of_path(tree, context, outer)
        return
    if isinstance(tree, Call) and tree.name == "jr:choice-name" and isinstance(tree.arguments[-1], Literal):
        yield from mentions(tree.arguments[0], context, outer)
        return
    for child in children(tree):
        yield from mentions(child, context, outer)


def _of_path(path: Path, context: str | None, outer: str | None) -> Iterator[Mention]:
    place: str | None = "" if path.is_absolute else context
    if path.start is not None:
        is_current = isinstance(path.start, Call) and path.start.name == "current"
        place = outer if is_current else None
        if not is_current:
            yield from mentions(path.start, context, outer)
    is_wide = False
    for step in path.steps:
        if place is not None and not is_wide:
            place, is_wide = _stepped(place, step)
        inner = None if is_wide else place
        for predicate in step.predicates:
            yield from mentions(predicate, inner, outer)
    if place is not None:
        is_self = (
            path.start is None and all(step.axis == "self" for step in path.steps) and not path.is_absolute
        )
        yield Mention(place, is_wide, is_self, path.at)


def _stepped(place: str, step: Step) -> tuple[str | None, bool]:
    if step.axis == "child" and not step.test.endswith(")") and step.test != EVERYTHING:
        return f"{place}/{local_name(step.test)}", False
    if step.axis == "self" and step.test == "node()":
        return place, False
    if step.axis == "parent" and step.test == "node()":
        return (place.rpartition("/")[0], False) if place else (None, False)
    if step.axis == "attribute":
        return place, False
    if step.axis in {"child", "descendant", "descendant-or-self"}:
        return place, True
    return "", True


def local_name(name: str) -> str:
    """A name without its prefix: forms differ in the prefixes they choose for `meta`."""
    return name.rpartition(":")[2]


def plain_path(tree: Tree, context: str | None) -> str | None:
    """The path of a tree that is nothing but a path without predicates, else None."""
    if not isinstance(tree, Path) or any(step.predicates for step in tree.steps):
        return None
    found = list(mentions(tree, context))
    return found[-1].path if found and not found[-1].is_wide else None
