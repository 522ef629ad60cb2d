"""Writes on the ledger: who reports, a month's report (a zero report is said, not assumed), the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import Power
from huiqi.arrears.models import LedgerUnit, MonthReport, MonthRow, YearTarget
from huiqi.arrears.notices import LEDGER_MISSING
from huiqi.arrears.queries.ledger import due_of, missing_of, newest_month
from huiqi.arrears.regimes import book
from huiqi.cases.queries.people import people_with
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum
from huiqi.messages.commands.notices import notify_all, settle_reminders


@dataclass(frozen=True)
class MonthFigures:
    """What a unit says of one kind of its debts to SMEs; amounts in fen, `bands` divide what is left."""

    kind: str
    count: int
    amount: int
    paid: int
    bands: tuple[int, int, int, int]

    @property
    def remaining(self) -> int:
        return self.amount - self.paid


@transaction.atomic
def put_on_ledger(  # noqa: PLR0913  each is a fact about the duty
    unit: Unit,
    *,
    first_month: date,
    last_month: date | None = None,
    document: str,
    actor: User,
    today: date,
    at: datetime,
) -> LedgerUnit:
    """A unit must report from a month on, by a document; again: the months and document are changed.

    Refused: `arrears.not_your_unit` outside the actor's region, `arrears.no_document`,
    `arrears.months_wrong`.
    """
    if not document.strip():
        raise Refused("arrears.no_document", gettext_noop("请写明要求填报的文件名称和文号。"))
    first = first_month.replace(day=1)
    last = last_month.replace(day=1) if last_month else None
    if last is not None and last < first:
        raise Refused("arrears.months_wrong", gettext_noop("截止的月份早于开始的月份。请核对后重填。"))
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    known = LedgerUnit.objects.filter(unit=unit).first()
    row = known or LedgerUnit(unit=unit, set_by=actor, set_at=at)
    row.prefecture, row.park = unit.region, unit if unit.kind == UnitKind.PARK else None
    row.first_month, row.last_month, row.document = first, last, document.strip()
    row.set_by, row.set_at = actor, at
    row.save()
    if not LedgerUnit.objects.kept_by(actor, today).filter(pk=row.pk).exists():
        raise Refused("arrears.not_your_unit", gettext_noop("这个单位不在您的辖区，请由其上级办公室设定。"))
    audit.record("ledger.unit_set", row, actor=actor, unit=unit.public_id)
    return row


@transaction.atomic
def file_month(  # noqa: PLR0913  each is a fact about the report
    duty: LedgerUnit,
    month: date,
    rows: Sequence[MonthFigures],
    *,
    is_zero: bool = False,
    is_on_behalf: bool = False,
    actor: User,
    today: date,
    at: datetime,
    expected: int = 0,
) -> MonthReport:
    """File or correct a unit's month. `expected` is the version seen, 0 when none was filed.

    Refused: `arrears.month_not_over`, `arrears.month_not_due` outside the months the unit reports,
    `arrears.nothing_said` (neither rows nor a zero report), `arrears.zero_with_rows`, `arrears.row_wrong`
    when a row does not add up; VersionConflict when somebody filed meanwhile.
    """
    check_month(duty, month, today)
    _check_said(rows, is_zero)
    for row in rows:
        fault = fault_of(row)
        if fault is not None:
            raise Refused("arrears.row_wrong", fault)
    LedgerUnit.objects.select_for_update(of=("self",)).get(pk=duty.pk)
    report = MonthReport.objects.filter(duty=duty, month=month).first()
    if (report.version if report else 0) != expected:
        raise VersionConflict()
    said = {"is_zero": is_zero, "is_on_behalf": is_on_behalf, "filed_by": actor, "filed_at": at}
    if report is None:
        report = MonthReport.objects.create(duty=duty, month=month, **said)
    else:
        for name, value in said.items():
            setattr(report, name, value)
        report.save_version(expected=expected, fields=list(said))
        report.rows.all().delete()
    MonthRow.objects.bulk_create(_row(report, row) for row in rows)
    audit.record(
        "ledger.filed", report, actor=actor, month=f"{month:%Y-%m}", zero=is_zero, for_unit=is_on_behalf
    )
    people = people_with(duty.unit, Power.HANDLE_CASES)
    settle_reminders(LEDGER_MISSING, once_key(duty, month), people, at=at)
    return report


def check_month(duty: LedgerUnit, month: date, today: date) -> None:
    """Refused when the unit has nothing to report for the month."""
    if month > newest_month(today):
        raise Refused("arrears.month_not_over", gettext_noop("这个月还没有结束，下个月再报。"))
    if month < duty.first_month or (duty.last_month is not None and month > duty.last_month):
        raise Refused("arrears.month_not_due", gettext_noop("这个月不在本单位的填报期间，不用报。"))


def _check_said(rows: Sequence[MonthFigures], is_zero: bool) -> None:
    if is_zero and rows:
        said = gettext_noop("填了数字就不是零报告。请去掉零报告的勾，或清空数字。")
        raise Refused("arrears.zero_with_rows", said)
    if not is_zero and not rows:
        said = gettext_noop("没有填数字。本月确实没有拖欠的，请勾选零报告。")
        raise Refused("arrears.nothing_said", said)


def fault_of(row: MonthFigures) -> Message | None:
    """What does not add up in a row, or None."""
    title = book().ledger.kinds.get(row.kind)
    if title is None:
        return Message(gettext_noop("没有“%(kind)s”这个类别。"), {"kind": row.kind[:20]})
    if min(row.count, row.amount, row.paid, *row.bands) < 0:
        return Message(gettext_noop("%(kind)s：数字不能是负数。"), {"kind": title})
    if row.remaining < 0:
        said = gettext_noop("%(kind)s：本月支付%(paid)s超过了拖欠金额%(amount)s。")
        return Message(said, {"kind": title, "paid": Sum(row.paid), "amount": Sum(row.amount)})
    if sum(row.bands) != row.remaining:
        said = gettext_noop("%(kind)s：各账龄相加是%(sum)s，月末余额应是%(left)s。")
        return Message(said, {"kind": title, "sum": Sum(sum(row.bands)), "left": Sum(row.remaining)})
    if row.amount and not row.count:
        return Message(gettext_noop("%(kind)s：有金额就应有笔数。"), {"kind": title})
    return None


def _row(report: MonthReport, row: MonthFigures) -> MonthRow:
    bands = {f"band_{index}": fen for index, fen in enumerate(row.bands)}
    return MonthRow(
        report=report,
        kind=row.kind,
        count=row.count,
        amount=row.amount,
        paid=row.paid,
        remaining=row.remaining,
        **bands,
    )


@transaction.atomic
def file_many(
    month: date,
    given: Sequence[tuple[LedgerUnit, Sequence[MonthFigures], bool]],
    *,
    own: frozenset[int],
    actor: User,
    today: date,
    at: datetime,
) -> int:
    """File a month for several units from one table, all or none; what was filed before is replaced.

    `own`: keys of units the actor reports for; the others are reported on behalf. Returns how many.
    """
    for duty, rows, is_zero in given:
        known = MonthReport.objects.filter(duty=duty, month=month).first()
        file_month(
            duty,
            month,
            rows,
            is_zero=is_zero,
            is_on_behalf=duty.unit_id not in own,
            actor=actor,
            today=today,
            at=at,
            expected=known.version if known else 0,
        )
    return len(given)


@transaction.atomic
def set_target(  # noqa: PLR0913  each is a fact about the target
    unit: Unit, year: int, *, start: int, to_clear: int, document: str, actor: User, at: datetime
) -> YearTarget:
    """What the office is to have cleared in a year, as its document says; typed again it replaces the old.

    Refused: `arrears.no_document`, `arrears.target_wrong` unless 0 < to_clear ≤ start.
    """
    if not document.strip():
        raise Refused("arrears.no_document", gettext_noop("请写明下达目标的文件名称和文号。"))
    if not 0 < to_clear <= start:
        said = gettext_noop("应清偿的金额要大于0，并且不超过年初余额。请核对后重填。")
        raise Refused("arrears.target_wrong", said)
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    said_by = {"document": document.strip(), "set_by": actor, "set_at": at}
    row, _new = YearTarget.objects.update_or_create(
        unit=unit, year=year, defaults={"start": start, "to_clear": to_clear, **said_by}
    )
    audit.record("ledger.target_set", row, actor=actor, year=year)
    return row


@transaction.atomic
def record_export(*, month: date, rows: int, actor: User) -> None:
    """Somebody took the month's table away."""
    audit.record("ledger.exported", None, actor=actor, month=f"{month:%Y-%m}", rows=rows)


def once_key(duty: LedgerUnit, month: date) -> str:
    """By which a reminder of a month is sent once and settled."""
    return f"{duty.public_id}:{month:%Y-%m}"


@transaction.atomic
def chase_ledger(*, at: datetime) -> dict[str, int]:
    """Remind the units whose month is past due; each person once for each month. Counts units, people."""
    today = timezone.localdate(at)
    units = people = 0
    for duty, month in missing_of(LedgerUnit.objects.all(), today):
        if due_of(month, today).due >= today:
            continue
        told = list(people_with(duty.unit, Power.HANDLE_CASES))
        text = f"{month.year}年{month.month}月的清欠台账还没有报送。"
        url = reverse("arrears:report", args=[duty.public_id, month.year, month.month])
        notify_all(told, LEDGER_MISSING, text, url, at=at, once_key=once_key(duty, month))
        units, people = units + 1, people + len(told)
    if units:
        audit.record("ledger.chased", None, actor=None, units=units, people=people)
    return {"units": units, "people": people}
