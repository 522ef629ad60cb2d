"""Tables of requests: opened, recognised, read in batches; and the rows to mend, as they stood."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.accounts.scope import Scope
from huiqi.cases.models import Case, ItemEdition, RequestColumns, RequestImport
from huiqi.cases.sheet_rows import (
    COUNTY,
    LABELS,
    NAME,
    REF,
    RequestReader,
    RequestRow,
    Terms,
    missing,
    recognise,
)
from huiqi.cases.workflow import Channel
from huiqi.core.dates import readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Listed, Message, gettext_noop
from huiqi.core.personal import mask_name, mask_phone
from huiqi.enterprises.queries.import_places import load_places
from huiqi.files.sheets import Column, Kind
from huiqi.files.stored_tables import unsealed
from huiqi.files.table_runs import headings_signature
from huiqi.files.tables.faults import Fault
from huiqi.files.tables.read import read_table
from huiqi.files.tables.table import Choices, RowKind, Table
from huiqi.files.tables.values import Broken

# A day of the province's hotline is some hundred requests; more rows than this are no transfer of cases.
MOST_ROWS = 5000
# A batch is one transaction; a worker that is killed loses no more than the one at hand.
BATCH = 50
REASONS = gettext_noop("未导入的原因")
# More columns than this are not offered; the rest is named as not read.
MOST_COLUMNS = 60
_LOOKED_AT, _SAMPLES, _LONGEST_SAMPLE = 20, 2, 24
_LONG_NUMBER = re.compile(r"\d{7,}")
_KNOWN = ("工单编号", "诉求内容", "联系电话")


def open_requests(source: Any) -> Table:
    """The table, or TableRefused (located) when it cannot be read as it is."""
    table = read_table(source, max_rows=MOST_ROWS, choices=Choices(known_headers=_KNOWN))
    if table.questions:
        with table:
            raise Refused("files.hidden_parts", str(table.questions[0]))
    return table


@contextmanager
def table_of(run: RequestImport) -> Iterator[Table]:
    """The run's stored file, decrypted in memory and opened."""
    if not run.file:
        said = gettext_noop("上传的文件已按期删除，请重新上传。")
        raise Refused("cases.import_file_gone", said)
    with run.file.open("rb") as file:
        content = unsealed(file)
    with content, open_requests(content) as table:
        yield table


def recognise_columns(table: Table) -> dict[str, str]:
    """What the columns seem to be, by their headings."""
    return recognise([header.text for header in table.headers])


def remembered_columns(table: Table, unit: Unit | None) -> dict[str, str]:
    """How this unit read a table with the same headings last time; {} when it never did."""
    signature = headings_signature(header.text for header in table.headers)
    rows = RequestColumns.objects.filter(unit=unit, signature=signature).order_by("-used_at")
    kept = rows.values_list("mapping", flat=True).first() or {}
    return {heading: key for heading, key in kept.items() if key in LABELS}


def look_at(table: Table, mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    """The headings with the first values below; of people and of long numbers only what a mask leaves."""
    samples: list[list[str]] = [[] for _header in table.headers]
    for row in islice(table.rows(), _LOOKED_AT):
        for found, header, value in zip(samples, table.headers, row.values, strict=True):
            if value is not None and len(found) < _SAMPLES and not isinstance(value, Broken):
                found.append(_sample(mapping.get(header.text, ""), str(value)))
    headers = table.headers[:MOST_COLUMNS]
    return [{"text": header.text, "samples": found} for header, found in zip(headers, samples, strict=False)]


def _sample(key: str, text: str) -> str:
    if key == NAME:
        return mask_name(text)
    if key != REF:
        text = _LONG_NUMBER.sub(lambda found: mask_phone(found[0]), text)
    return readable(text, _LONGEST_SAMPLE)


def check_columns(mapping: dict[str, str]) -> None:
    """Refused (`cases.columns_missing`) when a column is missing without which no row can go in."""
    lacking = missing(mapping)
    if lacking:
        said = gettext_noop("表里没有这些列：%(columns)s。请核对表头，改成这样的名称后重新上传。")
        raise Refused("cases.columns_missing", Message(said, {"columns": Listed(lacking)}))


def read_terms(unit: Unit | None) -> Terms:
    """What rows are read against; a county office's own county holds where a row names none."""
    items = {row.item: row.definition for row in ItemEdition.objects.current().order_by("item")}
    is_county = unit is not None and unit.kind in {UnitKind.COUNTY_OFFICE, UnitKind.PARK}
    return Terms(items, load_places(), unit.region if unit is not None and is_county else "")


@dataclass(frozen=True)
class Reach:
    """For which counties the person may take requests; None: the command line, any."""

    scope: Scope | None

    def check(self, row: RequestRow, heading: str) -> None:
        """Adds the fault of a row that lies elsewhere."""
        if self.scope is None or row.faults or not row.county or self.scope.admits(row.county, None):
            return
        said = gettext_noop("这个县市区不归您受理。请转给当地，或由上一级导入。")
        row.faults.append(Fault(heading, said, row.county))


def reach_of(owner: User | None, today: date) -> Reach:
    """The scope of today: who lost a region takes no requests there."""
    return Reach(None if owner is None else scope_with(owner, Power.DISPATCH_CASES, today))


@dataclass(frozen=True)
class Batch:
    """Consecutive rows and the number of the last of any kind."""

    rows: list[RequestRow]
    last_row: int


def batches(run: RequestImport, table: Table, today: date) -> Iterator[Batch]:
    """The table in batches that are always cut at the same places; a number that stands twice is a fault of
    the second row."""
    reader = RequestReader(table, run.mapping, read_terms(run.unit))
    reach = reach_of(run.owner, today)
    county = next((heading for heading, key in run.mapping.items() if key == COUNTY), LABELS[COUNTY])
    seen: dict[str, int] = {}
    stream = table.rows()
    while piece := list(islice(stream, BATCH)):
        rows = [reader.read(row) for row in piece if row.kind is RowKind.DATA]
        for row in rows:
            reach.check(row, county)
            _check_double(row, seen)
        yield Batch(rows, piece[-1].number)


def _check_double(row: RequestRow, seen: dict[str, int]) -> None:
    if not row.ref:
        return
    first = seen.setdefault(row.ref, row.number)
    if first != row.number:
        said = Message(gettext_noop("与第%(row)s行的编号相同，只导入前一行。"), {"row": first})
        row.faults.append(Fault("", str(said), row.ref))


def taken_refs(rows: Sequence[RequestRow]) -> set[str]:
    """The numbers of these rows that are cases already."""
    refs = [row.ref for row in rows if row.ref]
    known = Case.objects.order_by().filter(channel=Channel.FILE_12345, source_ref__in=refs)
    return set(known.values_list("source_ref", flat=True))


def rejected_requests(run: RequestImport) -> tuple[list[Column], Iterator[Sequence[object]]]:
    """The rows that did not go in, as they stood, with a last column of reasons."""
    reasons: dict[int, list[str]] = defaultdict(list)
    for row, column, reason in run.faults.order_by("row", "pk").values_list("row", "column", "reason"):
        reasons[row].append(f"{column}：{reason}" if column else reason)
    with table_of(run) as table:
        columns = [*(Column(header.text, Kind.CODE) for header in table.headers), Column(_(REASONS))]
    return columns, _rejected_rows(run, reasons)


def _rejected_rows(run: RequestImport, reasons: dict[int, list[str]]) -> Iterator[Sequence[object]]:
    with table_of(run) as table:
        for row in table.rows():
            if row.number in reasons:
                cells = (None if isinstance(value, Broken) else value for value in row.values)
                yield (*cells, "；".join(reasons[row.number]))
