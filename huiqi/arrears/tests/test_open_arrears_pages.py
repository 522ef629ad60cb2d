"""The pages of arrears: what they show, what they refuse, what is kept of what was typed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.roles import Role
from huiqi.arrears.commands.claims import change_claim
from huiqi.arrears.models import Claim, LedgerUnit, MonthReport, Payment, YearTarget
from huiqi.arrears.panels import desk_panel
from huiqi.arrears.tests.make import (
    FEBRUARY,
    JANUARY,
    WAN,
    keeper,
    make_bureau,
    make_claim,
    make_clerk,
    make_ledger_unit,
    make_report,
    pay,
)
from huiqi.cases.models import Case
from huiqi.cases.query_codes import code_digest
from huiqi.cases.tests.make import at, make_officer
from huiqi.enterprises.tests.make import make_firm, make_member
from huiqi.files.queries import attachments_of
from huiqi.files.tests.make_uploads import make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_2_march_2020(settings: Any) -> None:
    settings.REFERENCE_DATE = date(2020, 3, 2)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def claim_url(claim: Claim, name: str = "claim", *more: str) -> str:
    return reverse(f"arrears:{name}", args=[claim.public_id, *more])


def test_the_creditor_finds_the_claim_from_the_own_request_and_a_phone_alone_does_not() -> None:
    firm = make_firm(county="430181")
    claim = make_claim(enterprise=firm)
    own = reverse("cases:own_case", args=[claim.case.public_id])

    theirs = browser(make_member(firm))
    shown = theirs.get(own).content.decode()
    assert claim_url(claim) in shown and "30万元" in shown
    assert theirs.get(claim_url(claim)).status_code == 200

    Case.objects.update(code_digest=code_digest(claim.case.public_id, "246810"))
    client = Client()
    given = {"number": claim.case.number, "code": "246810"}
    page = client.post(reverse("cases:progress"), given)["Location"]
    assert claim_url(claim) not in client.get(page).content.decode()


# --- a claim --------------------------------------------------------------------------------------


def test_nobody_outside_finds_a_claim_or_writes_to_it() -> None:
    claim = make_claim()
    stranger = browser(make_officer("xiangtan"))
    given = {"on": "2020-03-02", "fen": "1", "fen_unit": "wan", "part": "principal"}
    assert stranger.get(claim_url(claim)).status_code == 404
    assert stranger.post(claim_url(claim, "claim_act", "pay"), given).status_code == 404
    above = browser(make_officer("province"))
    assert above.get(claim_url(claim)).status_code == 200
    assert above.post(claim_url(claim, "claim_act", "pay"), given).status_code == 404
    assert above.get(claim_url(claim, "claim_change")).status_code == 404
    assert not Payment.objects.exists()


def test_before_the_regulation_the_page_says_why_no_interest_is_reckoned() -> None:
    claim = make_claim(answers={"agreed_on": ""})
    page = browser(keeper(claim)).get(claim_url(claim)).content.decode()
    assert "不推算" in page and "清理拖欠" in page


def test_under_the_regulation_the_page_explains_interest_line_by_line() -> None:
    said = {
        "contract_on": "2020-09-01",
        "delivered_on": "2019-10-02",
        "agreed_on": "",
        "debtor_kind": "government",
    }
    claim = make_claim(answers=said)
    page = browser(keeper(claim)).get(claim_url(claim)).content.decode()
    # due on 1 November 2019; 2 November to 2 March are 122 days on 200,000 yuan at 0.05 %
    assert "2019年11月2日至2020年3月2日" in page and "12,200元" in page and "第十五条" in page


def test_the_debtors_people_see_neither_the_creditor_nor_the_papers_and_may_answer() -> None:
    claim, bureau = make_claim(answers={"contract_title": "演示照明公司路灯合同"}), make_bureau()
    officer, clerk = keeper(claim), make_clerk(bureau)
    claim = change_claim(claim, {"debtor_unit": bureau}, actor=officer, at=at())
    payment = pay(claim, WAN)
    file_id = payment_file(payment)
    theirs, ours = browser(clerk), browser(officer)
    page = theirs.get(claim_url(claim)).content.decode()
    assert "演示照明公司" not in page and "04300192" not in page and "回单.pdf" not in page
    assert theirs.get(claim_url(claim, "claim_file", file_id)).status_code == 404
    served = ours.get(claim_url(claim, "claim_file", file_id))
    assert served.status_code == 200 and b"".join(served.streaming_content)  # type: ignore[attr-defined]
    assert theirs.post(claim_url(claim, "claim_act", "close"), {"version": 1}).status_code == 404
    claim.refresh_from_db()
    given = {"version": claim.version, "answer": "disputed", "text": "验收没有通过"}
    assert theirs.post(claim_url(claim, "claim_act", "answer"), given).status_code == 302
    claim.refresh_from_db()
    assert claim.answer == "disputed"


def payment_file(payment: Payment) -> str:
    return attachments_of(payment).get().public_id


def test_a_refused_act_keeps_what_was_typed_and_says_why() -> None:
    claim = make_claim()
    client = browser(keeper(claim))
    given = {"on": "2020-03-02", "fen": "31", "fen_unit": "wan", "part": "principal"}
    answer = client.post(claim_url(claim, "claim_act", "pay"), given)
    assert answer.status_code == 409 and "30万元" in answer.content.decode()
    assert client.post(claim_url(claim, "claim_act", "pay"), {**given, "fen": ""}).status_code == 422
    stale = client.post(claim_url(claim, "claim_act", "close"), {"version": 99, "how": "paid"})
    assert stale.status_code == 409


def test_a_payment_with_its_slip_closes_the_claim_from_the_page() -> None:
    claim = make_claim()
    client = browser(keeper(claim))
    given = {"on": "2020-03-02", "fen": "30", "fen_unit": "wan", "part": "principal", "proof": make_upload()}
    assert client.post(claim_url(claim, "claim_act", "pay"), given).status_code == 302
    claim.refresh_from_db()
    how = {"version": claim.version, "how": "paid"}
    assert client.post(claim_url(claim, "claim_act", "close"), how).status_code == 302
    claim.refresh_from_db()
    assert claim.state == "closed"


def test_a_rate_typed_in_per_cent_is_kept_exactly() -> None:
    claim = make_claim()
    client = browser(keeper(claim))
    url = claim_url(claim, "claim_change")
    given = typed_in(client, url)
    wrong = client.post(url, {**given, "agreed_rate": "0.05", "agreed_per": ""})
    assert wrong.status_code == 422
    assert client.post(url, {**given, "agreed_rate": "0.05", "agreed_per": "day"}).status_code == 302
    claim.refresh_from_db()
    assert claim.agreed_rate == "1/2000" and claim.claimed == 30 * WAN


def typed_in(client: Client, url: str) -> dict[str, str]:
    """The form of a claim as it stands, to be sent again."""
    form = client.get(url).context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    amounts = ("claimed", "undisputed", "disputed", "contract_amount")
    money = {name: str(given[name] // 100) for name in amounts}
    return given | money | {f"{name}_unit": "yuan" for name in money}


def test_the_debtor_is_picked_from_the_register_by_name_code_or_what_the_box_offers() -> None:
    claim = make_claim()
    client = browser(keeper(claim))
    url = claim_url(claim, "claim_change")
    one = make_firm("演示路桥建设公司", county="430181")
    make_firm("演示路桥养护公司", county="430181")
    make_firm("演示路桥器材公司", county="430302")
    offered = client.get(reverse("enterprises:firm_names"), {"q": "路桥"}).json()
    assert [row["label"].partition(" ")[2] for row in offered] == ["演示路桥养护公司", "演示路桥建设公司"]
    several = client.post(url, {**typed_in(client, url), "debtor": "路桥"})
    assert several.status_code == 422 and f"{one.credit_code} 演示路桥建设公司" in several.content.decode()
    for typed in ("演示路桥建设公司", one.credit_code, f"{one.credit_code} 演示路桥建设公司", "路桥建设"):
        given = typed_in(client, url) | {"debtor_name": "随手写的", "debtor_code": "12", "debtor": typed}
        assert client.post(url, given).status_code == 302
        claim.refresh_from_db()
        assert (claim.debtor_firm, claim.debtor_name) == (one, "演示路桥建设公司")


def test_a_debtor_out_of_sight_or_unknown_is_not_found_and_can_be_written() -> None:
    claim = make_claim()
    client = browser(keeper(claim))
    url = claim_url(claim, "claim_change")
    make_firm("演示路桥器材公司", county="430302")
    refused = client.post(url, {**typed_in(client, url), "debtor": "演示路桥器材公司"})
    assert refused.status_code == 422 and "没有“演示路桥器材公司”" in refused.content.decode()
    empty = {**typed_in(client, url), "debtor_name": ""}
    assert "请填欠款单位的全称" in client.post(url, empty).content.decode()
    assert client.post(url, {**empty, "debtor_name": "演示外省公司"}).status_code == 302
    claim.refresh_from_db()
    assert (claim.debtor_firm, claim.debtor_name) == (None, "演示外省公司")


def test_debtors_are_listed_with_what_is_open_and_only_those_of_the_region() -> None:
    claim = make_claim()
    pay(claim, 10 * WAN)
    page = browser(keeper(claim)).get(reverse("arrears:debtors")).content.decode()
    assert "演示市政工程公司" in page and "200,000元" in page
    elsewhere = browser(make_officer("xiangtan")).get(reverse("arrears:debtors")).content.decode()
    assert "演示市政工程公司" not in elsewhere
    assert "演示市政" in browser(keeper(claim)).get(claim_url(claim, "debtor")).content.decode()


def test_the_case_shows_its_claim() -> None:
    claim = make_claim()
    page = browser(keeper(claim)).get(reverse("cases:case", args=[claim.case.public_id])).content.decode()
    assert claim_url(claim) in page


# --- the ledger -----------------------------------------------------------------------------------


def month_url(duty: LedgerUnit, month: date = FEBRUARY) -> str:
    return reverse("arrears:report", args=[duty.public_id, month.year, month.month])


def test_a_unit_files_its_month_and_another_unit_does_not_find_it() -> None:
    duty = make_ledger_unit()
    stranger = browser(make_clerk(make_bureau()))
    assert stranger.get(month_url(duty)).status_code == 404
    clerk = browser(make_clerk(duty.unit))
    row = {"works-count": "3", "works-amount": "50", "works-amount_unit": "wan", "works-paid": "20"}
    row |= {"works-paid_unit": "wan", "works-band_0": "29", "works-band_0_unit": "wan", "version": "0"}
    wrong = clerk.post(month_url(duty), row)
    assert wrong.status_code == 422 and "账龄相加" in wrong.content.decode()
    assert clerk.post(month_url(duty), {"version": "0"}).status_code == 409
    assert clerk.post(month_url(duty), {**row, "works-band_0": "30"}).status_code == 302
    assert MonthReport.objects.get().rows.get().remaining == 30 * WAN


def test_who_only_reads_cannot_file() -> None:
    duty = make_ledger_unit()
    leader = browser(make_officer("province", Role.LEADER))
    assert leader.get(month_url(duty)).status_code == 200
    assert leader.post(month_url(duty), {"version": "0", "is_zero": "on"}).status_code == 404
    assert not MonthReport.objects.exists()


def test_the_month_names_who_is_missing_and_who_said_nought() -> None:
    one, two = make_ledger_unit(), make_ledger_unit()
    make_report(one, FEBRUARY, is_zero=True)
    page = browser(make_officer("liuyang")).get(reverse("arrears:ledger")).content.decode()
    assert two.unit.name in page and "2个单位应报，1个已报，其中零报告1个" in page
    assert browser(make_officer("xiangtan")).get(reverse("arrears:ledger")).status_code == 200


def test_a_month_goes_out_and_comes_in_again_through_the_pages() -> None:
    duty = make_ledger_unit()
    make_report(duty, FEBRUARY)
    client = browser(make_officer("liuyang"))
    out = client.post(reverse("arrears:ledger_export"), {"month": "2020-02"})
    content = b"".join(out.streaming_content)  # type: ignore[attr-defined]
    file = make_upload(content, "台账.xlsx")
    url = reverse("arrears:ledger_import")
    assert client.post(url, {"month": "2020-02-01", "file": file}).status_code == 302
    assert MonthReport.objects.get().is_on_behalf
    stranger = browser(make_officer("xiangtan"))
    refused = stranger.post(url, {"month": "2020-02-01", "file": make_upload(content, "台账.xlsx")})
    assert refused.status_code == 422 and "A列" in refused.content.decode()


def test_the_desk_shows_the_month_to_report_and_the_claim_to_answer(rf: Any) -> None:
    duty = make_ledger_unit()
    clerk = make_clerk(duty.unit)
    claim = make_claim()
    change_claim(claim, {"debtor_unit": duty.unit}, actor=keeper(claim), at=at())
    request = rf.get("/")
    request.user = clerk
    found = desk_panel(request, None)
    assert found is not None and clerk.can(Power.HANDLE_CASES)
    assert [(row[1], row[2]) for row in found["missing"]] == [(JANUARY, date(2020, 2, 7))]
    assert found["asked"] == [claim]
    page = browser(clerk).get(reverse("core:desk")).content.decode()
    assert month_url(duty, JANUARY) in page and claim_url(claim) in page


def test_the_target_is_typed_with_its_document_by_who_answers_for_the_office() -> None:
    url = reverse("arrears:burn_down", args=[2020])
    given = {
        "start": "100",
        "start_unit": "wan",
        "to_clear": "60",
        "to_clear_unit": "wan",
        "document": "文件1号",
    }
    assert browser(make_officer("province", Role.ANALYST)).post(url, given).status_code == 404
    client = browser(make_officer("liuyang"))
    assert "还没有录入年度目标" in client.get(url).content.decode()
    assert client.post(url, {**given, "document": ""}).status_code == 422
    assert client.post(url, {**given, "to_clear": "101"}).status_code == 409
    assert client.post(url, given).status_code == 302
    assert YearTarget.objects.get().to_clear == 60 * WAN
    assert client.get(reverse("arrears:burn_down", args=[1900])).status_code == 404


def test_the_debtors_are_listed_in_as_many_queries_however_many_they_are(
    django_assert_max_num_queries: Any,
) -> None:
    client = browser(make_officer())
    make_claim()
    client.get(reverse("arrears:debtors"))
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("arrears:debtors"))
    for number in range(4):
        make_claim(answers={"debtor_name": f"浏阳市第{number}建设投资公司"})
    with django_assert_max_num_queries(len(few)):
        shown = client.get(reverse("arrears:debtors")).content.decode()
    assert shown.count("建设投资公司") >= 4
