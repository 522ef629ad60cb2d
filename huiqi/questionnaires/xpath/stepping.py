"""Location paths (XPath 1.0, chapter 2) over Node. Pure."""

from collections.abc import Callable, Collection
from itertools import accumulate

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xpath.paths import EVERYTHING, local_name
from huiqi.questionnaires.xpath.problems import refuse
from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.syntax import Binary, Call, Literal, Number, Path, Step, Tree, walk
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import Value, to_boolean

Run = Callable[[Node, Scene], Value]
Make = Callable[[Tree], Run]
# Work of one evaluation, counted in nodes that a predicate looks at: about a second. A list of 16,000 choices
# is one pass.
MOST_VISITS = 400_000
# Work of all evaluations of one pass over a form (working out, judging, drawing): under two seconds.
MOST_A_PASS = 700_000
# What else costs time, in the same measure: a node stepped over (more on axes whose
# nodes must be sorted), a node whose text makes up a group's, and a
# pair of texts compared (measured; a comparison of order reads both as numbers).
A_STEP, A_FAR_STEP, A_TEXT, A_PAIR, AN_ORDERED_PAIR = 0.08, 0.5, 0.12, 0.12, 0.6
_REVERSE = frozenset({"ancestor", "ancestor-or-self", "preceding-sibling"})
_KEEPS_ORDER = frozenset({"child", "self", "attribute"})
# Functions that mean something else for every node of a predicate.
_OF_THE_NODE = frozenset({"position", "last", "once"})


def run_path(path: Path, start: Run | None, make: Make, repeats: Collection[str]) -> Run:
    """The function of a path; `make` compiles its predicates."""
    if path.is_absolute and all(_is_plain_child(step) for step in path.steps):
        return _absolute(tuple(local_name(step.test) for step in path.steps), repeats)
    steps = tuple(_step(step, make) for step in path.steps)
    is_absolute = path.is_absolute
    is_near = all(step.axis in _KEEPS_ORDER or step.axis == "parent" for step in path.steps)
    a_step = A_STEP if is_near else A_FAR_STEP

    def run(node: Node, scene: Scene) -> Value:
        nodes = [node]
        if is_absolute:
            nodes = [scene.document]
        elif start is not None:
            found = start(node, scene)
            nodes = found if isinstance(found, list) else []
        for step in steps:
            if not nodes:
                return nodes
            nodes = step(nodes, scene)
            if len(nodes) > 1:
                charge(scene, len(nodes) * a_step)
        return _relevant(nodes)

    return run


def _relevant(nodes: list[Node]) -> list[Node]:
    for node in nodes:
        if not node.is_relevant:
            return [one for one in nodes if one.is_relevant]
    return nodes


def _is_plain_child(step: Step) -> bool:
    is_name = step.test != EVERYTHING and not step.test.endswith(")")
    return step.axis == "child" and is_name and not step.predicates


def _absolute(names: tuple[str, ...], repeats: Collection[str]) -> Run:
    prefixes = list(accumulate(f"/{name}" for name in names))
    # The last step is not bound to the instance: count(/data/person) counts all.
    bound = frozenset(index for index, prefix in enumerate(prefixes[:-1]) if prefix in repeats)

    def run(_node: Node, scene: Scene) -> Value:
        nodes = [scene.document]
        for index, name in enumerate(names):
            if len(nodes) == 1:
                nodes = nodes[0].named.get(name, [])
            else:
                nodes = [child for one in nodes for child in one.named.get(name, ())]
            if index in bound and len(nodes) > 1:
                nodes = _own_instance(nodes, scene.current)
        if len(nodes) > 1:
            charge(scene, len(nodes) * A_STEP)
        return _relevant(nodes)

    return run


def _own_instance(nodes: list[Node], current: Node | None) -> list[Node]:
    """Of a repeat's instances the one the expression stands in, or all when it stands in none."""
    at = current
    while at is not None:
        for node in nodes:
            if node is at:
                return [node]
        at = at.parent
    return nodes


# --- steps ----------------------------------------------------------------------------------------------

Stepping = Callable[[list[Node], Scene], list[Node]]


def _step(step: Step, make: Make) -> Stepping:
    predicates = tuple(make(one) for one in step.predicates)
    found = _finder(step)
    if not predicates and step.axis == "child":
        return lambda nodes, _scene: _each(nodes, found)
    looked_up = _lookup(step, make)

    def run(nodes: list[Node], scene: Scene) -> list[Node]:
        if looked_up is not None and len(nodes) == 1 and nodes[0].found is not None:
            kept = looked_up(nodes[0], scene)
            if kept is not None:
                return run_predicates(kept, predicates[1:], scene)
        results = [run_predicates(found(node), predicates, scene) for node in nodes]
        if len(results) == 1:
            return results[0][::-1] if step.axis in _REVERSE else results[0]
        merged = [node for result in results for node in result]
        return merged if step.axis in _KEEPS_ORDER and not _nested(nodes) else _sorted(merged)

    return run


def _each(nodes: list[Node], found: Callable[[Node], list[Node]]) -> list[Node]:
    if len(nodes) == 1:
        return found(nodes[0])
    merged = [child for node in nodes for child in found(node)]
    return _sorted(merged) if _nested(nodes) else merged


def _nested(nodes: list[Node]) -> bool:
    """True when children of the nodes, taken one node after the other, may be out of document order."""
    parent = nodes[0].parent if nodes else None
    return any(node.parent is not parent for node in nodes)


def _sorted(nodes: list[Node]) -> list[Node]:
    unique = {id(node): node for node in nodes}
    if len(unique) < 2:
        return list(unique.values())
    document = next(iter(unique.values())).document
    ordered = [unique[id(document)]] if id(document) in unique else []
    for node in document.descendants():
        if id(node) in unique:
            ordered.append(unique[id(node)])
        ordered += [one for one in node.attributes.values() if id(one) in unique]
    known = {id(node) for node in ordered}
    return ordered + [node for key, node in unique.items() if key not in known]


def _finder(step: Step) -> Callable[[Node], list[Node]]:
    """Everything on the axis that passes the test, nearest first."""
    test = local_name(step.test)
    if step.axis == "child" and test not in (EVERYTHING, "node()", "text()"):
        return lambda node: node.named.get(test, [])
    if step.axis == "attribute":
        if test == EVERYTHING:
            return lambda node: list(node.attributes.values())
        return lambda node: [node.attributes[test]] if test in node.attributes else []
    if test == "text()":
        return _text_of if step.axis == "child" else lambda _node: []
    return _tested(_AXES[step.axis], test)


def _tested(axis: Callable[[Node], list[Node]], test: str) -> Callable[[Node], list[Node]]:
    if test == "node()":
        return axis
    if test == EVERYTHING:
        return lambda node: [one for one in axis(node) if one.name and not one.name.startswith("@")]
    return lambda node: [one for one in axis(node) if one.name == test]


def _text_of(node: Node) -> list[Node]:
    """Text nodes exist only where asked for; one holds all text directly in the node."""
    return [Node("#text", node.text, node)] if node.text and not node.name.startswith("@") else []


def _siblings(node: Node) -> tuple[list[Node], int]:
    if node.parent is None or node.name.startswith("@"):
        return [], 0
    children = node.parent.children
    return children, next(at for at, one in enumerate(children) if one is node)


def _following(node: Node) -> list[Node]:
    children, at = _siblings(node)
    return children[at + 1 :]


def _preceding(node: Node) -> list[Node]:
    children, at = _siblings(node)
    return children[:at][::-1]


_AXES: dict[str, Callable[[Node], list[Node]]] = {
    "child": lambda node: node.children,
    "parent": lambda node: [] if node.parent is None else [node.parent],
    "self": lambda node: [node],
    "descendant": lambda node: list(node.descendants()),
    "descendant-or-self": lambda node: [node, *node.descendants()],
    "ancestor": lambda node: list(node.ancestors()),
    "ancestor-or-self": lambda node: [node, *node.ancestors()],
    "following-sibling": _following,
    "preceding-sibling": _preceding,
}


# --- predicates -----------------------------------------------------------------------------------------


def charge(scene: Scene, work: float) -> None:
    """Count work before it is done. XPathError when an evaluation or a pass over the form takes too much."""
    scene.visited += work
    scene.spent += work
    if scene.visited > MOST_VISITS:
        raise refuse(
            gettext_noop("公式要查看的数据超过%(most)s条，没有算完。"),
            gettext_noop("请减少嵌套的条件，或缩短选项清单。"),
            most=MOST_VISITS,
        )
    if scene.spent > MOST_A_PASS:
        raise refuse(
            gettext_noop("这份问卷的公式合起来要查看的数据超过%(most)s条，没有算完。"),
            gettext_noop("请减少重复组里的公式，或把比较放到重复组外面。"),
            most=MOST_A_PASS,
        )


def charge_comparison(left: Value, right: Value, scene: Scene, pair: float) -> None:
    """The work of comparing sets of nodes: every text made up once, then every pair of the two sides."""
    is_left, is_right = isinstance(left, list), isinstance(right, list)
    if not is_left and not is_right:
        return
    many = 0
    for side in (left, right):
        if isinstance(side, list):
            many += len(side)
            charge_texts(side, scene)
    pairs = (len(left) if isinstance(left, list) else 1) * (len(right) if isinstance(right, list) else 1)
    if pairs > 1:
        charge(scene, many * A_STEP + pairs * pair)


def charge_texts(nodes: list[Node], scene: Scene) -> None:
    """The work of making up the texts of groups among these nodes."""
    for node in nodes:
        if node.children:
            _charge_text(node, scene)


def _charge_text(node: Node, scene: Scene) -> None:
    """Asked at every group, so that what counts is not itself without bound."""
    charge(scene, len(node.children) * A_TEXT)
    for child in node.children:
        if child.children:
            _charge_text(child, scene)


def run_predicates(nodes: list[Node], predicates: tuple[Run, ...], scene: Scene) -> list[Node]:
    """The nodes for which all predicates hold; positions count along the axis, nearest first."""
    if not predicates:
        return nodes
    position, size = scene.position, scene.size
    for predicate in predicates:
        charge(scene, len(nodes))
        kept = []
        count = len(nodes)
        for at, node in enumerate(nodes, 1):
            scene.position, scene.size = at, count
            value = predicate(node, scene)
            if value == at if type(value) is float else to_boolean(value):
                kept.append(node)
        nodes = kept
    scene.position, scene.size = position, size
    return nodes


def _lookup(step: Step, make: Make) -> Callable[[Node, Scene], list[Node] | None] | None:
    """For `item[column = value]` on a list that never changes: an index in place of a scan."""
    if not step.predicates or not _is_plain_child(Step(step.axis, step.test)):
        return None
    first = step.predicates[0]
    if not isinstance(first, Binary) or first.operator != "=":
        return None
    for column, other in ((first.left, first.right), (first.right, first.left)):
        name = _column(column)
        if name and _is_fixed(other):
            return _indexed(local_name(step.test), name, make(other))
    return None


def _column(tree: Tree) -> str:
    is_one = isinstance(tree, Path) and not tree.is_absolute and tree.start is None and len(tree.steps) == 1
    return local_name(tree.steps[0].test) if is_one and _is_plain_child(tree.steps[0]) else ""  # type: ignore[union-attr]


def _is_fixed(tree: Tree) -> bool:
    """True when the value is the same for every node the predicate is tried on."""
    if isinstance(tree, Literal | Number):
        return True
    for one in walk(tree):
        if isinstance(one, Path):
            starts_fixed = one.is_absolute or (isinstance(one.start, Call) and one.start.name == "current")
            if not starts_fixed or any(step.predicates for step in one.steps):
                return False
        if isinstance(one, Call) and (one.name in _OF_THE_NODE or not _fixed_call(one)):
            return False
    return True


def _fixed_call(call: Call) -> bool:
    return bool(call.arguments) or call.name in {"current", "today", "true", "false", "now"}


def _indexed(test: str, column: str, wanted: Run) -> Callable[[Node, Scene], list[Node] | None]:
    def run(parent: Node, scene: Scene) -> list[Node] | None:
        value = wanted(scene.current or parent, scene)
        if isinstance(value, list) and len(value) < 2:
            value = value[0].value if value else ""
            if not value:
                return None
        if not isinstance(value, str):
            return None
        assert parent.found is not None
        index = parent.found.get((test, column))
        if index is None:
            index = parent.found[test, column] = _index(parent, test, column)
        found: list[Node] = index.get(value, [])
        return found

    return run


def _index(parent: Node, test: str, column: str) -> dict[str, list[Node]]:
    index: dict[str, list[Node]] = {}
    for item in parent.named.get(test, ()):
        for value in {node.value for node in item.named.get(column, ())}:
            index.setdefault(value, []).append(item)
    return index
