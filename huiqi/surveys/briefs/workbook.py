"""All tables of a snapshot as one workbook: figures in long rows, each with the number of its query."""

from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from django.utils.translation import gettext as _

from huiqi.files.sheets import Column, Kind, Row
from huiqi.files.xlsx_writer import SheetToWrite, write_workbook
from huiqi.surveys.analysis.codebook import Kind as Answered
from huiqi.surveys.analysis.wave import Query
from huiqi.surveys.queries.results_brief import method
from huiqi.surveys.queries.results_pages import Cell, Shown, gauges, offered_groups, shown
from huiqi.surveys.queries.results_wave import Opened

_PLACES = Decimal("0.0001")


def write_tables(target: BinaryIO, read: Opened, watermark: str) -> None:
    """One sheet for all firms, one for each column of the frame, indices, method, queries."""
    queries: list[tuple[str, str]] = []
    wave = read.wave()
    tabled = [one for one in read.codebook.questions if one.kind in (Answered.SINGLE, Answered.MULTIPLE)]
    sheets = []
    for by, title in [("", _("逐题")), *((one.name, _("按%s") % one.label) for one in offered_groups(read))]:
        tables = [shown(read, wave, Query(question.name, by=by)) for question in tabled]
        rows = [row for table in tables for row in _rows(table, queries)]
        sheets.append(SheetToWrite(title, _columns(), rows, watermark))
    sheets.append(SheetToWrite(_("指数与平均值"), _gauge_columns(), list(_gauges(read, queries)), watermark))
    about = [(line,) for line in method(read)]
    sheets.append(SheetToWrite(_("方法与样本"), [Column(_("说明"))], about, watermark))
    heads = [Column(_("出处号")), Column(_("查询"))]
    sheets.append(SheetToWrite(_("数字出处"), heads, queries, watermark))
    write_workbook(target, sheets, watermark=watermark)


def _columns() -> list[Column]:
    return [
        Column(_("题目")),
        Column(_("分组")),
        Column(_("回答")),
        Column(_("占比"), Kind.PERCENT),
        Column(_("95%区间下限"), Kind.PERCENT),
        Column(_("95%区间上限"), Kind.PERCENT),
        Column(_("家数"), Kind.NUMBER),
        Column(_("答过本题"), Kind.NUMBER),
        Column(_("有效样本"), Kind.NUMBER),
        Column(_("加权家数"), Kind.NUMBER),
        Column(_("出处号")),
    ]


def _numbered(machine: str, queries: list[tuple[str, str]]) -> str:
    number = f"Q{len(queries) + 1}"
    queries.append((number, machine))
    return number


def _rows(table: Shown, queries: list[tuple[str, str]]) -> Iterator[Row]:
    number = _numbered(table.source.machine, queries)
    for row in (*table.rows, table.total) if table.by else (table.total,):
        for cell in row.cells:
            base, effective = _count(row.base), _count(row.effective)
            figures = (_ratio(cell.share, cell), _ratio(cell.low), _ratio(cell.high), _count(cell.n))
            firms = _count(cell.firms)
            yield (table.question.label, row.label, cell.label, *figures, base, effective, firms, number)


def _ratio(share: float | None, cell: Cell | None = None) -> object:
    if share is None:
        return cell.share_text if cell is not None and cell.is_hidden else None
    return Decimal(share).quantize(_PLACES)


def _count(text: str) -> object:
    plain = text.replace(",", "")
    return int(plain) if plain.isdigit() else text or None


def _gauge_columns() -> list[Column]:
    heads = (_("题目"), _("指标"), _("分组"), _("数值"), _("95%区间"), _("家数"), _("出处号"))
    return [Column(head) for head in heads]


def _gauges(read: Opened, queries: list[tuple[str, str]]) -> Iterator[Row]:
    for question in read.codebook.questions:
        for title, lines, source, _notes in gauges(read, question.name):
            number = _numbered(source.machine, queries)
            for line in lines:
                yield (question.label, title, line.label, line.value, line.interval, line.n, number)
