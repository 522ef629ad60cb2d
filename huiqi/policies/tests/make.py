"""Plain makers for the check's tests: a check and its link, and a firm that answers like a person."""

from typing import Any

from django.test import Client
from django.urls import reverse

from huiqi.core import clock
from huiqi.policies import commands
from huiqi.policies.models import Check
from huiqi.policies.queries.check import find_check

# What a small protective-equipment maker in 浏阳 types, by question; every other question is skipped.
SMALL_MAKER: dict[str, dict[str, Any]] = {
    "basics": {"gb4754": "1789", "org_type": "enterprise", "province": "430181"},
    "size": {
        "employees": "45",
        "revenue": "1280",
        "revenue_unit": "wan",
        "assets": "960",
        "assets_unit": "wan",
    },
    "situation": {"ticks": ["affected_by_epidemic", "liquidity_trouble"], "rest": "none"},
    "business": {"ticks": ["on_cloud"], "rest": "none"},
    "lists": {"ticks": [], "rest": "none"},
    "cash": {
        "cash_balance": "50",
        "cash_balance_unit": "wan",
        "payroll_payable": "300000",
        "payroll_payable_unit": "yuan",
        "si_payable": "10",
        "si_payable_unit": "wan",
    },
    "loans": {
        "gate": "yes",
        "loan_due_date": "2020-4-15",
        "interest_due_date": "2020年3月21日",
        "credit_line": "500",
        "credit_line_unit": "wan",
        "ticks": [],
        "rest": "none",
    },
    "donation": {"gate": "no"},
    "transport": {"gate": "no"},
    "services": {"vacancies": "20", "dispute_type": "none", "entrant_type": "none"},
    "vat": {"vat_status": "small_scale", "tax_filing_cycle": "quarterly", "vat_levy_rate": "3%"},
    "power": {"electricity_class": "一般工商业及其他"},
}


def make_check(**answers: Any) -> tuple[Check, str]:
    """A started check with kept answers (fact id → plain value), and its token."""
    check, token = commands.start_check(credit_code="", at=clock.now())
    if answers:
        commands.save_answer(check, stored=answers, private={}, step=None, at=clock.now())
    return check, token


def start(client: Client) -> str:
    """Begin a check in this browser and return its token."""
    response = client.post(reverse("policies:check_start"), {"credit_code": ""})
    assert response.status_code == 302, response.content.decode()
    return response["Location"].split("/")[2]


def answer(client: Client, token: str, question_id: str, fields: dict[str, Any], **more: Any) -> Any:
    """Post one question the way its form does."""
    url = reverse("policies:check_question", args=[token, question_id])
    return client.post(url, {"do": "next", **fields, **more})


def walk(client: Client, token: str, firm: dict[str, dict[str, Any]]) -> list[str]:
    """Answer every question asked until the answers page, skipping those the firm knows nothing of."""
    asked: list[str] = []
    url = reverse("policies:check_question", args=[token, "basics"])
    while "/q/" in url:
        question_id = url.split("/q/")[1].strip("/")
        fields = {"do": "next", **firm[question_id]} if question_id in firm else {"do": "skip"}
        response = client.post(url, fields)
        assert response.status_code == 302, (question_id, response.content.decode())
        asked.append(question_id)
        url = response["Location"]
    return asked


def stored(token: str) -> Check:
    """The row behind a link."""
    check = find_check(token, clock.now())
    assert check is not None
    return check
