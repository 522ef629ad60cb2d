"""Offline packs: what goes into one, how a filled-in one is opened, what its receipt says."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from django.db.models import Max, QuerySet
from django.utils import timezone

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Clock, Event, ItemEdition, OfflinePack, Order, OrderMode, PackSheet
from huiqi.cases.packs import layout
from huiqi.cases.packs.layout import Heading
from huiqi.cases.packs.reading import (
    HandlingRow,
    IntakeRow,
    IntakeTerms,
    is_blank,
    read_handling,
    read_intake,
)
from huiqi.cases.queries.veil import Veil, veil_of, veiled
from huiqi.cases.workflow import Stage, State
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.queries.import_places import load_places
from huiqi.files.sheets import Column, Kind
from huiqi.files.tables.headers import header_text
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tables.read import list_sheets, read_table
from huiqi.files.tables.table import Choices, Hidden, Row, RowKind, Table
from huiqi.files.tables.values import Broken
from huiqi.files.xlsx_writer import SheetToWrite, listed_at

MOST_CASES = 300
MOST_ROWS_EACH = 200
_OFFLINE = (State.ASSIGNED, State.HANDLING)
PackRows = IntakeRow | HandlingRow


# --- what goes into a pack ----------------------------------------------------------------------------


def pack_units(user: User, today: date) -> QuerySet[Unit]:
    """The units for which the person may make a pack."""
    return Unit.objects.filter(pk__in=units_with(user, Power.DISPATCH_CASES, today)).order_by("pk")


@dataclass(frozen=True)
class Entry:
    """An order of the unit in a pack, with the newest event known and its nearest term."""

    order: Order
    last_event: int
    due: str


def entries_for(unit: Unit, user: User, today: date) -> list[Entry]:
    """Open orders of the unit that the person handles, the next due first."""
    if unit.pk not in units_with(user, Power.HANDLE_CASES, today):
        return []
    orders = Order.objects.open().filter(unit=unit, case__state__in=_OFFLINE).exclude(mode=OrderMode.INFORM)
    # The events first: what happens while the rest is read is then news to the pack.
    known = _last_events(orders)
    rows = list(
        orders.select_related("case__edition", "case__enterprise", "unit").order_by("case__due_at", "pk")
    )
    terms = _terms(rows)
    return [Entry(order, known.get(order.case_id, 0), terms.get(order.pk, "")) for order in rows[:MOST_CASES]]


def _last_events(orders: QuerySet[Order]) -> dict[int, int]:
    events = Event.objects.order_by().filter(case__in=orders.order_by().values("case"))
    return dict(events.values_list("case").annotate(last=Max("pk")))


def _terms(orders: Sequence[Order]) -> dict[int, str]:
    found: dict[int, str] = {}
    running = Clock.objects.running().filter(order__in=orders, is_reference=False)
    for clock in running.order_by("-due_at", "-pk"):
        due = timezone.localtime(clock.due_at)
        found[clock.order_id or 0] = f"{Stage(clock.stage).label} {due:%Y-%m-%d %H:%M}"
    return found


# --- the workbook -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contents:
    """Everything that stands in a pack: items by letter, entries by row number."""

    pack: OfflinePack
    editions: Mapping[str, ItemEdition]
    entries: Mapping[str, Entry]
    reader: User
    revealed: frozenset[int] = frozenset()  # cases whose requester is named


def workbook(contents: Contents, rows: Mapping[str, Iterable[Sequence[object]]]) -> list[SheetToWrite]:
    """The sheets of a pack. `rows` by sheet's title; a last value beyond the headings is a reason."""
    pack = contents.pack
    made = timezone.localtime(pack.made_at)
    note = f"离线包{pack.number} · {pack.unit.name} · {made:%Y-%m-%d %H:%M} · {layout.BANNER}"
    lists = _Lists()
    sheets = []
    for definition in _definitions(contents):
        title = layout.intake_title(definition)
        if title in rows:
            sheets.append(_sheet(title, layout.intake_headings(definition), rows[title], (note, lists)))
    if layout.HANDLING in rows:
        headings = layout.handling_headings(_handled(contents))
        sheets.append(_sheet(layout.HANDLING, headings, rows[layout.HANDLING], (note, lists)))
    about = [Column(text) for text in layout.ABOUT_HEADINGS]
    return [SheetToWrite(layout.ABOUT, about, about_lines(contents), note), *sheets, lists.sheet(note)]


def _definitions(contents: Contents) -> list[ItemDefinition]:
    return [contents.editions[key].definition for key in sorted(contents.editions)]


def _handled(contents: Contents) -> list[ItemDefinition]:
    found = {entry.order.case.edition_id: entry.order.case.edition for entry in contents.entries.values()}
    return [found[key].definition for key in sorted(found)]


class _Lists:
    """What drop-downs offer, column by column of the sheet of codes."""

    def __init__(self) -> None:
        self._columns: list[tuple[str, tuple[str, ...]]] = []

    def place(self, heading: str, choices: tuple[str, ...]) -> str:
        """The range that lists these choices."""
        same = next((at for at, (_text, listed) in enumerate(self._columns) if listed == choices), None)
        if same is None:
            same = len(self._columns)
            self._columns.append((heading, choices))
        return listed_at(layout.CODES, same, len(choices))

    def sheet(self, note: str) -> SheetToWrite:
        longest = max((len(listed) for _text, listed in self._columns), default=0)
        rows = [
            [listed[at] if at < len(listed) else "" for _t, listed in self._columns] for at in range(longest)
        ]
        return SheetToWrite(layout.CODES, [Column(text) for text, _l in self._columns], rows, note)


def _sheet(
    title: str, headings: list[Heading], rows: Iterable[Sequence[object]], about: tuple[str, _Lists]
) -> SheetToWrite:
    note, lists = about
    columns = [Column(heading.text, Kind.CODE) for heading in headings]
    choices = {
        at: lists.place(heading.text, heading.choices)
        for at, heading in enumerate(headings)
        if heading.choices
    }
    written = [list(row) for row in rows]
    if any(len(row) > len(columns) for row in written):
        columns.append(Column(layout.REASONS))
    return SheetToWrite(title, columns, written, note, choices, is_form=True)


def about_lines(contents: Contents) -> list[tuple[str, str]]:
    """The first sheet: which pack this is, and how it is filled in."""
    pack = contents.pack
    made, until = timezone.localtime(pack.made_at), timezone.localtime(pack.expires_at)
    known = [
        (layout.NUMBER, pack.number),
        ("用于单位", pack.unit.name),
        ("制作人", pack.made_by.name),
        ("制作时间", f"{made:%Y-%m-%d %H:%M}"),
        ("有效期至", f"{until:%Y-%m-%d %H:%M}，过期不能合并"),
        ("保密要求", f"{layout.BANNER}；内有诉求人信息，不得转发无关人员，用完删除"),
        (layout.FORMAT_LINE, layout.FORMAT),
    ]
    return [*known, *layout.how_to(has_cases=bool(contents.entries))]


def fresh_rows(contents: Contents, today: date) -> dict[str, list[list[object]]]:
    """The rows of a new pack: empty ones with their numbers, and the unit's open cases."""
    pack = contents.pack
    found: dict[str, list[list[object]]] = {}
    for letter, edition in sorted(contents.editions.items()):
        width = len(layout.intake_headings(edition.definition)) - 1
        found[layout.intake_title(edition.definition)] = [
            [layout.row_key(pack.number, letter, number), *[""] * width]
            for number in range(1, pack.rows_each + 1)
        ]
    veil = veil_of(contents.reader, today)
    if contents.entries:
        found[layout.HANDLING] = [
            [key, *_seen(entry, contents, veil), *[""] * len(layout.TO_FILL)]
            for key, entry in contents.entries.items()
        ]
    return found


def _seen(entry: Entry, contents: Contents, veil: Veil) -> list[object]:
    order, case = entry.order, entry.order.case
    is_hidden = veil.hides(case)
    shows = case.pk in contents.revealed and not is_hidden
    texts = (case.title, case.text)
    return [
        case.number,
        *(veiled(case, text) if is_hidden else text for text in texts),
        "" if is_hidden else case.firm_name,
        case.requester_name if shows else "",
        case.requester_phone if shows else "",
        order.get_part_display(),
        order.get_state_display(),
        entry.due,
        order.instruction,
    ]


# --- a filled-in pack ---------------------------------------------------------------------------------


def number_in(source: BinaryIO) -> str:
    """The number of the pack that a file is; Refused when it is none, or of another format."""
    said = gettext_noop(
        "这个文件里没有离线包的“说明”工作表和编号。请上传从本页下载、填好的离线包，不要删改“说明”。"
    )
    names = {one.name for one in list_sheets(source)}
    if layout.ABOUT not in names:
        raise Refused("cases.not_a_pack", said)
    choices = Choices(hidden=Hidden.READ, known_headers=layout.ABOUT_HEADINGS)
    with read_table(source, sheet=layout.ABOUT, choices=choices) as table:
        if any(text not in table.index for text in layout.ABOUT_HEADINGS):
            raise Refused("cases.not_a_pack", said)
        lines = {str(row.values[0] or "").strip(): str(row.values[1] or "").strip() for row in table.rows()}
    if not lines.get(layout.NUMBER):
        raise Refused("cases.not_a_pack", said)
    if lines.get(layout.FORMAT_LINE) != layout.FORMAT:
        other = gettext_noop("这个离线包的格式版本不是%(format)s。请下载新的离线包，把内容抄过去。")
        raise Refused("cases.pack_format", Message(other, {"format": layout.FORMAT}))
    return lines[layout.NUMBER].upper()


@dataclass
class Filled:
    """A filled-in pack: its rows in the order of the file, remarks on it, and the cells as they stood."""

    rows: list[PackRows] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    raw: dict[tuple[str, int], list[object]] = field(default_factory=dict)


def read_pack(pack: OfflinePack, source: BinaryIO) -> Filled:
    """All filled-in rows; Refused, located, when a sheet cannot be read or its headings were changed."""
    names = {one.name for one in list_sheets(source)}
    found = Filled()
    terms = [_terms_of(pack, sheet.letter, sheet.edition) for sheet in sheets_of(pack)]
    for one in terms:
        title = layout.intake_title(one.definition)
        if title in names:
            headings = [heading.text for heading in layout.intake_headings(one.definition)]
            for row in _filled(source, title, headings, found):
                found.rows.append(read_intake(row, one))
    if layout.HANDLING in names:
        headings = [layout.KEY, *layout.SEEN, *layout.TO_FILL]
        reasons = _reasons(pack)
        for row in _filled(source, layout.HANDLING, headings, found, to_fill=layout.TO_FILL):
            found.rows.append(read_handling(row, reasons))
    if not found.rows:
        said = gettext_noop("离线包里没有填写任何一行。请核对上传的是不是填好的那个文件。")
        raise Refused("cases.pack_empty", said)
    return found


def sheets_of(pack: OfflinePack) -> QuerySet[PackSheet]:
    """The items of a pack by letter."""
    return pack.sheets.select_related("edition").order_by("letter")


def _terms_of(pack: OfflinePack, letter: str, edition: ItemEdition) -> IntakeTerms:
    is_county = pack.unit.kind in {UnitKind.COUNTY_OFFICE, UnitKind.PARK}
    county = pack.unit.region if is_county else ""
    return IntakeTerms(edition.definition, letter, load_places(), county)


def _reasons(pack: OfflinePack) -> dict[str, str]:
    """What the drop-down of returns offers; which code a label is, the case's own item says on merging."""
    editions = ItemEdition.objects.filter(cases__orders__in=pack.entries.values("order")).distinct()
    labels = (label for row in editions.order_by("pk") for _c, label in row.definition.return_reasons)
    return {unicodedata.normalize("NFKC", label): label for label in labels}


def _filled(
    source: BinaryIO,
    title: str,
    headings: Sequence[str],
    found: Filled,
    to_fill: Sequence[str] = (),
) -> Iterator[Row]:
    """The rows of a sheet in which something was filled in."""
    choices = Choices(hidden=Hidden.READ, known_headers=tuple(headings))
    try:
        table = read_table(source, sheet=title, max_rows=MOST_CASES + MOST_ROWS_EACH, choices=choices)
    except TableRefused as refused:
        if refused.code in {"files.header_only", "files.empty_sheet"}:
            return
        raise
    with table:
        _check_headings(table, title, headings)
        found.notices += [str(notice) for notice in table.notices if not _is_own(notice.kind)]
        for row in table.rows():
            if row.kind is RowKind.HEADER or is_blank(row, to_fill or headings[1:]):
                continue
            cells = [None if isinstance(value, Broken) else value for value in row.values]
            found.raw[(title, row.number)] = [
                cells[table.index[header_text(heading)]] for heading in headings
            ]
            yield row


def _is_own(kind: str) -> bool:
    """A remark on the reasons we wrote ourselves helps nobody."""
    return kind in {"files.no_header_text", "files.old_format"}


def _check_headings(table: Table, title: str, headings: Sequence[str]) -> None:
    lacking = [heading for heading in headings if header_text(heading) not in table.index]
    if lacking:
        said = gettext_noop(
            "工作表“%(sheet)s”的表头被改动了，缺少：%(columns)s。请改回原来的文字，或把内容抄到原来的离线包里。"
        )
        values = {"sheet": title, "columns": "、".join(lacking[:8])}
        raise Refused("cases.pack_headings", Message(said, values))
