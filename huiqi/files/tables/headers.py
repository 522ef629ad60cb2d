"""Finding the header of a table below its titles, and putting header texts into one form. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from huiqi.core.dates import readable
from huiqi.files.tables.sheet import RawRow, Span
from huiqi.files.tables.values import Value

SEARCHED_ROWS = 40
LONGEST_HEADER = 80
DEEPEST_HEADER = 4
# A header names most of the columns that the rows below it fill, mostly with words (2019年 is none);
# title and 填报单位 lines do not.
FILLED_SHARE = 0.6
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_INNER_SPACE = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
_FILLED_IN = re.compile(r".{1,12}[:：]")
_NUMBER_OR_DATE = re.compile(r"[\d\s.,:/年月日%+\-]+")


@dataclass(frozen=True)
class Header:
    """A column with its text; `column` counts from 1 (A)."""

    column: int
    text: str


@dataclass(frozen=True)
class HeaderRows:
    """Where the header stands (several rows when cells are merged downwards) and what it says."""

    top: int
    bottom: int
    headers: tuple[Header, ...]


def header_text(raw: str) -> str:
    """One form for a header however it was typed: no line breaks, no spaces between Chinese characters,
    full-width brackets, half-width digits and letters, no mark of obligation (*). Units stay: 营收（万元）.
    """
    text = unicodedata.normalize("NFKC", raw).replace("(", "（").replace(")", "）")
    text = "".join(char if char.isprintable() else " " for char in text)
    text = re.sub(r"\s+", " ", text).strip(" *")
    return readable(_INNER_SPACE.sub("", text), LONGEST_HEADER)


def find_header(
    rows: Sequence[RawRow],
    merged: Sequence[Span],
    *,
    row: int | None = None,
    known: Collection[str] = (),
) -> HeaderRows | None:
    """The header among the first rows: the given `row`, or the row with most `known` texts, or the first
    that fills most columns with words. None when there is none."""
    by_number = dict(rows)
    chosen = row if row is not None else _chosen(rows, {header_text(text) for text in known})
    if chosen is None or chosen not in by_number:
        return None
    top, bottom = _extent(chosen, merged)
    texts = _texts_by_column(by_number, (top, bottom), merged)
    if not texts:
        return None
    return HeaderRows(top, bottom, tuple(Header(column, text) for column, text in sorted(texts.items())))


def _chosen(rows: Sequence[RawRow], known: set[str]) -> int | None:
    if known:
        hits = {number: sum(_is_known(cell, known) for cell in cells) for number, cells in rows}
        best = max(hits, key=lambda number: (hits[number], -number), default=None)
        if best is not None and hits[best] >= min(2, len(known)):
            return best
    filled = Counter(number for number, cells in rows for cell in cells if cell is not None)
    width = max(filled.values(), default=0)
    for number, cells in rows:
        given = [cell for cell in cells if cell is not None]
        words = sum(_is_word(cell) for cell in given)
        if len(given) >= max(1, FILLED_SHARE * width) and words >= FILLED_SHARE * len(given):
            return number
    return None


def _is_known(cell: Value, known: set[str]) -> bool:
    return isinstance(cell, str) and header_text(cell) in known


def _is_word(cell: Value) -> bool:
    if not isinstance(cell, str) or len(cell) > LONGEST_HEADER:
        return False
    text = unicodedata.normalize("NFKC", cell).strip()
    return bool(header_text(cell)) and not _NUMBER_OR_DATE.fullmatch(text) and not _FILLED_IN.match(text)


def _extent(chosen: int, merged: Sequence[Span]) -> tuple[int, int]:
    """First and last row of the header: cells merged downwards tie rows together."""
    tied = [
        span
        for span in merged
        if span.top <= chosen <= span.bottom and 0 < span.bottom - span.top < DEEPEST_HEADER
    ]
    return (
        min([chosen, *(span.top for span in tied)]),
        max([chosen, *(span.bottom for span in tied)]),
    )


def _texts_by_column(
    by_number: Mapping[int, list[Value]], extent: tuple[int, int], merged: Sequence[Span]
) -> dict[int, str]:
    """For each column the texts of the header rows from top to bottom: 联系方式·电话."""
    top, bottom = extent
    pieces: dict[int, list[str]] = {}
    for number in range(top, bottom + 1):
        for index, cell in enumerate(by_number.get(number, []), 1):
            text = header_text(str(cell)) if cell is not None else ""
            if text:
                for column in range(index, _right_end(number, index, merged) + 1):
                    pieces.setdefault(column, []).append(text)
    return {column: "·".join(dict.fromkeys(texts)) for column, texts in pieces.items()}


def _right_end(row: int, column: int, merged: Sequence[Span]) -> int:
    return next((span.right for span in merged if (span.top, span.left) == (row, column)), column)
