"""Run by huiqi.files.tables.xls: write the sheets of one .xls as JSON lines. Imports nothing of ours.

A sheet is a line {"sheet", "hidden", "empty", "merged"}, then a line [row number, cells] for each row with
a value. Exit 3: a password; 4: anything else that cannot be read.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

# The widest lawful sheet (65,536 × 256 cells) takes calamine about half a gigabyte.
MOST_MEMORY = 1_500_000_000
MOST_CPU_SECONDS = 50
MOST_ANSWER_BYTES = 500_000_000


def plain(value: object) -> object:
    """A cell as JSON holds it; blank is None."""
    if value == "" or value is None:
        return None
    if isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else "#NUM!"
    if isinstance(value, timedelta):
        return value.total_seconds() / 86_400
    if isinstance(value, time):
        return ["time", _moment(value)]
    return ["date", _moment(value)] if isinstance(value, date) else str(value)


def _moment(value: date | time) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  Excel knows no time zone
    return (
        value.isoformat()
        if not isinstance(value, datetime | time)
        else value.replace(microsecond=0).isoformat()
    )


def write_sheet(book: CalamineWorkbook, name: str, *, hidden: bool) -> None:
    """One sheet: its line and its rows."""
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    merged = [[top, left, bottom, right] for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    empty = not any(value != "" for row in rows for value in row)
    write_line({"sheet": name, "hidden": hidden, "empty": empty, "merged": merged})
    for number, row in enumerate(rows, 1):
        cells = [plain(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            write_line([number, cells])


def write_line(told: object) -> None:
    """One line of the answer."""
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    """Read the file named on the command line under limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_ANSWER_BYTES, MOST_ANSWER_BYTES))
    try:
        book = CalamineWorkbook.from_path(sys.argv[1])
        for sheet in book.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet:
                write_sheet(book, sheet.name, hidden=sheet.visible != SheetVisibleEnum.Visible)
    except PasswordError:
        sys.exit(3)
    except BaseException:  # a panic of the native code is no Exception
        sys.exit(4)


if __name__ == "__main__":
    main()
