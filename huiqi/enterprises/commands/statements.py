"""Stating facts: every door of the register (import, list, survey, officer, firm) ends here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.catalogue import Cell, columns, is_statable, to_cell
from huiqi.enterprises.models import Enterprise, Filing, Standing, Statement
from huiqi.enterprises.projection import Projected, project
from huiqi.enterprises.queries.statements import catalogue, size_class_of, stated_of
from huiqi.rules.catalogue import Value

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """One fact to be stated of one firm. `value` None takes back what the same door said before."""

    enterprise_id: int
    fact: str
    value: Value | None
    as_of: date
    period: str = ""
    expires_on: date | None = None


@transaction.atomic
def open_filing(  # noqa: PLR0913  each is a fact about the act
    source: str, *, actor: Any, at: datetime, issuer: str = "", document: str = "", purpose: str = ""
) -> Filing:
    """The act under which statements are recorded; one audit row for the act, not one for each statement."""
    filing = Filing.objects.create(
        source=source, actor=actor, recorded_at=at, issuer=issuer, document=document, purpose=purpose
    )
    audit.record("filing.opened", filing, actor=actor, source=source)
    return filing


@transaction.atomic
def file_statements(
    said: Sequence[Said], *, filing: Filing, standing: str, on: date, at: datetime | None = None
) -> int:
    """Record statements and bring the firms' columns up to date, in one transaction; returns how many.

    `on` is the day the projection is made for (the site's reference date). Refused (`enterprises.not_kept`)
    when a fact is not the register's to keep; nothing is recorded then.
    """
    facts = catalogue().facts
    for fact_id in {one.fact for one in said}:
        if fact_id not in facts or not is_statable(facts[fact_id]):
            label = facts[fact_id].label if fact_id in facts else fact_id
            refused = gettext_noop("“%(fact)s”属于其他部门的数据，本系统不保存。可以当场填写用于体检。")
            raise Refused("enterprises.not_kept", Message(refused, {"fact": label}))
    ids = sorted({one.enterprise_id for one in said})
    # In the order of their keys, so that two filings on the same firms wait for each other, never in a ring.
    list(Enterprise.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values("pk"))
    recorded = at or filing.recorded_at
    Statement.objects.bulk_create((_row(one, filing, standing, recorded) for one in said), batch_size=BATCH)
    project_firms(ids, on=on)
    return len(said)


def _row(one: Said, filing: Filing, standing: str, at: datetime) -> Statement:
    cell: Cell | None = None if one.value is None else to_cell(catalogue().facts[one.fact], one.value)
    return Statement(
        enterprise_id=one.enterprise_id,
        filing=filing,
        fact=one.fact,
        period=one.period,
        number=cell if isinstance(cell, int) else None,
        text=cell if isinstance(cell, str) else None,
        as_of=one.as_of,
        recorded_at=at,
        expires_on=one.expires_on,
        standing=Standing(standing),
    )


@transaction.atomic
def retract_statements(statements: Iterable[Statement], *, filing: Filing, on: date) -> int:
    """Take statements back as of the filing's instant: history keeps them, the present does not."""
    rows = list(statements)
    pks = [row.pk for row in rows if row.retracted_at is None]
    Statement.objects.filter(pk__in=pks, retracted_at=None).update(
        retracted_at=filing.recorded_at, retracted_by=filing
    )
    project_firms(sorted({row.enterprise_id for row in rows}), on=on)
    return len(pks)


@transaction.atomic
def project_firms(enterprise_ids: Sequence[int], *, on: date) -> int:
    """Bring the current columns of these firms up to date for `on`; returns how many rows changed."""
    changed = 0
    for start in range(0, len(enterprise_ids), BATCH):
        changed += _project_batch(enterprise_ids[start : start + BATCH], on)
    return changed


def _project_batch(ids: Sequence[int], on: date) -> int:
    book = catalogue()
    stated = stated_of(ids)
    made = {pk: project(book, stated[pk], on, size_class_of) for pk in ids}
    names = [fact.id for fact in columns(book)]
    before = {
        row[0]: row[1:]
        for row in Enterprise.objects.filter(pk__in=ids)
        .order_by("pk")
        .values_list("pk", *names, "current_on", "current_until")
    }
    after = {pk: _columns(projected, names, on) for pk, projected in made.items() if pk in before}
    differing = [pk for pk in after if before[pk] != after[pk]]
    if differing:
        _write([*names, "current_on", "current_until"], before, after, differing)
    return len(differing)


def _columns(projected: Projected, names: list[str], on: date) -> tuple[Any, ...]:
    return (*(projected.columns[name] for name in names), on, projected.until)


def _write(
    names: list[str], before: dict[int, Any], after: dict[int, tuple[Any, ...]], pks: list[int]
) -> None:
    """Write only the columns that differ somewhere: a firm has more than a hundred, an import brings ten."""
    places = [at for at in range(len(names)) if any(before[pk][at] != after[pk][at] for pk in pks)]
    fields = [Enterprise._meta.get_field(names[at]) for at in places]
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(field.column)} = %s" for field in fields)  # type: ignore[union-attr,arg-type]
    table = quote(Enterprise._meta.db_table)
    rows = [
        [
            *(
                field.get_db_prep_save(after[pk][at], connection)  # type: ignore[union-attr]
                for field, at in zip(fields, places, strict=True)
            ),
            pk,
        ]
        for pk in pks
    ]
    with connection.cursor() as cursor:
        # Column names come from the model, values are parameters.
        cursor.executemany(f"UPDATE {table} SET {assignments} WHERE id = %s", rows)  # noqa: S608
