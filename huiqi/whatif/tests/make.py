"""Makers for tests of scenarios."""

from datetime import UTC, date, datetime
from typing import Any

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm
from huiqi.reference.judging import rulebook
from huiqi.rules.policy import Policy
from huiqi.runs.tests.make import SMALL
from huiqi.whatif.commands.scenarios import Begin, begin_scenario
from huiqi.whatif.models import Scenario
from huiqi.whatif.variants import Changes, build

ON = date(2020, 3, 1)
AT = datetime(2020, 3, 1, 9, 0, tzinfo=UTC)
# Small firms of the register fit; others decide it.
POLICY = "si-exempt-msme"
# Decided by the office: its figures are open, so that whoever estimates sets them.
FUND = "hunan-sme-fund-epidemic-track"


def analyst_of(office: str = "province", role: Role = Role.ANALYST) -> User:
    """Somebody who may estimate policies for an office."""
    return make_user(role=role, unit=make_office(office))


def make_scenario(
    policy: str = POLICY, changes: Changes | None = None, *, author: User | None = None, **fields: Any
) -> Scenario:
    """A scenario of the province's office with changes as if typed."""
    author = author or analyst_of(fields.pop("office", "province"))
    assert author.unit is not None
    row = begin_scenario(
        Begin(policy, fields.pop("title", "试一试"), ON), actor=author, unit=author.unit, at=AT
    )
    fields["changes"] = (changes or Changes()).data()
    Scenario.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def policy_of(row: Scenario, changes: Changes) -> Policy:
    """The policy that a scenario with other changes makes."""
    found = build(row.content, changes, rulebook().catalogue)
    assert found.policy is not None, found.faults
    return found.policy


def entitled_firms(count: int) -> list[Enterprise]:
    """Firms that the copied edition of POLICY fits: 10, 11, 12 … people."""
    facts = {**SMALL, "org_type": "enterprise"}
    return [make_firm(facts={**facts, "employees": 10 + at}) for at in range(count)]


def scenario_of_province() -> dict[str, str]:
    """Arguments of the address of a scenario of the province's office."""
    return {"public_id": make_scenario().public_id}
