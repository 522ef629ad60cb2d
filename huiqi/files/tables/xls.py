"""Legacy .xls by way of calamine, in a process of its own.

The old format is parsed by native code that holds a whole sheet as a dense grid and may stop the process on
a crafted file. A child with bounded memory and time takes that risk; we read its answer. It cannot tell
formulas and hidden rows, which the table says.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from huiqi.files.tables.problems import TableRefused, damaged, encrypted
from huiqi.files.tables.sheet import RawRow, Sheet, SheetName, Span, Survey
from huiqi.files.tables.values import Value, error_cell, from_double, text_value
from huiqi.files.tables.xlsx import MOST_COLUMNS, too_many_columns

LAST_ROW_XLS = 65_536  # the format's own limit
CHILD = Path(__file__).with_name("xls_child.py")
SECONDS = 60
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


class XlsFile:
    """An opened .xls; the answer of the child lies in a temporary file, one JSON line a row."""

    def __init__(self, file: BinaryIO) -> None:
        self._answer = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  closed by __exit__
        try:
            _ask_child(file, self._answer)
            self._sheets = [line for line in self._lines() if isinstance(line, dict)]
            if not self._sheets:
                raise damaged()
        except TableRefused:
            self._answer.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_ignored: object) -> None:
        self._answer.close()

    def _lines(self) -> Iterator[Any]:
        self._answer.seek(0)
        for line in self._answer:
            yield json.loads(line)

    def sheet_names(self) -> list[SheetName]:
        """Every sheet in the workbook's order."""
        return [SheetName(one["sheet"], one["hidden"], one["empty"]) for one in self._sheets]

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name with what the format tells about it."""
        told = next(one for one in self._sheets if one["sheet"] == name)
        survey = Survey(merged=[Span(*(index + 1 for index in merge)) for merge in told["merged"]])
        for number, cells in self._rows(name):
            survey.last_row = number
            survey.filled_rows += 1
            survey.columns.update(index for index, value in enumerate(cells, 1) if value is not None)
        if max(survey.columns, default=0) > MOST_COLUMNS:
            raise too_many_columns(max(survey.columns))
        return Sheet(name, survey, lambda: self._rows(name))

    def _rows(self, name: str) -> Iterator[RawRow]:
        is_wanted = False
        for line in self._lines():
            if isinstance(line, dict):
                is_wanted = line["sheet"] == name
            elif is_wanted:
                yield line[0], [_value(told) for told in line[1]]


def _ask_child(file: BinaryIO, answer: BinaryIO) -> None:
    with tempfile.NamedTemporaryFile(suffix=".xls") as copy:
        file.seek(0)
        while piece := file.read(1 << 20):
            copy.write(piece)
        copy.flush()
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(CHILD), copy.name],
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise damaged() from error
    if done.returncode:
        raise _refusal(done.returncode)


def _refusal(code: int) -> TableRefused:
    return encrypted() if code == 3 else damaged()


def _value(told: Any) -> Value:
    """A number, a truth or a text comes as itself, the rest as [kind, text]."""
    if told is None or isinstance(told, bool):
        return told
    if isinstance(told, str):
        return error_cell(told) if told in _ERRORS else text_value(told)
    if isinstance(told, (int, float)):
        return from_double(told)
    kind, text = told
    return time.fromisoformat(text) if kind == "time" else _moment(text)


def _moment(text: str) -> date:
    moment = datetime.fromisoformat(text)
    return moment if (moment.hour, moment.minute, moment.second) != (0, 0, 0) else moment.date()
