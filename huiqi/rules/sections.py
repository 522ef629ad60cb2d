"""Typed access to the entries of a rulebook file; faults are noted with their line, none stops it."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction

from huiqi.rules.catalogue import MAX_TEXT, RATIO
from huiqi.rules.documents import Entry
from huiqi.rules.problems import ExpressionError, Problem
from huiqi.rules.wording import shown


class Report:
    """Where the problems of one file are collected."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, line: int, path: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(f"{self.file} 第{line}行 {path}".rstrip(), message, remedy))

    def refuse(self, entry: Entry, path: str, error: ExpressionError) -> None:
        self.add(entry.line, path, error.message, error.remedy)


class Section:
    """A mapping of the file at `path`. Readers return a default after noting a fault."""

    def __init__(self, report: Report, entry: Entry, path: str, allowed: Collection[str]) -> None:
        self.report, self.entry, self.path, self.line = report, entry, path, entry.line
        self.pairs: dict[str, Entry] = {}
        if isinstance(entry.value, dict):
            self.pairs = entry.value
        else:
            report.add(entry.line, path, "这里应当是“键: 值”", f"可用的键有 {'、'.join(sorted(allowed))}")
        for key, child in self.pairs.items():
            if key not in allowed:
                close = get_close_matches(key, list(allowed), n=1)
                remedy = f"是否指 {close[0]}" if close else f"可用的键有 {'、'.join(sorted(allowed))}"
                report.add(child.line, self.at(shown(key)), f"不认识的键“{shown(key)}”", remedy)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        return key in self.pairs and self.pairs[key].value is not None

    def wrong(self, key: str, message: str, remedy: str) -> None:
        line = self.pairs[key].line if key in self.pairs else self.line
        self.report.add(line, self.at(key), message, remedy)

    def _given(self, key: str, required: bool) -> object:
        entry = self.pairs.get(key)
        if entry is None or entry.value is None:
            if required:
                self.wrong(key, "缺少这一项", f"请补上 {key}")
            return None
        return entry.value

    def text(self, key: str, required: bool = False) -> str | None:
        value = self._given(key, required)
        if value is None:
            return None
        if isinstance(value, list | dict | bool):
            self.wrong(key, "这里应当是文字", "请写成一段文字")
            return None
        text = str(value)
        if not text.strip():
            self.wrong(key, "文字是空的", "请填写，或整行删去")
            return None
        return text

    def word(self, key: str, choices: Collection[str], default: str) -> str:
        """One of the allowed words; required."""
        text = self.text(key, required=True)
        if text is not None and text not in choices:
            close = get_close_matches(text, list(choices), n=1)
            remedy = f"是否指 {close[0]}" if close else f"可用的有 {'、'.join(choices)}"
            self.wrong(key, f"没有“{shown(text)}”这个选项", remedy)
            return default
        return text or default

    def optional_word(self, key: str, choices: Collection[str]) -> str | None:
        return self.word(key, choices, "") or None if self.has(key) else None

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._given(key, False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(key, "这里应当是 true 或 false", "请改为 true 或 false")
            return default
        return value

    def whole(self, key: str, required: bool = False) -> int | None:
        value = self._given(key, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, f"“{shown(value)}”不是整数", "请写成整数")
            return None
        return value

    def day(self, key: str, required: bool = False) -> date | None:
        value = self._given(key, required)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value) if len(value) == 10 else value
            except ValueError:
                pass
        if not isinstance(value, date):
            self.wrong(key, f"“{shown(value)}”不是日期", "日期写成 2020-02-05")
            return None
        return value

    def items(self, key: str, required: bool = False) -> list[Entry]:
        value = self._given(key, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, "这里应当是列表", "写成 [甲, 乙] 或每行一个“- ”")
            return []
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        result: list[str] = []
        for index, entry in enumerate(self.items(key)):
            if isinstance(entry.value, list | dict) or entry.value is None:
                self.report.add(entry.line, self.at(f"{key}[{index}]"), "这里应当是文字", "请写成一段文字")
            else:
                result.append(str(entry.value))
        return tuple(result)


def number(value: object) -> int | Fraction | None:
    """An exact number from a scalar of the file (int, decimal, or text like "0.055" or "11/200")."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return Fraction(value)
    match = RATIO.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_TEXT else None
    if match is None or match["divisor"] is not None and int(match["divisor"]) == 0:
        return None
    return Fraction(match["number"]) / int(match["divisor"] or 1)
