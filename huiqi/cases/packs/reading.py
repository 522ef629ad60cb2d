"""Rows of an offline pack as they were filled in: typed values, or each fault with its column. Pure."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from huiqi.cases.items.answers import is_asked
from huiqi.cases.items.definition import Field, FieldKind, ItemDefinition
from huiqi.cases.packs import layout
from huiqi.cases.packs.instants import Stated
from huiqi.cases.sheet_rows import read_code, read_phone, says_no_code
from huiqi.cases.workflow import PROPOSABLE, Urgency
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import MAX_FEN
from huiqi.enterprises.importing.places import NotFound, Places
from huiqi.files.tables.cells import (
    as_amount_fen,
    as_choice,
    as_date,
    as_text,
    as_whole_number,
    as_yes_no,
)
from huiqi.files.tables.faults import Fault
from huiqi.files.tables.headers import header_text
from huiqi.files.tables.problems import WrongCell
from huiqi.files.tables.table import Cell, Row

_TITLE, _TEXT, _NAME, _FIRM, _NOTE = 80, 3800, 60, 120, 2000
_SHORT, _LONG = 200, 1000
_MOST_COUNT = 2_000_000_000
_MOMENT = re.compile(r"(.+?)[T\s]+([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
_BLANK = gettext_noop("这一格是空的。请填好再上传。")


class Act(StrEnum):
    """What a row asks for."""

    INTAKE = "intake"  # 登记
    SIGN = "sign"
    CONTACT = "contact"
    ANSWER = "answer"
    SEND_BACK = "send_back"


ACT_WORDS: Mapping[Act, str] = {
    Act.INTAKE: gettext_noop("登记"),
    Act.SIGN: gettext_noop("签收"),
    Act.CONTACT: gettext_noop("首次联系"),
    Act.ANSWER: gettext_noop("答复"),
    Act.SEND_BACK: gettext_noop("退回"),
}


@dataclass
class PackRow:
    """A row somebody filled in, with its own number and its place in the file."""

    sheet: str
    number: int
    key: str
    faults: list[Fault] = field(default_factory=list)

    def reason(self) -> str:
        """All faults in one line."""
        said = (f"{one.column}：{one.reason}" if one.column else one.reason for one in self.faults)
        return "；".join(each.rstrip("。") for each in said)


@dataclass
class IntakeRow(PackRow):
    """A request taken offline. `answers` and `private` are ready for JSON."""

    item: str = ""
    letter: str = ""
    received: Stated | None = None
    topic: str = ""
    urgency: Urgency = Urgency.ORDINARY
    way: str = ""
    name: str = ""
    phone: str = ""
    firm: str = ""
    code: str = ""
    has_no_code: bool = False
    county: str = ""
    title: str = ""
    text: str = ""
    consent: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)

    def private_json(self) -> str:
        """The personal answers for the encrypted column; "" when there are none."""
        return json.dumps(self.private, ensure_ascii=False) if self.private else ""

    def content(self) -> str:
        """All that was said, to tell whether a row that comes again says the same."""
        names = "item received topic urgency way name phone firm code county title text consent".split()
        said = {name: str(getattr(self, name) or "") for name in names}
        return json.dumps([said, self.answers, self.private], sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True)
class Done:
    """A step done offline, as stated."""

    act: Act
    stated: Stated
    text: str = ""
    code: str = ""  # proposed ending, or reason of a return
    to: str = ""  # the unit a return proposes, by name

    def content(self) -> str:
        """All that was said of it."""
        return json.dumps([self.act, str(self.stated), self.text, self.code, self.to], ensure_ascii=False)


@dataclass
class HandlingRow(PackRow):
    """A case handled offline: the number that stands in the row, and the steps in their order."""

    case_number: str = ""
    done: list[Done] = field(default_factory=list)


class _Cells:
    """The cells of one row by heading, each read with its fault kept; blank ones named where needed."""

    def __init__(self, row: Row, found: PackRow) -> None:
        self._row, self._found = row, found

    def cell(self, heading: str) -> Cell:
        return self._row.cell(header_text(heading))

    def read(self, heading: str, reader: Callable[[Cell], Any], *, is_needed: bool = False) -> Any:
        try:
            value = reader(self.cell(heading))
        except WrongCell as wrong:
            self.fault(heading, f"{wrong.problem.message}{wrong.problem.remedy}")
            return None
        except NotFound as nowhere:
            self.fault(heading, str(nowhere))
            return None
        if is_needed and value in (None, "", []):
            self.fault(heading, str(Message(_BLANK)))
        return value

    def text(self, heading: str, longest: int, *, is_needed: bool = False) -> str:
        return self.read(heading, lambda cell: as_text(cell, longest=longest), is_needed=is_needed) or ""

    def fault(self, heading: str, reason: str) -> None:
        self._found.faults.append(Fault(heading, reason))


def is_blank(row: Row, headings: Sequence[str]) -> bool:
    """Whether nothing was filled in."""
    values = (row.cell(header_text(heading)).value for heading in headings)
    return all(value is None or (isinstance(value, str) and not value.strip()) for value in values)


def as_stated(cell: Cell) -> Stated | None:
    """A day, with a time where one stands."""
    value = cell.value
    if isinstance(value, datetime) and (value.hour or value.minute):
        return Stated(value.date(), time(value.hour, value.minute))
    if isinstance(value, str):
        moment = _MOMENT.fullmatch(unicodedata.normalize("NFKC", value).strip())
        day = as_date(replace(cell, value=moment[1])) if moment else None
        if moment and day:
            return Stated(day, time(int(moment[2]), int(moment[3])))
    found = as_date(cell)
    return Stated(found) if found else None


# --- requests ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IntakeTerms:
    """What the rows of an item's sheet are read against; `county` holds where a row names none."""

    definition: ItemDefinition
    letter: str
    places: Places
    county: str = ""


def read_intake(row: Row, terms: IntakeTerms) -> IntakeRow:
    """A filled-in row of an item's sheet."""
    definition = terms.definition
    found = IntakeRow(layout.intake_title(definition), row.number, "", item=definition.id)
    found.letter = terms.letter
    cells = _Cells(row, found)
    found.faults += [Fault("", str(problem)) for problem in row.problems]
    found.key = cells.text(layout.KEY, 40)
    found.received = cells.read(layout.RECEIVED, as_stated)
    topics = _by_label((topic.id, topic.title) for topic in definition.topics)
    # The last topic of an item is "other": the desk classifies.
    found.topic = cells.read(layout.TOPIC, _choice_of(topics)) or definition.topics[-1].id
    urgencies = _by_label((each.value, str(each.label)) for each in Urgency)
    found.urgency = Urgency(cells.read(layout.URGENCY, _choice_of(urgencies)) or Urgency.ORDINARY)
    found.way = cells.read(layout.WAY, _choice_of(layout.WAYS), is_needed=True) or ""
    found.name = cells.text(layout.NAME, _NAME, is_needed=True)
    found.phone = cells.read(layout.PHONE, read_phone, is_needed=True) or ""
    found.firm = cells.text(layout.FIRM, _FIRM, is_needed=True)
    found.code = cells.read(layout.CODE, read_code) or ""
    found.has_no_code = not found.code and bool(cells.read(layout.CODE, says_no_code))
    found.county = cells.read(layout.COUNTY, _county(terms.places)) or terms.county
    found.title = cells.text(layout.TITLE, _TITLE, is_needed=True)
    found.text = cells.text(layout.TEXT, _TEXT, is_needed=True)
    found.consent = cells.read(layout.CONSENT, _choice_of(layout.CONSENTS), is_needed=True) or ""
    if not found.county and not any(one.column == layout.COUNTY for one in found.faults):
        cells.fault(layout.COUNTY, str(Message(gettext_noop("不知道由哪个县市区受理。请填写县市区。"))))
    _read_answers(cells, definition, found)
    return found


def _county(places: Places) -> Callable[[Cell], str]:
    def read(cell: Cell) -> str:
        text = as_text(cell, longest=60)
        return places.county(text) if text else ""

    return read


def _by_label(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {unicodedata.normalize("NFKC", label): code for code, label in pairs}


def _choice_of(words: Mapping[str, str]) -> Callable[[Cell], str | None]:
    return lambda cell: as_choice(cell, words)


def _read_answers(cells: _Cells, definition: ItemDefinition, found: IntakeRow) -> None:
    """As the form on the web: what an answer above does not ask for is neither required nor kept."""
    given: dict[str, Any] = {}
    for heading in layout.intake_headings(definition):
        asked = heading.field
        if asked is None or not is_asked(definition, asked, given):
            continue
        value = cells.read(heading.text, _reader_of(asked), is_needed=asked.is_required)
        if value not in (None, "", []):
            given[asked.id] = value
    private = {each.id for each in definition.fields if each.is_personal}
    found.answers = {key: value for key, value in given.items() if key not in private}
    found.private = {key: value for key, value in given.items() if key in private}


def _reader_of(asked: Field) -> Callable[[Cell], Any]:
    readers: dict[FieldKind, Callable[[Cell], Any]] = {
        FieldKind.TEXT: lambda cell: as_text(cell, longest=asked.most or _SHORT),
        FieldKind.LONG_TEXT: lambda cell: as_text(cell, longest=asked.most or _LONG),
        FieldKind.INTEGER: lambda cell: as_whole_number(
            cell, high=asked.most or _MOST_COUNT, unit=asked.unit
        ),
        FieldKind.MONEY: _fen,
        FieldKind.DATE: _day,
        FieldKind.CHOICE: _choice_of(_by_label(asked.choices)),
        FieldKind.CHOICES: _choices_of(_by_label(asked.choices)),
        FieldKind.YES_NO: _yes_no,
        FieldKind.CREDIT_CODE: read_code,
        FieldKind.PHONE: read_phone,
    }
    return readers[asked.kind]


def _fen(cell: Cell) -> int | None:
    fen = as_amount_fen(cell, "元")
    if fen is not None and not 0 <= fen <= MAX_FEN:
        said = Message(gettext_noop("金额不能是负数，也不能超出范围。请核对。"))
        raise WrongCell(cell.problem("cases.amount", said))
    return fen


def _day(cell: Cell) -> str:
    day = as_date(cell)
    return day.isoformat() if day else ""


def _yes_no(cell: Cell) -> str:
    said = as_yes_no(cell)
    return "" if said is None else "yes" if said else "no"


def _choices_of(words: Mapping[str, str]) -> Callable[[Cell], list[str]]:
    def read(cell: Cell) -> list[str]:
        text = as_text(cell, longest=_LONG) or ""
        parts = [part for part in re.split(r"[、,，;；\n]+", text) if part.strip()]
        found = [as_choice(replace(cell, value=part), words) for part in parts]
        return [one for one in found if one]

    return read


# --- open cases -------------------------------------------------------------------------------------


def read_handling(row: Row, reasons: Mapping[str, str]) -> HandlingRow:
    """A filled-in row of the open cases; `reasons` of returns: label → code."""
    found = HandlingRow(layout.HANDLING, row.number, "")
    cells = _Cells(row, found)
    found.faults += [Fault("", str(problem)) for problem in row.problems]
    found.key = cells.text(layout.KEY, 40)
    found.case_number = cells.text(layout.CASE_NUMBER, 20)
    signed = cells.read(layout.SIGNED_ON, as_stated)
    if signed:
        found.done.append(Done(Act.SIGN, signed))
    _together(cells, found, Act.CONTACT, (layout.CONTACTED_ON, layout.CONTACT_NOTE))
    endings = _by_label((each.value, str(each.label)) for each in PROPOSABLE)
    ending = cells.read(layout.ENDING, _choice_of(endings)) or ""
    _together(cells, found, Act.ANSWER, (layout.ANSWERED_ON, layout.ANSWER), ending)
    reason = cells.read(layout.RETURN_REASON, _choice_of(reasons)) or ""
    _together(cells, found, Act.SEND_BACK, (layout.RETURNED_ON, layout.RETURN_TEXT), reason)
    if any(one.act == Act.SEND_BACK for one in found.done) and len(found.done) > 1:
        said = gettext_noop("退回的派单不能同时签收、联系或答复。请只留一样。")
        cells.fault(layout.RETURNED_ON, str(Message(said)))
    return found


def _together(cells: _Cells, found: HandlingRow, act: Act, headings: tuple[str, str], code: str = "") -> None:
    """A step needs its day and its words; what stands alone is a fault of the other cell."""
    stated = cells.read(headings[0], as_stated)
    longest = 500 if act == Act.SEND_BACK else _NOTE
    text = cells.text(headings[1], longest)
    if stated is None and not text and not code:
        return
    for heading, value in zip(headings, (stated, text), strict=True):
        if not value and not any(one.column == heading for one in found.faults):
            cells.fault(heading, str(Message(_BLANK)))
    if stated is not None:
        to = cells.text(layout.RETURN_TO, 80) if act == Act.SEND_BACK else ""
        found.done.append(Done(act, stated, text, code, to))
