"""How a fact stands in a column: which types are taken, and every value as a boolean or whole number.

Scaled integers for ratios, day numbers for dates, positions for enumerations, and for codes the number their
bytes spell, which keeps their order.
"""

from collections.abc import Callable
from fractions import Fraction

from huiqi.rules.catalogue import Catalogue, Fact, Unreadable
from huiqi.rules.evaluate import Evaluation, Result
from huiqi.rules.ir import Kind, Type
from huiqi.rules.problems import ExpressionError

TEXTS = frozenset({"enum", "code"})
MAX_CODE = 15  # bytes that 128 bits with a sign hold


def code_number(text: str, width: int) -> int:
    """A code as a whole number, in the order of the texts."""
    if not len(text) <= width <= MAX_CODE:
        raise ExpressionError(f"代码长于{min(width, MAX_CODE)}位，不能成列比较", "请缩短代码")
    return int.from_bytes(text.encode("ascii").ljust(width, b"\0"), "big")


def as_number(value: object, type_: Type) -> int | None:
    """A known constant of a type that is neither boolean nor ratio as it stands in a column."""
    if value is None:
        return None
    if type_.kind is Kind.CODE:
        return code_number(str(value), type_.width)
    return int(value)  # type: ignore[call-overload, no-any-return]


def span_of(fact: Fact) -> tuple[int, int] | None:
    """The bounds of the fact's whole numbers; None for a boolean. Raises ExpressionError without bounds."""
    if fact.type == "bool":
        return None
    if fact.type == "enum":
        return 0, max(len(fact.values) - 1, 0)
    if fact.type == "code":
        return 0, code_number("\x7f" * min(fact.width, MAX_CODE), fact.width)
    if fact.min is None or fact.max is None:
        raise ExpressionError(f"“{fact.label}”没有上下限", "请在事实目录中写明 min 和 max")
    if isinstance(fact.min, int | Fraction) and isinstance(fact.max, int | Fraction):
        scale = fact.scale if fact.type == "ratio" else 1
        return _up(fact.min * scale), int(fact.max * scale // 1)
    return fact.min.toordinal(), fact.max.toordinal()  # type: ignore[union-attr]


def _up(value: int | Fraction) -> int:
    return int(-(-value // 1))


def text_cell(catalogue: Catalogue, fact: Fact) -> Callable[[str], int]:
    """Reads one text of an enumeration or code as the catalogue does; raises Unreadable."""

    def read(text: str) -> int:
        value = catalogue.read(fact, text)
        if fact.type == "enum":
            return fact.ir_type.values.index(str(value))
        return code_number(str(value), fact.width)

    return read


def followed(catalogue: Catalogue, base: str, derived: str) -> Callable[[str | None], int | bool | None]:
    """What a derived fact is for one text of the only fact it rests on."""
    fact, wanted = catalogue.facts[base], catalogue.facts[derived]

    def follow(text: str | None) -> int | bool | None:
        values = {} if text is None else {base: catalogue.read(fact, text)}
        result: Result = Evaluation(catalogue.facts_of(values, {})).fact(derived)
        if result is None or isinstance(result, bool):
            return result
        return as_number(result, wanted.ir_type)

    return follow


def out_of_bounds(fact: Fact, cell: int) -> Unreadable:
    """The refusal of a column's value outside the fact's bounds."""
    bounds = f"{fact.format(fact.min)}～{fact.format(fact.max)}"
    return Unreadable(f"值 {cell} 超出范围", f"应在 {bounds} 之间；金额以分计，比率乘以 {fact.scale}")
