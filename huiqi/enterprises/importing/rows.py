"""Reading one row of an imported table: typed values, or each fault with column, reason and value. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huiqi.core.messages import Message, gettext_noop
from huiqi.core.personal import plain_phone
from huiqi.enterprises.catalogue import Cell as StoredCell
from huiqi.enterprises.catalogue import to_cell
from huiqi.enterprises.importing.fields import (
    CITY,
    CODE,
    COUNTY,
    FEN,
    NAME,
    PARK,
    PERSON,
    PERSONAL,
    PHONE,
    REGISTRATION,
    Field,
    Meaning,
)
from huiqi.enterprises.importing.names import tidy_name
from huiqi.enterprises.importing.places import Coarse, NotFound, Places
from huiqi.files.tables.cells import (
    as_amount_fen,
    as_choice,
    as_date,
    as_ratio,
    as_text,
    as_whole_number,
    as_yes_no,
)
from huiqi.files.tables.faults import Fault
from huiqi.files.tables.problems import WrongCell
from huiqi.files.tables.table import Cell, Row, Table
from huiqi.files.tables.values import Broken
from huiqi.reference.credit_codes import find_problem, normalise
from huiqi.rules.catalogue import Catalogue, Fact, Unreadable

LONGEST_NAME = 120
LONGEST_SHOWN = 40
# How registers and statistics write the states of registration; the keys are those of models.Registration.
_REGISTRATIONS = {
    "存续": "active", "在业": "active", "在营": "active", "开业": "active", "正常": "active",
    "存续（在营、开业、在册）": "active", "在营（开业）": "active", "在册": "active", "active": "active",
    "歇业": "suspended", "停业": "suspended", "suspended": "suspended",
    "吊销": "revoked", "吊销，未注销": "revoked", "吊销未注销": "revoked", "revoked": "revoked",
    "注销": "cancelled", "已注销": "cancelled", "吊销，已注销": "cancelled", "cancelled": "cancelled",
}  # fmt: skip
# In the writing to which as_choice brings a cell.
REGISTRATIONS: Mapping[str, str] = {
    unicodedata.normalize("NFKC", words): key for words, key in _REGISTRATIONS.items()
}
_UNIT_WORDS = {"person": "人", "month": "个月", "day": "天", "count": ""}
_PHONES = re.compile(r"[/、,，;；|\s]+(?=[0-9+(（])")
_PHONE = re.compile(r"1[0-9]{10}|0[0-9]{2,3}[0-9]{7,8}|[2-9][0-9]{6,7}|400[0-9]{7}")
_EXTENSION = re.compile(r"(转|ext\.?|x)\s*[0-9]{1,6}$", re.IGNORECASE)


@dataclass(slots=True)
class ReadRow:
    """One row as it will be stored: cells by (fact, period)."""

    number: int
    name: str = ""
    code: str | None = None
    county: str | None = None
    park_id: int | None = None
    registration: str = ""
    person: str = ""
    phone: str = ""
    cells: dict[tuple[str, str], StoredCell] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    # What was left out of a row that goes in all the same.
    remarks: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Layout:
    """How the table is read: the meaning of each heading, and what holds for the whole file."""

    meanings: Mapping[str, Meaning]
    as_of: date
    year: str
    catalogue: Catalogue
    fields: Mapping[str, Field]
    places: Places
    # Where firms are when the table has no such column: the importer's own county or park.
    county: str | None = None
    park_id: int | None = None

    def period_of(self, fact: Fact, meaning: Meaning) -> str:
        """The reference period under which a fact is stated."""
        if fact.period in {"year", "prev_year"}:
            return meaning.year or self.year
        return f"{self.as_of:%Y-%m}" if fact.period == "month" else ""

    def headings(self, key: str) -> list[str]:
        """The headings read as this field."""
        return [heading for heading, meaning in self.meanings.items() if meaning.field == key]


Reader = Callable[[Cell, ReadRow], None]


class RowReader:
    """Reads the rows of one table by one layout."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self.layout = layout
        self._table = table
        self._columns: list[tuple[int, str, int, Reader]] = []
        order = (CITY, *(key for key in layout.fields if key != CITY))
        headings = [heading for key in order for heading in layout.headings(key) if heading in table.index]
        for heading in headings:
            place = table.index[heading]
            reader = self._reader(layout.meanings[heading])
            self._columns.append((place, heading, table.headers[place].column, reader))
        self._city: str | None = None
        self.has_county = bool(layout.headings(COUNTY))
        self.heading = {layout.meanings[heading].field: heading for heading in reversed(headings)}

    def read(self, row: Row) -> ReadRow:
        """The row's values and faults; blank cells say nothing."""
        found = ReadRow(row.number)
        if row.problems:
            found.faults += [Fault("", f"{problem}") for problem in row.problems]
            return found
        self._city = None
        table = self._table
        for place, heading, column, reader in self._columns:
            value = row.values[place]
            if value is None:
                continue
            cell = Cell(value, heading, table.sheet, row.number, column, table.is_1904)
            try:
                reader(cell, found)
            except WrongCell as wrong:
                reason = f"{wrong.problem.message}{wrong.problem.remedy}"
                found.faults.append(Fault(heading, reason, self._shown(heading, cell)))
            except Coarse as coarse:
                found.remarks.append(Fault(heading, str(coarse), self._shown(heading, cell)))
            except NotFound as missing:
                found.faults.append(Fault(heading, str(missing), self._shown(heading, cell)))
        self._complete(found)
        return found

    def _shown(self, heading: str, cell: Cell) -> str:
        """The faulty value, never a person's number or name."""
        key = self.layout.meanings[heading].field
        if key in PERSONAL or isinstance(cell.value, Broken):
            return ""
        text = str(cell.value).strip()[:LONGEST_SHOWN]
        return text[:6] + "…" if key == CODE and "身份证" in str(find_problem(text) or "") else text

    def _complete(self, found: ReadRow) -> None:
        layout = self.layout
        if found.county is None and not self.has_county:
            found.county = self._city or layout.county
        if found.park_id is None and not layout.headings(PARK):
            found.park_id = layout.park_id
        if found.county:
            found.cells["prefecture", ""] = found.county
            found.cells["province", ""] = found.county[:2] + "0000"
        known_by = {self.heading.get(NAME), self.heading.get(CODE)}
        is_misread = any(fault.column in known_by for fault in found.faults)
        if not found.name and found.code is None and not is_misread:
            reason = gettext_noop("没有企业名称，也没有统一社会信用代码，分不清是哪家企业。")
            found.faults.append(Fault(self.heading.get(NAME, self.heading.get(CODE, "")), reason))

    def _reader(self, meaning: Meaning) -> Reader:
        spec = self.layout.fields[meaning.field]
        if spec.fact is not None and meaning.field != "gb4754":
            return self._fact_reader(spec.fact, meaning)
        return {
            NAME: self._name,
            CODE: self._code,
            REGISTRATION: self._registration,
            CITY: self._read_city,
            COUNTY: self._county,
            PARK: self._park,
            PERSON: self._person,
            PHONE: self._phone,
            "gb4754": self._industry,
        }[meaning.field]

    def _name(self, cell: Cell, found: ReadRow) -> None:
        found.name = tidy_name(as_text(cell, longest=LONGEST_NAME) or "")

    def _code(self, cell: Cell, found: ReadRow) -> None:
        text = as_text(cell, longest=60)
        if not text or text in {"-", "—", "/", "无"}:
            return
        problem = find_problem(text)
        if problem is not None:
            raise WrongCell(cell.problem("enterprises.credit_code", problem.said))
        found.code = normalise(text)

    def _registration(self, cell: Cell, found: ReadRow) -> None:
        found.registration = as_choice(cell, REGISTRATIONS) or ""

    def _read_city(self, cell: Cell, found: ReadRow) -> None:
        text = as_text(cell, longest=40)
        self._city = self.layout.places.city(text) if text else None

    def _county(self, cell: Cell, found: ReadRow) -> None:
        text = as_text(cell, longest=60)
        if text:
            found.county = self.layout.places.county(text, self._city)

    def _park(self, cell: Cell, found: ReadRow) -> None:
        text = as_text(cell, longest=80)
        if text and text not in {"-", "—", "/", "无", "否"}:
            found.park_id = self.layout.places.park(text)

    def _person(self, cell: Cell, found: ReadRow) -> None:
        found.person = as_text(cell, longest=60) or ""

    def _phone(self, cell: Cell, found: ReadRow) -> None:
        text = as_text(cell, longest=60) or ""
        first = _PHONES.split(text, maxsplit=1)[0]
        digits = plain_phone(_EXTENSION.sub("", first))
        if not digits and text in {"", "-", "—", "/", "无"}:
            return
        if not _PHONE.fullmatch(digits):
            said = Message(gettext_noop("不是电话号码。请填11位手机号，或带区号的固定电话。"))
            raise WrongCell(cell.problem("enterprises.phone", said))
        found.phone = digits

    def _industry(self, cell: Cell, found: ReadRow) -> None:
        text = as_text(cell, longest=100)
        if text:
            found.cells["gb4754", ""] = self.layout.places.industry(text)

    def _fact_reader(self, fact: Fact, meaning: Meaning) -> Reader:
        key = (fact.id, self.layout.period_of(fact, meaning))
        parse = _parser(fact, meaning.unit)
        catalogue = self.layout.catalogue

        def read(cell: Cell, found: ReadRow) -> None:
            value = parse(cell)
            if value is None:
                return
            try:
                found.cells[key] = to_cell(fact, catalogue.read(fact, value))
            except Unreadable as wrong:
                said = Message(
                    gettext_noop("%(message)s，%(remedy)s。"),
                    {"message": wrong.message, "remedy": wrong.remedy},
                )
                raise WrongCell(cell.problem("enterprises.out_of_bounds", said)) from wrong

        return read


def _parser(fact: Fact, unit: str) -> Callable[[Cell], Any]:
    """How a cell of this fact is read, before its bounds are checked."""
    if fact.unit == "fen":
        return lambda cell: as_amount_fen(cell, unit)
    if fact.type == "enum":
        words = {**{key: key for key in fact.values}, **{label: key for key, label in fact.values.items()}}
        return lambda cell: as_choice(cell, words)
    if fact.type == "int":
        word = _UNIT_WORDS.get(fact.unit, "")
        low, high = _whole(fact.min), _whole(fact.max)
        return lambda cell: as_whole_number(cell, low=low or 0, high=high, unit=word)
    return {"bool": as_yes_no, "date": as_date, "ratio": as_ratio}.get(fact.type, as_text)


def _whole(bound: object) -> int | None:
    return int(bound) if isinstance(bound, int) else None


def missing_units(layout_meanings: Mapping[str, Meaning], fields: Mapping[str, Field]) -> Sequence[str]:
    """Headings of amounts whose unit nobody knows: a wrong guess would be wrong ten thousand times over."""
    return [
        heading
        for heading, meaning in layout_meanings.items()
        if meaning.field and fields[meaning.field].is_money and meaning.unit not in _KNOWN_UNITS
    ]


_KNOWN_UNITS = frozenset({"元", "千元", "万元", "百万元", "亿元", FEN})
