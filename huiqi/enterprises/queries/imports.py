"""Reading a table for an import: what it looks like, how its columns are meant, its rows in batches."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.utils import timezone

from huiqi.accounts.models import Unit, UnitKind
from huiqi.core.dates import readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.personal import mask_name, mask_phone
from huiqi.enterprises.importing.fields import (
    CODE,
    NAME,
    PERSON,
    PHONE,
    Guess,
    Meaning,
    fields,
    guess_all,
    is_serial,
    plain,
)
from huiqi.enterprises.importing.rows import Layout, ReadRow, RowReader
from huiqi.enterprises.models import ColumnMapping, ImportRun
from huiqi.enterprises.queries.import_places import load_places
from huiqi.enterprises.queries.statements import catalogue
from huiqi.files.stored_tables import unsealed
from huiqi.files.table_runs import headings_signature
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Choices, Hidden, Row, RowKind, Table

BATCH = 1000
MOST_ROWS = 300_000
# More columns than this are not offered for mapping; the rest is named as not read.
MOST_COLUMNS = 100
SAMPLES = 3
LONGEST_SAMPLE = 24
# Texts by which the header is found below titles and notes.
_KNOWN_HEADERS = ("企业名称", "单位名称", "统一社会信用代码", "社会信用代码", "name", "credit_code")


def choices_of(kept: Mapping[str, Any]) -> Choices:
    """What the person decided, as the reader of tables takes it."""
    return Choices(
        Hidden(kept.get("hidden", Hidden.ASK.value)), bool(kept.get("fill_merged")), _KNOWN_HEADERS
    )


def open_table(source: Any, kept: Mapping[str, Any]) -> Table:
    """The table (a path or an opened file) as decided so far; TableRefused when it cannot be read."""
    return read_table(source, sheet=kept.get("sheet") or None, max_rows=MOST_ROWS, choices=choices_of(kept))


@contextmanager
def table_of(run: ImportRun) -> Iterator[Table]:
    """The run's stored file, decrypted in memory and opened."""
    with run.file.open("rb") as file:
        content = unsealed(file)
    with content, open_table(content, run.choices) as table:
        yield table


# --- what a table looks like --------------------------------------------------------------------------


def look(source: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be decided about a file, as JSON: the sheets to choose from, questions, headings, samples.

    TableRefused when no decision could make it readable.
    """
    try:
        table = open_table(source, kept)
    except TableRefused as refused:
        if refused.code != "files.which_sheet" or not refused.choices:
            raise
        return {"sheets": list(refused.choices), "headings": [], "questions": [], "notices": []}
    with table:
        return {
            "sheets": [],
            "sheet": table.sheet,
            "questions": [str(problem) for problem in table.questions],
            "notices": [str(problem) for problem in table.notices],
            "has_merged": any(problem.kind == "files.merged" for problem in table.notices),
            "preamble": [readable(line, 60) for line in table.preamble[:6]],
            "rows": table.filled_rows,
            "headings": _headings(table),
        }


def _headings(table: Table) -> list[dict[str, Any]]:
    """Headings with the first values below. Of columns that must not be read (figures of tax and social
    insurance, numbers of persons) nothing is kept, of people only what a mask leaves."""
    guessed = guess_all([header.text for header in table.headers], catalogue(), table.preamble)
    samples: list[list[str]] = [[] for _ in table.headers]
    rows = () if table.questions else islice(table.rows(), 40)
    for row in rows:
        for place, value in enumerate(row.values if row.kind is RowKind.DATA else ()):
            if value is not None and len(samples[place]) < SAMPLES and not guessed[place].refused:
                samples[place].append(_sample(guessed[place].meaning.field, str(value)))
    return [
        {"column": header.column, "text": header.text, "samples": found}
        for header, found in zip(table.headers, samples, strict=True)
    ]


def _sample(field: str, text: str) -> str:
    mask = {PHONE: mask_phone, PERSON: mask_name}.get(field)
    return readable(mask(text) if mask else text, LONGEST_SAMPLE)


# --- what its columns mean ----------------------------------------------------------------------------


@dataclass(frozen=True)
class HeadingGuess:
    """A heading with its place and samples, and what it is taken for until the person says otherwise."""

    column: int
    text: str
    samples: Sequence[str]
    guess: Guess
    is_serial: bool


def guesses(seen: Mapping[str, Any], unit: Unit | None) -> list[HeadingGuess]:
    """What each heading means: as this unit read the same headings last time, else by the words."""
    headings = seen["headings"][:MOST_COLUMNS]
    texts = [heading["text"] for heading in headings]
    guessed = guess_all(texts, catalogue(), seen.get("preamble", ()))
    remembered = _remembered(texts, unit)
    known = fields(catalogue())
    found = []
    for heading, one in zip(headings, guessed, strict=True):
        kept = remembered.get(heading["text"], {}) if remembered is not None else None
        if kept is not None and not one.refused and kept.get("field", "") in {"", *known}:
            one = Guess(Meaning(kept.get("field", ""), kept.get("unit", ""), kept.get("year", "")))
        found.append(
            HeadingGuess(
                heading["column"], heading["text"], heading["samples"], one, is_serial(heading["text"])
            )
        )
    return found


def signature(headings: Sequence[str]) -> str:
    """The same for two tables with the same headings in any order."""
    return headings_signature(plain(heading) + heading for heading in headings)


def _remembered(headings: Sequence[str], unit: Unit | None) -> Mapping[str, dict[str, str]] | None:
    rows = ColumnMapping.objects.filter(unit=unit, signature=signature(headings))
    mapping = rows.order_by("-used_at").values_list("mapping", flat=True).first()
    return mapping


def check_mapping(mapping: Mapping[str, Meaning]) -> None:
    """Refused (`enterprises.no_identity`) when no column tells which firm a row is about."""
    if not {CODE, NAME} & {meaning.field for meaning in mapping.values()}:
        said = gettext_noop("没有一列是“企业名称”或“统一社会信用代码”，分不清哪一行是哪家企业。请核对表头。")
        raise Refused("enterprises.no_identity", said)


def layout_of(run: ImportRun) -> Layout:
    """How the run's table is read; its unit's county or park holds where the table names none."""
    meanings = {
        heading: Meaning(one.get("field", ""), one.get("unit", ""), one.get("year", ""))
        for heading, one in run.mapping.items()
        if one.get("field")
    }
    check_mapping(meanings)
    as_of = run.as_of or timezone.localdate(run.created_at)
    book = catalogue()
    county, park = home_of(run.unit)
    return Layout(meanings, as_of, run.year, book, fields(book), load_places(), county, park)


def home_of(unit: Unit | None) -> tuple[str | None, int | None]:
    """County and park of firms whose rows name none: those of a county's office or of a park."""
    if unit is None or unit.kind not in {UnitKind.COUNTY_OFFICE, UnitKind.PARK}:
        return None, None
    return unit.region, unit.pk if unit.kind == UnitKind.PARK else None


# --- its rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """Consecutive rows: the firms among them as read, and the number of the last row of any kind."""

    rows: list[ReadRow]
    left_out: int
    last_row: int


def batches(table: Table, reader: RowReader) -> Iterator[Batch]:
    """The table in batches that are always cut at the same places."""
    stream = table.rows()
    while piece := list(islice(stream, BATCH)):
        yield _batch(piece, reader)


def _batch(piece: list[Row], reader: RowReader) -> Batch:
    firms = [reader.read(row) for row in piece if row.kind is RowKind.DATA]
    return Batch(firms, len(piece) - len(firms), piece[-1].number)


def default_year(as_of: date) -> str:
    """The year to which annual figures without one belong: the last one closed."""
    return str(as_of.year - 1)


def no_unit(headings: Sequence[str]) -> Message:
    """Why an amount's column is not read."""
    said = gettext_noop(
        "“%(headings)s”没有写明单位（元、万元……），没有读取。请在表头写明，如“营业收入（万元）”。"
    )
    return Message(said, {"headings": "”“".join(headings)})
