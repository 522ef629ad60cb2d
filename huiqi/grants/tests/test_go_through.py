"""The way of an application through the pages: who may not, then who may; what each side sees."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Membership
from huiqi.enterprises.tests.make import state
from huiqi.files.tests.make_uploads import PDF
from huiqi.grants.models import Application, Finding, Objection, Review, Round
from huiqi.grants.queries.steps import events_of, target_of, way_of
from huiqi.grants.tests.make import (
    AFTER_NOTICE,
    ON,
    at,
    filled,
    make_agreed,
    make_application,
    make_checked,
    make_entitled_firm,
    make_list,
    make_noticed,
    make_objection,
    make_open_call,
    make_proposed,
    make_review,
    make_round,
    owner_of,
    person,
    return_csv,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _second_of_march(settings):
    settings.REFERENCE_DATE = ON


def form_of(call, **more):
    given = {**filled(), **more}
    given.pop("asked_base")
    return {**given, "asked_base": "15000", "asked_base_unit": "yuan"}


def post(client, name, row, act, data=None):
    return client.post(reverse(name, args=[row.public_id, act]), data or {})


def fresh(row):
    return Application.objects.get(pk=row.pk)


# --- the firm ----------------------------------------------------------------------------------------


def test_a_stranger_cannot_apply_for_a_firm_nor_see_its_application(client):
    row = make_application()
    client.force_login(make_user(role=Role.FIRM))
    assert client.get(reverse("grants:own_application", args=[row.public_id])).status_code == 404
    address = reverse("grants:apply", args=[row.call.public_id, row.enterprise.public_id])
    assert client.post(address, form_of(row.call)).status_code == 404
    assert post(client, "grants:own_act", row, "withdraw").status_code == 404


def test_what_is_missing_is_said_and_what_was_typed_is_kept(client):
    call, firm = make_open_call(), make_entitled_firm()
    client.force_login(owner_of(firm))
    address = reverse("grants:apply", args=[call.public_id, firm.public_id])
    response = client.post(address, form_of(call, phone="12", do="submit"))
    assert response.status_code == 422
    assert 'value="12"' in response.content.decode()
    response = client.post(address, {**form_of(call), "account": "", "do": "submit"})
    assert response.status_code == 409
    assert Application.objects.get().state == "draft"


def test_a_firm_checks_itself_applies_and_sees_each_step_with_its_office(client):
    call, firm = make_open_call(papers="合同"), make_entitled_firm()
    client.force_login(owner_of(firm))
    assert call.title in client.get(reverse("grants:own")).content.decode()
    address = reverse("grants:apply", args=[call.public_id, firm.public_id])
    page = client.get(address).content.decode()
    assert "已从一企一档带入" in page
    sent = {**form_of(call), "paper": SimpleUploadedFile("合同.pdf", PDF), "do": "submit"}
    response = client.post(address, sent, follow=True)
    row = Application.objects.get()
    assert (row.state, row.asked_base, row.first_on) == ("submitted", 15_000_00, ON)
    shown = response.content.decode()
    assert "还剩60个工作日" in shown
    assert call.unit.name in shown
    assert row.account not in shown
    assert row.account[-4:] in shown


def test_a_second_application_of_a_firm_leads_to_the_first(client):
    row = make_application()
    client.force_login(owner_of(row.enterprise))
    address = reverse("grants:apply", args=[row.call.public_id, row.enterprise.public_id])
    assert client.post(address, form_of(row.call)).status_code == 302
    assert Application.objects.count() == 1


def test_after_the_last_day_nobody_applies(client, settings):
    call, firm = make_open_call(), make_entitled_firm()
    settings.REFERENCE_DATE = call.closes_on.replace(month=7, day=1)
    client.force_login(owner_of(firm))
    address = reverse("grants:apply", args=[call.public_id, firm.public_id])
    assert client.get(address).status_code == 404


def test_a_returned_application_is_corrected_and_the_days_of_it_do_not_count(client, settings):
    row = make_application()
    client.force_login(person(Role.GRANT_MAKER))
    assert post(client, "grants:act", row, "return", {"version": row.version}).status_code == 422
    data = {"version": row.version, "reason": "缺付款凭证"}
    assert post(client, "grants:act", row, "return", data).status_code == 302
    settings.REFERENCE_DATE = ON.replace(day=9)
    owner = owner_of(row.enterprise)
    client.force_login(owner)
    assert (
        "缺付款凭证" in client.get(reverse("grants:own_application", args=[row.public_id])).content.decode()
    )
    address = reverse("grants:apply", args=[row.call.public_id, row.enterprise.public_id])
    again = {**form_of(row.call), "account": "", "version": fresh(row).version, "do": "submit"}
    assert client.post(address, again).status_code == 302
    corrected = fresh(row)
    assert (corrected.state, corrected.first_on, corrected.account) == ("submitted", ON, row.account)
    target = target_of(corrected, events_of(corrected), ON.replace(day=9))
    assert target.paused == 5
    assert target.left == 60


# --- maker and checker -------------------------------------------------------------------------------


def test_another_office_sees_but_does_not_act(client):
    row = make_application()
    county = make_user(role=Role.OFFICER, unit=make_office("liuyang"))
    client.force_login(county)
    assert client.get(reverse("grants:application", args=[row.public_id])).status_code == 200
    assert post(client, "grants:act", row, "accept", {"version": row.version}).status_code == 404
    client.force_login(make_user(role=Role.GRANT_MAKER, unit=make_office("liuyang")))
    assert post(client, "grants:act", row, "accept", {"version": row.version}).status_code == 404
    assert fresh(row).state == "submitted"


def test_a_maker_cannot_check_and_a_checker_cannot_make(client):
    row = make_proposed()
    client.force_login(person(Role.GRANT_MAKER))
    assert post(client, "grants:act", row, "agree", {"version": row.version}).status_code == 404
    client.force_login(person(Role.GRANT_CHECKER))
    assert post(client, "grants:act", row, "propose", {"version": row.version}).status_code == 404


def test_an_application_is_accepted_proposed_and_agreed_by_two_people(client):
    row = make_application()
    client.force_login(person(Role.GRANT_MAKER))
    post(client, "grants:act", row, "accept", {"version": row.version})
    row = fresh(row)
    assert (row.state, row.judgement.status, row.judgement.awarded_fen) == ("checking", "eligible", 7_500_00)
    said = {"version": row.version, "grant": "yes", "opinion": "符合条件"}
    assert post(client, "grants:act", row, "propose", said).status_code == 302
    row = fresh(row)
    assert (row.state, row.granted, row.call.reserved) == ("proposed", 7_500_00, 7_500_00)
    client.force_login(person(Role.GRANT_CHECKER))
    assert post(client, "grants:act", row, "agree", {"version": row.version - 1}).status_code == 409
    assert post(client, "grants:act", row, "agree", {"version": row.version}).status_code == 302
    assert fresh(row).state == "agreed"


def test_the_base_is_never_raised_above_what_the_firm_stated(client):
    row = make_checked()
    client.force_login(person(Role.GRANT_MAKER))
    said = {"version": row.version, "base": "15000.01", "base_unit": "yuan"}
    assert post(client, "grants:act", row, "check", said).status_code == 409
    said["base"] = "10000"
    post(client, "grants:act", row, "check", said)
    assert fresh(row).judgement.awarded_fen == 5_000_00


def test_a_refusal_is_agreed_by_the_second_person_and_told_with_its_reason(client):
    row = make_checked()
    client.force_login(person(Role.GRANT_MAKER))
    said = {"version": row.version, "grant": "no", "opinion": "合同不是上云服务"}
    post(client, "grants:act", row, "propose", said)
    row = fresh(row)
    client.force_login(person(Role.GRANT_CHECKER))
    post(client, "grants:act", row, "agree", {"version": row.version})
    assert (fresh(row).state, fresh(row).reserved) == ("refused", 0)
    client.force_login(owner_of(row.enterprise))
    shown = client.get(reverse("grants:own_application", args=[row.public_id])).content.decode()
    assert "合同不是上云服务" in shown


# --- checks ------------------------------------------------------------------------------------------


def test_a_shared_account_stands_in_the_way_until_it_is_explained(client):
    call = make_open_call()
    first = make_checked(call)
    row = make_checked(call, account=f" {first.account[:8]} {first.account[8:]}")
    finding = row.findings.get()
    assert (finding.kind, finding.other_id) == (Finding.Kind.ACCOUNT, first.pk)
    client.force_login(person(Role.GRANT_MAKER))
    said = {"version": row.version, "grant": "yes", "opinion": "符合"}
    assert post(client, "grants:act", row, "propose", said).status_code == 409
    address = reverse("grants:clear", args=[row.public_id, finding.public_id])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "另一家已更正"}).status_code == 302
    row = fresh(row)
    assert post(client, "grants:act", row, "propose", {**said, "version": row.version}).status_code == 302


@pytest.mark.parametrize(("field", "kind"), [("phone", "phone"), ("address", "address")])
def test_a_shared_telephone_or_address_is_found(field, kind):
    call = make_open_call()
    first = make_application(call)
    row = make_checked(call, **{field: getattr(first, field)})
    assert [each.kind for each in row.findings.all()] == [kind]


def test_severe_dishonesty_is_set_aside_by_no_reason(client):
    firm = make_entitled_firm()
    state(firm, {"severe_dishonesty": True}, as_of=ON)
    row = make_checked(firm=firm)
    finding = row.findings.get(kind=Finding.Kind.LISTED)
    client.force_login(person(Role.GRANT_MAKER))
    address = reverse("grants:clear", args=[row.public_id, finding.public_id])
    assert client.post(address, {"reason": "已修复"}).status_code == 409


def test_what_is_not_known_grants_nothing(client):
    firm = make_entitled_firm(facts={"on_cloud": None})
    row = make_checked(firm=firm)
    assert (row.judgement.status, row.judgement.awarded_fen) == ("unknown", None)
    client.force_login(person(Role.GRANT_MAKER))
    said = {"version": row.version, "grant": "yes", "opinion": "符合"}
    assert post(client, "grants:act", row, "propose", said).status_code == 409


# --- experts -----------------------------------------------------------------------------------------


def test_an_expert_sees_nothing_before_he_declared_and_nothing_after_a_conflict(client):
    expert = person(Role.EXPERT)
    review = make_review(expert)
    Application.objects.filter(pk=review.application_id).update(statement="")
    client.force_login(person(Role.EXPERT))
    address = reverse("grants:review", args=[review.public_id])
    assert client.get(address).status_code == 404
    client.force_login(expert)
    page = client.get(address).content.decode()
    assert "利益关系" in page
    assert "情况说明" not in page
    assert client.post(address, {"c0": "40", "comment": "好"}).status_code == 422
    assert client.post(address, {"conflict": "yes", "words": "同事"}).status_code == 302
    assert client.get(address).status_code == 404
    assert client.post(address, {"conflict": "no"}).status_code == 404
    assert not Review.objects.get().scored_at


def test_an_expert_free_of_conflict_scores_and_the_proposal_waits_for_it(client):
    expert = person(Role.EXPERT)
    review = make_review(expert)
    row = review.application
    maker = person(Role.GRANT_MAKER)
    client.force_login(maker)
    said = {"version": fresh(row).version, "grant": "yes", "opinion": "符合"}
    assert post(client, "grants:act", row, "propose", said).status_code == 409
    client.force_login(expert)
    address = reverse("grants:review", args=[review.public_id])
    client.post(address, {"conflict": "no"})
    assert client.post(address, {"c0": "51", "comment": "好"}).status_code == 422
    assert client.post(address, {"c0": "40", "comment": "好"}).status_code == 302
    client.force_login(maker)
    assert post(client, "grants:act", row, "propose", said).status_code == 302


def test_people_of_the_firm_are_no_experts_of_it(client):
    row = make_checked(make_open_call(experts=1, criteria=[{"title": "效益", "most": 50}]))
    expert = person(Role.EXPERT)
    Membership.objects.create(enterprise=row.enterprise, user=expert, part="owner", began_at=at())
    client.force_login(person(Role.GRANT_MAKER))
    said = {"version": row.version, "experts": [expert.public_id]}
    assert post(client, "grants:act", row, "review", said).status_code == 409


# --- round, notice, payment --------------------------------------------------------------------------


def test_a_round_goes_from_meeting_to_payment_through_the_pages(client, settings):
    call = make_open_call()
    rows = [make_agreed(call), make_agreed(call)]
    maker = person(Role.GRANT_MAKER)
    client.force_login(maker)
    assert post(client, "grants:call_act", call, "round", {"title": "第一批"}).status_code == 302
    batch = Round.objects.get()

    def paper(**more):
        scan = SimpleUploadedFile("扫描.pdf", PDF)
        said = {"number": "演示1号", "on": "2020-03-02", "fen": "15000", "fen_unit": "yuan", **more}
        version = Round.objects.get().version
        return post(client, "grants:round_act", batch, "paper", {**said, "version": version, "scan": scan})

    assert paper(fen="15001").status_code == 409
    assert paper().status_code == 302
    assert post(client, "grants:round_act", batch, "notice").status_code == 302
    post(client, "grants:round_act", batch, "close")
    assert Round.objects.get().state == "noticing"
    settings.REFERENCE_DATE = AFTER_NOTICE
    post(client, "grants:round_act", batch, "close")
    assert [paper().status_code, paper().status_code] == [302, 302]
    post(client, "grants:round_act", batch, "order")
    payment_list = Round.objects.get().payment_lists.get()
    assert post(client, "grants:payment_act", payment_list, "release").status_code == 404
    client.force_login(person(Role.GRANT_CHECKER))
    page = reverse("grants:payment_list", args=[payment_list.public_id])
    assert rows[0].account not in client.get(page).content.decode()
    export = reverse("grants:payment_export", args=[payment_list.public_id])
    assert client.post(export, {"format": "csv"}).status_code == 302
    post(client, "grants:payment_act", payment_list, "release")
    written = b"".join(client.post(export, {"format": "csv"}).streaming_content).decode("gb18030")
    assert rows[0].account in written
    assert "15000" in written
    assert AuditRecord.objects.filter(act="grant_list.exported").count() == 1
    file = SimpleUploadedFile("回单.csv", return_csv(payment_list))
    said = {"file": file, "count": "2", "total": "15000", "total_unit": "yuan"}
    assert post(client, "grants:payment_act", payment_list, "return", said).status_code == 302
    assert {fresh(row).state for row in rows} == {"paid"}
    way = way_of(fresh(rows[0]), events_of(fresh(rows[0])))
    assert all(step.on for step in way)


def test_the_payment_file_can_be_filled_in_and_read_back(client):
    payment_list = make_list()
    client.force_login(person(Role.GRANT_CHECKER))
    export = reverse("grants:payment_export", args=[payment_list.public_id])
    written = b"".join(client.post(export, {"format": "csv"}).streaming_content).decode("gb18030")
    filled_in = []
    for line in written.splitlines():
        cells = line.split(",")
        if cells[0].isdigit():
            cells[5], cells[6] = "成功", "2020-03-02"
        filled_in.append(",".join(cells))
    file = SimpleUploadedFile("回单.csv", "\r\n".join(filled_in).encode("gb18030"))
    said = {"file": file, "count": "2", "total": "15000", "total_unit": "yuan"}
    assert post(client, "grants:payment_act", payment_list, "return", said).status_code == 302
    assert payment_list.return_files.get().booked == 2


def test_the_public_reads_names_and_amounts_and_nothing_else(client):
    batch = make_round()
    address = reverse("grants:notice", args=[batch.public_id])
    assert client.get(address).status_code == 404
    noticed = make_noticed()
    row = noticed.applications.first()
    page = client.get(reverse("grants:notice", args=[noticed.public_id])).content.decode()
    assert row.enterprise.name in page
    assert "7,500元" in page
    for private in (row.account, row.phone, row.enterprise.credit_code, row.address, row.account[-4:]):
        assert private not in page


def test_an_objection_is_raised_answered_and_read_by_its_receipt(client):
    batch = make_noticed()
    row = batch.applications.order_by("pk").first()
    address = reverse("grants:object", args=[batch.public_id])
    said = {"firm": row.public_id, "name": "李某", "phone": "13800000000", "grounds": "没有上云"}
    assert client.post(address, {**said, "grounds": ""}).status_code == 422
    receipt = client.post(address, said)["Location"]
    objection = Objection.objects.get()
    answer = {"upheld": "yes", "answer": "经核实，合同已解除。"}
    client.force_login(make_user(role=Role.GRANT_MAKER, unit=make_office("liuyang")))
    assert post(client, "grants:objection_act", objection, "answer", answer).status_code == 404
    client.force_login(person(Role.GRANT_MAKER))
    shown = client.get(reverse("grants:round", args=[batch.public_id])).content.decode()
    assert "13800000000" not in shown
    revealed = post(client, "grants:objection_act", objection, "reveal").content.decode()
    assert "13800000000" in revealed
    assert AuditRecord.objects.filter(act="grant_objection.revealed").count() == 1
    assert post(client, "grants:objection_act", objection, "answer", answer).status_code == 302
    assert (fresh(row).state, fresh(row).reserved) == ("refused", 0)
    client.logout()
    assert "经核实，合同已解除。" in client.get(receipt).content.decode()


def test_a_round_waits_for_the_answer_to_an_objection(client, settings):
    batch = make_noticed()
    make_objection(batch)
    settings.REFERENCE_DATE = AFTER_NOTICE
    client.force_login(person(Role.GRANT_MAKER))
    post(client, "grants:round_act", batch, "close")
    assert Round.objects.get(pk=batch.pk).state == "noticing"


# --- calls -------------------------------------------------------------------------------------------


def test_a_policy_of_another_authority_is_not_offered_and_a_call_is_opened_by_somebody_else(client):
    maker = person(Role.GRANT_MAKER)
    client.force_login(maker)
    said = {
        "title": "上云奖补",
        "policy": "vat-small-scale-1pct",
        "kind": "quick",
        "document": "演示〔2020〕2号",
        "payer": "演示财政局",
        "opens_on": "2020-03-01",
        "closes_on": "2020-05-01",
        "budget": "100",
        "budget_unit": "wan",
        "standard_kind": "fixed",
        "fixed_fen": "5000",
        "fixed_fen_unit": "yuan",
        "experts": "0",
        "notice_days": "5",
        "target_days": "60",
        "treasuries": "其他：演示国库",
    }
    assert client.post(reverse("grants:call_new"), said).status_code == 422
    said["policy"] = "cloud-adoption"
    response = client.post(reverse("grants:call_new"), said)
    assert response.status_code == 302
    page = response["Location"]
    assert client.post(f"{page}open/").status_code == 404
    client.force_login(person(Role.GRANT_CHECKER))
    assert client.post(f"{page}open/").status_code == 302
    assert "已开放" in client.get(page).content.decode()


def test_a_firm_is_put_on_a_call_without_application_on_confirmed_facts_only(client):
    call = make_open_call(kind="without", standard_kind="fixed", fixed_fen=500_000, share_bp=None)
    firm = make_entitled_firm()
    doubtful = make_entitled_firm(facts={"on_cloud": None})
    client.force_login(person(Role.GRANT_MAKER))
    code = {"credit_code": doubtful.credit_code}
    assert post(client, "grants:call_act", call, "prepare", code).status_code == 409
    post(client, "grants:call_act", call, "prepare", {"credit_code": firm.credit_code})
    row = Application.objects.get()
    assert (row.enterprise_id, row.state, row.judgement.awarded_fen) == (firm.pk, "checking", 500_000)


def test_the_list_is_searched_filtered_and_exported_without_accounts(client):
    row = make_application()
    make_application()
    client.force_login(person(Role.GRANT_MAKER))
    address = reverse("grants:applications")
    found = client.get(address, {"q": row.enterprise.credit_code}).context["page"]
    assert [each.pk for each in found] == [row.pk]
    assert not client.get(address, {"state": "paid"}).context["page"].object_list
    response = client.post(reverse("grants:export"), {"q": row.enterprise.name})
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    text = "|".join(str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line)
    assert row.enterprise.name in text
    assert not any(hidden in text for hidden in (row.account, row.phone, row.contact))
    assert AuditRecord.objects.get(act="grants.exported").details["rows"] == 1
