"""The door for tables: `read_table` and `list_sheets`. Everything that can stop a reading is found here."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from huiqi.core.messages import Message, gettext_noop
from huiqi.files.tables.csv_text import open_csv
from huiqi.files.tables.headers import SEARCHED_ROWS, Header, HeaderRows, find_header
from huiqi.files.tables.problems import (
    NO_REMEDY,
    TableProblem,
    TableRefused,
    column_letter,
    refuse,
)
from huiqi.files.tables.sheet import RawRow, Sheet, SheetName
from huiqi.files.tables.sniff import Kind, kind_of
from huiqi.files.tables.table import Choices, Hidden, Table
from huiqi.files.tables.xls import LAST_ROW_XLS, XlsFile
from huiqi.files.tables.xlsx import LAST_ROW, XlsxFile, too_many_rows

# An .xlsx of a million rows by twelve columns is about 65 MB, a CSV about 130 MB.
MOST_FILE_BYTES = 150_000_000
Source = str | Path | BinaryIO


def read_table(
    source: Source,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    max_rows: int = LAST_ROW,
    choices: Choices | None = None,
) -> Table:
    """Open a .csv, .xlsx or .xls by its content and read it to the end once; use it in a `with`.

    `sheet` may be left out when only one visible sheet has content; `header_row` is the row number of the
    header as Excel shows it, found by itself when left out. Raises TableRefused (codes `files.…`) for
    everything that would stop a later reading, in words for the person who chose the file.
    """
    with ExitStack() as stack:
        file = _opened(source, stack)
        table = _read(file, stack, _Wish(sheet, header_row, max_rows, choices or Choices()))
        table._closing = stack.pop_all()
        return table


def list_sheets(source: Source) -> list[SheetName]:
    """The sheets of a workbook in order; a text file has one without a name."""
    with ExitStack() as stack:
        file = _opened(source, stack)
        kind = kind_of(file)
        if kind is Kind.XLSX:
            return XlsxFile(file).sheet_names()
        return (
            stack.enter_context(XlsFile(file)).sheet_names()
            if kind is Kind.XLS
            else [SheetName("", False, False)]
        )


class _Wish:
    """What the caller asked for."""

    def __init__(self, sheet: str | None, header_row: int | None, max_rows: int, choices: Choices) -> None:
        self.sheet, self.header_row, self.max_rows, self.choices = sheet, header_row, max_rows, choices


def _opened(source: Source, stack: ExitStack) -> BinaryIO:
    file = stack.enter_context(Path(source).open("rb")) if isinstance(source, str | Path) else source
    size = file.seek(0, 2)
    file.seek(0)
    if size > MOST_FILE_BYTES:
        raise refuse(
            "file_too_big",
            gettext_noop("文件有%(size)s MB，最大可读%(most)s MB。"),
            gettext_noop("请分成几个文件分别上传，每个保留表头。"),
            size=size // 1_000_000,
            most=MOST_FILE_BYTES // 1_000_000,
        )
    return file


def _read(file: BinaryIO, stack: ExitStack, wish: _Wish) -> Table:
    kind = kind_of(file)
    if kind is Kind.CSV:
        sheet, dialect = open_csv(file)
        table = _table(kind, sheet, wish, [])
        table.encoding, table.delimiter = dialect.encoding, dialect.delimiter
        return table
    book = XlsxFile(file) if kind is Kind.XLSX else stack.enter_context(XlsFile(file))
    names = book.sheet_names()
    sheet = book.sheet(_sheet_to_read(names, wish.sheet))
    notices = list(_unread_sheets(names, sheet.name))
    if isinstance(book, XlsxFile) and book.workbook.has_links:
        notices.append(_links())
    return _table(kind, sheet, wish, notices)


def _sheet_to_read(names: list[SheetName], wanted: str | None) -> str:
    if wanted is not None:
        if all(one.name != wanted for one in names):
            raise TableRefused(
                _which(gettext_noop("文件里没有工作表“%(wanted)s”。"), names, wanted), _visible(names)
            )
        return wanted
    full = [one.name for one in names if not one.is_hidden and not one.is_empty]
    if len(full) > 1:
        said = gettext_noop("文件里有%(count)s个有内容的工作表，请选择读哪一个。")
        raise TableRefused(_which(said, names, ""), tuple(full))
    if full:
        return full[0]
    if any(one.is_hidden and not one.is_empty for one in names):
        raise refuse(
            "only_hidden_sheets",
            gettext_noop("看得见的工作表都是空的，有内容的工作表被隐藏了。"),
            gettext_noop("请在 Excel 中取消隐藏要上传的工作表，保存后重新上传。"),
        )
    raise _empty_sheet(names[0].name)


def _visible(names: list[SheetName]) -> tuple[str, ...]:
    return tuple(one.name for one in names if not one.is_hidden)


def _which(said: str, names: list[SheetName], wanted: str) -> TableProblem:
    full = [one.name for one in names if not one.is_hidden and not one.is_empty]
    listed = {"sheets": "、".join(full[:20]), "count": len(full), "wanted": wanted[:40]}
    advice = Message(gettext_noop("有内容的工作表：%(sheets)s。"), listed) if full else NO_REMEDY
    return TableProblem("files.which_sheet", Message(said, listed), advice)


def _empty_sheet(name: str) -> TableRefused:
    said = Message(gettext_noop("表格里没有任何内容。"))
    advice = Message(gettext_noop("请核对上传的文件，内容是不是在另一个工作表或另一个文件里。"))
    return TableRefused(TableProblem("files.empty_sheet", said, advice, name))


def _unread_sheets(names: list[SheetName], read: str) -> Iterator[TableProblem]:
    for one in names:
        if one.is_hidden and not one.is_empty and one.name != read:
            yield TableProblem(
                "files.hidden_sheet",
                Message(gettext_noop("这个工作表是隐藏的，没有读取。")),
                Message(gettext_noop("如果其中也有要上传的内容，请取消隐藏后另行上传；否则不必理会。")),
                one.name,
            )


def _links() -> TableProblem:
    return TableProblem(
        "files.external_links",
        Message(gettext_noop("文件引用了别的文件。系统不会去打开它们，读的是上次保存的结果。")),
        Message(gettext_noop("请确认保存前已更新过链接。")),
    )


def _table(kind: Kind, sheet: Sheet, wish: _Wish, notices: list[TableProblem]) -> Table:
    start = list(islice(sheet.rows(), SEARCHED_ROWS))
    if not start:
        raise _empty_sheet(sheet.name)
    known = wish.choices.known_headers
    header = find_header(start, sheet.survey.merged, row=wish.header_row, known=known)
    if header is None:
        raise _no_header(sheet.name, wish.header_row)
    filled = _filled_below(sheet, start, header.bottom)
    if filled <= 0:
        said = Message(gettext_noop("表格只有表头，下面没有内容。"))
        advice = Message(gettext_noop("请填好后再上传。"))
        raise TableRefused(TableProblem("files.header_only", said, advice, sheet.name, header.bottom))
    if filled > wish.max_rows:
        raise too_many_rows(filled, wish.max_rows)
    header = _without_hidden(kind, sheet, header, wish.choices.hidden)
    header, doubles = _distinct(sheet.name, header)
    lines = (cells for number, cells in start if number < header.top)
    preamble = tuple(str(cell).strip() for cells in lines for cell in cells if cell is not None)
    remarks = [*notices, *doubles, *_remarks(kind, sheet, header, wish.choices)]
    questions = tuple(_questions(sheet, header)) if wish.choices.hidden is Hidden.ASK else ()
    return Table(kind, sheet, header, wish.choices, preamble, tuple(remarks), questions, filled)


def _filled_below(sheet: Sheet, start: list[RawRow], bottom: int) -> int:
    """Rows below the header; in long workbooks rows of mere spaces count too."""
    below = sum(number > bottom for number, _cells in start)
    return below if len(start) < SEARCHED_ROWS else sheet.survey.filled_rows - (len(start) - below)


def _no_header(sheet: str, row: int | None) -> TableRefused:
    said = Message(gettext_noop("在前%(rows)s行里找不到表头。"), {"rows": SEARCHED_ROWS})
    if row is not None:
        said = Message(gettext_noop("第%(row)s行是空的，不能作表头。"), {"row": row})
    advice = Message(gettext_noop("请在数据上面留一行写各列的名称，或指出表头在第几行。"))
    return TableRefused(TableProblem("files.no_header", said, advice, sheet))


def _without_hidden(kind: Kind, sheet: Sheet, header: HeaderRows, hidden: Hidden) -> HeaderRows:
    """The header with every column that is to be read: also those without a text, not those to be skipped."""
    texts = {one.column: one.text for one in header.headers}
    if kind is Kind.CSV:
        last = max(texts)
        columns: Iterable[int] = range(1, last + 1)
    else:
        columns = sorted(sheet.survey.columns | set(texts))
    if hidden is Hidden.SKIP:
        columns = [column for column in columns if column not in sheet.survey.hidden_columns]
    named = tuple(Header(column, texts.get(column, "")) for column in columns)
    return HeaderRows(header.top, header.bottom, named)


def _distinct(sheet: str, header: HeaderRows) -> tuple[HeaderRows, list[TableProblem]]:
    """The header with a different text for each column, and a notice for each text that had to change."""
    seen: dict[str, int] = {}
    headers, notices = [], []
    for one in header.headers:
        letter = column_letter(one.column)
        text = one.text
        if not text:
            text = f"（{letter}列）"
            notices.append(_nameless(sheet, header.bottom, one.column))
        elif text in seen:
            notices.append(_double(sheet, header.bottom, one, seen[text]))
            text = f"{text}（{letter}列）"
        seen.setdefault(text, one.column)
        headers.append(Header(one.column, text))
    return HeaderRows(header.top, header.bottom, tuple(headers)), notices


def _nameless(sheet: str, row: int, column: int) -> TableProblem:
    said = Message(gettext_noop("这一列有内容，但没有表头。"))
    advice = Message(gettext_noop("请补上表头；不需要这一列就不必理会。"))
    return TableProblem("files.no_header_text", said, advice, sheet, row, column)


def _double(sheet: str, row: int, header: Header, first: int) -> TableProblem:
    values = {"text": header.text, "first": column_letter(first)}
    said = Message(gettext_noop("表头“%(text)s”与%(first)s列重复。"), values)
    advice = Message(gettext_noop("请改成不同的表头，或在对应各列时选清楚用哪一列。"))
    return TableProblem("files.duplicate_header", said, advice, sheet, row, header.column)


def _remarks(kind: Kind, sheet: Sheet, header: HeaderRows, choices: Choices) -> Iterator[TableProblem]:
    yield from _formulas(sheet, header)
    yield from _merged(sheet, header, fill=choices.fill_merged)
    if choices.hidden is not Hidden.ASK:
        yield from _questions(sheet, header, decided=choices.hidden)
    if kind is Kind.CSV:
        yield from _short_rows(sheet, header)
    if kind is Kind.XLS:
        yield from _old_format(sheet)


def _formulas(sheet: Sheet, header: HeaderRows) -> Iterator[TableProblem]:
    read = {one.column for one in header.headers}
    for column, (count, first) in sorted(sheet.survey.formulas.items()):
        if column in read:
            yield TableProblem(
                "files.formulas",
                Message(
                    gettext_noop("这一列有%(count)s个公式，读的是上次保存的计算结果。"), {"count": count}
                ),
                Message(gettext_noop("请确认保存前已重新计算。")),
                sheet.name,
                first,
                column,
            )


def _merged(sheet: Sheet, header: HeaderRows, *, fill: bool) -> Iterator[TableProblem]:
    spans = sorted(
        (span for span in sheet.survey.merged if span.top > header.bottom),
        key=lambda span: (span.top, span.left),
    )
    if spans:
        first = spans[0]
        said = gettext_noop("数据里有%(count)s处合并单元格，第一处是 %(first)s。")
        advice = gettext_noop("除左上角外的格子没有内容；请取消合并并填好，或选择“按合并的内容填充”。")
        if fill:
            advice = gettext_noop("已按合并的内容填充各行。")
        corner = f"{column_letter(first.left)}{first.top}:{column_letter(first.right)}{first.bottom}"
        yield TableProblem(
            "files.merged",
            Message(said, {"count": len(spans), "first": corner}),
            Message(advice),
            sheet.name,
            first.top,
            first.left,
        )


def _questions(sheet: Sheet, header: HeaderRows, decided: Hidden = Hidden.ASK) -> Iterator[TableProblem]:
    """Hidden rows and columns that hold something, with what is (to be) done about them."""
    advice = {
        Hidden.ASK: gettext_noop(
            "请取消隐藏（包括取消筛选）后重新上传，或选择“也读取”或“不读取”隐藏的内容。"
        ),
        Hidden.READ: gettext_noop("按您的选择，隐藏的内容也读取。"),
        Hidden.SKIP: gettext_noop("按您的选择，隐藏的内容不读取。"),
    }[decided]
    rows = [row for row in sheet.survey.hidden_rows if header.bottom < row <= sheet.survey.last_row]
    if rows:
        said = Message(gettext_noop("第%(rows)s行被隐藏了。"), {"rows": ranges(rows)})
        yield TableProblem("files.hidden_parts", said, Message(advice), sheet.name)
    columns = sorted(sheet.survey.hidden_columns & sheet.survey.columns)
    if columns:
        letters = "、".join(column_letter(column) for column in columns[:20])
        said = Message(gettext_noop("%(columns)s列被隐藏了。"), {"columns": letters})
        yield TableProblem("files.hidden_parts", said, Message(advice), sheet.name)


def ranges(numbers: list[int], most: int = 10) -> str:
    """`5—20、33`: increasing numbers said briefly, at most `most` ranges."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    said = "、".join(str(low) if low == high else f"{low}—{high}" for low, high in runs[:most])
    return said + ("……" if len(runs) > most else "")


def _short_rows(sheet: Sheet, header: HeaderRows) -> Iterator[TableProblem]:
    short = [
        (first, count)
        for width, (count, first) in sheet.survey.widths.items()
        if width < len(header.headers) and first > header.bottom
    ]
    if short:
        values = {"count": sum(count for _first, count in short), "headers": len(header.headers)}
        said = Message(gettext_noop("有%(count)s行不足表头的%(headers)s格，缺的按空白处理。"), values)
        advice = Message(gettext_noop("请核对第一处，看各格是否错位。"))
        yield TableProblem("files.short_rows", said, advice, sheet.name, min(short)[0])


def _old_format(sheet: Sheet) -> Iterator[TableProblem]:
    said = Message(
        gettext_noop("这是旧的 .xls 格式，系统看不出其中的公式和隐藏的行列，全部按保存的内容读取。")
    )
    advice = Message(gettext_noop("如有隐藏的行列，请另存为 .xlsx 后上传。"))
    yield TableProblem("files.old_format", said, advice, sheet.name)
    if sheet.survey.last_row >= LAST_ROW_XLS:
        said = Message(gettext_noop("表格正好用满了 .xls 格式的65536行，后面的内容可能在保存时丢失了。"))
        advice = Message(gettext_noop("请核对最后一行，必要时从来源重新导出为 .xlsx。"))
        yield TableProblem("files.xls_full", said, advice, sheet.name, LAST_ROW_XLS)
