"""Stating facts: every door of the register (import, list, survey, officer, firm) ends here."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from huiqi.core import audit
from huiqi.core.dates import format_date_zh, readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.bulk_rows import Row, insert_rows
from huiqi.enterprises.catalogue import Cell, is_statable, to_cell
from huiqi.enterprises.commands.columns import amend_locked, lock_firms, project_locked
from huiqi.enterprises.models import Filing, Standing, Statement
from huiqi.enterprises.queries.statements import catalogue
from huiqi.rules.catalogue import Fact, Unreadable, Value

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
    stands_for = lock_firms({one.enterprise_id for one in said})
    insert_rows(Statement, rows)
    amend_locked(Counter((stands_for[one.enterprise_id], one.fact) for one in said), on=on)
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


@transaction.atomic
def retract_statements(statements: Iterable[Statement], *, filing: Filing, on: date) -> int:
    """Take statements back as of the filing's instant: history keeps them, the present does not."""
    rows = list(statements)
    stands_for = lock_firms({row.enterprise_id for row in rows})
    standing = Statement.objects.filter(pk__in=[row.pk for row in rows], retracted_at=None)
    count = standing.update(retracted_at=filing.recorded_at, retracted_by=filing)
    project_locked(set(stands_for.values()), on=on)
    return count
