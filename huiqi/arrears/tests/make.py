"""Plain functions that make late-payment cases, claims, papers and ledgers for tests."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import Any

from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_unit, make_user
from huiqi.arrears.commands.claims import open_claim, record_payment
from huiqi.arrears.commands.ledger import MonthFigures, file_month, put_on_ledger
from huiqi.arrears.models import Claim, LedgerUnit, MonthReport, Payment
from huiqi.cases.models import Case
from huiqi.cases.tests.make import at, load_shipped, make_case
from huiqi.cases.workflow import State
from huiqi.files.commands import receive_upload
from huiqi.files.models import Attachment
from huiqi.files.tests.make_uploads import PDF, make_upload

WAN = 1_000_000
JANUARY, FEBRUARY = date(2020, 1, 1), date(2020, 2, 1)
ANSWERS: dict[str, Any] = {
    "sme_at_signing": "yes",
    "debtor_name": "演示市政工程公司",
    "debtor_code": "",
    "debtor_kind": "large",
    "debtor_region": "浏阳市",
    "contract_title": "道路照明工程",
    "contract_number": "浏建〔2019〕07号",
    "contract_on": "2019-03-01",
    "contract_amount": 100 * WAN,
    "delivered_on": "2019-08-01",
    "agreed_on": "2019-10-01",
    "owed": 30 * WAN,
    "undisputed": 20 * WAN,
    "disputed": 10 * WAN,
    "invoiced": "yes",
    "invoice_numbers": "04300192 04300193",
    "interest_agreed": "no",
}
_numbers = count(1)


def make_late_case(*, answers: Mapping[str, Any] | None = None, **asked: Any) -> Case:
    """An accepted case of the shipped late-payment item in 浏阳; `answers` change those of ANSWERS."""
    load_shipped()
    said = {
        "item": "late-payment",
        "topic": "large-firm",
        "title": "工程款拖欠",
        "text": "工程款到期没有付。",
        "firm_name": "演示照明公司",
        "credit_code": "",
        "state": State.ACCEPTED,
        **asked,
    }
    return make_case(answers={**ANSWERS, **(answers or {})}, **said)


def make_claim(*, answers: Mapping[str, Any] | None = None, **asked: Any) -> Claim:
    """The claim of such a case."""
    return open_claim(make_late_case(answers=answers, **asked), actor=None, at=at())


def keeper(claim: Claim) -> User:
    """An officer at the desk of the claim's case."""
    return claim.case.desk.people.filter(role=Role.OFFICER).order_by("pk")[0]


def paper(actor: User, name: str = "回单.pdf", when: datetime | None = None) -> Attachment:
    """An uploaded paper that still belongs to nothing."""
    return receive_upload(make_upload(PDF, name), actor=actor, at=when or at())


def pay(claim: Claim, fen: int, *, on: date = date(2020, 3, 2), proven: bool = True, **more: Any) -> Payment:
    """A payment of the principal, with its bank slip."""
    actor = more.pop("actor", None) or keeper(claim)
    proof = paper(actor) if proven else None
    return record_payment(claim, on=on, fen=fen, proof=proof, actor=actor, at=at(), wall=at(), **more)


def make_bureau(name: str = "", region: str = "430181") -> Unit:
    """An authority of a county that owes and reports."""
    return make_unit(name or f"演示住建局{next(_numbers)}", UnitKind.AUTHORITY, region)


def make_clerk(unit: Unit) -> User:
    """Somebody of an authority who handles matters."""
    return make_user(role=Role.AUTHORITY_OFFICER, unit=unit, name="彭清")


def make_ledger_unit(unit: Unit | None = None, *, first_month: date = JANUARY) -> LedgerUnit:
    """An authority of 浏阳 that reports every month since January 2020."""
    actor = make_user(role=Role.OFFICER, unit=make_office("province"))
    unit = unit or make_bureau()
    return put_on_ledger(
        unit,
        first_month=first_month,
        document="演示清欠〔2020〕1号",
        actor=actor,
        today=date(2020, 3, 2),
        at=at(),
    )


def figures(amount: int = 50 * WAN, paid: int = 20 * WAN, kind: str = "works", **more: Any) -> MonthFigures:
    """A row that adds up, everything left younger than a year."""
    left = amount - paid
    return MonthFigures(
        **{"kind": kind, "count": 3, "amount": amount, "paid": paid, "bands": (left, 0, 0, 0), **more}
    )


def make_report(
    duty: LedgerUnit | None = None, month: date = FEBRUARY, *rows: MonthFigures, is_zero: bool = False
) -> MonthReport:
    """A filed month; without rows one row of works unless it is a zero report."""
    duty = duty or make_ledger_unit()
    given = () if is_zero else rows or (figures(),)
    clerk = make_clerk(duty.unit)
    return file_month(duty, month, given, is_zero=is_zero, actor=clerk, today=date(2020, 3, 2), at=at())


def claim_in_liuyang() -> dict[str, Any]:
    """The address of a claim whose case lies in 浏阳."""
    return {"public_id": make_claim().public_id}


def debtor_in_liuyang() -> dict[str, Any]:
    """The address of a debtor by one of its claims."""
    return claim_in_liuyang()


def report_in_liuyang() -> dict[str, Any]:
    """The address of a unit's month, of a unit of 浏阳."""
    return {"public_id": make_ledger_unit().public_id, "year": 2020, "month": 2}
