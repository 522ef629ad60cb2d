"""Plain functions that make firms and statements for tests."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.enterprises.commands.disputes import Objection, raise_size_dispute
from huiqi.enterprises.commands.membership import start_claim
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import (
    Claim,
    DuplicatePair,
    Enterprise,
    Membership,
    SizeDispute,
    SourceKind,
    Standing,
)
from huiqi.reference.credit_codes import check_character

_numbers = count(1)
ON = date(2020, 3, 1)
AT = datetime(2020, 2, 20, 9, 0, tzinfo=UTC)


def make_code(number: int | None = None, division: str = "430181") -> str:
    """A credit code with a right check character."""
    first = f"91{division}MA{next(_numbers) if number is None else number:07d}"
    return first + check_character(first)


def make_firm(
    name: str = "", *, county: str = "430181", facts: dict[str, Any] | None = None, **fields: Any
) -> Enterprise:
    """A firm in a county; `facts` are confirmed statements as of the end of 2019."""
    number = next(_numbers)
    fields.setdefault("credit_code", make_code(number))
    firm = Enterprise.objects.create(name=name or f"测试企业{number}有限公司", initials="csqy", **fields)
    state(firm, {"prefecture": county, **(facts or {})})
    return Enterprise.objects.get(pk=firm.pk)


def state(
    firm: Enterprise,
    facts: dict[str, Any],
    *,
    standing: str = Standing.CONFIRMED,
    source: str = SourceKind.REGISTER,
    as_of: date = date(2019, 12, 31),
    period: str = "",
    at: datetime = AT,
    **more: Any,
) -> None:
    """State facts of a firm and project them for 1 March 2020."""
    filing = open_filing(source, actor=None, at=at)
    said = [Said(firm.pk, fact, value, as_of, period, **more) for fact, value in facts.items()]
    file_statements(said, filing=filing, standing=standing, on=ON)


def firm_in_liuyang() -> dict[str, str]:
    """Arguments of the address of a firm in 浏阳."""
    return {"public_id": make_firm(county="430181").public_id}


def claim_in_liuyang() -> dict[str, str]:
    """Arguments of the address of a claim on a firm in 浏阳 that waits for an officer."""
    claimer = make_user(role=Role.FIRM)
    claim = start_claim(make_firm(county="430181"), actor=claimer, proof=Claim.Proof.DOCUMENT, at=AT)
    Claim.objects.filter(pk=claim.pk).update(state=Claim.State.WAITING)
    return {"public_id": claim.public_id}


def pair_in_liuyang() -> dict[str, str]:
    """Arguments of the address of two rows in 浏阳 that may be one firm."""
    signals = ["name", "place"]
    pair = DuplicatePair.objects.create(first=make_firm(), second=make_firm(), signals=signals, found_at=AT)
    return {"public_id": pair.public_id}


def make_member(firm: Enterprise, user: User | None = None, part: str = Membership.Part.OWNER) -> User:
    """Somebody who acts for the firm."""
    person = user or make_user(role=Role.FIRM)
    Membership.objects.create(enterprise=firm, user=person, part=part, began_at=AT)
    return person


def make_dispute(firm: Enterprise | None = None, user: User | None = None, **more: Any) -> SizeDispute:
    """An open dispute of a small maker (35 people, 1200万元) that says it is micro, with 18 people."""
    figures = {"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}
    firm = firm or make_firm(facts=figures)
    objection = Objection(
        more.pop("claimed_class", "micro"), "社保缴费人数为18人", more.pop("figures", {"employees": 18})
    )
    return raise_size_dispute(firm, objection=objection, actor=user or make_member(firm), at=AT)


def dispute_in_liuyang() -> dict[str, str]:
    """Arguments of the address of an open size dispute of a firm in 浏阳."""
    return {"public_id": make_dispute().public_id}
