"""Plain functions that make prepared lists and ways for tests."""

from datetime import UTC, date, datetime
from typing import Any

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_unit, make_user
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm
from huiqi.reach.commands.handing import open_journeys
from huiqi.reach.models import Journey, Listed, ListState, Preparation
from huiqi.reach.steps import Dates, Source, furthest
from huiqi.reference.judging import judge

ON = date(2020, 3, 1)
AT = datetime(2020, 3, 1, 2, 0, tzinfo=UTC)
# Decided by the offices of labour and tax; every small firm of the register fits.
POLICY, EDITION = "si-exempt-msme", "2020-02-20"
# Paid out by the offices of finance: amounts may be kept.
PAID = "key-supplier-relending-interest-subsidy"
SMALL = {"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}


def officer_of(office: str, role: Role = Role.OFFICER) -> User:
    """Another officer of one of the cast's offices."""
    return make_user(role=role, unit=make_office(office))


def edition_of(policy: str) -> str:
    """The edition in force on 1 March 2020."""
    edition = judge(ON).plans[policy].edition
    return edition.id if edition is not None else ""


def authority() -> Unit:
    """Whom lists are handed to."""
    known = Unit.objects.filter(name="测试人社局").first()
    return known or make_unit("测试人社局", UnitKind.AUTHORITY, "430181")


def make_list(state: str = ListState.DRAFTED, *, office: str = "liuyang", **fields: Any) -> Preparation:
    """A list of an office as it lies in the database."""
    fields.setdefault("policy", POLICY)
    fields.setdefault("edition", EDITION)
    fields.setdefault("prepared_by", officer_of(office))
    if state in {ListState.REVIEWED, ListState.HANDED}:
        fields.setdefault("reviewed_by", officer_of(office))
    if state == ListState.HANDED:
        letter = {"document": "测函〔2020〕1号", "purpose": "核定减免对象", "expires_on": date(2020, 6, 30)}
        fields = {"handed_at": AT, **letter, **fields}
    return Preparation.objects.create(
        on=ON,
        rulebook="0" * 64,
        unit=make_office(office),
        authority=authority(),
        state=state,
        prepared_at=AT,
        **fields,
    )


def put_on(
    row: Preparation, *firms: Enterprise, status: str = "eligible", missing: tuple[str, ...] = ()
) -> None:
    """Firms of a list."""
    for firm in firms:
        Listed.objects.create(
            preparation=row, enterprise=firm, status=status, assurance="confirmed", missing=list(missing)
        )


def handed_list(*firms: Enterprise, office: str = "liuyang", **fields: Any) -> Preparation:
    """A list that was handed over, its firms on their way."""
    row = make_list(ListState.HANDED, office=office, **fields)
    put_on(row, *firms)
    for _done in open_journeys(row, at=AT):
        pass
    return row


def make_way(firm: Enterprise | None = None, **fields: Any) -> Journey:
    """A firm's way with the given days; entitled on 1 March 2020 unless said otherwise."""
    fields.setdefault("entitled_on", ON)
    fields.setdefault("policy", POLICY)
    days = ("entitled_on", "told_on", "applied_on", "decided_on", "arrived_on")
    dates = Dates(**{name: fields.get(name) for name in days}, outcome=fields.get("outcome", ""))
    if fields.get("arrived_on"):
        fields.setdefault("arrived_source", Source.AUTHORITY)
    return Journey.objects.create(
        enterprise=firm or make_firm(),
        edition=fields.pop("edition", edition_of(fields["policy"])),
        office=make_office("liuyang"),
        authority=authority(),
        assurance="confirmed",
        listed_on=fields.pop("listed_on", ON),
        step=furthest(dates),
        **fields,
    )


def list_in_liuyang() -> dict[str, str]:
    """Arguments of the address of a draft of 浏阳's office."""
    row = make_list()
    put_on(row, make_firm())
    return {"public_id": row.public_id}


def handed_in_liuyang() -> dict[str, str]:
    """Arguments of the address of a list of 浏阳's office that was handed over."""
    return {"public_id": handed_list(make_firm()).public_id}


def firm_on_its_way() -> dict[str, str]:
    """Arguments of the address of a firm in 浏阳 that waits for a call."""
    return {"public_id": make_way().enterprise.public_id}
