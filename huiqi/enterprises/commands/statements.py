"""Stating facts: every door of the register (import, list, survey, officer, firm) ends here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from huiqi.core import audit
from huiqi.core.dates import format_date_zh, readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.bulk_rows import Row, insert_rows, update_rows
from huiqi.enterprises.catalogue import Cell, columns, is_statable, to_cell
from huiqi.enterprises.models import Enterprise, Filing, Standing, Statement
from huiqi.enterprises.projection import Projected, Projector
from huiqi.enterprises.queries.statements import catalogue, size_class_of, stated_of
from huiqi.rules.catalogue import Fact, Unreadable, Value

BATCH = 1000
# A list may begin to count later; a date further off than this is a slip of the pen.
FURTHEST_AHEAD = timedelta(days=366)
_YEAR_OR_MONTH = re.compile(r"(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?")
_YEAR = re.compile(r"(19|20)[0-9]{2}")


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

    `on` is the day the projection is made for (the site's reference date). What is said of a row merged into
    another shows on the other. Refused, and then nothing is recorded: `enterprises.not_kept` when a fact is
    not the register's to keep, `enterprises.bad_value` when a value is not one of the fact or out of its
    bounds, `enterprises.bad_period`, `enterprises.bad_dates`.
    """
    recorded = at or filing.recorded_at
    rows = [_row(one, filing, Standing(standing), recorded) for one in said]
    roots = lock_firms({one.enterprise_id for one in said})
    insert_rows(Statement, rows)
    project_locked(roots, on=on)
    return len(rows)


def _row(one: Said, filing: Filing, standing: Standing, at: datetime) -> Row:
    fact = statable_fact(one.fact)
    _check_period(fact, one.period)
    _check_dates(fact, one, at)
    cell: Cell | None = None if one.value is None else to_cell(fact, _read(fact, one.value))
    return {
        "enterprise_id": one.enterprise_id,
        "filing_id": filing.pk,
        "fact": one.fact,
        "period": one.period,
        "number": cell if isinstance(cell, int) else None,
        "text": cell if isinstance(cell, str) else None,
        "as_of": one.as_of,
        "recorded_at": at,
        "expires_on": one.expires_on,
        "standing": standing.value,
    }


def statable_fact(fact_id: str) -> Fact:
    """The fact, or Refused: not in the catalogue, another authority's, or computed from others."""
    fact = catalogue().facts.get(fact_id)
    if fact is not None and is_statable(fact):
        return fact
    refused = gettext_noop("“%(fact)s”属于其他部门的数据，本系统不保存。可以当场填写用于体检。")
    if fact is None:
        refused = gettext_noop("事实目录里没有“%(fact)s”。")
    elif fact.kept:
        refused = gettext_noop("“%(fact)s”由系统根据其他事实计算，不能直接填报。")
    label = fact.label if fact is not None else readable(fact_id)
    raise Refused("enterprises.not_kept", Message(refused, {"fact": label}))


def _read(fact: Fact, value: Value) -> Value:
    try:
        return catalogue().read(fact, value)
    except Unreadable as error:
        wrong = gettext_noop("%(fact)s：%(fault)s，%(remedy)s。")
        said = {"fact": fact.label, "fault": error.message, "remedy": error.remedy}
        raise Refused("enterprises.bad_value", Message(wrong, said)) from error


def _check_period(fact: Fact, period: str) -> None:
    yearly = fact.period in ("year", "prev_year")
    if period and not (_YEAR if yearly else _YEAR_OR_MONTH).fullmatch(period):
        wrong = gettext_noop("%(fact)s：所属期应写成年份，如 2019；您填的是“%(period)s”。")
        if not yearly:
            wrong = gettext_noop("%(fact)s：所属期应写成 2019 或 2020-01；您填的是“%(period)s”。")
        said = Message(wrong, {"fact": fact.label, "period": readable(period)})
        raise Refused("enterprises.bad_period", said)


def _check_dates(fact: Fact, one: Said, at: datetime) -> None:
    wrong = ""
    if one.as_of > timezone.localdate(at) + FURTHEST_AHEAD:
        wrong = gettext_noop("%(fact)s：截至日期%(as_of)s在一年以后，请核对年份。")
    elif one.expires_on is not None and one.expires_on < one.as_of:
        wrong = gettext_noop("%(fact)s：有效期在截至日期%(as_of)s之前就结束了，请核对。")
    if wrong:
        said = Message(wrong, {"fact": fact.label, "as_of": format_date_zh(one.as_of)})
        raise Refused("enterprises.bad_dates", said)


def lock_firms(enterprise_ids: Iterable[int]) -> list[int]:
    """Lock these rows and those that stand for them; returns the latter's keys, in order.

    In the order of their keys, so that two acts on the same firms wait for each other, never in a ring.
    """
    ids = set(enterprise_ids)
    firms = Enterprise.objects.order_by("pk")
    kept = firms.filter(pk__in=ids, merged_into__isnull=False).order_by().values("merged_into")
    wanted = firms.filter(Q(pk__in=ids) | Q(pk__in=kept)).select_for_update(of=("self",))
    rows = dict(wanted.values_list("pk", "merged_into_id"))
    roots = sorted({rows[pk] or pk for pk in ids if pk in rows})
    late = [pk for pk in roots if pk not in rows]
    if late:  # merged while we waited for the lock
        list(firms.filter(pk__in=late).select_for_update(of=("self",)).values_list("pk"))
    return roots


@transaction.atomic
def retract_statements(statements: Iterable[Statement], *, filing: Filing, on: date) -> int:
    """Take statements back as of the filing's instant: history keeps them, the present does not."""
    rows = list(statements)
    roots = lock_firms({row.enterprise_id for row in rows})
    standing = Statement.objects.filter(pk__in=[row.pk for row in rows], retracted_at=None)
    count = standing.update(retracted_at=filing.recorded_at, retracted_by=filing)
    project_locked(roots, on=on)
    return count


@transaction.atomic
def project_firms(enterprise_ids: Iterable[int], *, on: date) -> int:
    """Bring the current columns of these firms up to date for `on`; returns how many rows changed.

    The locks make it wait for a filing under way, which would otherwise be projected away.
    """
    return project_locked(lock_firms(enterprise_ids), on=on)


def project_locked(roots: Sequence[int], *, on: date) -> int:
    """As `project_firms`, for rows the caller has locked and that are not merged into others."""
    return sum(_project_batch(roots[start : start + BATCH], on) for start in range(0, len(roots), BATCH))


def _project_batch(ids: Sequence[int], on: date) -> int:
    book = catalogue()
    stated = stated_of(ids)
    projector = Projector(book, on, size_class_of)
    made = {pk: projector.project(stated[pk]) for pk in ids}
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
    rows = ((pk, [after[pk][at] for at in places]) for pk in pks)
    update_rows(Enterprise, [names[at] for at in places], rows)
