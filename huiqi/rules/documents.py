"""Reading a YAML file into plain values that remember their lines, refusing what YAML does not need.

Built on the parser's events, so that anchors, aliases, tags and duplicate keys are refused and
nothing is guessed: `on`, `no` and `0111` stay text, decimals stay exact.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml

from huiqi.rules.problems import Problem

MAX_BYTES = 512 * 1024
MAX_DEPTH = 24
MAX_NODES = 60_000

Plain = None | bool | int | Decimal | date | str
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\.[0-9]{1,30}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Characters nobody sees: controls, and marks that turn the reading order around, so that a text
# could be read otherwise than it is written.
_INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WORDS: dict[str, Plain] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Entry:
    """A value with its line (from 1): a plain value, a list of entries, or entries by key."""

    value: "Plain | list[Entry] | dict[str, Entry]"
    line: int

    @property
    def plain(self) -> object:
        """The value without line marks."""
        if isinstance(self.value, list):
            return [entry.plain for entry in self.value]
        if isinstance(self.value, dict):
            return {key: entry.plain for key, entry in self.value.items()}
        return self.value


class _Refused(Exception):
    def __init__(self, line: int, message: str, remedy: str) -> None:
        self.line, self.message, self.remedy = line, message, remedy
        super().__init__(message)


def read_document(path: Path, name: str) -> tuple[Entry | None, list[Problem]]:
    """The file's content, or None with the reason why not; `name` is how the place is called."""
    text, problem = _read_text(path, name)
    if problem is not None:
        return None, [problem]
    try:
        return _Builder(text).document(), []
    except _Refused as error:
        return None, [Problem(f"{name} 第{error.line}行", error.message, error.remedy)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name} 第{mark.line + 1}行第{mark.column + 1}列" if mark else name
        return None, [Problem(place, "YAML 写法不对", _yaml_remedy(str(getattr(error, "problem", "") or "")))]


def _yaml_remedy(problem: str) -> str:
    hints = {
        "mapping values are not allowed": "文字中含冒号的，请整体加双引号",
        "cannot start any token": "不要用制表符缩进；以 @ ` % 开头的文字请加引号",
        "did not find expected": "请核对上一行的引号、括号和缩进",
        "control characters": "请去掉不可见的控制字符",
    }
    return next(
        (hint for key, hint in hints.items() if key in problem), "请核对这一行和上一行的缩进、引号和括号"
    )


def _read_text(path: Path, name: str) -> tuple[str, Problem | None]:
    if path.is_symlink():
        return "", Problem(name, "是符号链接", "规则目录中请放文件本身")
    if not path.is_file():
        return "", Problem(name, "没有这个文件", "请补上该文件")
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        return "", Problem(name, f"文件读不出来（{error.strerror or error}）", "请检查文件权限")
    return _decoded(raw, name)


def _decoded(raw: bytes, name: str) -> tuple[str, Problem | None]:
    if len(raw) > MAX_BYTES:
        return "", Problem(name, f"文件超过{MAX_BYTES // 1024}KB", "请拆分或删去无关内容")
    if b"\x00" in raw:
        return "", Problem(name, "不是文本文件", "请放 UTF-8 编码的 YAML 文本")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return "", Problem(f"{name} 第{line}行", "不是 UTF-8 编码", "请另存为 UTF-8")
    return text, None if text.strip() else Problem(name, "文件是空的", "请填写内容")


class _Builder:
    def __init__(self, text: str) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=LOADER)
        self.nodes = 0

    def document(self) -> Entry:
        self._skip(yaml.StreamStartEvent)
        self._skip(yaml.DocumentStartEvent)
        entry = self._entry(next(self.events), 0)
        self._skip(yaml.DocumentEndEvent)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _Refused(_line(event), "一个文件里有多份文档", "请去掉 --- 之后的部分")
        return entry

    def _skip(self, kind: type[yaml.Event]) -> None:
        event = next(self.events)
        if not isinstance(event, kind):
            raise _Refused(_line(event), "文件没有内容", "请填写内容")

    def _entry(self, event: yaml.Event, depth: int) -> Entry:
        self.nodes += 1
        line = _line(event)
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise _Refused(line, "内容过多或嵌套过深", f"不超过{MAX_NODES}项、{MAX_DEPTH}层")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(
                line, "不允许锚点和引用（& 和 *）", "请把内容直接写出；以 & 或 * 开头的文字请加引号"
            )
        if isinstance(event, yaml.ScalarEvent):
            return Entry(_scalar(event), line)
        if getattr(event, "tag", None):
            raise _Refused(line, "不允许类型标签（!）", "请去掉标签；以 ! 开头的文字请加引号")
        if isinstance(event, yaml.SequenceStartEvent):
            return Entry(self._items(depth), line)
        return Entry(self._pairs(depth), line)

    def _items(self, depth: int) -> list[Entry]:
        items: list[Entry] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._entry(event, depth + 1))
        return items

    def _pairs(self, depth: int) -> dict[str, Entry]:
        pairs: dict[str, Entry] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise _Refused(_line(event), "键不是普通文字", "冒号左边请写键名")
            key = _visible(event)
            if key in pairs:
                raise _Refused(_line(event), f"键“{key[:40]}”重复", f"第{pairs[key].line}行已有，请删去一处")
            pairs[key] = self._entry(next(self.events), depth + 1)
        return pairs


def _line(event: yaml.Event) -> int:
    mark = getattr(event, "start_mark", None)
    return int(mark.line) + 1 if mark else 1


def _visible(event: yaml.ScalarEvent) -> str:
    """The text of a scalar, refused when it holds characters that do not show."""
    text = str(event.value)
    hidden = _INVISIBLE.search(text)
    if hidden is not None:
        code = f"U+{ord(hidden.group()):04X}"
        raise _Refused(
            _line(event),
            f"“{text[: hidden.start()][-20:]}”之后有不可见的控制字符（{code}）",
            "请删去该字符，重新录入这段文字",
        )
    return text


def _scalar(event: yaml.ScalarEvent) -> Plain:
    if event.tag:
        raise _Refused(_line(event), "不允许类型标签（!）", "请去掉标签；以 ! 开头的文字请加引号")
    text = _visible(event)
    if not event.implicit[0]:  # quoted or block text is text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise _Refused(_line(event), f"没有“{text}”这一天", "请核对日期") from error
    return text
