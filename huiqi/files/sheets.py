"""Writing tables: rows streamed to .xlsx and .csv with a watermark line, in constant memory.

Cells that a spreadsheet would take for a formula are made harmless text: in .xlsx by being text with the
apostrophe Excel itself uses (quotePrefix), in .csv by an apostrophe in front, which read_table takes off
again. Numbers, negative ones included, stay numbers; codes keep their zeros.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain, islice

from django.utils import timezone

from huiqi.core.dates import format_date_zh
from huiqi.core.money import FEN_PER_WAN, FEN_PER_YUAN

UTF8 = "utf-8-sig"  # with the mark, so that Excel knows it
GB18030 = "gb18030"
MARK = "水印："
CSV_ROWS_A_PIECE = 500
SAMPLED_ROWS = 100
NARROWEST, WIDEST = 8, 60
_DANGEROUS = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Kind(Enum):
    """What a column holds; YUAN and WAN take fen."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    YUAN = "yuan"
    WAN = "wan"
    PERCENT = "percent"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """A column to write."""

    header: str
    kind: Kind = Kind.TEXT


Row = Sequence[object]
Plain = str | int | Decimal | date | datetime | None


def watermark_text(*, who: str, unit: str, at: datetime, purpose: str, rows: int) -> str:
    """The line every export begins with: whose it was, and by the count whether the file is whole."""
    local = timezone.localtime(at)
    moment = f"{format_date_zh(local.date())}{local:%H:%M}"
    return f"{MARK}{who}（{unit}）于{moment}导出，用途：{purpose}，共{rows:,}行"


def is_dangerous(text: str) -> bool:
    """True when a spreadsheet might run the text; plain numbers such as -5 are not."""
    return bool(_DANGEROUS.match(text)) and not _PLAIN_NUMBER.fullmatch(text)


def plain_value(value: object, kind: Kind) -> Plain:
    """What is written for `value` in a column of this kind: text, number, date or nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if kind in (Kind.TEXT, Kind.CODE):
        return clean_text(str(_moment_words(value)))
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    if isinstance(value, int | Decimal | date):
        return _in_unit(value, kind)
    return clean_text(str(value))


def _moment_words(value: object) -> object:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"
    return value


def _in_unit(value: int | Decimal | date, kind: Kind) -> Plain:
    if isinstance(value, date) or kind not in (Kind.YUAN, Kind.WAN):
        return value
    return (Decimal(value) / (FEN_PER_YUAN if kind is Kind.YUAN else FEN_PER_WAN)).normalize()


def clean_text(text: str) -> str:
    """Text without the characters XML and spreadsheets cannot hold."""
    return _UNWRITABLE.sub("", text)


def display_width(text: str) -> int:
    """Columns of a fixed-width font: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def column_widths(columns: Sequence[Column], sample: Sequence[Row]) -> list[int]:
    """A width for each column from its header and the first rows."""
    widths = []
    for index, column in enumerate(columns):
        texts = [column.header, *(str(plain_value(row[index], column.kind) or "") for row in sample)]
        longest = max(display_width(line) for text in texts for line in (text.splitlines() or [""]))
        widths.append(min(max(longest + 2, NARROWEST), WIDEST))
    return widths


def sampled(rows: Iterable[Row]) -> tuple[list[Row], Iterator[Row]]:
    """The first rows, and all rows again."""
    rows = iter(rows)
    first = list(islice(rows, SAMPLED_ROWS))
    return first, chain(first, rows)


# --- .csv --------------------------------------------------------------------------------------------


def csv_pieces(
    columns: Sequence[Column], rows: Iterable[Row], *, watermark: str, encoding: str = UTF8
) -> Iterator[bytes]:
    """The file in pieces of some hundred rows, in UTF-8 with its mark or in GB18030."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    encode = _encoder(encoding)
    writer.writerow([_csv_cell(watermark)])
    writer.writerow([_csv_cell(column.header) for column in columns])
    for count, row in enumerate(rows, 1):
        writer.writerow(
            [_csv_cell(plain_value(value, column.kind)) for value, column in zip(row, columns, strict=True)]
        )
        if count % CSV_ROWS_A_PIECE == 0:
            yield encode(_drained(buffer))
    yield encode(_drained(buffer))


def _encoder(encoding: str) -> Callable[[str], bytes]:
    """Encodes piece by piece; the mark of UTF-8 comes before the first only."""
    if encoding not in (UTF8, GB18030):
        raise ValueError(f"unknown encoding {encoding!r}")
    codec = "utf-8" if encoding == UTF8 else GB18030
    marks = iter(["\ufeff"] if encoding == UTF8 else [])
    return lambda text: (next(marks, "") + text).encode(codec)


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _csv_cell(value: Plain) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if not isinstance(value, str):
        return str(value)
    text = clean_text(value)
    return f"'{text}" if is_dangerous(text) else text
