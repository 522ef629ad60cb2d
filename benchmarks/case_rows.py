"""Many cases at once, for benchmarks: units, people, cases with orders and clocks, written in bulk.

Deterministic for a seed. Nothing here goes through the commands: states, orders and clocks only look as the
commands leave them, and there is no timeline.
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
        return list(Unit.objects.order_by("pk"))
    from huiqi.cases.tests.make import load_shipped

    editions, dice = load_shipped(), Random(seed)
    found = make_units(units)
    people = {unit.pk: make_user(role=Role.OFFICER, unit=unit) for unit in found[:60]}
    rows: list[Any] = []
    for number in range(cases):
        rows.append(_case(number, editions, found, people, dice, at))
        if len(rows) == BATCH or number == cases - 1:
            _write(rows, at)
            rows = []
    return found


def _case(number: int, editions: Any, units: list[Any], people: Any, dice: Random, at: datetime) -> Any:
    from huiqi.cases.models import Case

    edition = editions[dice.choice(sorted(editions))]
    topic = dice.choice(edition.definition.topics).id
    state = dice.choices([each[0] for each in STATES], [each[1] for each in STATES])[0]
    days = dice.randint(20, 700) if state == "ended" else dice.randint(0, 25)
    opened = at - timedelta(days=days, minutes=dice.randrange(600))
    unit = units[dice.randrange(1, len(units))]
    desk = unit if unit.kind == "county_office" else units[0]
    has_lead = state not in {"registered", "accepted", "supplementing"}
    handler = people.get(unit.pk) if has_lead and state != "assigned" else None
    is_ended = state == "ended"
    return Case(
        number=f"{number:010d}",
        edition=edition,
        item=edition.item,
        topic=topic,
        urgency=dice.choice(["urgent", "ordinary", "ordinary", "complex"]),
        firm_name=f"基准企业{number % 40_000:05d}有限公司",
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
        due_stage="" if is_ended else "handle",
        word="solved" if is_ended else "",
    )


def _write(rows: list[Any], at: datetime) -> None:
    from huiqi.cases.models import Case, Clock, Order

    for case in rows:
        case._meta.get_field("phone_index").pre_save(case, True)
    Case.objects.bulk_create(rows)
    orders = [
        Order(
            case=case,
            unit=case.lead,
            part="lead",
            round=case.round,
            state={"assigned": "sent", "ended": "answered"}.get(case.state, "signed"),
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
            stage="handle",
            unit=case.lead or case.desk,
            limit_amount=5,
            limit_unit="working_days",
            started_at=case.opened_at,
            due_at=case.due_at,
            original_due_at=case.due_at,
            known_on=case.opened_at.date(),
        )
        for case in rows
        if case.due_at is not None
    ]
    Clock.objects.bulk_create(clocks)
