"""Prepared lists through their pages: made, looked at by a second person, handed over, taken along."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office
from huiqi.core.models import AuditRecord
from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.models import Comparison
from huiqi.reach.models import Journey, Listed, ListState, Preparation
from huiqi.reach.tests.make import (
    POLICY,
    SMALL,
    authority,
    handed_list,
    make_list,
    officer_of,
    put_on,
)

pytestmark = pytest.mark.django_db
LETTER = {"document": "湘工信函〔2020〕12号", "purpose": "核定减免对象", "expires_on": "2020-6-30"}


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, row: Preparation, name: str, posted: dict[str, str] | None = None) -> int:
    return client.post(reverse("reach:act", args=[row.public_id, name]), posted or {}).status_code


def order(client: Client, **more: str) -> int:
    posted = {"policy": POLICY, "authority": str(authority().pk), **more}
    return client.post(reverse("reach:new"), posted).status_code


def test_a_policy_the_office_decides_itself_is_not_offered_for_a_list():
    client = browser_of(officer_of("liuyang"))
    assert order(client, policy="little-giant-hunan") == 422
    assert not Preparation.objects.exists()


def test_amounts_of_tax_and_social_insurance_cannot_be_asked_for():
    client = browser_of(officer_of("liuyang"))
    assert order(client, keeps_amount="on") == 422
    assert not Preparation.objects.exists()


def test_a_list_holds_the_firms_of_the_preparers_own_area_that_fit():
    fits, elsewhere = make_firm(facts=SMALL), make_firm(county="430381", facts=SMALL)
    great = {"gb4754": "2770", "employees": 3500, "revenue": 900_000_000_00, "org_type": "enterprise"}
    large = make_firm(facts=great)
    assert order(browser_of(officer_of("liuyang"))) == 302
    row = Preparation.objects.get()
    listed = dict(Listed.objects.values_list("enterprise", "status"))
    assert row.state == ListState.DRAFTED
    assert listed.get(fits.pk) in {"eligible", "unknown"}
    assert elsewhere.pk not in listed and large.pk not in listed


def test_a_firm_of_which_something_is_missing_is_listed_as_unknown_with_what_is_missing():
    unclear = make_firm(facts={"gb4754": "2770"})
    order(browser_of(officer_of("liuyang")))
    line = Listed.objects.get(enterprise=unclear)
    assert line.status == "unknown"
    assert "employees" in line.missing


def test_nobody_reviews_a_list_of_their_own():
    row = make_list()
    put_on(row, make_firm())
    assert act(browser_of(row.prepared_by), row, "review") == 409
    row.refresh_from_db()
    assert row.state == ListState.DRAFTED


def test_who_may_not_review_is_told_that_there_is_nothing():
    row = make_list()
    clerk = officer_of("liuyang", Role.ANALYST)
    assert act(browser_of(clerk), row, "review") == 404


def test_an_empty_list_does_not_pass():
    row = make_list()
    assert act(browser_of(officer_of("liuyang")), row, "review") == 409


def test_a_return_says_why():
    row = make_list()
    put_on(row, make_firm())
    reviewer = browser_of(officer_of("liuyang"))
    assert act(reviewer, row, "return", {"remark": " "}) == 422
    assert act(reviewer, row, "return", {"remark": "漏了园区企业"}) == 302
    row.refresh_from_db()
    assert (row.state, row.remark) == (ListState.RETURNED, "漏了园区企业")


def test_another_office_does_not_even_see_the_list():
    row = make_list()
    stranger = browser_of(officer_of("xiangtan"))
    assert stranger.get(reverse("reach:preparation", args=[row.public_id])).status_code == 404
    assert act(stranger, row, "review") == 404


def test_a_list_goes_only_after_review_and_with_its_letter():
    row = make_list()
    put_on(row, make_firm())
    maker = browser_of(row.prepared_by)
    assert act(maker, row, "hand", LETTER) == 409
    assert act(browser_of(officer_of("liuyang")), row, "review") == 302
    assert act(maker, row, "hand", {**LETTER, "document": ""}) == 422
    assert act(maker, row, "hand", {**LETTER, "expires_on": "2020-2-1"}) == 422
    assert act(maker, row, "hand", LETTER) == 302
    assert Journey.objects.get().step == "entitled"


def test_open_firms_go_along_only_when_the_list_says_so():
    row = make_list(ListState.REVIEWED)
    put_on(row, make_firm())
    put_on(row, make_firm(), status="unknown", missing=("employees",))
    act(browser_of(row.prepared_by), row, "hand", LETTER)
    assert Journey.objects.count() == 1
    wide = make_list(ListState.REVIEWED, with_unknown=True)
    put_on(wide, make_firm(), status="unknown", missing=("employees",))
    act(browser_of(wide.prepared_by), wide, "hand", LETTER)
    assert Journey.objects.get(step="unsettled").missing == ["employees"]


def test_a_firm_on_two_lists_of_the_same_edition_is_on_its_way_once():
    firm = make_firm()
    handed_list(firm)
    handed_list(firm, make_firm())
    assert Journey.objects.filter(enterprise=firm).count() == 1
    assert Journey.objects.get(enterprise=firm).steps.count() == 1


def test_the_file_carries_purpose_number_and_term_and_is_audited():
    firm = make_firm()
    row = handed_list(firm)
    response = browser_of(row.prepared_by).post(reverse("reach:export", args=[row.public_id]), {"as": "xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    cells = [str(cell.value) for line in sheet.iter_rows() for cell in line if cell.value]
    assert any("测函〔2020〕1号" in text and "2020-06-30" in text for text in cells)
    assert firm.credit_code in cells
    assert AuditRecord.objects.get(act="reach_list.exported").details["firms"] == 1


def test_after_its_term_the_file_can_no_longer_be_taken():
    row = handed_list(make_firm(), expires_on=date(2020, 2, 1))
    client = browser_of(row.prepared_by)
    assert client.post(reverse("reach:export", args=[row.public_id])).status_code == 409


def test_a_list_becomes_a_list_comparison_once():
    firm = make_firm()
    row = handed_list(firm)
    client = browser_of(row.prepared_by)
    assert act(client, row, "compare") == 302
    assert Comparison.objects.get().lines.get().enterprise == firm
    assert act(client, row, "compare") == 409


def test_a_list_withdrawn_goes_nowhere():
    row = make_list(ListState.REVIEWED)
    client = browser_of(row.prepared_by)
    assert act(client, row, "withdraw") == 302
    assert act(client, row, "hand", LETTER) == 409


def test_the_page_of_a_list_filters_and_asks_as_much_for_many_firms_as_for_few():
    row = make_list()
    put_on(row, make_firm("甲厂"))
    client = browser_of(row.prepared_by)
    url = reverse("reach:preparation", args=[row.public_id])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    put_on(row, *(make_firm() for _ in range(8)))
    with CaptureQueriesContext(connection) as many:
        page = client.get(url)
    assert len(many) == len(few)
    assert page.content.decode().count('<th scope="row">') == 9
    found = client.get(url, {"q": "甲厂"}).content.decode()
    assert found.count('<th scope="row">') == 1


def test_every_page_says_who_decides():
    row = handed_list(make_firm())
    client = browser_of(row.prepared_by)
    make_office("liuyang")
    pages = [
        reverse("reach:funnel"),
        reverse("reach:preparations"),
        reverse("reach:preparation", args=[row.public_id]),
        reverse("reach:receive", args=[row.public_id]),
        reverse("reach:ways"),
        reverse("reach:calls"),
    ]
    for page in pages:
        assert "本单位只准备名单、告知企业、跟进结果" in client.get(page).content.decode(), page
