"""A unit that was asked and has no accounts: it need not sign, the desk enters its answer with the scan."""

import pytest

from huiqi.accounts.models import Deputyship
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands.closing import approve_answer
from huiqi.cases.commands.desk import accept_case, add_co_handler, assign_case
from huiqi.cases.commands.handling import sign_order
from huiqi.cases.commands.on_behalf import answer_for_unit, contact_for_unit
from huiqi.cases.models import Case, OrderMode, OrderState
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer
from huiqi.cases.workflow import Ending, Stage, State
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.files.commands import receive_upload
from huiqi.files.queries import attachments_of
from huiqi.files.tests.make_uploads import make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_officer("liuyang")


@pytest.fixture
def asked(officer):
    """A case whose lead is the tax office, asked and without accounts."""
    case = make_case(state=State.ACCEPTED, officer=officer)
    return assign_case(case, lead=make_office("tax"), mode=OrderMode.CONSULT, actor=officer, at=at())


def scan(actor):
    return receive_upload(make_upload(), actor=actor, at=at())


def entered(case, actor, **more):
    said = {"text": "可以延期缴税。", "proposed_ending": Ending.EXPLAINED, "scan": scan(actor)}
    return answer_for_unit(make_lead(case), actor=actor, at=at(), **{**said, **more})


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


def test_a_unit_with_accounts_signs_and_answers_itself(officer):
    handler = make_officer("tax")
    case = make_case(state=State.ACCEPTED, officer=officer)
    case = assign_case(case, lead=handler.unit, mode=OrderMode.CONSULT, actor=officer, at=at())
    assert case.state == State.ASSIGNED
    sign_order(make_lead(case), actor=handler, at=at())
    assert refusal(entered, case, officer) == "cases.unit_answers_itself"


def test_an_ordered_unit_is_waited_for_even_when_nobody_is_there(officer):
    case = make_case(state=State.ACCEPTED, officer=officer)
    case = assign_case(case, lead=make_office("tax"), mandate="领导小组纪要", actor=officer, at=at())
    assert case.state == State.ASSIGNED


def test_no_signature_is_asked_of_who_cannot_sign(asked):
    order = make_lead(asked)
    assert (asked.state, order.state) == (State.HANDLING, OrderState.SIGNED)
    stages = set(asked.clocks.running().values_list("stage", flat=True))
    assert stages == {Stage.CONSULT, Stage.CONTACT, Stage.HANDLE}
    assert asked.events.get(kind="sign").details["without_accounts"] is True


def test_the_answer_needs_the_scan_and_the_call_to_the_requester(asked, officer):
    assert refusal(entered, asked, officer, scan=None) == "cases.scan_missing"
    assert refusal(entered, asked, officer) == "cases.not_contacted"


def test_the_desk_enters_call_and_answer_and_somebody_else_reviews(asked, officer):
    contact_for_unit(make_lead(asked), note="已电话告知。", actor=officer, at=at())
    order = entered(asked, officer)
    case = Case.objects.get(pk=asked.pk)
    assert (case.state, order.state, order.answer) == (State.ANSWERED, OrderState.ANSWERED, "可以延期缴税。")
    assert attachments_of(case).count() == 1
    row = AuditRecord.objects.get(act="case.answer")
    assert (row.actor_id, row.on_behalf_id) == (officer.public_id, order.unit.public_id)
    assert case.events.get(kind="answer").unit == order.unit
    assert refusal(approve_answer, case, actor=officer, at=at()) == "cases.own_answer"
    approve_answer(case, actor=make_officer("changsha"), at=at())


def test_the_audit_page_names_the_unit_behind_the_entry(client, asked, officer):
    contact_for_unit(make_lead(asked), note="已电话告知。", actor=officer, at=at())
    entered(asked, officer)
    client.force_login(make_officer("province", Role.AUDIT_ADMIN))
    rows = client.get("/accounts/audit/").context["shown"]
    assert {row["behalf"] for row in rows if row["row"].act == "case.answer"} == {"省税务局"}


def test_a_co_handler_without_accounts_is_answered_for_too(officer):
    case = make_case(state=State.HANDLING, officer=officer)
    add_co_handler(case, unit=make_office("tax"), actor=officer, at=at())
    order = case.orders.get(part="co")
    assert order.state == OrderState.SIGNED
    answer_for_unit(order, text="同意。", scan=scan(officer), actor=officer, at=at())
    row = AuditRecord.objects.get(act="case.co_answered")
    assert row.on_behalf_id == order.unit.public_id


def test_the_page_offers_the_entry_to_the_desk_alone(client, settings, asked, officer):
    settings.REFERENCE_DATE = at().date()
    client.force_login(officer)
    address = f"/cases/{asked.public_id}/"
    page = client.get(address).content.decode()
    assert "代记联系诉求人" in page and "代录单位答复" not in page
    assert "省税务局没有账号" in page and "单位没有账号，不用签收" in page
    order = make_lead(asked)
    client.post(
        f"{address}act/contact_for/",
        {"target": order.public_id, "version": asked.version, "note": "已告知。"},
    )
    page = client.get(address).content.decode()
    assert "代录单位答复" in page
    sent = {"target": order.public_id, "text": "可以延期。", "ending": "explained"}
    version = Case.objects.get(pk=asked.pk).version
    without = client.post(f"{address}act/answer_for/", {**sent, "version": version})
    assert without.status_code == 422
    done = client.post(f"{address}act/answer_for/", {**sent, "version": version, "scan": make_upload()})
    assert done.status_code == 302
    client.force_login(make_officer("changsha"))
    assert client.post(f"{address}act/answer_for/", sent).status_code == 404


def test_an_act_for_a_unit_where_somebody_only_fills_in_names_who_is_absent():
    """A deputy with a post of the own and the same power: the trail says whose unit it was."""
    absent, deputy = make_officer("liuyang"), make_officer("xiangtan")
    case = make_case(officer=absent)
    day = at().date()
    Deputyship.objects.create(absent=absent, deputy=deputy, from_on=day, to_on=day)
    accept_case(case, actor=deputy, at=at())
    row = AuditRecord.objects.get(act="case.accept")
    assert (row.actor_id, row.on_behalf_id) == (deputy.public_id, absent.public_id)
    assign_case(case, lead=absent.unit, actor=absent, at=at())
    assert AuditRecord.objects.get(act="case.assign").on_behalf_id == ""
