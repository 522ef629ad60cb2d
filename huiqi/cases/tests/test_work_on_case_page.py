"""The staff's page of a case and the acts upon it: refusals first, two people at once, nothing typed lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import UnitKind, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_unit
from huiqi.cases.commands.desk import accept_case
from huiqi.cases.models import Case, Event
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer
from huiqi.cases.workflow import State
from huiqi.core.models import AuditRecord

pytestmark = pytest.mark.django_db


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, case: Case, name: str, **given: Any) -> Any:
    data = {"version": case.version, "seen": 0, **given}
    return client.post(reverse("cases:act", args=[case.public_id, name]), data)


def page(client: Client, case: Case) -> Any:
    return client.get(reverse("cases:case", args=[case.public_id]))


def test_somebody_of_another_county_finds_no_such_case():
    case = make_case()
    assert page(enter(make_officer("xiangtan")), case).status_code == 404


def test_a_leader_sees_the_case_and_may_not_accept_it():
    case = make_case()
    leader = enter(make_officer("province", Role.LEADER))
    assert page(leader, case).status_code == 200
    assert act(leader, case, "accept").status_code == 404
    case.refresh_from_db()
    assert case.state == State.REGISTERED


def test_an_act_nobody_knows_is_not_found():
    case = make_case()
    assert act(enter(make_officer()), case, "explode").status_code == 404


def test_the_officer_accepts_with_one_press():
    case = make_case()
    answer = act(enter(make_officer()), case, "accept")
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == State.ACCEPTED


def test_who_pressed_later_sees_what_the_other_did_and_keeps_the_text():
    case = make_case()
    seen = case.events.latest("pk").pk
    accept_case(case, actor=make_officer(name="李某"), at=at())
    answer = act(
        enter(make_officer()), case, "refuse", seen=seen, reason="outside", text="没有具体的事项，请补充。"
    )
    assert answer.status_code == 409
    page_text = answer.content.decode()
    assert "没有具体的事项，请补充。" in page_text
    assert "李某" in page_text
    case.refresh_from_db()
    assert case.state == State.ACCEPTED


def test_without_a_version_nothing_is_done():
    case = make_case()
    answer = enter(make_officer()).post(reverse("cases:act", args=[case.public_id, "accept"]), {})
    assert answer.status_code == 409
    case.refresh_from_db()
    assert case.state == State.REGISTERED


def test_a_missing_reason_is_asked_for_with_the_words_kept():
    case = make_case()
    answer = act(enter(make_officer()), case, "refuse", reason="", text="请找市场监管局。")
    assert answer.status_code == 422
    assert "请找市场监管局。" in answer.content.decode()


def test_the_name_and_number_stay_masked_until_a_reason_is_given():
    case = make_case(name="欧阳秀", phone="13812345678")
    client = enter(make_officer())
    shown = page(client, case).content.decode()
    assert "13812345678" not in shown and "欧阳秀" not in shown
    answer = client.post(reverse("cases:reveal", args=[case.public_id]), {"reason": "contact"})
    assert "13812345678" in answer.content.decode() and "欧阳秀" in answer.content.decode()
    assert Event.objects.filter(case=case, kind="unmasked", is_public=False).exists()
    assert AuditRecord.objects.filter(act="case.unmasked").exists()
    assert "13812345678" not in page(client, case).content.decode()


def test_a_leader_cannot_unmask():
    case = make_case()
    leader = enter(make_officer("province", Role.LEADER))
    assert (
        leader.post(reverse("cases:reveal", args=[case.public_id]), {"reason": "contact"}).status_code == 404
    )


def test_the_unit_complained_of_never_learns_who_asks():
    debtor = make_unit(name="某市财政局", kind=UnitKind.AUTHORITY, region="430181")
    clerk = make_officer(debtor, Role.AUTHORITY_OFFICER)
    make_case()  # the edition of the item
    from huiqi.cases.tests.make import make_edition  # noqa: PLC0415  beside its use

    make_edition("late-payment", masks_requester=True)
    case = make_case(
        item="late-payment",
        state=State.ASSIGNED,
        lead=None,
        firm_name="演示货车厂",
        title="演示货车厂货款",
        text="我们演示货车厂的货款没有付。",
        name="欧阳秀",
        phone="13812345678",
        answers={"debtor_name": "某市财政局"},
    )
    order = make_lead(case)
    type(order).objects.filter(pk=order.pk).update(unit=debtor)
    client = enter(clerk)
    shown = page(client, case).content.decode()
    assert "演示货车厂" not in shown and "欧阳秀" not in shown and "138****5678" not in shown
    assert (
        client.post(reverse("cases:reveal", args=[case.public_id]), {"reason": "contact"}).status_code == 404
    )
    listed = client.get(reverse("cases:queue") + "?tab=all").content.decode()
    assert case.spoken_number in listed
    assert "演示货车厂" not in listed


def test_the_handler_signs_calls_and_answers_from_the_page():
    case = make_case(state=State.ASSIGNED)
    officer = make_officer()
    client, order = enter(officer), make_lead(case)
    for name, given in (
        ("sign", {}),
        ("contact", {"note": "电话核实，情况属实。"}),
        ("answer", {"text": "已安排专场招聘。", "ending": "solved"}),
    ):
        case.refresh_from_db()
        answer = act(client, case, name, target=order.public_id, **given)
        assert answer.status_code == 302, answer.content.decode()
    case.refresh_from_db()
    assert case.state == State.ANSWERED
    assert act(client, case, "approve", text="好", ending="solved").status_code == 409


def test_an_order_of_another_unit_is_not_found():
    case = make_case(state=State.ASSIGNED)
    stranger = make_unit(name="湘潭某局", kind=UnitKind.AUTHORITY, region="430300")
    clerk = enter(make_officer(stranger, Role.AUTHORITY_OFFICER))
    assert act(clerk, case, "sign", target=make_lead(case).public_id).status_code == 404


def test_dispatch_shows_load_and_gives_the_case():
    case = make_case(state=State.ACCEPTED)
    client = enter(make_officer())
    url = reverse("cases:dispatch", args=[case.public_id])
    assert "浏阳" in client.get(url).content.decode()
    answer = client.post(url, {"version": case.version, "other": "没有这个局", "mode": "auto"})
    assert answer.status_code == 422
    lead = case.desk.public_id
    answer = client.post(url, {"version": case.version, "lead": lead, "mode": "auto"})
    assert answer.status_code == 302, answer.content.decode()
    case.refresh_from_db()
    assert case.state == State.ASSIGNED


def test_dispatch_after_somebody_else_did_keeps_what_was_typed():
    case = make_case(state=State.ACCEPTED)
    url = reverse("cases:dispatch", args=[case.public_id])
    data = {"version": case.version - 1, "lead": case.desk.public_id, "mode": "auto", "instruction": "请快办"}
    answer = enter(make_officer()).post(url, data)
    assert answer.status_code == 409
    assert "请快办" in answer.content.decode()


@pytest.mark.parametrize("state", [State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.HANDLING,
                                   State.ANSWERED, State.CALLING_BACK])  # fmt: skip
def test_the_page_stands_in_every_state(state):
    case = make_case(state=state)
    assert page(enter(make_officer()), case).status_code == 200
