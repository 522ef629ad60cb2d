"""The pages: refusals first, then a scenario from its beginning to its draft edition."""

import io
from typing import Any

import openpyxl
import pytest
import yaml
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.reference.judging import rulebook
from huiqi.rules.documents import read_document
from huiqi.rules.policy_file import read_policy
from huiqi.rules.sections import Report
from huiqi.runs.tests.make import make_firms, snapshot
from huiqi.whatif.models import Scenario, ScenarioState
from huiqi.whatif.tests.make import FUND, analyst_of, make_scenario
from huiqi.whatif.tests.test_estimate_scenario import SMALLER, estimated

pytestmark = pytest.mark.django_db


def typed(row: Scenario, **more: str) -> dict[str, str]:
    """The form as it stands, with changes."""
    told = {"title": row.title, "notes": "", "version": str(row.version), "amount": "award"}
    told |= {
        "c-act_rent": "rent_waived > 0",
        "c-act_service": "services_rendered",
        "c-notice": "notice_confirmed",
    }
    return {**told, **more}


def test_somebody_elses_scenario_is_not_changed(client: Any):
    row = make_scenario(FUND)
    client.force_login(analyst_of())
    answer = client.post(reverse("whatif:edit", args=[row.public_id]), typed(row))
    assert answer.status_code == 404


def test_a_condition_the_rulebook_refuses_is_refused_beside_its_field(client: Any):
    row = make_scenario(FUND)
    client.force_login(row.author)
    changed = typed(row, **{"c-act_rent": "employes <= 20"})
    answer = client.post(reverse("whatif:edit", args=[row.public_id]), changed)
    assert answer.status_code == 422
    assert "c-act_rent" in answer.context["form"].errors
    assert "employes &lt;= 20" in answer.content.decode()
    live = client.post(reverse("whatif:check", args=[row.public_id]), changed)
    assert live.status_code == 200
    assert answer.context["form"].errors["c-act_rent"][0] in live.content.decode()
    row.refresh_from_db()
    assert row.version == 1


def test_a_figure_that_is_no_number_is_refused(client: Any):
    row = make_scenario(FUND)
    client.force_login(row.author)
    answer = client.post(reverse("whatif:edit", args=[row.public_id]), typed(row, **{"p-award": "五万"}))
    assert answer.status_code == 422
    assert "p-award" in answer.context["form"].errors


def test_an_old_form_does_not_write_over_a_newer_one(client: Any):
    row = make_scenario(FUND, version=3)
    client.force_login(row.author)
    answer = client.post(reverse("whatif:edit", args=[row.public_id]), typed(row, version="1"))
    assert answer.status_code == 422


def test_nobody_reviews_an_own_scenario(client: Any):
    row = make_scenario(FUND, SMALLER, state=ScenarioState.PROPOSED)
    client.force_login(row.author)
    assert client.post(reverse("whatif:review", args=[row.public_id])).status_code == 404


def test_a_draft_is_not_taken_before_review(client: Any):
    row = make_scenario(FUND, SMALLER)
    client.force_login(row.author)
    assert client.post(reverse("whatif:draft", args=[row.public_id])).status_code == 409


def test_a_scenario_goes_from_its_beginning_to_its_draft(client: Any, tmp_path: Any):
    make_firms(6)
    snapshot()
    author = analyst_of()
    client.force_login(author)
    begun = {"policy": FUND, "title": "按人数奖补", "on": "2020-03-01"}
    answer = client.post(reverse("whatif:new"), begun)
    assert answer.status_code == 302, answer.context["form"].errors
    row = Scenario.objects.get()
    new = {"f-id": "staff_max", "f-text": "人数上限", "f-unit": "person", "f-value": "12", "p-award": "50000"}
    new |= {"c-act_rent": "employees <= staff_max", "c-notice": ""}
    answer = client.post(reverse("whatif:edit", args=[row.public_id]), typed(row, **new))
    assert answer.status_code == 302, answer.context["form"].errors
    page = client.get(reverse("whatif:scenario", args=[row.public_id])).content.decode()
    assert "内部测算" in page and "15万元" in page
    firms = client.get(reverse("whatif:firms", args=[row.public_id])).content.decode()
    assert "新符合" in firms
    asked = {"figure": "staff_max", "low": "0", "high": "100", "budget": "20"}
    drawn = client.get(reverse("whatif:curve", args=[row.public_id]), asked)
    assert drawn.context["found"].best.steps == 13
    assert client.post(reverse("whatif:propose", args=[row.public_id])).status_code == 302
    client.force_login(analyst_of(role=Role.POLICY_APPROVER))
    client.post(reverse("whatif:review", args=[row.public_id]), {"do": "pass"})
    row.refresh_from_db()
    assert row.state == ScenarioState.REVIEWED
    taken = client.post(reverse("whatif:draft", args=[row.public_id]))
    text = b"".join(taken.streaming_content).decode()
    assert [one["id"] for one in yaml.safe_load(text)["editions"]][-1].endswith("-draft")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    document, problems = read_document(tmp_path / "policy.yaml", "policy.yaml")
    report = Report("policy.yaml")
    assert document is not None, problems
    policy, _warnings = read_policy(document, FUND, rulebook().catalogue, report)
    assert policy is not None and not report.problems


def test_the_sheet_holds_base_and_scenario_by_county(client: Any):
    make_firms(6)
    snapshot()
    row = estimated(make_scenario(FUND, SMALLER))
    client.force_login(row.author)
    answer = client.post(reverse("whatif:table", args=[row.public_id]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [cell for line in book.active.iter_rows(values_only=True) for cell in line]
    assert "合计" in cells and any("内部测算" in str(cell) for cell in cells)


def test_scenarios_stand_side_by_side(client: Any):
    make_firms(4)
    snapshot()
    author = analyst_of()
    rows = [estimated(make_scenario(FUND, SMALLER, author=author, title=f"方案{at}")) for at in range(2)]
    client.force_login(author)
    answer = client.get(reverse("whatif:compare"), {"s": [row.public_id for row in rows]})
    assert "方案0" in answer.content.decode() and "方案1" in answer.content.decode()
