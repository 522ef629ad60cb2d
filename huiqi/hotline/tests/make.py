"""Plain functions that make agents, calls and cases for tests."""

from datetime import date, datetime
from typing import Any

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.models import Case
from huiqi.cases.tests.make import at, make_case
from huiqi.cases.workflow import State
from huiqi.core import clock
from huiqi.hotline.commands.calls import prove_number, start_call
from huiqi.hotline.models import Call, Proof

TODAY = date(2020, 3, 2)
PHONE = "13907310001"


def make_agent(**fields: Any) -> User:
    """An agent of the province's hotline."""
    return make_user(role=Role.HOTLINE_AGENT, unit=make_office("province"), **fields)


def make_call(agent: User, phone: str = PHONE, proof: Proof = Proof.SEEN) -> Call:
    """A call that goes on, its number proven unless said otherwise."""
    wall = clock.wall_now()
    call = start_call(phone, actor=agent, at=at(), wall=wall)
    if proof == Proof.NONE:
        return call
    return prove_number(call, proof, actor=agent, at=at(), wall=wall)


def make_waiting(when: datetime | None = None, **asked: Any) -> Case:
    """An answered case whose requester has not said how it went."""
    return make_case(state=State.CALLING_BACK, when=when, **asked)
