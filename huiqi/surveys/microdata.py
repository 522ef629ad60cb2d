"""Micro-data in the formats an economist opens: CSV, Excel, Parquet and SPSS, each with its codebook.

Everything is made from a snapshot (analysis.snapshot) piece by piece. Tables are written by huiqi.files, so
that they carry the watermark and nothing in them runs as a formula.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from shutil import copyfileobj
from typing import IO, BinaryIO

import pyarrow as pa
from django.utils.translation import gettext as _

from huiqi.files.sheets import GB18030, UTF8, Column, Kind, Row, csv_pieces
from huiqi.files.xlsx_writer import SheetToWrite, write_workbook
from huiqi.surveys.analysis.snapshot import ROWS_AT_ONCE, Field, Holds, Snapshot
from huiqi.surveys.analysis.spss import write_sav

_KINDS = {Holds.INTEGER: Kind.NUMBER, Holds.DECIMAL: Kind.NUMBER}


class Format(StrEnum):
    """What micro-data are handed out as; the values are the endings of the files, as far as they differ."""

    CSV = "csv"
    CSV_GB18030 = "csv_gb18030"
    XLSX = "xlsx"
    PARQUET = "parquet"
    SPSS = "sav"


@dataclass(frozen=True)
class Marked:
    """What is written on an export: the watermark (huiqi.files.sheets.watermark_text) and the day."""

    watermark: str
    on: date


def write_microdata(target: BinaryIO, snapshot: Snapshot, kind: Format, marked: Marked) -> int:
    """Write one file and return the number of rows.

    Excel gets the codebook as a second sheet; Parquet and SPSS hold it already; CSV, which cannot, becomes a
    zip of two files. SPSS is zipped too: uncompressed, it is ten times as large.
    """
    if kind is Format.XLSX:
        sheets = [
            SheetToWrite(_("数据"), _columns(snapshot), rows_of(snapshot), marked.watermark),
            SheetToWrite(_("编码表"), _codebook_columns(), codebook_rows(snapshot), marked.watermark),
        ]
        write_workbook(target, sheets, watermark=marked.watermark)
    elif kind is Format.PARQUET:
        with snapshot.path.open("rb") as source:
            copyfileobj(source, target)
    else:
        _write_zip(target, snapshot, kind, marked)
    return snapshot.count


def _write_zip(target: BinaryIO, snapshot: Snapshot, kind: Format, marked: Marked) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if kind is Format.SPSS:
            with archive.open("data.sav", "w", force_zip64=True) as part:
                write_sav(part, snapshot, on=marked.on)
        else:
            encoding = GB18030 if kind is Format.CSV_GB18030 else UTF8
            with archive.open("data.csv", "w", force_zip64=True) as part:
                _write_csv(part, (_columns(snapshot), rows_of(snapshot)), marked, encoding)
        encoding = GB18030 if kind is Format.CSV_GB18030 else UTF8
        with archive.open("codebook.csv", "w") as part:
            _write_csv(part, (_codebook_columns(), codebook_rows(snapshot)), marked, encoding)


def _write_csv(
    part: IO[bytes], table: tuple[list[Column], Iterator[Row]], marked: Marked, encoding: str
) -> None:
    columns, rows = table
    for piece in csv_pieces(columns, rows, watermark=marked.watermark, encoding=encoding):
        part.write(piece)


def _columns(snapshot: Snapshot) -> list[Column]:
    """The names stand in the heading, not the labels: they are what formulas and programs refer to."""
    return [Column(field.name, _KINDS.get(field.holds, Kind.TEXT)) for field in snapshot.fields]


def rows_of(snapshot: Snapshot) -> Iterator[Row]:
    """The rows as plain values: choices by name, each of several choices as 1 or 0."""
    for piece in snapshot.pieces():
        for start in range(0, piece.num_rows, ROWS_AT_ONCE):
            few = piece.slice(start, ROWS_AT_ONCE)
            columns = [_plain(field, few.column(field.name)) for field in snapshot.fields]
            yield from zip(*columns, strict=True)


def _plain(field: Field, column: pa.Array) -> list[object]:
    values = column.cast(pa.int8()) if field.holds is Holds.FLAG else column
    return list(values.to_pylist())


def _codebook_columns() -> list[Column]:
    return [
        Column(name) for name in (_("列名"), _("含义"), _("类型"), _("取值"), _("取值含义"), _("SPSS取值"))
    ]


def codebook_rows(snapshot: Snapshot) -> Iterator[Row]:
    """A row for each value of each column; a column without fixed values has one row."""
    kinds = {
        Holds.CHOICE: _("单选"),
        Holds.FLAG: _("多选中的一项"),
        Holds.INTEGER: _("整数"),
        Holds.DECIMAL: _("小数"),
        Holds.TEXT: _("文字"),
    }
    for field in snapshot.fields:
        if not field.choices:
            yield (field.name, field.label, kinds[field.holds], "", "", "")
        first = 0 if field.holds is Holds.FLAG else 1
        for code, choice in enumerate(field.choices, first):
            yield (field.name, field.label, kinds[field.holds], choice.name, choice.label, str(code))
