"""Expressions made into Python functions of a node and a scene: parsed once, run often. Pure.

A compiled expression holds no state, so threads may share it; everything that changes is in the Scene.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xpath.functions import FUNCTIONS, MANY, UNSUPPORTED, Function
from huiqi.questionnaires.xpath.paths import Mention, mentions, plain_path
from huiqi.questionnaires.xpath.patterns import check_pattern
from huiqi.questionnaires.xpath.problems import refuse
from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.stepping import (
    A_PAIR,
    AN_ORDERED_PAIR,
    Run,
    charge_comparison,
    charge_texts,
    run_path,
    run_predicates,
)
from huiqi.questionnaires.xpath.syntax import (
    Binary,
    Call,
    Filtered,
    Literal,
    Negative,
    Number,
    Path,
    Reference,
    Tree,
    parse,
    walk,
)
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import (
    NAN,
    Value,
    at_most,
    equal,
    less,
    to_boolean,
    to_number,
    to_string,
    unequal,
)

CONVERSIONS: dict[str, Callable[[Value], Value]] = {"s": to_string, "n": to_number, "b": to_boolean}


@dataclass(frozen=True)
class Expression:
    """A compiled expression. `mentions` are the places it reads; `is_volatile`: never twice alike."""

    text: str
    tree: Tree
    run: Run
    mentions: frozenset[Mention]
    is_volatile: bool
    # Lists it looks into, as far as they are named by a plain text.
    instance_names: tuple[str, ...] = ()

    def value(self, node: Node, scene: Scene) -> Value:
        """Evaluate for `node`."""
        scene.current, scene.position, scene.size, scene.visited = node, 1, 1, 0
        return self.run(node, scene)

    def string(self, node: Node, scene: Scene) -> str:
        return to_string(self.value(node, scene))

    def number(self, node: Node, scene: Scene) -> float:
        return to_number(self.value(node, scene))

    def boolean(self, node: Node, scene: Scene) -> bool:
        return to_boolean(self.value(node, scene))

    def nodes(self, node: Node, scene: Scene) -> list[Node]:
        value = self.value(node, scene)
        return value if isinstance(value, list) else []


def compile_expression(text: str, *, context: str | None = None, repeats: Collection[str] = ()) -> Expression:
    """The function of an expression, or XPathError.

    `context` is the path of the place it belongs to and `repeats` the paths of the form's repeats: an
    absolute path into the repeat an expression stands in means that instance (ODK, Repeats).
    """
    tree = parse(text)
    check(tree)
    run = _Compiler(context, frozenset(repeats)).tree(tree)
    names = {one.name for one in walk(tree) if isinstance(one, Call)}
    volatile = any(FUNCTIONS[name].is_volatile for name in names) or any(
        isinstance(one, Call) and one.name == "randomize" and len(one.arguments) == 1 for one in walk(tree)
    )
    return Expression(text, tree, run, frozenset(mentions(tree, context)), volatile, _instance_names(tree))


def _instance_names(tree: Tree) -> tuple[str, ...]:
    calls = (one for one in walk(tree) if isinstance(one, Call) and one.name == "instance")
    return tuple(one.arguments[0].text for one in calls if isinstance(one.arguments[0], Literal))


def check(tree: Tree) -> None:
    """XPathError for unknown functions, wrong numbers of arguments and patterns that can not be used."""
    for one in walk(tree):
        if isinstance(one, Call):
            _check_call(one)
        elif isinstance(one, Path) and one.start is not None and not _yields_nodes(one.start):
            raise refuse(
                gettext_noop("“/”前面的内容不是题目。"), gettext_noop("请核对公式；除法写作 div。"), at=one.at
            )
        elif isinstance(one, Binary) and one.operator == "|":
            for side in (one.left, one.right):
                if not _yields_nodes(side):
                    raise refuse(gettext_noop("“|”两边都要是题目；“或者”写作 or。"))


def _yields_nodes(tree: Tree) -> bool:
    if isinstance(tree, Path | Reference):
        return True
    if isinstance(tree, Filtered):
        return _yields_nodes(tree.of)
    if isinstance(tree, Call):
        return tree.name in {"instance", "current", "randomize", "if", "coalesce", "indexed-repeat"}
    return isinstance(tree, Binary) and tree.operator == "|"


def _check_call(call: Call) -> None:
    function = FUNCTIONS.get(call.name)
    if function is None:
        near = _like(call.name)
        advice = gettext_noop("是不是 %(near)s()？") if near else gettext_noop("请核对函数名称，区分大小写。")
        raise refuse(gettext_noop("没有函数 %(name)s()。"), advice, at=call.at, name=call.name, near=near)
    if call.name in UNSUPPORTED:
        raise refuse(
            gettext_noop("不支持函数 %(name)s()：问卷没有随附的数据文件。"),
            gettext_noop("请把数据放进 choices 工作表，用 instance() 查找。"),
            at=call.at,
            name=call.name,
        )
    _check_count(call, function)
    for index, argument in enumerate(call.arguments):
        if function.kind(index) == "N" and not _yields_nodes(argument):
            raise refuse(
                gettext_noop("%(name)s() 的第%(index)s个参数要是题目，不能是算出来的值。"),
                gettext_noop("请写作 %(name)s(${题目名称})。"),
                at=call.at,
                name=call.name,
                index=index + 1,
            )
    if call.name == "regex" and isinstance(call.arguments[1], Literal):
        check_pattern(call.arguments[1].text)


def _check_count(call: Call, function: Function) -> None:
    given = len(call.arguments)
    pairs_left_over = call.name in {"weighted-checklist"} and given % 2
    pairs_left_over = pairs_left_over or (call.name == "indexed-repeat" and not given % 2)
    if function.least <= given <= function.most and not pairs_left_over:
        return
    if function.least == function.most:
        said = gettext_noop("函数 %(name)s() 要%(least)s个参数，这里有%(given)s个。")
    elif function.most == MANY:
        said = gettext_noop("函数 %(name)s() 至少要%(least)s个参数，并且要成对，这里有%(given)s个。")
        if not pairs_left_over:
            said = gettext_noop("函数 %(name)s() 至少要%(least)s个参数，这里有%(given)s个。")
    else:
        said = gettext_noop("函数 %(name)s() 要%(least)s到%(most)s个参数，这里有%(given)s个。")
    raise refuse(
        said,
        gettext_noop("请核对逗号和括号。"),
        at=call.at,
        name=call.name,
        least=function.least,
        most=function.most,
        given=given,
    )


def _like(name: str) -> str:
    """The function somebody may have meant: other case, other dashes."""
    plain = name.lower().replace("_", "-").replace("jr:", "")
    for known in FUNCTIONS:
        if known.replace("jr:", "") == plain or known.replace("-", "") == plain.replace("-", ""):
            return known
    return ""


class _Compiler:
    def __init__(self, context: str | None, repeats: frozenset[str]) -> None:
        self._context = context
        self._repeats = repeats

    def tree(self, tree: Tree) -> Run:
        if isinstance(tree, Path):
            return self._path(tree)
        if isinstance(tree, Call):
            return self._call(tree)
        if isinstance(tree, Binary):
            return self._binary(tree)
        if isinstance(tree, Literal):
            return _constant(tree.text)
        if isinstance(tree, Number):
            return _constant(tree.value)
        return self._rare(tree)

    def _rare(self, tree: Tree) -> Run:
        if isinstance(tree, Negative):
            operand = self.tree(tree.operand)
            return lambda node, scene: -to_number(operand(node, scene))
        if isinstance(tree, Filtered):
            of = self.tree(tree.of)
            predicates = tuple(self.tree(one) for one in tree.predicates)
            return lambda node, scene: run_predicates(_nodes(of(node, scene)), predicates, scene)
        name = tree.name if isinstance(tree, Reference) else ""
        raise refuse(
            gettext_noop("公式里的引用 ${%(name)s} 没有对应的题目。"), gettext_noop("请核对名称。"), name=name
        )

    def _path(self, path: Path) -> Run:
        start = None if path.start is None else self.tree(path.start)
        return run_path(path, start, self.tree, self._repeats)

    # --- operators ------------------------------------------------------------------------------------

    def _binary(self, tree: Binary) -> Run:
        left, right = self.tree(tree.left), self.tree(tree.right)
        if tree.operator == "and":
            return lambda node, scene: to_boolean(left(node, scene)) and to_boolean(right(node, scene))
        if tree.operator == "or":
            return lambda node, scene: to_boolean(left(node, scene)) or to_boolean(right(node, scene))
        if tree.operator == "|":
            return lambda node, scene: in_order([*_nodes(left(node, scene)), *_nodes(right(node, scene))])
        operation = _OPERATIONS[tree.operator]
        pair = _PAIRS.get(tree.operator)
        if pair is None:
            return lambda node, scene: operation(left(node, scene), right(node, scene))

        def compare(node: Node, scene: Scene) -> Value:
            one, other = left(node, scene), right(node, scene)
            if isinstance(one, list) or isinstance(other, list):
                charge_comparison(one, other, scene, pair)
            return operation(one, other)

        return compare

    # --- functions ------------------------------------------------------------------------------------

    def _call(self, call: Call) -> Run:
        special = _SPECIAL.get(call.name)
        if special is not None:
            return special(self, call)
        function = FUNCTIONS[call.name]
        assert function.call is not None
        run = function.call
        arguments = tuple(
            _converted(self.tree(one), function.kind(index), reads_texts=call.name not in _COUNTING)
            for index, one in enumerate(call.arguments)
        )
        if len(arguments) == 1:
            (only,) = arguments
            return lambda node, scene: run(scene, node, only(node, scene))
        if len(arguments) == 2:
            first, second = arguments
            return lambda node, scene: run(scene, node, first(node, scene), second(node, scene))
        return lambda node, scene: run(scene, node, *[one(node, scene) for one in arguments])

    def if_(self, call: Call) -> Run:
        condition, then, otherwise = (self.tree(one) for one in call.arguments)
        return lambda node, scene: (then if to_boolean(condition(node, scene)) else otherwise)(node, scene)

    def coalesce(self, call: Call) -> Run:
        options = tuple(self.tree(one) for one in call.arguments)

        def run(node: Node, scene: Scene) -> Value:
            for option in options:
                value = option(node, scene)
                if to_string(value):
                    return value
            return ""

        return run

    def once(self, call: Call) -> Run:
        calculated = self.tree(call.arguments[0])

        def run(node: Node, scene: Scene) -> Value:
            kept = (scene.current or node).value
            return kept or calculated(node, scene)

        return run

    def position(self, call: Call) -> Run:
        if not call.arguments:
            return lambda _node, scene: float(scene.position)
        of = self.tree(call.arguments[0])

        def run(node: Node, scene: Scene) -> Value:
            found = _nodes(of(node, scene))
            if not found or found[0].parent is None:
                return NAN
            twins = found[0].parent.named.get(found[0].name, [])
            return float(next((at for at, one in enumerate(twins, 1) if one is found[0]), 1))

        return run

    def last(self, _call: Call) -> Run:
        return lambda _node, scene: float(scene.size)

    def current(self, _call: Call) -> Run:
        return lambda node, scene: [scene.current or node]

    def instance(self, call: Call) -> Run:
        named = self.tree(call.arguments[0])

        def run(node: Node, scene: Scene) -> Value:
            found = scene.instances.get(to_string(named(node, scene)))
            return [] if found is None else [found]

        return run

    def indexed_repeat(self, call: Call) -> Run:
        """The node of the instance counted from 1, whichever instance the expression stands in."""
        target = plain_path(call.arguments[0], self._context)
        repeats = [plain_path(one, self._context) for one in call.arguments[1::2]]
        indices = [self.tree(one) for one in call.arguments[2::2]]
        if target is None or None in repeats:
            raise refuse(
                gettext_noop("indexed-repeat() 的题目和重复组要直接引用。"),
                gettext_noop("请写作 indexed-repeat(${题目}, ${重复组}, 序号)。"),
                at=call.at,
            )
        chosen = {str(path): index for path, index in zip(repeats, indices, strict=True)}
        names = target.split("/")[1:]

        def run(node: Node, scene: Scene) -> Value:
            found = [scene.document]
            path = ""
            for name in names:
                path = f"{path}/{name}"
                found = [child for one in found for child in one.named.get(name, ())]
                if path in chosen:
                    at = to_number(chosen[path](node, scene))
                    found = found[int(at) - 1 : int(at)] if at == at and 1 <= at <= len(found) else []
            return [one for one in found if one.is_relevant]

        return run


_SPECIAL: dict[str, Callable[[_Compiler, Call], Run]] = {
    "if": _Compiler.if_,
    "coalesce": _Compiler.coalesce,
    "once": _Compiler.once,
    "position": _Compiler.position,
    "last": _Compiler.last,
    "current": _Compiler.current,
    "instance": _Compiler.instance,
    "indexed-repeat": _Compiler.indexed_repeat,
}


def _constant(value: Value) -> Run:
    return lambda _node, _scene: value


def _nodes(value: Value) -> list[Node]:
    return value if isinstance(value, list) else []


# Functions that take nodes as they are and read no texts.
_COUNTING = frozenset({"count", "boolean", "not"})


def _converted(run: Run, kind: str, *, reads_texts: bool) -> Run:
    """The argument as a function takes it; the texts of groups it will read are counted as work."""

    def read(node: Node, scene: Scene) -> Value:
        value = run(node, scene)
        if isinstance(value, list) and value:
            charge_texts(value if kind in _ALL_NODES else value[:1], scene)
        return value

    given = read if reads_texts else run
    if kind == "v":
        return given
    if kind == "N":
        return lambda node, scene: _nodes(given(node, scene))
    convert = CONVERSIONS[kind]
    return lambda node, scene: convert(given(node, scene))


# Kinds of arguments of which every node is read, not the first alone.
_ALL_NODES = frozenset({"v", "N"})


def in_order(nodes: list[Node]) -> list[Node]:
    """Each node once, in document order."""
    unique = list({id(node): node for node in nodes}.values())
    return unique if len(unique) < 2 else sorted(unique, key=lambda node: node.place)


def _divide(left: Value, right: Value) -> float:
    above, below = to_number(left), to_number(right)
    if below == 0:
        if above == 0 or above != above:
            return NAN
        return float("-inf") if (above < 0) != (str(below)[0] == "-") else float("inf")
    return above / below


def _remainder(left: Value, right: Value) -> float:
    """The sign of the first operand, as XPath 1.0 has it."""
    above, below = to_number(left), to_number(right)
    if below == 0 or above != above or below != below or above in (float("inf"), float("-inf")):
        return NAN
    if below in (float("inf"), float("-inf")):
        return above
    rest = abs(above) % abs(below)
    return -rest if above < 0 else rest


# What a pair costs in a comparison of sets of nodes.
_PAIRS = {
    "=": A_PAIR,
    "!=": A_PAIR,
    **dict.fromkeys(("<", "<=", ">", ">="), AN_ORDERED_PAIR),
}
_OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": at_most,
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: at_most(right, left),
    "+": lambda left, right: to_number(left) + to_number(right),
    "-": lambda left, right: to_number(left) - to_number(right),
    "*": lambda left, right: to_number(left) * to_number(right),
    "div": _divide,
    "mod": _remainder,
}
