"""Steps on columns of booleans and whole numbers: each step once, however often it is used.

Every number's bounds are known, so it is known whether 64 bits hold it or 128 are needed. Nothing here knows
which library carries the steps out.

| step | arguments | worth |
|---|---|---|
| const | | `value`; None is unknown |
| fact | | the column of fact `value`, booleans as such, the rest as whole numbers (see `cells`) |
| table | | what follows for fact `value[1]` from each text of the column `value[0]` alone |
| and, or, not | booleans | Kleene's |
| = <> < <= > >= | two alike | unknown when either is |
| in | a number | is it one of `value` |
| null | any | whether it is unknown, never unknown itself |
| choose | condition, a, b | a where true, b where false, unknown where the condition is |
| given | a, b | a, and where that is unknown b |
| + - * | two numbers | |
| floor | number, positive number | the quotient rounded down |
| abs, nonzero | a number | its magnitude; unknown where it is 0 |
| known | number, any | the number, unknown where the second is |
"""

from collections.abc import Sequence
from dataclasses import dataclass

from huiqi.rules.evaluate import COMPARE
from huiqi.rules.intervals import LIMIT_64, LIMIT_128
from huiqi.rules.problems import ExpressionError


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `args` are the places of earlier steps. `span` bounds a number, None for a boolean."""

    op: str
    args: tuple[int, ...] = ()
    value: object = None
    span: tuple[int, int] | None = None

    @property
    def is_wide(self) -> bool:
        """Whether the number needs 128 bits."""
        return self.span is not None and max(-self.span[0], self.span[1]) > LIMIT_64


class Graph:
    """All steps of a run in an order in which each comes after its arguments."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.uses: list[int] = []
        self._places: dict[Step, int] = {}

    def __getitem__(self, place: int) -> Step:
        return self.steps[place]

    def add(self, op: str, *args: int, value: object = None, span: tuple[int, int] | None = None) -> int:
        """The place of this step, a new one only when there was none like it."""
        if span is not None and max(-span[0], span[1]) > LIMIT_128:
            raise ExpressionError("数值可能超出128位整数", "请收紧事实目录中的上下限，或减少连乘")
        # True == 1 in Python; the type keeps their constants apart.
        step = Step(op, args, (type(value).__name__, value) if op == "const" else value, span)
        place = self._places.get(step)
        if place is None:
            place = self._places[step] = len(self.steps)
            self.steps.append(step)
            self.uses.append(0)
            for arg in args:
                self.uses[arg] += 1
        return place

    def constant(self, place: int) -> object:
        """The value of a constant step; `place` must be one."""
        return self.steps[place].value[1]  # type: ignore[index]

    def is_constant(self, place: int) -> bool:
        return self.steps[place].op == "const"

    def span(self, place: int) -> tuple[int, int]:
        span = self.steps[place].span
        if span is None:
            raise TypeError(self.steps[place].op)
        return span

    # ---------------------------------------------------------------- numbers

    def number(self, value: int | None) -> int:
        return self.add("const", value=value, span=(value or 0, value or 0))

    def plus(self, left: int, right: int, sign: str = "+") -> int:
        """The sum, or with sign "-" the difference."""
        if self._is_open(left, right):
            return self.number(None)
        if self._are_given(left, right):
            a, b = self._integer(left), self._integer(right)
            return self.number(a + b if sign == "+" else a - b)
        if self.is_constant(right) and self.constant(right) == 0:
            return left
        (low, high), (from_, to) = self.span(left), self.span(right)
        span = (low + from_, high + to) if sign == "+" else (low - to, high - from_)
        return self.add(sign, left, right, span=span)

    def times(self, left: int, right: int) -> int:
        if self._is_open(left, right):
            return self.number(None)
        if self._are_given(left, right):
            return self.number(self._integer(left) * self._integer(right))
        for one, other in ((left, right), (right, left)):
            if self.is_constant(one) and self.constant(one) == 1:
                return other
        corners = [a * b for a in self.span(left) for b in self.span(right)]
        return self.add("*", left, right, span=(min(corners), max(corners)))

    def floor(self, number: int, divisor: int) -> int:
        """The quotient rounded down; the divisor is positive wherever it is known."""
        if self._is_open(number, divisor):
            return self.number(None)
        if self._are_given(number, divisor):
            return self.number(self._integer(number) // self._integer(divisor))
        low, high = self.span(divisor)
        corners = [a // b for a in self.span(number) for b in (max(low, 1), max(high, 1))]
        return self.add("floor", number, divisor, span=(min(corners), max(corners)))

    def magnitude(self, number: int) -> int:
        low, high = self.span(number)
        if low >= 0:
            return number
        if self._are_given(number):
            return self.number(-low)
        return self.add("abs", number, span=(max(0, -high), max(-low, high)))

    def nonzero(self, number: int) -> int:
        """The same, known to be not below 0, unknown where it is 0."""
        low, high = self.span(number)
        return number if low > 0 else self.add("nonzero", number, span=(1, max(high, 1)))

    def known(self, number: int, other: int) -> int:
        return self.add("known", number, other, span=self.span(number))

    # ---------------------------------------------------------------- booleans

    def boolean(self, value: bool | None) -> int:
        return self.add("const", value=value)

    def compare(self, op: str, left: int, right: int) -> int:
        """left ? right of two numbers or two booleans."""
        if self._is_open(left, right):
            return self.boolean(None)
        if self._are_given(left, right):
            a, b = self._integer(left), self._integer(right)
            return self.boolean(COMPARE[op](a, b))  # type: ignore[index]
        return self.add(op, left, right)

    def among(self, number: int, values: tuple[int, ...]) -> int:
        if self._is_open(number):
            return self.boolean(None)
        if self._are_given(number):
            return self.boolean(self._integer(number) in values)
        return self.add("in", number, value=values)

    def all(self, places: Sequence[int]) -> int:
        return self._joined("and", places, True)

    def any(self, places: Sequence[int]) -> int:
        return self._joined("or", places, False)

    def _joined(self, op: str, places: Sequence[int], idle: bool) -> int:
        """Kleene's and or or; constants that decide it or do nothing fall away."""
        kept: list[int] = []
        for place in dict.fromkeys(places):
            if self.is_constant(place):
                value = self.constant(place)
                if value is (not idle):
                    return place
                if value is idle:
                    continue
            kept.append(place)
        if not kept:
            return self.boolean(idle)
        joined = kept[0]
        for place in kept[1:]:
            joined = self.add(op, joined, place)
        return joined

    def negated(self, place: int) -> int:
        if self.is_constant(place):
            value = self.constant(place)
            return self.boolean(None if value is None else not value)
        step = self.steps[place]
        return step.args[0] if step.op == "not" else self.add("not", place)

    # ---------------------------------------------------------------- both

    def is_null(self, place: int) -> int:
        if self.is_constant(place):
            return self.boolean(self.constant(place) is None)
        return self.add("null", place)

    def choose(self, condition: int, yes: int, no: int) -> int:
        if self.is_constant(condition):
            chosen = {True: yes, False: no}.get(self.constant(condition))  # type: ignore[call-overload]
            return self._unknown_like(yes) if chosen is None else chosen
        return self.add("choose", condition, yes, no, span=self._hull(yes, no))

    def given(self, first: int, second: int) -> int:
        """The first, where it is unknown the second."""
        if self.is_constant(first) and self.constant(first) is None:
            return second
        return self.add("given", first, second, span=self._hull(first, second))

    def _unknown_like(self, place: int) -> int:
        return self.boolean(None) if self.steps[place].span is None else self.number(None)

    def _hull(self, one: int, other: int) -> tuple[int, int] | None:
        first, second = self.steps[one].span, self.steps[other].span
        if first is None or second is None:
            return None
        return min(first[0], second[0]), max(first[1], second[1])

    def _are_given(self, *places: int) -> bool:
        return all(self.is_constant(place) and self.constant(place) is not None for place in places)

    def _is_open(self, *places: int) -> bool:
        """Whether one of them is unknown for every firm, and so whatever rests on both."""
        return any(self.is_constant(place) and self.constant(place) is None for place in places)

    def _integer(self, place: int) -> int:
        return int(self.constant(place))  # type: ignore[call-overload, no-any-return]
