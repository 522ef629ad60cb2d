"""From an author's text to the typed IR: parsed as SQL, admitted by allow-list, typed, checked in units."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from huiqi.rules import ir, units
from huiqi.rules.ir import BOOL, DATE, DAYS, NUMBER, Kind, Node, Type
from huiqi.rules.problems import ExpressionError
from huiqi.rules.tokens import respell, tokenize

MAX_TREE_DEPTH = 150
MAX_ITEMS = 500

KIND_NAMES = {
    Kind.BOOL: "是否",
    Kind.INT: "整数",
    Kind.RATIO: "比率",
    Kind.DATE: "日期",
    Kind.ENUM: "选项",
    Kind.CODE: "代码",
    Kind.TEXT: "文字",
}
COMPARISONS: dict[type[exp.Expression], ir.CompareOp] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
ARITHMETIC: dict[type[exp.Expression], ir.ArithmeticOp] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
FOLDS: dict[ir.ArithmeticOp, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
OPPOSITE: dict[ir.CompareOp, ir.CompareOp] = {
    "=": "<>",
    "<>": "=",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}


class _NeedsNeighbour(ExpressionError):
    """A bare text whose type only the other side of the comparison can tell."""


@dataclass(frozen=True)
class Scope:
    """The names an expression may use, with their types."""

    facts: Mapping[str, Type]
    params: Mapping[str, Type] = field(default_factory=dict)


def parse(text: str, scope: Scope, expected: Type | None = None) -> Node:
    """Read `text` into IR.

    `expected` is the type the place calls for: BOOL for a condition, fen for an amount, the fact's
    own type for a derivation. Raises ExpressionError saying what, where and how to mend.
    """
    tree = _parse_sql(respell(tokenize(text)))
    node = _Lowering(scope).lower(tree, expected)
    if expected is not None:
        _check_result(node.type, expected)
    return node


def negated(node: Node) -> Node:
    """The Kleene negation, pushed inwards where that reads better."""
    match node:
        case ir.Not(operand=operand):
            return operand
        case ir.Compare(op=op, left=left, right=right):
            return ir.Compare(OPPOSITE[op], left, right)
        case ir.Logic(every=every, operands=operands):
            return ir.Logic(not every, tuple(negated(operand) for operand in operands))
        case _:
            return ir.Not(node)


def _parse_sql(text: str) -> exp.Expression:
    try:
        tree = sqlglot.parse_one(text)
    except (SqlglotError, RecursionError, ValueError) as error:
        raise ExpressionError(
            "表达式不完整或写法不对" + _nearby(error),
            "请核对括号、and/or 两侧和 case … when … then … end 是否写全",
        ) from error
    if not isinstance(tree, exp.Expression) or _too_deep(tree):
        raise ExpressionError("嵌套过深或写法不对", "请拆成几个条件")
    return tree


def _nearby(error: Exception) -> str:
    details = getattr(error, "errors", None)
    if not details:
        return ""
    near = str(details[0].get("highlight") or "").replace('"', "")
    return f"，靠近“{near[:20]}”" if near else ""


def _too_deep(tree: exp.Expression) -> bool:
    """Whether the tree, with long chains of and/or counted once, is deeper than we recurse."""
    pending = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_TREE_DEPTH:
            return True
        for child in node.iter_expressions():
            same = type(child) is type(node) and isinstance(node, exp.And | exp.Or)
            pending.append((child, depth if same else depth + 1))
    return False


def _check_result(got: Type, expected: Type) -> None:
    if expected.is_number and got.is_number:
        if expected.kind is Kind.INT and got.kind is Kind.RATIO and expected.unit != "fen":
            raise ExpressionError("结果是比率，这里须为整数", "请去掉除法或小数")
        if units.meet(got.unit, expected.unit) is None:
            raise ExpressionError(
                f"结果是{units.UNIT_NAMES[got.unit]}，这里须为{units.UNIT_NAMES[expected.unit]}", "请核对单位"
            )
        return
    if not _same_kind(got, expected):
        wanted = units.UNIT_NAMES[expected.unit] if expected.is_number else KIND_NAMES[expected.kind]
        raise ExpressionError(
            f"结果是{KIND_NAMES[got.kind]}，这里须为{wanted}",
            "条件须能判断是否，如 employees >= 20" if expected.kind is Kind.BOOL else "请核对表达式",
        )


def _same_kind(left: Type, right: Type) -> bool:
    return left.kind is right.kind and left.values == right.values and left.width == right.width


def _source(node: exp.Expression) -> str:
    text = node.sql().replace('"', "")
    return text if len(text) <= 60 else text[:57] + "…"


def _near(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=3, cutoff=0.6)
    return f"是否指 {'、'.join(close)}" if close else "请先在事实目录或本政策的 parameters 中写明"


class _Lowering:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.by_class: dict[type[exp.Expression], Callable[[exp.Expression, Type | None], Node]] = {
            exp.Paren: lambda node, expected: self.lower(node.this, expected),
            exp.Column: self._name,
            exp.Literal: self._literal,
            exp.Boolean: lambda node, expected: ir.Const(BOOL, bool(node.this)),
            exp.Cast: self._date,
            exp.Neg: self._negative,
            exp.Not: lambda node, expected: negated(self._condition(node.this)),
            exp.And: self._logic,
            exp.Or: self._logic,
            exp.Between: self._between,
            exp.In: self._membership,
            exp.Is: self._is_null,
            exp.Case: self._case,
            exp.Greatest: self._extreme,
            exp.Least: self._extreme,
            **dict.fromkeys(COMPARISONS, self._compare),
            **dict.fromkeys(ARITHMETIC, self._arithmetic),
        }

    def lower(self, node: exp.Expression, expected: Type | None) -> Node:
        method = self.by_class.get(type(node))
        if method is None:
            raise ExpressionError(
                f"不支持“{_source(node)}”这种写法",
                "可用 and or not、比较、between、in、is null、四则运算、case、greatest、least 和 DATE 日期",
            )
        return method(node, expected)

    def _condition(self, node: exp.Expression) -> Node:
        lowered = self.lower(node, BOOL)
        if lowered.type.kind is not Kind.BOOL:
            raise ExpressionError(
                f"“{_source(node)}”是{KIND_NAMES[lowered.type.kind]}，不能当作是否判断",
                "请写成比较，如 employees >= 20",
            )
        return lowered

    def _number(self, node: exp.Expression, within: exp.Expression) -> Node:
        lowered = self.lower(node, None)
        _check_number(lowered, node, within)
        return lowered

    def _name(self, node: exp.Expression, expected: Type | None) -> Node:
        name = node.name
        if not isinstance(node, exp.Column) or len(node.parts) > 1:
            raise ExpressionError(f"不支持“{_source(node)}”这种写法", "名称中不能有点号")
        if name in self.scope.facts:
            return ir.FactRef(self.scope.facts[name], name)
        if name not in self.scope.params:
            names = [*self.scope.facts, *self.scope.params]
            raise ExpressionError(f"没有名为“{name[:60]}”的事实或参数", _near(name, names))
        type_ = self.scope.params[name]
        if type_.kind is Kind.TEXT:
            raise ExpressionError(
                f"参数“{name}”是文字，不能参加判断", "文字参数只供说明，请改用数字、日期或是否"
            )
        return ir.ParamRef(type_, name)

    def _literal(self, node: exp.Expression, expected: Type | None) -> Node:
        text = str(node.this)
        if node.is_string:
            return _text_constant(text, expected)
        if "." in text:
            return ir.Const(Type(Kind.RATIO, NUMBER), Fraction(text))
        return ir.Const(Type(Kind.INT, NUMBER), int(text))

    def _date(self, node: exp.Expression, expected: Type | None) -> Node:
        literal, target = node.this, node.args.get("to")
        is_date = isinstance(target, exp.DataType) and target.this is exp.DataType.Type.DATE
        if not is_date or not isinstance(literal, exp.Literal) or not literal.is_string:
            raise ExpressionError(f"不支持“{_source(node)}”这种写法", "日期写成 DATE '2020-01-31'")
        try:
            return ir.Const(DATE, date.fromisoformat(str(literal.this)).toordinal())
        except ValueError as error:
            raise ExpressionError(f"没有“{literal.this}”这一天", "请核对日期") from error

    def _negative(self, node: exp.Expression, expected: Type | None) -> Node:
        operand = self._number(node.this, node)
        if isinstance(operand, ir.Const):
            value = -_rational(operand)
            return ir.Const(operand.type, int(value) if operand.type.kind is Kind.INT else value)
        return ir.Negate(operand.type, operand)

    def _logic(self, node: exp.Expression, expected: Type | None) -> Node:
        operands: list[exp.Expression] = []
        pending = [node]
        while pending:
            part = pending.pop()
            if type(part) is type(node):
                pending += [part.args["expression"], part.this]
            else:
                operands.append(part)
        return ir.Logic(isinstance(node, exp.And), tuple(self._condition(part) for part in operands))

    def _pair(self, left: exp.Expression, right: exp.Expression) -> tuple[Node, Node]:
        try:
            lowered = self.lower(left, None)
        except _NeedsNeighbour:
            other = self.lower(right, None)
            return self.lower(left, other.type), other
        return lowered, self.lower(right, lowered.type)

    def _compare(self, node: exp.Expression, expected: Type | None) -> Node:
        op = COMPARISONS[type(node)]
        sides = (node.this, node.args["expression"])
        if any(type(side) in COMPARISONS for side in sides):
            raise ExpressionError(f"“{_source(node)}”连用了比较符", "请用 and 分开，或用 between")
        left, right = self._pair(*sides)
        _check_comparable(left.type, right.type, ordered=op not in ("=", "<>"), where=_source(node))
        return ir.Compare(op, left, right)

    def _between(self, node: exp.Expression, expected: Type | None) -> Node:
        operand = self.lower(node.this, None)
        low = self.lower(node.args["low"], operand.type)
        high = self.lower(node.args["high"], operand.type)
        for bound in (low, high):
            _check_comparable(operand.type, bound.type, ordered=True, where=_source(node))
        return ir.Between(operand, low, high)

    def _membership(self, node: exp.Expression, expected: Type | None) -> Node:
        items = node.args.get("expressions") or []
        extra = {key for key, value in node.args.items() if value and key not in ("this", "expressions")}
        if not items or extra:
            raise ExpressionError(
                f"不支持“{_source(node)}”这种写法", "in 后面写括号和逐个列出的值，如 in ('a', 'b')"
            )
        if len(items) > MAX_ITEMS:
            raise ExpressionError(
                f"in 里面列了{len(items)}个值，过多", f"不超过{MAX_ITEMS}个；请改用 between 或拆成几个条件"
            )
        operand = self.lower(node.this, None)
        where = _source(node)  # rendered once: it costs as much as the whole list
        values: list[ir.Const] = []
        for item in items:
            value = self.lower(item, operand.type)
            _check_comparable(operand.type, value.type, ordered=False, where=where)
            if not isinstance(value, ir.Const):
                raise ExpressionError(
                    f"in 里面的“{_source(item)}”不是固定的值", "in 里面只列固定的值，其余请用 or"
                )
            values.append(value)
        return ir.Membership(operand, tuple(values))

    def _is_null(self, node: exp.Expression, expected: Type | None) -> Node:
        if not isinstance(node.args["expression"], exp.Null):
            raise ExpressionError(f"不支持“{_source(node)}”这种写法", "is 后面只能写 null 或 not null")
        return ir.IsNull(self.lower(node.this, None))

    def _case(self, node: exp.Expression, expected: Type | None) -> Node:
        if node.this is not None:
            raise ExpressionError("不支持“case 名称 when …”的简写", "请写成 case when 条件 then 结果 … end")
        default = node.args.get("default")
        results = [branch.args["true"] for branch in node.args["ifs"]]
        lowered = self._branches([*results, default] if default is not None else results, expected)
        type_ = _common_type([part.type for part in lowered], _source(node))
        conditions = [self._condition(branch.this) for branch in node.args["ifs"]]
        otherwise = lowered[-1] if default is not None else None
        return ir.Case(type_, tuple(zip(conditions, lowered, strict=False)), otherwise)

    def _branches(self, parts: list[exp.Expression], expected: Type | None) -> list[Node]:
        """Lower the results of a case; bare texts wait until another branch tells their type."""
        hint = expected
        lowered: dict[int, Node] = {}
        waiting: list[int] = []
        for index, part in enumerate(parts):
            try:
                lowered[index] = self.lower(part, hint)
                hint = hint or lowered[index].type
            except _NeedsNeighbour:
                waiting.append(index)
        for index in waiting:
            lowered[index] = self.lower(parts[index], hint)
        return [lowered[index] for index in range(len(parts))]

    def _extreme(self, node: exp.Expression, expected: Type | None) -> Node:
        parts = [node.this, *(node.args.get("expressions") or [])]
        if len(parts) < 2:
            raise ExpressionError(f"“{_source(node)}”只有一个量", "greatest 和 least 至少比较两个量")
        operands = [self.lower(part, None) for part in parts]
        type_ = _common_type([operand.type for operand in operands], _source(node))
        if not type_.is_number and type_.kind is not Kind.DATE:
            raise ExpressionError(
                f"“{_source(node)}”比较的不是数字或日期", "greatest 和 least 只用于数字或日期"
            )
        return ir.Extreme(type_, isinstance(node, exp.Greatest), tuple(operands))

    def _arithmetic(self, node: exp.Expression, expected: Type | None) -> Node:
        op = ARITHMETIC[type(node)]
        left, right = self.lower(node.this, None), self.lower(node.args["expression"], None)
        if Kind.DATE in (left.type.kind, right.type.kind):
            return _date_arithmetic(op, left, right, _source(node))
        _check_number(left, node.this, node)
        _check_number(right, node.args["expression"], node)
        kind = Kind.INT if op != "/" and left.type.kind is right.type.kind is Kind.INT else Kind.RATIO
        combine = {"*": units.product, "/": units.quotient}.get(op, units.join)
        type_ = Type(kind, combine(left.type.unit, right.type.unit, _source(node)))
        folded = _fold(op, left, right, type_, _source(node))
        return folded or ir.Arithmetic(type_, op, left, right)


def _check_number(lowered: Node, node: exp.Expression, within: exp.Expression) -> None:
    if not lowered.type.is_number:
        raise ExpressionError(
            f"“{_source(within)}”中的“{_source(node)}”是{KIND_NAMES[lowered.type.kind]}，不能参加运算",
            "请改用数字",
        )


def _rational(constant: ir.Const) -> Fraction:
    if isinstance(constant.value, str):
        raise TypeError(constant)
    return Fraction(constant.value)


def _text_constant(text: str, expected: Type | None) -> ir.Const:
    if expected is not None and expected.kind is Kind.ENUM:
        if text not in expected.values:
            raise ExpressionError(f"没有“{text}”这个选项", f"可用的选项有 {'、'.join(expected.values)}")
        return ir.Const(expected, expected.values.index(text))
    if expected is not None and expected.kind is Kind.CODE:
        if len(text) != expected.width or not (text.isascii() and text.isalnum()):
            raise ExpressionError(f"“{text}”不是{expected.width}位代码", f"代码写满{expected.width}位")
        return ir.Const(expected, text)
    if expected is not None and expected.kind is Kind.DATE:
        raise ExpressionError(f"日期“{text}”没有写明是日期", f"写成 DATE '{text}'")
    if expected is not None and expected.kind is not Kind.BOOL:
        raise ExpressionError(f"文字“{text}”不能与{KIND_NAMES[expected.kind]}放在一起", "数字和比率不加引号")
    raise _NeedsNeighbour(f"文字“{text}”不知与谁比较", "文字只能与代码或选项事实比较")


def _check_comparable(left: Type, right: Type, ordered: bool, where: str) -> None:
    if left.is_number and right.is_number:
        units.join(left.unit, right.unit, where)
    elif left.kind is not right.kind:
        raise ExpressionError(
            f"“{where}”用{KIND_NAMES[left.kind]}和{KIND_NAMES[right.kind]}比较", "请改为同一类的两个量"
        )
    elif not _same_kind(left, right):
        raise ExpressionError(f"“{where}”两边的选项或代码位数不同", "只有选项表相同、位数相同的才能比较")
    elif ordered and left.kind in (Kind.ENUM, Kind.BOOL):
        raise ExpressionError(f"“{where}”给{KIND_NAMES[left.kind]}比大小", "选项和是否只能用 =、<> 或 in")


def _common_type(types: list[Type], where: str) -> Type:
    first = types[0]
    for other in types[1:]:
        if first.is_number and other.is_number:
            kind = Kind.RATIO if Kind.RATIO in (first.kind, other.kind) else Kind.INT
            first = Type(kind, units.join(first.unit, other.unit, where))
        elif not _same_kind(first, other):
            raise ExpressionError(
                f"“{where}”的各个结果不是同一类（{KIND_NAMES[first.kind]}、{KIND_NAMES[other.kind]}）",
                "请统一",
            )
    return first


def _date_arithmetic(op: ir.ArithmeticOp, left: Node, right: Node, where: str) -> Node:
    kinds = (left.type.kind, right.type.kind)
    if op == "-" and kinds == (Kind.DATE, Kind.DATE):
        return ir.Arithmetic(DAYS, op, left, right)
    if op == "+" and kinds == (Kind.INT, Kind.DATE):
        left, right = right, left
    elif op not in ("+", "-") or kinds != (Kind.DATE, Kind.INT):
        raise ExpressionError(f"“{where}”对日期做了不支持的运算", "日期只能加减整数天，或两个日期相减")
    units.join("day", right.type.unit, where)
    return ir.Arithmetic(DATE, op, left, right)


def _fold(op: ir.ArithmeticOp, left: Node, right: Node, type_: Type, where: str) -> ir.Const | None:
    """A literal for an operation on two literals, so that 3 / 100 is as good as 0.03."""
    if op == "/" and isinstance(right, ir.Const) and right.value == 0:
        raise ExpressionError(f"“{where}”除以零", "请核对除数")
    if not isinstance(left, ir.Const) or not isinstance(right, ir.Const):
        return None
    value = FOLDS[op](_rational(left), _rational(right))
    return ir.Const(type_, int(value) if type_.kind is Kind.INT else value)
