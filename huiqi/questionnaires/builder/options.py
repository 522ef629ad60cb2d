"""Options and rows of a matrix as lines of text, typed or pasted from Excel and Word. Pure."""

import re
from collections.abc import Sequence

from huiqi.questionnaires.builder.editing import MOST_OPTIONS
from huiqi.questionnaires.builder.plan import Item, ItemKind, Option

_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,32}", re.ASCII)
# Numbers and bullets in front of the lines of a Word list; "1.5倍" and "1个月" are none.
_MARK = re.compile(
    r"\s*(?:[•·●○▪◦*\-–—]\s+|[(（]?(?:\d{1,2}|[A-Za-z])[)）]\s*|(?:\d{1,2}|[A-Za-z])(?:、|．|\.(?!\d))\s*)"
)
_BELOW = re.compile(r"\s*[>＞]\s*")
_BETWEEN = re.compile(r"\s*[|｜]\s*")
Line = tuple[str, str, str]


def options_text(options: Sequence[Option], above: Sequence[Option] = ()) -> str:
    """One line an option: its text, and its English behind a bar; `上级 > 选项` under options of `above`."""
    said = [(_under(one, above), one.english) for one in options]
    return "\n".join(f"{label} | {english}" if english else label for label, english in said)


def _under(one: Option, above: Sequence[Option]) -> str:
    parent = next((each.label for each in above if each.name == one.parent), "") if one.parent else ""
    return f"{parent} > {one.label}" if parent else one.label


def rows_text(rows: Sequence[Item]) -> str:
    """The rows of a matrix, one a line."""
    return "\n".join(f"{one.label} | {one.english}" if one.english else one.label for one in rows)


def read_lines(text: str) -> list[Line]:
    """(code or "", text, English) of each line that is not blank; Excel's columns are code, text, English."""
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) > 1 and all(_MARK.match(line) for line in lines):
        lines = [_MARK.sub("", line, count=1) for line in lines]
    return [line for line in (_line(one) for one in lines[:MOST_OPTIONS]) if line[1]]


def _line(text: str) -> Line:
    cells = [cell.strip() for cell in text.split("\t")]
    if len(cells) > 1 and _NAME.fullmatch(cells[0]):
        return cells[0], cells[1], cells[2] if len(cells) > 2 else ""
    label, *english = _BETWEEN.split(" ".join(cell for cell in cells if cell), maxsplit=1)
    return "", label.strip(), english[0].strip() if english else ""


def read_options(
    text: str, before: Sequence[Option] = (), above: Sequence[Option] = ()
) -> tuple[Option, ...]:
    """The options of a text. Codes stay with their texts, and with their places when a text is mended.

    With `above`, the options of the question that narrows them, a line is `上级 > 选项`; one that names no
    option of `above` stays as it was typed, for the check to tell.
    """
    named = _named(read_lines(text), [(one.name, _under(one, above)) for one in before], "c")
    return tuple(_placed(*line, above) for line in named)


def _placed(name: str, label: str, english: str, above: Sequence[Option]) -> Option:
    parent, *rest = _BELOW.split(label, maxsplit=1)
    found = next((one.name for one in above if one.label == parent.strip()), "") if rest else ""
    return (
        Option(name, rest[0].strip(), english, found)
        if found and rest[0].strip()
        else Option(name, label, english)
    )


def read_rows(text: str, before: Sequence[Item], stem: str, taken: set[str]) -> tuple[Item, ...]:
    """The rows of a matrix called `stem`; names and sources stay as codes of options do."""
    known = {one.name: one for one in before}
    lines = [("", label, english) for _code, label, english in read_lines(text)]
    named = _named(lines, [(one.name, one.label) for one in before], f"{stem}_", taken)
    return tuple(
        known.get(name, Item(ItemKind.ONE, name)).but(label=label, english=english)
        for name, label, english in named
    )


def _named(
    lines: list[Line], before: list[tuple[str, str]], stem: str, taken: set[str] | None = None
) -> list[Line]:
    by_label = {label: name for name, label in before}
    spoken = {label for _code, label, _english in lines}
    used = {code for code, _label, _english in lines if code}
    used |= {name for name, label in before if label in spoken}
    found: list[Line] = []
    seen: set[str] = set()
    number = 0
    for at, (code, label, english) in enumerate(lines):
        name = code or by_label.get(label, "")
        if not name and at < len(before) and before[at][1] not in spoken and before[at][0] not in used:
            name = before[at][0]
        while not name or name in seen:
            number += 1
            fresh = f"{stem}{number}"
            is_free = fresh not in used and fresh not in (taken or ()) and fresh not in dict(before)
            name = fresh if is_free and fresh not in seen else ""
        seen.add(name)
        found.append((name, label, english))
    return found
