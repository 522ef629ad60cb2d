"""What-if in a real browser: a policy copied, changed, estimated, tried along a curve, reviewed."""

import shutil
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from huiqi.runs.tests.make import make_firms, snapshot
from huiqi.whatif.models import Scenario
from huiqi.whatif.tests.make import FUND, make_scenario
from huiqi.whatif.tests.test_estimate_scenario import SMALLER, estimated
from tests.browser.conftest import WIDTHS

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def own_root(tmp_path: Any) -> Any:
    """Snapshots and results of this test lie in a folder of their own."""
    before, settings.PRIVATE_ROOT = settings.PRIVATE_ROOT, tmp_path
    yield tmp_path
    settings.PRIVATE_ROOT = before
    shutil.rmtree(tmp_path, ignore_errors=True)


def looked_at(watched: Any, name: str) -> None:
    """The page has one heading, and nothing is wrong on it."""
    assert watched.page.locator("h1").count() == 1, name
    watched.shoot(name)
    watched.assert_calm()
    watched.assert_accessible()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_editor_estimates_and_an_approver_reviews(browse: Any, width: int) -> None:
    make_firms(9)
    snapshot()
    watched = browse(width, person="editor")
    page = watched.go(reverse("whatif:new"))
    looked_at(watched, "whatif-new")
    page.get_by_role("combobox").first.fill("中小企业发展专项")
    page.get_by_role("option").first.click()
    page.fill("[name=title]", "奖补小企业")
    page.get_by_role("button", name="下一步").click()
    page.get_by_text("新增一个参数").click()
    new = {"f-text": "人数上限", "f-id": "staff_max", "f-value": "12", "p-award": "50000", "c-notice": ""}
    for name, text in new.items():
        page.fill(f"[name={name}]", text)
    page.select_option("[name=f-unit]", "person")
    page.fill("[name=c-act_rent]", "employes <= staff_max")
    page.locator("#checked", has_text="没有名为").wait_for()
    page.fill("[name=c-act_rent]", "employees <= staff_max")
    page.locator("#checked", has_text="规则检查通过").wait_for()
    looked_at(watched, "whatif-edit")
    page.get_by_role("button", name="保存并测算").click()
    page.get_by_text("由缺数据变为符合").wait_for()
    looked_at(watched, "whatif-scenario")
    assert page.locator(".hq-tilemap .hq-tile", has_text="+1").count() > 0
    page.get_by_role("link", name="试一个参数").click()
    for name, text in {"low": "0", "high": "100", "budget": "20"}.items():
        page.fill(f"[name={name}]", text)
    page.select_option("[name=figure]", "staff_max")
    page.get_by_role("button", name="测算", exact=True).click()
    page.get_by_text("花到预算的取值").wait_for()
    looked_at(watched, "whatif-curve")
    row = Scenario.objects.get()
    watched.go(reverse("whatif:firms", args=[row.public_id]))
    looked_at(watched, "whatif-firms")
    page = watched.go(reverse("whatif:scenario", args=[row.public_id]))
    page.get_by_role("button", name="送复核").click()
    page.get_by_text("正在等另一位同事复核").wait_for()
    second = browse(width, person="policy_approver")
    page = second.go(reverse("whatif:scenario", args=[row.public_id]))
    page.get_by_role("button", name="通过复核").click()
    page.get_by_role("button", name="下载版本草案").wait_for()
    looked_at(second, "whatif-reviewed")


@pytest.mark.parametrize("width", WIDTHS)
def test_long_names_and_no_firms_stay_readable(browse: Any, width: int) -> None:
    watched = browse(width, person="editor")
    make_firms(3)
    snapshot()
    rows = [estimated(make_scenario(FUND, SMALLER, title=f"很长的方案名称{at}" * 13)) for at in range(2)]
    watched.go(reverse("whatif:scenarios"))
    looked_at(watched, "whatif-list")
    watched.go(reverse("whatif:compare") + "?" + "&".join(f"s={row.public_id}" for row in rows))
    looked_at(watched, "whatif-compare")
    watched.go(reverse("whatif:scenario", args=[rows[0].public_id]) + "?city=4399")
    looked_at(watched, "whatif-nobody")
