"""Who is told of a case: those whose turn it is, once a day, with a number and a link."""

import pytest

from huiqi.accounts.models import Deputyship
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.commands.closing import approve_answer
from huiqi.cases.commands.desk import accept_case, ask_supplement, assign_case, withdraw_case
from huiqi.cases.commands.handling import message_requester, take_on, write_to_office
from huiqi.cases.notices import NEW_ON_DESK, ORDER_RETURNED, ORDER_SENT, PROGRESS, TO_REVIEW, YOUR_TURN
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer
from huiqi.cases.workflow import State
from huiqi.core.errors import Refused
from huiqi.messages.commands.digests import send_digests
from huiqi.messages.models import Delivery, Notice

pytestmark = pytest.mark.django_db


def kinds(user):
    return sorted(user.notices.values_list("kind", flat=True))


def test_an_order_is_told_to_those_who_may_handle_and_to_nobody_else():
    case = make_case(state=State.ACCEPTED)
    handler, dispatcher = make_officer("park"), make_officer("park", Role.DISPATCHER)
    away = make_officer("park", is_active=False)
    unsure = make_officer("park", is_role_confirmed=False)
    assign_case(case, lead=handler.unit, mandate="领导小组纪要", actor=make_officer(), at=at())
    assert kinds(handler) == [ORDER_SENT]
    assert kinds(dispatcher) == kinds(away) == kinds(unsure) == []


def test_nobody_is_told_of_the_own_act():
    officer = make_officer()
    case = make_case(state=State.ACCEPTED, officer=officer)
    assign_case(case, lead=officer.unit, actor=officer, at=at())
    assert kinds(officer) == [NEW_ON_DESK], "of the case, which a visitor sent"


def test_who_fills_in_for_somebody_absent_is_told_in_his_place():
    handler, deputy = make_officer("park"), make_officer("changsha")
    day = at().date()
    Deputyship.objects.create(absent=handler, deputy=deputy, from_on=day, to_on=day)
    case = make_case(state=State.ACCEPTED)
    assign_case(case, lead=handler.unit, mandate="领导小组纪要", actor=make_officer(), at=at())
    assert kinds(handler) == kinds(deputy) == [ORDER_SENT]


def test_once_taken_on_only_the_handler_is_told():
    first, second = make_officer(name="王芳"), make_officer(name="刘伟")
    case = make_case(state=State.HANDLING, officer=make_officer("changsha"))
    Notice.objects.all().delete()
    take_on(make_lead(case), actor=first, at=at())
    write_to_office(case, text="请快一点。", actor=None, at=at())
    assert (kinds(first), kinds(second)) == ([PROGRESS], [])


def test_the_same_person_hears_of_one_kind_once_a_day():
    case, handler = make_case(state=State.HANDLING), make_officer("liuyang")
    for day in ("2020-03-02", "2020-03-02", "2020-03-03"):
        write_to_office(case, text="请快一点。", actor=None, at=at(day))
    assert handler.notices.filter(kind=PROGRESS).count() == 2


def test_the_requester_hears_of_each_step_that_concerns_him():
    requester = make_user(role=Role.FIRM)
    case = make_case(requester=requester)
    accept_case(case, actor=make_officer(), at=at())
    assign_case(case, lead=make_officer().unit, actor=make_officer(), at=at())
    assert kinds(requester) == [PROGRESS]
    other = make_case(state=State.HANDLING, requester=requester)
    ask_supplement(other, text="请补合同。", actor=make_officer(), at=at("2020-03-03"))
    assert kinds(requester) == [PROGRESS, PROGRESS, YOUR_TURN]


def test_a_notice_holds_a_number_and_a_link_and_nothing_that_was_typed():
    requester = make_user(role=Role.FIRM)
    case = make_case(state=State.ANSWERED, requester=requester, firm_name="甲厂", title="甲厂缺人")
    approve_answer(case, text="秘密的答复。", actor=make_officer("changsha"), at=at())
    message_requester(case, text="请带身份证来。", actor=make_officer(), at=at())
    texts = set(Notice.objects.values_list("text", flat=True))
    for words in ("甲厂", "缺人", "秘密", "身份证", "李明"):
        assert not [text for text in texts if words in text]
    assert all(case.number in text for text in texts)
    assert all(case.public_id in url for url in Notice.objects.values_list("url", flat=True))


def test_a_text_message_holds_no_more():
    case = make_case(state=State.ANSWERED, phone="13800138000")
    approve_answer(case, text="秘密的答复。", actor=make_officer("changsha"), at=at())
    texts = [row.text for row in Delivery.objects.filter(purpose="case")]
    assert len(texts) == 2  # accepted, answered
    assert all(case.number in text and "秘密" not in text and "李明" not in text for text in texts)


def test_an_answer_reaches_who_has_only_a_number_also_on_a_day_with_other_news():
    case = make_case(state=State.HANDLING, phone="13800138000")
    Delivery.objects.all().delete()
    for words in ("请带合同来。", "几点来都可以。"):
        message_requester(case, text=words, actor=make_officer(), at=at())
    assert Delivery.objects.filter(purpose="case").count() == 1, "the same news once a day"
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at())
    other = make_case(state=State.ANSWERED, phone="13800138000")
    approve_answer(other, text="可以办。", actor=make_officer("changsha"), at=at())
    texts = [row.text for row in Delivery.objects.filter(purpose="case")]
    assert [text for text in texts if "补充" in text] and [text for text in texts if "评价" in text]


def test_a_reviewer_above_is_told_only_when_nobody_at_the_desk_can_review():
    above = make_officer("changsha")
    make_case(state=State.ANSWERED, officer=make_officer(name="独一人"))
    assert above.notices.filter(kind=TO_REVIEW).count() == 1
    colleague = make_officer()
    make_case(state=State.ANSWERED)
    assert colleague.notices.filter(kind=TO_REVIEW).count() == 1
    assert above.notices.filter(kind=TO_REVIEW).count() == 1


def test_who_worked_on_a_withdrawn_case_is_told_to_stop():
    officer = make_officer()
    case = make_case(state=State.HANDLING, officer=officer)
    withdraw_case(case, reason="解决了。", actor=None, at=at())
    assert ORDER_RETURNED in kinds(officer)


def test_a_word_to_the_requester_is_not_empty():
    case = make_case()
    for act in (message_requester, write_to_office):
        with pytest.raises(Refused):
            act(case, text=" ", actor=None, at=at())


# --- a case is registered ------------------------------------------------------------------------------


def test_who_dispatches_at_the_desk_is_told_of_a_new_case_and_nobody_else():
    officer, dispatcher = make_officer(), make_officer("liuyang", Role.DISPATCHER)
    reader, elsewhere = make_officer("liuyang", Role.ANALYST), make_officer("xiangtan")
    deputy, away = make_officer("changsha"), make_officer("liuyang", is_active=False)
    day = at().date()
    Deputyship.objects.create(absent=dispatcher, deputy=deputy, from_on=day, to_on=day)
    case = make_case(officer=officer)
    assert kinds(officer) == kinds(dispatcher) == kinds(deputy) == [NEW_ON_DESK]
    assert kinds(reader) == kinds(elsewhere) == kinds(away) == []
    notice = officer.notices.get()
    assert notice.text == f"诉求{case.number}新登记，请受理。"
    assert notice.url == f"/cases/{case.public_id}/"


def test_who_registers_a_case_at_the_own_desk_is_not_told_of_it():
    officer, colleague = make_officer(), make_officer()
    make_case(requester=officer)
    assert (kinds(officer), kinds(colleague)) == ([], [NEW_ON_DESK])


def test_however_many_cases_come_a_person_gets_one_digest_a_day():
    officer = make_officer(phone="13800138000")
    for _ in range(3):
        make_case()
    assert send_digests(at=at(time="17:00")) == {"people": 1, "notices": 3}
    make_case()
    assert send_digests(at=at(time="18:00")) == {"people": 0, "notices": 0}
    assert Delivery.objects.filter(user=officer, purpose="digest").count() == 1
