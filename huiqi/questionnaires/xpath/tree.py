"""The tree expressions look at: light nodes of one document. Pure.

lxml's elements are proxies made anew on every visit; a form is visited hundreds of times for one answer.
"""

from collections.abc import Iterator
from typing import Any


class Node:
    """An element (or an attribute, named `@…`, or the document, named ""), its text and what is under it.

    `is_relevant` is kept by the filling: expressions do not see nodes that are not relevant. `slot` is the
    place of the node in the form's definition, None outside a form's own document. `found` caches look-ups
    in documents that never change (choice lists).
    """

    __slots__ = ("attributes", "children", "found", "is_relevant", "name", "named", "parent", "slot", "text")

    def __init__(self, name: str, text: str = "", parent: "Node | None" = None, slot: Any = None) -> None:
        self.name = name
        self.text = text
        self.parent = parent
        self.slot = slot
        self.is_relevant = True
        self.children: list[Node] = []
        self.named: dict[str, list[Node]] = {}
        self.attributes: dict[str, Node] = {}
        self.found: dict[Any, Any] | None = None

    def add(self, child: "Node") -> "Node":
        """Put `child` at the end."""
        child.parent = self
        self.children.append(child)
        self.named.setdefault(child.name, []).append(child)
        return child

    def insert_after(self, child: "Node", before: "Node | None") -> None:
        """Put `child` behind its elder twin `before`, or at the end."""
        if before is None:
            self.add(child)
            return
        child.parent = self
        self.children.insert(self.children.index(before) + 1, child)
        twins = self.named[child.name]
        twins.insert(twins.index(before) + 1, child)

    def remove(self, child: "Node") -> None:
        self.children.remove(child)
        self.named[child.name].remove(child)

    def set_attribute(self, name: str, value: str) -> None:
        self.attributes[name] = Node(f"@{name}", value, self)

    @property
    def value(self) -> str:
        """XPath's string-value: the text of the node and of everything in it, as far as relevant."""
        if not self.children:
            return self.text
        inner = (node.value for node in self.children if node.is_relevant)
        return self.text + "".join(inner)

    @property
    def document(self) -> "Node":
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def descendants(self) -> Iterator["Node"]:
        """Everything under the node, in document order."""
        for child in self.children:
            yield child
            yield from child.descendants()

    def ancestors(self) -> Iterator["Node"]:
        """From the parent up to the document."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @property
    def place(self) -> tuple[int, ...]:
        """Sorts nodes of one document in document order."""
        found: list[int] = []
        node: Node = self
        while node.parent is not None:
            is_attribute = node.name.startswith("@")
            siblings: list[Node] = node.parent.children
            found.append(-1 if is_attribute else next(i for i, one in enumerate(siblings) if one is node))
            node = node.parent
        return tuple(reversed(found))
