"""Functions about numbers. Pure; IEEE 754 as XPath says: questionnaires reckon, they decide no money."""

import math
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal, InvalidOperation

from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import NAN, Value, to_number


def number(_scene: Scene, node: Node, *given: Value) -> float:
    return to_number(given[0] if given else node.value)


def random(scene: Scene, _node: Node) -> float:
    return scene.random.random()


def integer(_scene: Scene, _node: Node, value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else value


def total(_scene: Scene, _node: Node, value: Value) -> float:
    """As XPath: one blank makes the sum NaN; the check at upload advises against it."""
    if isinstance(value, list):
        return float(sum(to_number(node.value) for node in value))
    return to_number(value)


def _numbers(given: tuple[Value, ...]) -> list[float]:
    """The numbers of all arguments; blank nodes have none, other texts that are no number are NaN."""
    found = []
    for value in given:
        texts = [node.value for node in value] if isinstance(value, list) else [value]
        found += [to_number(text) for text in texts if text != ""]
    return found


def largest(_scene: Scene, _node: Node, *given: Value) -> float:
    found = _numbers(given)
    return NAN if not found or any(one != one for one in found) else max(found)


def smallest(_scene: Scene, _node: Node, *given: Value) -> float:
    found = _numbers(given)
    return NAN if not found or any(one != one for one in found) else min(found)


def rounded(_scene: Scene, _node: Node, value: float, places: float = 0.0) -> float:
    """Half up, towards positive infinity, on the digits a person sees; `places` may be negative."""
    if not math.isfinite(value):
        return value
    if not -30 <= places <= 30:
        return value if places > 0 else NAN
    unit = Decimal(1).scaleb(-int(places))
    try:
        scaled = (Decimal(repr(value)) / unit + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
        return float(scaled * unit)
    except InvalidOperation:
        return value


def floor(_scene: Scene, _node: Node, value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


def ceiling(_scene: Scene, _node: Node, value: float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else value


def absolute(_scene: Scene, _node: Node, value: float) -> float:
    return abs(value)


def power(_scene: Scene, _node: Node, base: float, exponent: float) -> float:
    return _safely(math.pow, base, exponent)


def _safely(function: Callable[..., float], *given: float) -> float:
    try:
        return float(function(*given))
    except OverflowError:
        return math.inf
    except ValueError:
        return NAN


def log(_scene: Scene, _node: Node, value: float) -> float:
    return -math.inf if value == 0 else _safely(math.log, value)


def log10(_scene: Scene, _node: Node, value: float) -> float:
    return -math.inf if value == 0 else _safely(math.log10, value)


def sin(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.sin, value)


def cos(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.cos, value)


def tan(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.tan, value)


def asin(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.asin, value)


def acos(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.acos, value)


def atan(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.atan, value)


def atan2(_scene: Scene, _node: Node, y: float, x: float) -> float:
    return _safely(math.atan2, y, x)


def square_root(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.sqrt, value)


def exp(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.exp, value)


def exp10(_scene: Scene, _node: Node, value: float) -> float:
    return _safely(math.pow, 10.0, value)


def pi(_scene: Scene, _node: Node) -> float:
    return math.pi
