"""Synthetic key lines, officers and three weeks of reports for the demo's key-contact firms.

Deterministic: a firm's numbers depend on the seed and its public id alone. Everything is invented; the ranges
are chosen to look like small and middling makers and mean nothing else.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.roles import Role
from huiqi.core import audit
from huiqi.enterprises.models import Enterprise, FirmAccess
from huiqi.stationing.commands.escalations import answer_escalation, escalate
from huiqi.stationing.models import DailyReport, Escalation, Figures, Line, Sending, Stationing
from huiqi.stationing.plausibility import Three

DAYS = 21
# What makers of an industry (GB/T 4754-2017 class) can turn out, each with a usual capacity a day of a maker
# of 40 people; the first ones are more frequent. A garment factory sews, it does not brew disinfectant; and
# a maker of something else who turned to protective goods (转产) sews too.
SEWN = (("mask_disposable", 60_000), ("coverall", 1_200))
MAKES: dict[str, tuple[tuple[str, int], ...]] = {
    # other textiles for industry: non-wovens and what is cut from them
    "1789": (("mask_disposable", 120_000), ("meltblown", 1_500), ("coverall", 2_500)),
    # other woven garments
    "1819": SEWN,
    # pharmaceutical raw materials: mixes and fills liquids
    "2710": (("disinfectant", 12_000), ("alcohol", 6_000)),
    # sanitary materials and medical supplies
    "2770": (("mask_surgical", 120_000), ("mask_disposable", 150_000), ("mask_protective", 15_000)),
    # treatment and nursing equipment
    "3585": (("thermometer", 1_200), ("goggles", 4_000)),
}
USUAL_STAFF = 40
# Machines, not heads, set most of the capacity: a firm four times as large makes at most about twice as much.
LEAST, MOST = 0.4, 2.2
FAMILY, GIVEN = (
    "蒋廖苏汤阳冯肖贺易田",
    ("建国", "志强", "海燕", "小平", "晓明", "雪梅", "卫东", "春华", "立新", "秋实"),
)
FIRMS_EACH = 4
NOTES = ("", "", "", "", "", "夜班已开", "等熔喷布到货", "一条线检修", "工人到岗八成", "物流已通")


@transaction.atomic
def make_demo(*, seed: int, on: date) -> dict[str, int]:
    """Lines, stationings and reports up to `on` for synthetic firms on the key-contact list that have none.

    Running it again adds nothing. Returns {"firms", "officers", "reports"}: what was made.
    """
    firms = Enterprise.objects.present().filter(
        is_synthetic=True, provincial_key_contact=True, key_lines=None
    )
    rows = list(firms.order_by("prefecture", "-credit_code"))
    if not rows:
        return {"firms": 0, "officers": 0, "reports": 0}
    begin = on - timedelta(days=DAYS + 5)
    lines = _make_lines(rows, seed, begin)
    officers = _station(rows, seed, begin)
    reports = _report(rows, lines, officers, seed, on)
    _escalate(rows, officers, on)
    audit.record("stationing.demo_made", None, actor=None, firms=len(rows), reports=reports)
    return {"firms": len(rows), "officers": len(set(officers.values())), "reports": reports}


def _dice(seed: int, *about: object) -> Random:
    return Random(":".join(map(str, (seed, *about))))  # noqa: S311  repeatable on purpose


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _make_lines(firms: Sequence[Enterprise], seed: int, begin: date) -> dict[int, list[Line]]:
    lines: dict[int, list[Line]] = defaultdict(list)
    for firm in firms:
        dice = _dice(seed, firm.public_id, "lines")
        makes = MAKES.get(firm.gb4754 or "", SEWN)
        weights = range(len(makes), 0, -1)
        for product, usual in dict(dice.choices(makes, weights=weights, k=dice.choice((1, 1, 1, 2)))).items():
            grown = math.sqrt((firm.employees or USUAL_STAFF) / USUAL_STAFF) * dice.uniform(0.7, 1.4)
            capacity = max(100, round(usual * min(max(grown, LEAST), MOST), -2))
            lines[firm.pk].append(Line(enterprise=firm, product=product, capacity=capacity, from_on=begin))
    Line.objects.bulk_create([line for row in lines.values() for line in row])
    return lines


def _station(firms: Sequence[Enterprise], seed: int, begin: date) -> dict[int, int]:
    """Officer by firm; about one firm in ten is left without, so that the roster has gaps to show."""
    free = _officers_by_county()
    load: Counter[int] = Counter()
    officers: dict[int, int] = {}
    made: list[Stationing] = []
    for firm in firms:
        if _dice(seed, firm.public_id, "gap").random() < 0.1:
            continue
        county = firm.prefecture or ""
        officer = next((one for one in free[county] if load[one.pk] < FIRMS_EACH), None)
        if officer is None:
            officer = _new_officer(firm, len(free[county]))
            free[county].append(officer)
        load[officer.pk] += 1
        officers[firm.pk] = officer.pk
        made.append(_stationing(firm, officer, begin))
    Stationing.objects.bulk_create(made)
    return officers


def _officers_by_county() -> dict[str, list[User]]:
    free: dict[str, list[User]] = defaultdict(list)
    known = User.objects.filter(role=Role.STATIONED_OFFICER, is_active=True).select_related("unit")
    for officer in known.order_by("pk"):
        if officer.unit:
            free[officer.unit.region].append(officer)
    return free


def _new_officer(firm: Enterprise, number: int) -> User:
    """An officer of the firm's county's office who cannot sign in: the demo's accounts are elsewhere."""
    county = firm.prefecture or ""
    dice = _dice(0, county, number)
    unit = Unit.objects.filter(kind=UnitKind.COUNTY_OFFICE, region=county).order_by("pk").first()
    return User.objects.create_user(
        f"lianluo{county}{number}",
        name=dice.choice(FAMILY) + dice.choice(GIVEN),
        role=Role.STATIONED_OFFICER,
        unit=unit or Unit.objects.filter(kind=UnitKind.PROVINCE_OFFICE).order_by("pk").first(),
    )


def _stationing(firm: Enterprise, officer: User, begin: date) -> Stationing:
    access = FirmAccess.objects.create(
        enterprise=firm, user=officer, ground=FirmAccess.Ground.STATIONED, from_on=begin
    )
    return Stationing(
        enterprise=firm, officer=officer, access=access, from_on=begin, assigned_at=_at(begin, 9)
    )


def _report(
    firms: Sequence[Enterprise], lines: dict[int, list[Line]], officers: dict[int, int], seed: int, on: date
) -> int:
    reports: list[DailyReport] = []
    figures: list[Figures] = []
    sendings: list[Sending] = []
    for firm in firms:
        for day, numbers in _days(firm, lines[firm.pk], seed, on):
            dice = _dice(seed, firm.public_id, day)
            if firm.pk not in officers or dice.random() < (0.3 if day == on else 0.06):
                continue
            late = day < on and dice.random() < 0.05
            sent_at = _at(day + timedelta(days=1), 10) if late else _at(day, 8, dice.randrange(60))
            officer_id, note = officers[firm.pk], dice.choice(NOTES)
            report = DailyReport(
                enterprise=firm, on=day, note=note, is_late=late, sent_by_id=officer_id, sent_at=sent_at
            )
            reports.append(report)
            figures += [
                Figures(report=report, product=name, **vars(three)) for name, three in numbers.items()
            ]
            kept = {name: [three.output, three.stock, three.shortage] for name, three in numbers.items()}
            sendings.append(
                Sending(report=report, version=1, figures=kept, note=note, sent_by_id=officer_id, at=sent_at)
            )
    DailyReport.objects.bulk_create(reports, batch_size=500)
    Figures.objects.bulk_create(figures, batch_size=500)
    Sending.objects.bulk_create(sendings, batch_size=500)
    return len(reports)


def _days(
    firm: Enterprise, lines: Sequence[Line], seed: int, on: date
) -> Iterator[tuple[date, dict[str, Three]]]:
    """Three weeks in which output climbs towards capacity, stock follows and shortage melts."""
    stock = {line.product: line.capacity // 4 for line in lines}
    for back in range(DAYS, -1, -1):
        day = on - timedelta(days=back)
        numbers = {}
        for line in lines:
            dice = _dice(seed, firm.public_id, day, line.product)
            climb = 1 / (1 + math.exp(-(DAYS / 2 - back) / 4))
            output = round(line.capacity * (0.25 + 0.7 * climb) * dice.uniform(0.9, 1.08))
            shipped = round((stock[line.product] + output) * dice.uniform(0.7, 0.95))
            stock[line.product] += output - shipped
            shortage = max(0, round(line.capacity * (0.9 - climb) * dice.uniform(0.5, 1.2)))
            numbers[line.product] = Three(output, stock[line.product], shortage)
        yield day, numbers


def _escalate(firms: Sequence[Enterprise], officers: dict[int, int], on: date) -> None:
    """Two matters: one open and urgent, one answered."""
    stationed = [firm for firm in firms if firm.pk in officers][:2]
    texts = ("熔喷布只够两天，供应商停产，请协调货源。", "运原料的车在邻市下高速被劝返，请协调通行。")
    for firm, text, urgency in zip(stationed, texts, Escalation.Urgency.values[::-1], strict=False):
        officer = User.objects.get(pk=officers[firm.pk])
        row = escalate(firm, text, urgency=urgency, actor=officer, on=on, at=_at(on, 8, 30))
        if urgency == Escalation.Urgency.NORMAL:
            chief = (
                User.objects.filter(role=Role.OFFICER, unit__kind=UnitKind.PROVINCE_OFFICE)
                .order_by("pk")
                .first()
            )
            if chief:
                said = "已与邻市对接，凭运输通行证放行；今后由省厅统一开具。"
                answer_escalation(row, answer=said, actor=chief, at=_at(on, 9, 10))
