"""Putting synthetic firms into the register in bulk: a block a transaction, so that a stopped run goes on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from huiqi.accounts.models import Unit, UnitKind
from huiqi.core import audit, crypto
from huiqi.enterprises import search_index
from huiqi.enterprises.bulk_rows import Row, insert_rows
from huiqi.enterprises.commands.statements import open_filing
from huiqi.enterprises.demo.firms import (
    BLOCK,
    FIGURES,
    REGISTER,
    SURVEY,
    DemoFirm,
    Place,
    firms,
    places,
    public_id_of,
)
from huiqi.enterprises.models import Contact, Enterprise, Filing, SourceKind, Standing, Statement
from huiqi.enterprises.projection import Projector
from huiqi.enterprises.queries.statements import catalogue, size_class_of
from huiqi.enterprises.resolution import Stated
from huiqi.enterprises.search_text import search_text
from huiqi.reference.models import Division

STANDINGS = {REGISTER: Standing.CONFIRMED, FIGURES: Standing.CLAIMED, SURVEY: Standing.CLAIMED}
SOURCES = {
    REGISTER: (SourceKind.REGISTER, "市场监管部门登记（演示）"),
    FIGURES: (SourceKind.FIRM, "企业年度报告（演示）"),
    SURVEY: (SourceKind.SURVEY, "第一次复工复产调查（演示）"),
}
# Above this the search index is built anew at the end, which is quicker than keeping it up row by row. A run
# stopped before that leaves the site without the index: `huiqi migrate` and the next run make it again.
MANY = 50_000


@dataclass
class _Loading:
    """What all blocks share."""

    on: date
    recorded_at: datetime
    recorded_on: date
    filings: dict[str, Filing]
    parks: dict[str, int]
    projector: Projector
    next_firm: int


def load_firms(count: int, *, seed: int, on: date, actor: Any = None) -> Iterator[tuple[int, int]]:
    """Bring the synthetic firms up to `count`; yields (done, total). What is there already stays.

    Blocks of a thousand: a run stopped half-way goes on behind the last whole block, and a greater number
    later adds to the same firms.
    """
    first = _first_missing(seed, count)
    if first >= count:
        return
    loading = _begin(on, actor)
    is_many = count - first > MANY
    if is_many:
        search_index.FIRMS.remove(connection)
    stream = firms(count, seed=seed, where=_where(), on=on, first=first)
    done = first
    while block := list(islice(stream, BLOCK)):
        _load_block(_missing(block), loading)
        done += len(block)
        yield done, count
    if is_many:
        search_index.FIRMS.install(connection)


def _first_missing(seed: int, count: int) -> int:
    """The beginning of the first block whose last firm is not there; blocks are loaded in order."""
    tails = [min(start + BLOCK, count) - 1 for start in range(0, count, BLOCK)]
    ids = {public_id_of(seed, number): number for number in tails}
    found = Enterprise.objects.filter(public_id__in=ids).order_by("pk").values_list("public_id", flat=True)
    missing = set(ids.values()) - {ids[public_id] for public_id in found}
    return min(missing) // BLOCK * BLOCK if missing else count


def _missing(block: list[DemoFirm]) -> list[DemoFirm]:
    """The firms of a block that are not there: a smaller run may have ended inside it."""
    ids = [firm.public_id for firm in block]
    rows = Enterprise.objects.filter(public_id__in=ids).order_by("pk")
    found = set(rows.values_list("public_id", flat=True))
    return [firm for firm in block if firm.public_id not in found]


def _where() -> tuple[Place, ...]:
    counties = Division.objects.filter(level=Division.Level.COUNTY, valid_to=None)
    counties = counties.within(settings.HUIQI_PROVINCE).order_by("code")
    return places(list(counties.values_list("code", "name")))


@transaction.atomic
def _begin(on: date, actor: Any) -> _Loading:
    at = timezone.make_aware(datetime.combine(on - timedelta(days=10), time(9)))
    filings = {
        door: open_filing(source, actor=actor, at=at, issuer=issuer)
        for door, (source, issuer) in SOURCES.items()
    }
    return _Loading(
        on,
        at,
        timezone.localdate(at),
        filings,
        _parks(),
        Projector(catalogue(), on, size_class_of),
        _next_id(Enterprise),
    )


def _parks() -> dict[str, int]:
    """A park of each county that has one."""
    return dict(Unit.objects.filter(kind=UnitKind.PARK).order_by("pk").values_list("region", "pk"))


def _next_id(model: type[Model]) -> int:
    last: int | None = model._default_manager.aggregate(last=Max("pk"))["last"]
    return (last or 0) + 1


@transaction.atomic
def _load_block(block: Sequence[DemoFirm], loading: _Loading) -> None:
    ids = range(loading.next_firm, loading.next_firm + len(block))
    pairs = list(zip(ids, block, strict=True))
    insert_rows(Enterprise, [_firm_row(pk, firm, loading) for pk, firm in pairs])
    statements = [row for pk, firm in pairs for row in _statement_rows(pk, firm, loading)]
    insert_rows(Statement, statements)
    insert_rows(Contact, [_contact_row(pk, firm, loading) for pk, firm in pairs])
    _raise_sequence(Enterprise)
    loading.next_firm += len(block)
    audit.record("demo.firms_loaded", None, actor=None, firms=len(block), statements=len(statements))


def _firm_row(pk: int, firm: DemoFirm, loading: _Loading) -> Row:
    by_fact: dict[str, list[Stated]] = {}
    for said in firm.said:
        standing = STANDINGS[said.door]
        stated = Stated(0, said.fact, said.period, said.cell, said.as_of, loading.recorded_on, standing)
        by_fact.setdefault(said.fact, []).append(stated)
    projected = loading.projector.project(by_fact)
    return {
        "id": pk,
        "version": 1,
        "public_id": firm.public_id,
        "name": firm.name,
        "initials": firm.initials,
        "search_text": search_text(firm.name, firm.initials, firm.credit_code),
        "credit_code": firm.credit_code,
        "registration": firm.registration,
        "park_id": loading.parks.get(firm.county) if firm.is_in_park else None,
        "is_synthetic": True,
        "created_at": loading.recorded_at,
        "current_on": loading.on,
        "current_until": projected.until,
        **{name: value for name, value in projected.columns.items() if value is not None},
    }


def _statement_rows(pk: int, firm: DemoFirm, loading: _Loading) -> Iterator[Row]:
    for said in firm.said:
        is_text = isinstance(said.cell, str)
        yield {
            "enterprise_id": pk,
            "filing_id": loading.filings[said.door].pk,
            "fact": said.fact,
            "period": said.period,
            "number": None if is_text else said.cell,
            "text": said.cell if is_text else None,
            "as_of": said.as_of,
            "recorded_at": loading.recorded_at,
            "standing": STANDINGS[said.door].value,
        }


def _contact_row(pk: int, firm: DemoFirm, loading: _Loading) -> Row:
    return {
        "enterprise_id": pk,
        "person": crypto.encrypt(firm.person.encode()),
        "position": "",
        "phone": crypto.encrypt(firm.phone.encode()),
        "phone_index": crypto.blind_index(firm.phone, "phone"),
        "is_main": True,
        "source": SourceKind.REGISTER.value,
        "updated_at": loading.recorded_at,
    }


def _raise_sequence(model: type[Model]) -> None:
    """Explicit keys leave the sequence behind on PostgreSQL."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
