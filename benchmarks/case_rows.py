"""Many cases at once, for benchmarks: units, people, cases with orders and clocks, written in bulk.

Deterministic for a seed. Nothing here goes through the commands: states, orders, clocks and the timeline only
look as the commands leave them.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any

BATCH = 2_000
STATES = (
    ("ended", 70), ("handling", 10), ("assigned", 5), ("accepted", 4), ("registered", 3), ("answered", 3),
    ("calling_back", 3), ("supplementing", 1), ("suspended", 1),
)  # fmt: skip
TITLES = (
    "工人返岗难",
    "贷款到期不续",
    "货车被卡口拦回",
    "口罩不够用",
    "租金没有减免",
    "补贴没有到账",
    "订单取消",
    "用气不足",
)
# What is measured while a case is in a state.
STAGES = {
    "registered": "accept", "supplementing": "supplement", "accepted": "dispatch", "assigned": "sign",
    "handling": "handle", "answered": "review", "calling_back": "call_back", "suspended": "handle",
}  # fmt: skip
ORDER_STATES = {"assigned": "sent", "answered": "answered", "calling_back": "answered", "ended": "answered"}
# So many of the firms are in the register; one of them asks for every tenth case.
FIRMS = 4_000


def make_units(count: int) -> list[Any]:
    """A province's office, its counties' offices and authorities beside them, `count` in all."""
    from huiqi.accounts.models import Unit, UnitKind
    from huiqi.reference.models import Division

    province = Unit.objects.create(name="基准省厅", kind=UnitKind.PROVINCE_OFFICE, region="430000")
    codes = list(
        Division.objects.filter(level=Division.Level.COUNTY, valid_to=None)
        .order_by("code")
        .values_list("code", flat=True)
    )
    found = [province]
    for number in range(count - 1):
        code = codes[number % len(codes)]
        is_office = number < len(codes)
        kind = UnitKind.COUNTY_OFFICE if is_office else UnitKind.AUTHORITY
        found.append(
            Unit(name=f"基准单位{number:03d}", kind=kind, region=code, parent=province if is_office else None)
        )
    Unit.objects.bulk_create(found[1:])
    return found


def load(cases: int, units: int, at: datetime, *, seed: int = 2020) -> list[Any]:
    """Write the rows, unless there are as many; returns the units, the province's office first."""
    from huiqi.accounts.models import Unit
    from huiqi.accounts.roles import Role
    from huiqi.accounts.tests.make import make_user
    from huiqi.cases.models import Case

    if Case.objects.count() >= cases:
        _settle()
        return list(Unit.objects.order_by("pk"))
    from huiqi.cases.tests.make import load_shipped

    editions, dice = load_shipped(), Random(seed)
    found = make_units(units)
    people = {unit.pk: make_user(role=Role.OFFICER, unit=unit) for unit in found[:60]}
    for unit in found[:2]:
        for role in (Role.DISPATCHER, Role.SUPERVISOR):
            make_user(role=role, unit=unit)
    firms = _make_firms(found)
    offices = {unit.region: unit for unit in found if unit.kind == "county_office"}
    places = [(unit, offices.get(unit.region, unit)) for unit in found]
    rows: list[Any] = []
    for number in range(cases):
        rows.append(_case(number, editions, places, people, dice, at))
        rows[-1].enterprise = firms.get(number % 40_000)
        if len(rows) == BATCH or number == cases - 1:
            _write(rows, at)
            rows = []
    _settle()
    return found


def _settle() -> None:
    """What PostgreSQL does by itself in use: statistics, and which pages every reader may see. SQLite goes by
    its indexes alone."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _make_firms(units: list[Any]) -> dict[int, Any]:
    """Firms of the register by their number, spread over the counties."""
    from huiqi.enterprises.models import Enterprise

    regions = [unit.region for unit in units[1:]]
    rows = [
        Enterprise(name=_firm_name(number), prefecture=regions[number % len(regions)], is_synthetic=True)
        for number in range(FIRMS)
    ]
    return dict(enumerate(Enterprise.objects.bulk_create(rows, BATCH)))


def _firm_name(number: int) -> str:
    return f"基准企业{number:05d}有限公司"


def _case(number: int, editions: Any, places: list[Any], people: Any, dice: Random, at: datetime) -> Any:
    from huiqi.cases.models import Case

    edition = editions[dice.choice(sorted(editions))]
    topic = dice.choice(edition.definition.topics).id
    state = dice.choices([each[0] for each in STATES], [each[1] for each in STATES])[0]
    days = dice.randint(20, 700) if state == "ended" else dice.randint(0, 25)
    opened = at - timedelta(days=days, minutes=dice.randrange(600))
    province = places[0][0]
    unit, office = places[dice.randrange(1, len(places))]
    # Four of five lie on the desk of the county, the others on that of the province.
    desk = office if dice.randrange(5) else province
    has_lead = state not in {"registered", "accepted", "supplementing"}
    handler = people.get(unit.pk) if has_lead and state != "assigned" else None
    is_ended = state == "ended"
    return Case(
        number=f"{number:010d}",
        edition=edition,
        item=edition.item,
        topic=topic,
        urgency=dice.choice(["urgent", "ordinary", "ordinary", "complex"]),
        firm_name=_firm_name(number % 40_000),
        credit_code=f"91{unit.region}{number % 40_000:010d}"[:18],
        requester_name="基准",
        requester_phone=f"170{number:08d}",
        prefecture=unit.region if unit.region != "430000" else "",
        title=f"{dice.choice(TITLES)}{number % 97}",
        text="基准测试的内容。" * 20,
        channel=dice.choice(["web", "phone", "window", "file_12345"]),
        state=state,
        desk=desk,
        lead=unit if has_lead else None,
        handler=handler,
        round=dice.choices([1, 2], [9, 1])[0],
        bounces=dice.choices([0, 1, 2], [17, 2, 1])[0],
        ending="explained" if is_ended else "",
        opened_at=opened,
        accepted_at=opened,
        ended_at=opened + timedelta(days=7) if is_ended else None,
        due_at=None if is_ended else opened + timedelta(days=7),
        due_stage="" if is_ended else STAGES[state],
        is_paused=state == "suspended",
        word="solved" if is_ended else "",
    )


def _write(rows: list[Any], at: datetime) -> None:
    from huiqi.cases.models import Case, Clock, Event, Order

    for case in rows:
        case._meta.get_field("phone_index").pre_save(case, True)
    Case.objects.bulk_create(rows)
    orders = [
        Order(
            case=case,
            unit=case.lead,
            part="lead",
            round=case.round,
            state=ORDER_STATES.get(case.state, "signed"),
            handler=case.handler,
            sent_at=case.opened_at,
            signed_at=None if case.state == "assigned" else case.opened_at,
        )
        for case in rows
        if case.lead is not None
    ]
    Order.objects.bulk_create(orders)
    clocks = [
        Clock(
            case=case,
            stage=case.due_stage,
            unit=case.lead if case.due_stage in {"sign", "handle"} else case.desk,
            limit_amount=5,
            limit_unit="working_days",
            is_paused=case.is_paused,
            started_at=case.opened_at,
            due_at=case.due_at,
            original_due_at=case.due_at,
            known_on=case.opened_at.date(),
        )
        for case in rows
        if case.due_at is not None
    ]
    Clock.objects.bulk_create(clocks)
    Event.objects.bulk_create(
        Event(case=case, kind=kind, at=case.opened_at, actor=case.handler, unit=unit, is_public=True)
        for case in rows
        for kind, unit in (
            ("registered", None),
            ("accept", case.desk),
            ("assign", case.desk),
            ("sign", case.lead),
        )
        if unit is not None or kind == "registered"
    )
