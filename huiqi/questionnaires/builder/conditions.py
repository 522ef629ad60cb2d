"""When a question is asked: comparisons chosen from lists, written as formulas and read back. Pure."""

import re
from collections.abc import Iterator, Mapping

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.builder.plan import (
    DAYS,
    NUMBERS,
    Condition,
    Item,
    ItemKind,
    Part,
)
from huiqi.questionnaires.xpath.problems import XPathError
from huiqi.questionnaires.xpath.syntax import (
    Binary,
    Call,
    Literal,
    Negative,
    Number,
    Reference,
    Tree,
    parse,
)

HOWS: Mapping[str, str] = {
    "is": gettext_noop("选的是"),
    "is_not": gettext_noop("选的不是"),
    "has": gettext_noop("选了"),
    "has_not": gettext_noop("没有选"),
    "eq": gettext_noop("等于"),
    "ne": gettext_noop("不等于"),
    "gt": gettext_noop("大于"),
    "ge": gettext_noop("大于或等于"),
    "lt": gettext_noop("小于"),
    "le": gettext_noop("小于或等于"),
    "filled": gettext_noop("已经填了"),
    "blank": gettext_noop("没有填"),
}
_SIGNS = {"eq": "=", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_WORDS = {"is": "=", "is_not": "!="}
WITHOUT_VALUE = frozenset({"filled", "blank"})
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?", re.ASCII)
# More than this nobody reads; the rest goes into a formula.
MOST_PARTS = 12


def hows_for(item: Item) -> tuple[str, ...]:
    """The comparisons that make sense for a question."""
    if item.kind is ItemKind.ONE:
        return ("is", "is_not", "filled", "blank")
    if item.kind in {ItemKind.MANY, ItemKind.RANK}:
        return ("has", "has_not", "filled", "blank")
    if item.kind in NUMBERS | DAYS | {ItemKind.CALCULATE}:
        return ("eq", "ne", "gt", "ge", "lt", "le", "filled", "blank")
    return ("filled", "blank", "is", "is_not")


def is_value(text: str) -> bool:
    """True for what can be compared by size: a number, or a day as 2020-02-09."""
    return bool(_NUMBER.fullmatch(text) or _ISO.fullmatch(text))


def formula_of(condition: Condition) -> str:
    """The condition as an XLSForm writes it."""
    outer, inner = (" or ", " and ") if condition.is_any else (" and ", " or ")
    groups = [inner.join(_part_text(part) for part in group) for group in condition.groups if group]
    return outer.join(
        f"({text})" if len(group) > 1 and len(groups) > 1 else text
        for text, group in zip(groups, (group for group in condition.groups if group), strict=True)
    )


def _part_text(part: Part) -> str:
    of = f"${{{part.of}}}"
    if part.how in WITHOUT_VALUE:
        return f"{of} != ''" if part.how == "filled" else f"{of} = ''"
    if part.how in _WORDS:
        return f"{of} {_WORDS[part.how]} {quoted(part.value)}"
    if part.how in {"has", "has_not"}:
        taken = f"selected({of}, {quoted(part.value)})"
        return taken if part.how == "has" else f"not({taken})"
    return f"{of} {_SIGNS[part.how]} {sized(part.value)}"


def quoted(text: str) -> str:
    """A text in quotes; XPath knows no escape, so a text with both kinds loses one."""
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace('"', "") + '"'


def sized(text: str) -> str:
    """A number or a day in a formula; what is neither stays a text, which the check complains of."""
    if _ISO.fullmatch(text):
        return f"date('{text}')"
    return tidy_number(text) if _NUMBER.fullmatch(text) else quoted(text)


def tidy_number(text: str) -> str:
    """`05.50` as 5.5, the way it is read back."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    rest = rest.rstrip("0")
    whole = whole.lstrip("0") or "0"
    made = f"{whole}.{rest}" if point and rest else whole
    return made if made == "0" else f"{sign}{made}"


def condition_of(text: str) -> Condition | None:
    """The comparisons of a formula, or None when it says more than they can."""
    try:
        tree = parse(text)
    except XPathError:
        return None
    operator = tree.operator if isinstance(tree, Binary) else ""
    outer = operator if operator in {"and", "or"} else "and"
    inner = "or" if outer == "and" else "and"
    groups = []
    for one in _chain(tree, outer):
        parts = [_part_of(each) for each in _chain(one, inner)]
        if None in parts:
            return None
        groups.append(tuple(part for part in parts if part is not None))
    if sum(len(group) for group in groups) > MOST_PARTS:
        return None
    return Condition(outer == "or", tuple(groups))


def _chain(tree: Tree, operator: str) -> Iterator[Tree]:
    if isinstance(tree, Binary) and tree.operator == operator:
        yield from _chain(tree.left, operator)
        yield from _chain(tree.right, operator)
    else:
        yield tree


def _part_of(tree: Tree) -> Part | None:
    if isinstance(tree, Call):
        return _taken(tree, "has")
    if not isinstance(tree, Binary) or not isinstance(tree.left, Reference):
        return None
    of, right = tree.left.name, tree.right
    if isinstance(right, Literal):
        return _worded(of, tree.operator, right.text)
    value = _size(right)
    how = next((name for name, sign in _SIGNS.items() if sign == tree.operator), "")
    return Part(of, how, value) if how and value else None


def _worded(of: str, operator: str, text: str) -> Part | None:
    if operator not in {"=", "!="}:
        return None
    if not text:
        return Part(of, "filled" if operator == "!=" else "blank")
    return Part(of, "is" if operator == "=" else "is_not", text)


def _taken(tree: Call, how: str) -> Part | None:
    if tree.name == "not" and how == "has" and len(tree.arguments) == 1:
        inner = tree.arguments[0]
        return _taken(inner, "has_not") if isinstance(inner, Call) and inner.name == "selected" else None
    if tree.name != "selected" or len(tree.arguments) != 2:
        return None
    of, value = tree.arguments
    if not isinstance(of, Reference) or not isinstance(value, Literal) or not value.text:
        return None
    return Part(of.name, how, value.text)


def _size(tree: Tree) -> str:
    """The number or day of a tree, "" for anything else."""
    if isinstance(tree, Negative):
        inner = _size(tree.operand)
        return "" if not inner or not inner[0].isdigit() or "-" in inner else f"-{inner}"
    if isinstance(tree, Number):
        text = f"{tree.value:.6f}".rstrip("0").rstrip(".")
        return text if _NUMBER.fullmatch(text) and float(text) == tree.value else ""
    if isinstance(tree, Call) and tree.name == "date" and len(tree.arguments) == 1:
        day = tree.arguments[0]
        return day.text if isinstance(day, Literal) and _ISO.fullmatch(day.text) else ""
    return ""
