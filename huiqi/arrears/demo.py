"""Claims and a ledger for the demonstration, beside the cases that are there. All firms are invented."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.arrears.commands.claims import KIND, change_claim, open_claim, record_payment
from huiqi.arrears.commands.ledger import MonthFigures, file_month, put_on_ledger
from huiqi.arrears.models import Claim, LedgerUnit
from huiqi.arrears.queries.ledger import month_after, newest_month
from huiqi.cases.models import Case
from huiqi.cases.queries.people import people_with
from huiqi.core import audit
from huiqi.core.models import AuditRecord

DOCUMENT = "演示清欠办〔2020〕1号（虚构）"
MOST_CLAIMS = 12
COUNTY = "430181"
WAN = 1_000_000
# What each reporting unit of the county has said, by its place in the list: figures, nothing, zero.
_OWED = (MonthFigures("works", 12, 860 * WAN, 210 * WAN, (400 * WAN, 150 * WAN, 60 * WAN, 40 * WAN)),)
_GOODS = (MonthFigures("goods", 5, 96 * WAN, 16 * WAN, (80 * WAN, 0, 0, 0)),)


@transaction.atomic
def make_arrears(*, on: date) -> dict[str, int]:
    """Claims of the accepted late-payment cases; units of 浏阳 on the ledger, one of them silent for a month.

    Running it again adds nothing. Returns {"claims", "units"}: claims told further, units made.
    """
    at = timezone.make_aware(datetime.combine(on, time(9)))
    made = {"claims": _claims(on, at), "units": _ledger(on, at)}
    if any(made.values()):
        claims, units = made["claims"], made["units"]
        audit.record("claim.demo_made", None, actor=None, claims=claims, units=units)
    return made


def _claims(on: date, at: datetime) -> int:
    cases = Case.objects.filter(item="late-payment", claim=None, accepted_at__isnull=False)
    for case in cases.select_related("edition", "desk").order_by("pk")[:MOST_CLAIMS]:
        if case.edition.definition.kind == KIND:
            open_claim(case, actor=None, at=at)
    if AuditRecord.objects.filter(act="claim.demo_made").exists():
        return 0
    fresh = Claim.objects.filter(agreed_on=None, payments=None, delivered_on__isnull=False).open()
    first = fresh.select_related("case__desk").order_by("pk").first()
    if first is None:
        return 0
    _tell(first, on, at)
    return 1


def _tell(claim: Claim, on: date, at: datetime) -> None:
    """One has an agreed day and rate and a payment; what the contracts of others say stays open."""
    keeper = people_with(claim.case.desk, Power.DISPATCH_CASES).first()
    if keeper is None or claim.delivered_on is None:
        return
    agreed = {
        "agreed_on": claim.delivered_on + timedelta(days=90),
        "agreed_rate": "3/50",
        "agreed_per": "year",
    }
    claim = change_claim(claim, agreed, actor=keeper, at=at)
    part = claim.claimed // 5
    if part and claim.claimed_on <= on:
        record_payment(claim, on=claim.claimed_on, fen=part, actor=keeper, at=at, wall=at)


def _ledger(on: date, at: datetime) -> int:
    if LedgerUnit.objects.exists():
        return 0
    units = list(Unit.objects.filter(region=COUNTY, kind="authority", is_active=True).order_by("pk")[:3])
    office = Unit.objects.filter(kind="province_office").order_by("pk").first()
    actor = people_with(office, Power.DISPATCH_CASES).first() if office else None
    if actor is None:
        return 0
    newest = newest_month(on)
    first = month_after(newest, -1)
    for number, unit in enumerate(units):
        duty = put_on_ledger(unit, first_month=first, document=DOCUMENT, actor=actor, today=on, at=at)
        _report(duty, number, first, newest, actor, on, at)
    return len(units)


def _report(  # noqa: PLR0913  each is a fact about the story
    duty: LedgerUnit, number: int, first: date, newest: date, actor: User, on: date, at: datetime
) -> None:
    rows = (_OWED, _GOODS, ())[number]
    clerk = people_with(duty.unit, Power.HANDLE_CASES).first() or actor
    months = (first, newest) if number != 1 else (first,)  # the second said nothing of the last month
    for month in months:
        file_month(duty, month, rows, is_zero=not rows, actor=clerk, today=on, at=at)
