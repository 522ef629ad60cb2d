"""Plain functions that make key firms, officers, lines and reports for tests."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm, state
from huiqi.stationing.commands.escalations import escalate
from huiqi.stationing.commands.lines import set_line
from huiqi.stationing.commands.reports import Said, report_day
from huiqi.stationing.commands.stationings import When, station_officer
from huiqi.stationing.models import DailyReport, Escalation, Stationing
from huiqi.stationing.plausibility import Three

DAY = date(2020, 3, 1)  # a Sunday: wartime has no weekend
YESTERDAY = DAY - timedelta(days=1)
MASK, COVERALL = "mask_surgical", "coverall"
_numbers = count(1)


def at(hour: int = 9, minute: int = 0, day: date = DAY) -> datetime:
    """An instant in Changsha."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


WHEN = When(date(2020, 2, 3), at(day=date(2020, 2, 3)))


def make_key_firm(
    name: str = "", *, lines: tuple[str, ...] = (MASK,), listed: bool = True, **more: Any
) -> Enterprise:
    """A firm on the provincial key-contact list with lines of 100,000 units a day."""
    firm = make_firm(name, **more)
    if listed:
        # The fact is fresh for 30 days (rulebook/facts.yaml): known on 3 February and still on 1 March.
        state(firm, {"provincial_key_contact": True}, as_of=date(2020, 2, 1))
        firm.refresh_from_db()
    for product in lines:
        set_line(firm, product, capacity=100_000, actor=None, on=WHEN.on)
    return firm


def make_officer(name: str = "龙伟", *, office: str = "liuyang", **more: Any) -> User:
    """A stationed officer of an office."""
    return make_user(role=Role.STATIONED_OFFICER, name=name, unit=make_office(office), **more)


def make_stationing(
    firm: Enterprise | None = None, officer: User | None = None, *, when: When = WHEN
) -> Stationing:
    """An officer at a firm since 3 February 2020."""
    return station_officer(firm or make_key_firm(), officer or make_officer(), actor=None, when=when)


def report(
    firm: Enterprise,
    three: tuple[int, int, int] = (80_000, 20_000, 0),
    *,
    on: date = DAY,
    product: str = MASK,
    actor: User | None = None,
    sent: datetime | None = None,
    note: str = "",
) -> DailyReport:
    """What a firm reported for a day; past days as if sent on that day."""
    said = Said({product: Three(*three)}, note=note)
    return report_day(firm, on=on, said=said, actor=actor, at=sent or at(day=on))


def make_escalation(
    firm: Enterprise | None = None, text: str = "", officer: User | None = None
) -> Escalation:
    """A matter reported upwards."""
    text = text or f"熔喷布只够两天，第{next(_numbers)}件"
    raiser = officer or make_officer()
    return escalate(firm or make_key_firm(), text, urgency="normal", actor=raiser, on=DAY, at=at())


# --- for the access matrix ---------------------------------------------------------------------------


def key_firm_in_liuyang() -> dict[str, str]:
    return {"public_id": make_key_firm().public_id}


def line_in_liuyang() -> dict[str, str]:
    make_key_firm()
    return {"product": MASK, "county": "430181"}


def stationing_in_liuyang() -> dict[str, str]:
    return {"public_id": make_stationing().public_id}


def escalation_in_liuyang() -> dict[str, str]:
    return {"public_id": make_escalation().public_id}
