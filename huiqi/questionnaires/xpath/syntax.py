"""Expressions as trees: XPath 1.0 without variables, with the `${name}` of XLSForm. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xpath.problems import XPathError, refuse
from huiqi.questionnaires.xpath.tokens import Kind, Token, tokens

# Each level costs the parser some ten Python frames, of which there are a thousand.
DEEPEST = 40
AXES = frozenset(
    {
        "child",
        "parent",
        "self",
        "attribute",
        "descendant",
        "descendant-or-self",
        "ancestor",
        "ancestor-or-self",
        "following-sibling",
        "preceding-sibling",
    }
)
NODE_TESTS = frozenset({"node", "text"})


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Literal:
    text: str
    at: int = -1


@dataclass(frozen=True)
class Reference:
    """`${name}` of an XLSForm cell; a compiled form has none."""

    name: str
    at: int = -1


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Tree", ...]
    at: int = -1


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True)
class Negative:
    operand: "Tree"


@dataclass(frozen=True)
class Step:
    """`test` is a name, "*", "node()" or "text()"."""

    axis: str
    test: str
    predicates: tuple["Tree", ...] = ()


@dataclass(frozen=True)
class Path:
    """Steps from the document (`is_absolute`), from the value of `start`, or from the context node."""

    steps: tuple[Step, ...]
    is_absolute: bool = False
    start: "Tree | None" = None
    at: int = -1


@dataclass(frozen=True)
class Filtered:
    """An expression with predicates, such as `instance('x')[1]`."""

    of: "Tree"
    predicates: tuple["Tree", ...]


Tree = Number | Literal | Reference | Call | Binary | Negative | Path | Filtered
_LEVELS = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
# Operators of Excel and of programming languages that people write.
_FOREIGN = frozenset({"<>", "==", "=>", "=<"})
_ANYWHERE = Step("descendant-or-self", "node()")


def parse(text: str) -> Tree:
    """The tree of an expression; XPathError says what is wrong and where."""
    parser = _Parser(text)
    tree = parser.expression()
    parser.expect_end()
    return tree


def children(tree: Tree) -> Iterator[Tree]:
    """The trees directly inside one."""
    if isinstance(tree, Call):
        yield from tree.arguments
    elif isinstance(tree, Binary):
        yield tree.left
        yield tree.right
    elif isinstance(tree, Negative):
        yield tree.operand
    elif isinstance(tree, Filtered):
        yield tree.of
        yield from tree.predicates
    elif isinstance(tree, Path):
        if tree.start is not None:
            yield tree.start
        for step in tree.steps:
            yield from step.predicates


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and everything in it."""
    yield tree
    for child in children(tree):
        yield from walk(child)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _is(self, text: str, kind: Kind = Kind.SYMBOL) -> bool:
        return self._token.text == text and self._token.kind is kind

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self._next += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(text)

    def expect_end(self) -> None:
        if self._token.kind is not Kind.END:
            raise self._unexpected("")

    def _unexpected(self, wanted: str) -> XPathError:
        token = self._token
        if token.kind is Kind.END:
            if wanted:
                return refuse(
                    gettext_noop("公式不完整，缺少“%(wanted)s”。"),
                    gettext_noop("请核对括号是否成对。"),
                    at=token.at,
                    wanted=wanted,
                )
            return refuse(
                gettext_noop("公式不完整，末尾少了内容。"), gettext_noop("请把公式写完。"), at=token.at
            )
        if self._text[max(token.at - 1, 0) : token.at + 1] in _FOREIGN:
            return refuse(
                gettext_noop("公式里没有“%(found)s”这种写法。"),
                gettext_noop("等于写作 =，不等于写作 !=，不小于写作 >=，不大于写作 <=。"),
                at=token.at,
                found=self._text[token.at - 1 : token.at + 1],
            )
        return refuse(
            gettext_noop("公式在“%(near)s”处读不下去。"),
            gettext_noop("请核对前面是否少了运算符、逗号、引号或括号；文字要加引号。"),
            at=token.at,
            near=self._text[token.at : token.at + 20],
        )

    def expression(self) -> Tree:
        if self._token.kind is Kind.END and self._next == 0:
            raise refuse(gettext_noop("公式是空的。"), gettext_noop("请填写公式，或清空这一格。"), at=0)
        self._depth += 1
        if self._depth > DEEPEST:
            raise refuse(
                gettext_noop("公式嵌套超过%(most)s层。"),
                gettext_noop("请把里层的算式放进另外的 calculate 题。"),
                at=self._token.at,
                most=DEEPEST,
            )
        tree = self._binary(0)
        self._depth -= 1
        return tree

    def _binary(self, level: int) -> Tree:
        if level == len(_LEVELS):
            return self._unary()
        tree = self._binary(level + 1)
        while self._token.kind is Kind.OPERATOR and self._token.text in _LEVELS[level]:
            operator = self._take().text
            tree = Binary(operator, tree, self._binary(level + 1))
        return tree

    def _unary(self) -> Tree:
        minuses = 0
        while self._is("-", Kind.OPERATOR):
            self._take()
            minuses += 1
        tree = self._union()
        for _ in range(min(minuses, 2 - minuses % 2)):
            tree = Negative(tree)
        return tree

    def _union(self) -> Tree:
        tree = self._path()
        while self._is("|", Kind.OPERATOR):
            self._take()
            tree = Binary("|", tree, self._path())
        return tree

    def _path(self) -> Tree:
        token = self._token
        if self._accept("/"):
            steps = self._steps() if self._begins_step() else ()
            return Path(steps, is_absolute=True, at=token.at)
        if self._accept("//"):
            return Path((_ANYWHERE, *self._steps()), is_absolute=True, at=token.at)
        if self._begins_primary():
            return self._filtered()
        if self._begins_step():
            return Path(self._steps(), at=token.at)
        raise self._unexpected("")

    def _begins_primary(self) -> bool:
        token = self._token
        if token.kind in (Kind.NUMBER, Kind.LITERAL, Kind.REFERENCE) or self._is("("):
            return True
        following = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        is_call = token.kind is Kind.NAME and following.text == "(" and following.kind is Kind.SYMBOL
        return is_call and token.text not in NODE_TESTS

    def _begins_step(self) -> bool:
        token = self._token
        return token.kind is Kind.NAME or (token.kind is Kind.SYMBOL and token.text in {".", "..", "@"})

    def _filtered(self) -> Tree:
        at = self._token.at
        tree = self._primary()
        predicates = self._predicates()
        if predicates:
            tree = Filtered(tree, predicates)
        if self._accept("/"):
            return Path(self._steps(), start=tree, at=at)
        if self._accept("//"):
            return Path((_ANYWHERE, *self._steps()), start=tree, at=at)
        return tree

    def _primary(self) -> Tree:
        token = self._take()
        if token.kind is Kind.NUMBER:
            return Number(float(token.text))
        if token.kind is Kind.LITERAL:
            return Literal(token.text, token.at)
        if token.kind is Kind.REFERENCE:
            return Reference(token.text, token.at)
        if token.text == "(" and token.kind is Kind.SYMBOL:
            tree = self.expression()
            self._expect(")")
            return tree
        return Call(token.text, self._arguments(), token.at)

    def _arguments(self) -> tuple[Tree, ...]:
        self._expect("(")
        found: list[Tree] = []
        if not self._is(")"):
            found.append(self.expression())
            while self._accept(","):
                found.append(self.expression())
        self._expect(")")
        return tuple(found)

    def _steps(self) -> tuple[Step, ...]:
        found = [self._step()]
        while self._is("/") or self._is("//"):
            if self._take().text == "//":
                found.append(_ANYWHERE)
            found.append(self._step())
        return tuple(found)

    def _step(self) -> Step:
        if self._accept("."):
            return Step("self", "node()", self._predicates())
        if self._accept(".."):
            return Step("parent", "node()", self._predicates())
        axis = self._axis()
        token = self._take()
        if token.kind is not Kind.NAME:
            self._next -= 1
            raise self._unexpected("")
        test = token.text
        if test in NODE_TESTS and self._accept("("):
            self._expect(")")
            test = f"{test}()"
        return Step(axis, test, self._predicates())

    def _axis(self) -> str:
        if self._accept("@"):
            return "attribute"
        following = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        if self._token.kind is Kind.NAME and following.text == "::":
            token = self._take()
            self._take()
            if token.text not in AXES:
                raise refuse(gettext_noop("不支持路径轴“%(name)s”。"), at=token.at, name=token.text)
            return token.text
        return "child"

    def _predicates(self) -> tuple[Tree, ...]:
        found = []
        while self._accept("["):
            found.append(self.expression())
            self._expect("]")
        return tuple(found)
