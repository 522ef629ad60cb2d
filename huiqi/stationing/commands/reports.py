"""Three numbers a day. Sending again is harmless: what did not change makes no new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.stationing.models import DailyReport, Figures, Line, Sending
from huiqi.stationing.plausibility import Three

# Yesterday may be filled in until noon.
LATE_UNTIL = time(12, 0)


@dataclass(frozen=True)
class Said:
    """What is reported of one firm for one day: the numbers by product, and the free line.

    `confirmed` counts the odd-looking numbers the person confirmed; `by_firm` says that the firm's own people
    report instead of the officer.
    """

    figures: Mapping[str, Three]
    note: str = ""
    confirmed: int = 0
    by_firm: bool = False


def open_days(at: datetime) -> tuple[date, ...]:
    """The days that can be reported at that instant: today, and before noon yesterday."""
    local = timezone.localtime(at)
    today = local.date()
    return (today, today - timedelta(days=1)) if local.time() < LATE_UNTIL else (today,)


@transaction.atomic
def report_day(
    enterprise: Enterprise, *, on: date, said: Said, actor: User | None, at: datetime
) -> DailyReport:
    """Keep what is said of the firm for `on`; products not mentioned keep what was said before.

    One row per firm, product and day whoever sends it and how often; each change adds a version. Refused:
    the day is closed (`stationing.day_closed`), the firm has no such line (`stationing.no_line`).
    """
    if on not in open_days(at):
        closed = gettext_noop("%(day)s的三数已不能填报：当天填当天的，前一天的可在中午12点前补报。")
        raise Refused("stationing.day_closed", Message(closed, {"day": f"{on.month}月{on.day}日"}))
    _check_lines(enterprise, on, said)
    DailyReport.objects.bulk_create(
        [
            DailyReport(
                enterprise=enterprise, on=on, version=0, sent_at=at, is_late=on < timezone.localdate(at)
            )
        ],
        ignore_conflicts=True,
    )
    report = DailyReport.objects.select_for_update(of=("self",)).get(enterprise=enterprise, on=on)
    before = _stored(report)
    after = {**before, **said.figures}
    if report.version and after == before and said.note == report.note:
        return report
    _write(report, {name: three for name, three in after.items() if before.get(name) != three})
    report.note, report.sent_by, report.sent_at, report.by_firm = said.note, actor, at, said.by_firm
    report.save_version(expected=report.version, fields=["note", "sent_by", "sent_at", "by_firm"])
    _keep_version(report, after, said)
    # The trail says that something was reported, never what: figures stay in the compartment.
    audit.record("report.sent", enterprise, actor=actor, on=on.isoformat(), version=report.version)
    return report


def _check_lines(enterprise: Enterprise, on: date, said: Said) -> None:
    running = Line.objects.running_on(on).filter(enterprise=enterprise).order_by("pk")
    if said.figures.keys() - set(running.values_list("product", flat=True)):
        no_line = gettext_noop("%(firm)s没有登记这种产品，请联系区县办公室登记产能后再报。")
        raise Refused("stationing.no_line", Message(no_line, {"firm": enterprise.name}))


def _stored(report: DailyReport) -> dict[str, Three]:
    rows = report.figures.order_by("product")
    return {row.product: Three(row.output, row.stock, row.shortage) for row in rows}


def _write(report: DailyReport, changed: Mapping[str, Three]) -> None:
    rows = [
        Figures(report=report, product=name, output=three.output, stock=three.stock, shortage=three.shortage)
        for name, three in changed.items()
    ]
    Figures.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["report", "product"],
        update_fields=["output", "stock", "shortage"],
    )


def _keep_version(report: DailyReport, figures: Mapping[str, Three], said: Said) -> None:
    kept = {name: [three.output, three.stock, three.shortage] for name, three in figures.items()}
    Sending.objects.create(
        report=report,
        version=report.version,
        figures=kept,
        note=said.note,
        confirmed=said.confirmed,
        sent_by=report.sent_by,
        at=report.sent_at,
    )
