"""An independent evaluator: its own scanner, its own recursive descent, Python's Fraction.

It shares nothing with the engine: it reads the author's text and plain Python values (Fraction for
numbers, date, str, bool, None for unknown) and computes at once, without a tree in between.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

WORDS = re.compile(r"\s*(<=|>=|<>|!=|[-+*/()=<>,]|'[^']*'|[0-9]+(?:\.[0-9]+)?|[A-Za-z_][A-Za-z_0-9]*)")
Value = Any


class Oracle:
    """Evaluates one text for one firm. `derivations` gives texts for names that are not known."""

    def __init__(self, known: Mapping[str, Value], derivations: Mapping[str, str]) -> None:
        self.known, self.derivations = known, derivations

    def evaluate(self, text: str) -> Value:
        words = WORDS.findall(text)
        value, rest = self._either(words)
        assert not rest, rest
        return value

    def name(self, name: str) -> Value:
        value = self.known.get(name)
        if value is None and name in self.derivations:
            return self.evaluate(self.derivations[name])
        return value

    # or < and < not < comparison < sum < product < sign < atom

    def _either(self, words: list[str]) -> tuple[Value, list[str]]:
        value, words = self._both(words)
        while words and words[0] == "or":
            other, words = self._both(words[1:])
            value = (
                True if value is True or other is True else None if value is None or other is None else False
            )
        return value, words

    def _both(self, words: list[str]) -> tuple[Value, list[str]]:
        value, words = self._denied(words)
        while words and words[0] == "and":
            other, words = self._denied(words[1:])
            value = False if value is False or other is False else None if None in (value, other) else True
        return value, words

    def _denied(self, words: list[str]) -> tuple[Value, list[str]]:
        if words[0] == "not":
            value, words = self._denied(words[1:])
            return (None if value is None else not value), words
        return self._compared(words)

    def _compared(self, words: list[str]) -> tuple[Value, list[str]]:
        left, words = self._sum(words)
        if not words:
            return left, words
        if words[0] in ("=", "<>", "!=", "<", "<=", ">", ">="):
            right, rest = self._sum(words[1:])
            return compare(words[0], left, right), rest
        if words[0] == "is":
            wanted = words[1] != "not"
            return (left is None) is wanted, words[2 if wanted else 3 :]
        denied = words[0] == "not"
        rest = words[1:] if denied else words
        if rest[0] == "between":
            low, rest = self._sum(rest[1:])
            high, rest = self._sum(rest[1:])
            above, below = compare(">=", left, low), compare("<=", left, high)
            value = False if above is False or below is False else None if None in (above, below) else True
        elif rest[0] == "in":
            items, rest = self._arguments(rest[1:], self._sum)
            value = None if left is None else left in items
        else:
            return left, words
        return (None if value is None else value is not denied), rest

    def _arguments(
        self, words: list[str], read: Callable[[list[str]], tuple[Value, list[str]]]
    ) -> tuple[list[Value], list[str]]:
        values = []
        assert words[0] == "("
        while words[0] in ("(", ","):
            value, words = read(words[1:])
            values.append(value)
        return values, words[1:]

    def _sum(self, words: list[str]) -> tuple[Value, list[str]]:
        value, words = self._product(words)
        while words and words[0] in "+-":
            other, rest = self._product(words[1:])
            value, words = add(value, other if words[0] == "+" else negative(other), words[0]), rest
        return value, words

    def _product(self, words: list[str]) -> tuple[Value, list[str]]:
        value, words = self._signed(words)
        while words and words[0] in "*/":
            other, rest = self._signed(words[1:])
            if value is None or other is None or (words[0] == "/" and other == 0):
                value = None
            else:
                value = value * other if words[0] == "*" else value / other
            words = rest
        return value, words

    def _signed(self, words: list[str]) -> tuple[Value, list[str]]:
        if words[0] == "-":
            value, words = self._signed(words[1:])
            return negative(value), words
        return self._atom(words)

    def _atom(self, words: list[str]) -> tuple[Value, list[str]]:
        word, rest = words[0], words[1:]
        if word == "(":
            value, rest = self._either(rest)
            return value, rest[1:]
        if word == "case":
            return self._case(rest)
        if word in ("greatest", "least"):
            values, rest = self._arguments(rest, self._either)
            best = None if None in values else max(values) if word == "greatest" else min(values)
            return best, rest
        if word == "DATE":
            return date.fromisoformat(rest[0].strip("'")), rest[1:]
        return self._plain(word), rest

    def _plain(self, word: str) -> Value:
        if word[0].isdigit():
            return Fraction(word)
        if word in ("true", "false"):
            return word == "true"
        return word[1:-1] if word[0] == "'" else self.name(word)

    def _case(self, words: list[str]) -> tuple[Value, list[str]]:
        taken, value = False, None
        while words[0] == "when":
            condition, words = self._either(words[1:])
            result, words = self._either(words[1:])
            if not taken and condition is not False:
                taken, value = True, result if condition else None
        if words[0] == "else":
            result, words = self._either(words[1:])
            value = value if taken else result
        return value, words[1:]


def compare(sign: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    return {
        "=": lambda: left == right,
        "<>": lambda: left != right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[sign]()


def negative(value: Value) -> Value:
    return value if value is None or isinstance(value, date) else -value


def add(left: Value, right: Value, sign: str) -> Value:
    if left is None or right is None:
        return None
    if isinstance(left, date) and isinstance(right, date):
        return Fraction((left - right).days)
    if isinstance(right, date):
        left, right = right, left
    return left + timedelta(days=int(right)) if isinstance(left, date) else left + right


def rounded(value: Fraction | None) -> int | None:
    """Half up: the nearest integer, and of two equally near the greater."""
    if value is None:
        return None
    lower = value.numerator // value.denominator
    return lower + (value - lower >= Fraction(1, 2))
