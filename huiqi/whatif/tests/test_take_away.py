"""What is taken away, opened as its readers would: the sheet, the page, the draft edition."""

import io
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.reference.judging import rulebook
from huiqi.rules.documents import read_document
from huiqi.rules.editions import choose
from huiqi.rules.policy_file import read_policy
from huiqi.rules.sections import Report
from huiqi.runs.tests.make import make_firms, snapshot
from huiqi.whatif.drafts import draft_text
from huiqi.whatif.tests.make import FUND, ON, analyst_of, entitled_firms, make_scenario
from huiqi.whatif.tests.test_estimate_scenario import SMALLER, estimated
from huiqi.whatif.variants import AddedCondition, Changes

pytestmark = pytest.mark.django_db
STRICTER = Changes(added_conditions=(AddedCondition("小的", "employees <= 11"),))


def taken(client: Any, name: str, row: Any) -> bytes:
    answer = client.post(reverse(f"whatif:{name}", args=[row.public_id]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def read_pdf(content: bytes, folder: Path) -> tuple[str, int]:
    """The words of a PDF and how many pages it has, by poppler."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed, so the page was not read")
    (folder / "a.pdf").write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", "a.pdf", "-"], cwd=folder, capture_output=True, check=True)
    text = done.stdout.decode()
    return text, text.count("\f")


def test_the_sheet_adds_up_in_every_dimension(client: Any):
    make_firms(6)
    snapshot()
    row = estimated(make_scenario(FUND, SMALLER))
    client.force_login(row.author)
    sheet = openpyxl.load_workbook(io.BytesIO(taken(client, "table", row))).active
    lines = [line for line in sheet.iter_rows(values_only=True) if isinstance(line[2], int | float)]
    by_kind: dict[str, list[Any]] = {}
    for line in lines:
        by_kind.setdefault(str(line[0]), []).append(line)
    assert set(by_kind) == {"合计", "市州", "县市区", "行业", "规模", "县市区 · 行业 · 规模"}
    for kind in by_kind.values():
        for column in (2, 3, 4, 6, 7):
            assert sum(line[column] for line in kind) == by_kind["合计"][0][column]


def test_an_open_amount_is_no_nought_in_the_sheet(client: Any):
    entitled_firms(3)
    snapshot()
    row = estimated(make_scenario())
    client.force_login(row.author)
    sheet = openpyxl.load_workbook(io.BytesIO(taken(client, "table", row))).active
    whole = next(line for line in sheet.iter_rows(values_only=True) if line[0] == "合计")
    assert whole[8] is None and whole[10] == 3


def test_the_sheet_of_firms_tells_each_reason(client: Any):
    entitled_firms(4)
    snapshot()
    row = estimated(make_scenario(changes=STRICTER))
    client.force_login(row.author)
    sheet = openpyxl.load_workbook(io.BytesIO(taken(client, "firms_table", row))).active
    lost = [line for line in sheet.iter_rows(values_only=True) if "不再符合" in line]
    assert len(lost) == 2
    assert all("新增条件：小的" in str(line[-1]) for line in lost)


def test_the_page_names_conditions_and_counts_and_stays_one_page(client: Any, tmp_path: Path):
    make_firms(9)
    snapshot()
    added = tuple(
        AddedCondition("长" * 60, f"employees <= {900 + at} or employees > {at}") for at in range(5)
    )
    changes = Changes(SMALLER.parameters, SMALLER.added, SMALLER.conditions, added)
    row = estimated(make_scenario(FUND, changes, title="按" * 120, notes="注" * 2000))
    client.force_login(row.author)
    text, pages = read_pdf(taken(client, "paper", row), tmp_path)
    assert pages == 1
    assert "内部测算，不是决定" in text
    assert "act_rent" not in text and "人数上限" in text
    assert "由缺数据变为符合" in text


def test_whoever_sees_no_single_firms_reviews_without_names(client: Any):
    firms = make_firms(6)
    snapshot()
    row = estimated(make_scenario(FUND, SMALLER))
    client.force_login(analyst_of(role=Role.POLICY_APPROVER))
    page = client.get(reverse("whatif:scenario", args=[row.public_id]))
    assert page.context["whole"].firms == 6
    listed = client.get(reverse("whatif:firms", args=[row.public_id])).content.decode()
    assert "由缺数据变为符合" in listed and "疫情期间减免中小企业租金" in listed
    assert not any(firm.name in listed or firm.public_id in listed for firm in firms)
    assert client.post(reverse("whatif:firms_table", args=[row.public_id])).status_code == 404


def test_a_reviewed_result_is_not_made_anew(client: Any):
    make_firms(3)
    snapshot()
    row = estimated(make_scenario(FUND, SMALLER))
    type(row).objects.filter(pk=row.pk).update(state="reviewed")
    client.force_login(row.author)
    assert client.post(reverse("whatif:estimate", args=[row.public_id])).status_code == 409


def test_the_old_edition_keeps_judging_its_own_time(tmp_path: Path):
    row = make_scenario(FUND, SMALLER)
    (tmp_path / "policy.yaml").write_text(draft_text(row), encoding="utf-8")
    document, _problems = read_document(tmp_path / "policy.yaml", "policy.yaml")
    assert document is not None
    policy, _warnings = read_policy(document, FUND, rulebook().catalogue, Report("policy.yaml"))
    assert policy is not None
    before = choose(policy, ON - timedelta(days=1), ON)
    after = choose(policy, ON, ON)
    assert before is not None and after is not None
    assert (before.id, after.id) == (row.edition, f"{row.edition}-draft")
