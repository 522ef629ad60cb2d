"""Plain makers for the check's tests: a check and its link, and a firm that answers like a person."""

from typing import Any

from django.test import Client
from django.urls import reverse

from huiqi.core import clock
from huiqi.policies import commands
from huiqi.policies.models import Check
from huiqi.policies.queries.check import find_check
from huiqi.policies.queries.question_book import question_book

# What a small protective-equipment maker in 浏阳 types, by fact; what is not here it does not know.
SMALL_MAKER: dict[str, str] = {
    "gb4754": "1789",
    "org_type": "enterprise",
    "province": "430181",
    "employees": "45",
    "revenue": "1280万元",
    "assets": "９６０万",
    "affected_by_epidemic": "yes",
    "liquidity_trouble": "yes",
    "refinance_need": "no",
    "employee_consent": "no",
    "rents_state_owned": "no",
    "is_landlord": "no",
    "contract": "no",
    "evidence": "no",
    "on_cloud": "yes",
    "two_part_tariff": "no",
    "gas_user": "no",
    "vacancies": "20",
    "dispute_type": "none",
    "entrant_type": "none",
    "vat_status": "small_scale",
    "tax_filing_cycle": "quarterly",
    "vat_levy_rate": "3%",
    "electricity_class": "一般工商业及其他",
    "cargo_type": "other",
    "cash_balance": "50万元",
    "payroll_payable": "300000元",
    "si_payable": "10万元",
    "loan_due_date": "2020-4-15",
    "interest_due_date": "2020年3月21日",
    "tax_due": "12万元",
    "tax_due_date": "2020-03-23",
    "apply_date": "2020-03-10",
    "insured_months_paid": "24",
    "insured_employees": "40",
}

# A small firm that pays social insurance, as stored answers: two of the three bases, no injury rate.
PAYER: dict[str, Any] = {
    "gb4754": "1789",
    "org_type": "enterprise",
    "province": "430000",
    "employees": 45,
    "revenue": 10**9,
    "pension_base": 30_000_000,
    "ui_base": 30_000_000,
}


def make_check(**answers: Any) -> tuple[Check, str]:
    """A started check with kept answers (fact id → plain value), and its token."""
    check, token = commands.start_check(credit_code="", at=clock.wall_now())
    if answers:
        commands.save_answer(check, stored=answers, private={}, step=None, at=clock.wall_now())
    return check, token


def start(client: Client) -> str:
    """Begin a check in this browser and return its token."""
    response = client.post(reverse("policies:check_start"), {"credit_code": ""})
    assert response.status_code == 302, response.content.decode()
    return response["Location"].split("/")[2]


def question_of(fact_id: str) -> str:
    """The id of the question that asks for a fact: the rulebook may regroup its questions at any time."""
    question = question_book().asking(fact_id)
    assert question is not None, fact_id
    return question.id


def answer(client: Client, token: str, question_id: str, fields: dict[str, Any], **more: Any) -> Any:
    """Post one question the way its form does."""
    url = reverse("policies:check_question", args=[token, question_id])
    return client.post(url, {"do": "next", **fields, **more})


def fields_for(form: Any, firm: dict[str, str]) -> dict[str, Any]:
    """What the firm posts for one question: its own texts, ticks for its yeses, the rest as it knows."""
    asking = form.asking
    ticked = [fact.id for fact in asking.ticked]
    posted: dict[str, Any] = {
        fact.id: firm.get(fact.id, "") for fact in asking.facts if fact.id not in ticked
    }
    if asking.question.gate:
        posted["gate"] = "yes" if any(posted.values()) else "unknown"
    if ticked:
        posted["ticks"] = [name for name in ticked if firm.get(name) == "yes"]
        posted["rest"] = "none" if all(name in firm for name in ticked) else "unknown"
    return posted


def walk(client: Client, token: str, firm: dict[str, str]) -> list[str]:
    """Answer every question asked until the answers page, skipping those the firm knows nothing of."""
    asked: list[str] = []
    url = reverse("policies:check_question", args=[token, "basics"])
    while "/q/" in url:
        form = client.get(url).context["form"]
        known = any(fact.id in firm for fact in form.asking.facts)
        response = client.post(url, {"do": "next", **fields_for(form, firm)} if known else {"do": "skip"})
        assert response.status_code == 302, (url, response.content.decode())
        asked.append(url.split("/q/")[1].strip("/"))
        url = response["Location"]
    return asked


def stored(token: str) -> Check:
    """The row behind a link."""
    check = find_check(token, clock.wall_now())
    assert check is not None
    return check
