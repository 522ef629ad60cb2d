"""Which units may meet: money is never added to days, and what a product or quotient is counted in.

Counting units (person, day, month, year, count) only multiply money, they do not change it:
fen × month is fen. A bare literal takes the unit of its neighbour.
"""

from huiqi.rules.ir import NUMBER, PLAIN_UNITS
from huiqi.rules.problems import ExpressionError

UNIT_NAMES = {
    "fen": "金额（分）",
    "person": "人数",
    "day": "天数",
    "month": "月数",
    "year": "年数",
    "count": "个数",
    "ratio": "比率",
    "none": "无单位数",
    NUMBER: "数字",
}
KNOWN_UNITS = frozenset(UNIT_NAMES) - {NUMBER}


def _plain(unit: str) -> str:
    return "ratio" if unit == "none" else unit


def meet(left: str, right: str) -> str | None:
    """The common unit of two numbers that are added or compared; None when they may not meet."""
    left, right = _plain(left), _plain(right)
    if left == NUMBER:
        return right
    if right == NUMBER or left == right:
        return left
    return None


def join(left: str, right: str, where: str) -> str:
    """The unit of a sum, difference or comparison; ExpressionError when the two may not meet."""
    unit = meet(left, right)
    if unit is None:
        raise ExpressionError(
            f"“{where}”把{UNIT_NAMES[left]}和{UNIT_NAMES[right]}放在一起加减或比较",
            "请改为同一单位的两个量",
        )
    return unit


def product(left: str, right: str, where: str) -> str:
    """The unit of a product; ExpressionError for money times money."""
    left, right = _plain(left), _plain(right)
    if left in PLAIN_UNITS:
        return right if right != NUMBER else left
    if right in PLAIN_UNITS:
        return left
    if left == right == "fen":
        raise ExpressionError(f"“{where}”用金额乘以金额", "金额只能乘以比率、人数、天数、月数或个数")
    return "fen" if "fen" in (left, right) else "count"


def quotient(left: str, right: str, where: str) -> str:
    """The unit of a quotient; ExpressionError when it would have none."""
    left, right = _plain(left), _plain(right)
    if right in PLAIN_UNITS:
        return left if left != NUMBER else right
    if left == right:
        return "ratio"
    if left in PLAIN_UNITS or right == "fen":
        raise ExpressionError(
            f"“{where}”用{UNIT_NAMES[left]}除以{UNIT_NAMES[right]}，结果没有单位可言",
            "请检查除数，或用同一单位的两个量相除",
        )
    return "fen" if left == "fen" else "count"
