"""Duplicates become one case; nobody's request gets lost in it."""

import pytest

from huiqi.accounts.models import UnitKind
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_unit, make_user
from huiqi.cases.commands.closing import approve_answer, rate_case, record_call_back, reopen_case
from huiqi.cases.commands.desk import add_co_handler, merge_case, split_case, withdraw_case
from huiqi.cases.models import Case, OrderState
from huiqi.cases.notices import PROGRESS
from huiqi.cases.queries.alike import likely_duplicates
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import Ending, Stage, State, Word
from huiqi.core.errors import Refused
from huiqi.enterprises.tests.make import make_firm
from huiqi.messages.models import Delivery, Notice

pytestmark = pytest.mark.django_db


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


def merge(case, into, **said):
    words = {"reason": "同一企业同一件事。", "actor": make_officer(), "at": at("2020-03-03"), **said}
    return merge_case(case, into=into, **words)


def fresh(case):
    return Case.objects.get(pk=case.pk)


def test_a_merge_says_why_and_goes_into_an_open_case():
    case, other = make_case(), make_case(state=State.HANDLING)
    assert refusal(merge, case, other, reason="") == "cases.text_missing"
    withdraw_case(other, reason="", actor=None, at=at())
    assert refusal(merge, case, other) == "cases.master_ended"
    assert fresh(case).state == State.REGISTERED


def test_a_case_is_not_merged_into_itself_nor_back_into_what_was_merged_into_it():
    case, other = make_case(), make_case()
    assert refusal(merge, case, case) == "cases.merge_ring"
    merge(case, other)
    assert refusal(merge, other, case) == "cases.merge_ring"
    assert fresh(other).state == State.REGISTERED


def test_a_merged_case_ends_its_orders_and_clocks_and_names_its_master():
    below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    case, other = make_case(state=State.HANDLING), make_case(state=State.HANDLING)
    add_co_handler(case, unit=below, actor=None, at=at())
    case = merge(case, other)
    assert (case.state, case.ending, case.master) == (State.ENDED, Ending.MERGED, other)
    assert set(case.orders.values_list("state", flat=True)) == {OrderState.CANCELLED}
    assert not case.clocks.running().exists()
    assert fresh(other).clocks.running().exists()


def test_what_is_merged_into_a_merged_case_goes_to_its_master():
    first, second, third = (make_case() for _ in range(3))
    merge(first, second)
    assert merge(third, first).master == second
    fourth = make_case()
    merge(second, fourth)
    assert {fresh(case).master for case in (first, second, third)} == {fourth}


def test_both_requesters_are_told_without_a_word_of_each_other():
    asker, other_asker = make_user(role=Role.FIRM), make_user(role=Role.FIRM)
    case = make_case(requester=asker, firm_name="甲厂")
    other = make_case(requester=other_asker, firm_name="乙厂")
    merge(case, other)
    assert asker.notices.get(kind=PROGRESS).text == f"您的诉求{case.number}与另一件合并办理。"
    assert other_asker.notices.get(kind=PROGRESS).text == f"您的诉求{other.number}与另一件合并办理。"
    # The one who follows needs a number to refer to; the master's requester needs none.
    assert case.events.public().get(kind="merged_in").details == {"master": other.number}
    assert other.events.public().get(kind="merged_in").details == {}
    shown = [event.text + str(event.details) for event in other.events.public()]
    assert not [words for words in shown if "甲厂" in words or case.number in words]


def test_where_the_item_masks_requesters_the_other_hears_nothing():
    make_edition("arrears", masks_requester=True)
    asker, other_asker = make_user(role=Role.FIRM), make_user(role=Role.FIRM)
    case, other = (
        make_case(requester=asker, item="arrears"),
        make_case(requester=other_asker, item="arrears"),
    )
    merge(case, other)
    assert asker.notices.filter(kind=PROGRESS).count() == 1
    assert other_asker.notices.filter(kind=PROGRESS).count() == 0
    assert case.events.public().get(kind="merged_in").details == {"master": ""}
    assert not other.events.public().filter(kind="merged_in").exists()


def test_the_merged_requester_gets_the_master_s_answer_and_may_rate_it():
    asker = make_user(role=Role.FIRM)
    case, other = make_case(requester=asker), make_case(state=State.ANSWERED)
    merge(case, other)
    assert refusal(rate_case, case, word=Word.SOLVED, at=at()) == "cases.no_answer_yet"
    approve_answer(other, actor=make_officer("changsha"), at=at("2020-03-04"))
    assert fresh(case).answer == fresh(other).answer != ""
    assert asker.notices.filter(text__contains="已有答复").count() == 1
    case = rate_case(case, word=Word.SOLVED, rating=5, actor=asker, at=at("2020-03-04"))
    assert (case.ending, case.word, case.rating) == (Ending.MERGED, "solved", 5)
    # Whose own word it is: the master waits for that of its own requester.
    assert fresh(other).state == State.CALLING_BACK


def test_a_merged_requester_who_says_not_solved_is_heard():
    supervisor = make_officer("liuyang", Role.SUPERVISOR)
    case, other = make_case(), make_case(state=State.ANSWERED)
    merge(case, other)
    approve_answer(other, actor=make_officer("changsha"), at=at())
    case = rate_case(case, word=Word.NOT_SOLVED, at=at())
    assert (case.state, case.word) == (State.ENDED, "not_solved")
    assert supervisor.notices.filter(text__contains=case.number).exists()


def test_a_merged_case_is_split_and_not_opened_again():
    case, other = make_case(), make_case(state=State.HANDLING)
    assert refusal(split_case, case, reason="不是一件事。", actor=None, at=at()) == "cases.not_merged"
    merge(case, other)
    assert refusal(reopen_case, case, reason="再办。", actor=None, at=at()) == "cases.cannot_reopen"
    assert refusal(split_case, case, reason="", actor=None, at=at()) == "cases.text_missing"
    case = split_case(case, reason="不是一件事。", actor=make_officer(), at=at("2020-03-04"))
    assert (case.state, case.master, case.ending, case.ended_at) == (State.ACCEPTED, None, "", None)
    assert case.clocks.running().get().stage == Stage.DISPATCH


def test_who_followed_a_request_that_is_taken_back_goes_on_alone():
    first, second, master = make_case(), make_case(), make_case(state=State.HANDLING)
    merge(first, master)
    merge(second, master)
    withdraw_case(master, reason="我的解决了。", actor=None, at=at("2020-03-04"))
    first, second = fresh(first), fresh(second)
    assert (first.state, first.master) == (State.ACCEPTED, None)
    assert (second.ending, second.master) == (Ending.MERGED, first)
    assert first.clocks.running().get().stage == Stage.DISPATCH


def test_a_case_with_followers_may_still_be_ended():
    case, other = make_case(), make_case(state=State.CALLING_BACK)
    merge(case, other)
    other = record_call_back(other, word=Word.SOLVED, actor=make_officer(), at=at())
    assert (other.ending, fresh(case).ending) == (Ending.SOLVED, Ending.MERGED)


def test_who_left_only_a_number_is_told_by_text_message():
    case, other = make_case(phone="13800138000"), make_case()
    merge(case, other)
    sent = Delivery.objects.filter(text__isnull=False, purpose="case")
    mine = [row for row in sent if row.phone == "13800138000"]
    assert len(mine) == 1
    assert case.number in mine[0].text
    assert not Notice.objects.filter(kind=PROGRESS).exists()


# --- what looks alike -------------------------------------------------------------------------------------


def test_a_case_without_any_identity_is_like_no_other():
    """Elsewhere firms without a number were all taken for one and the same."""
    first = make_case(phone="", firm_name="甲厂")
    make_case(phone="", firm_name="甲厂")
    assert likely_duplicates(first) == []


def test_one_signal_is_not_enough():
    firm = make_firm()
    case = make_case(enterprise=firm, phone="13800138000")
    make_case(enterprise=firm, phone="13800138000", topic="tax")
    make_case()
    assert likely_duplicates(case) == []


@pytest.mark.parametrize("same", ["firm", "credit_code", "phone"])
def test_the_same_requester_about_the_same_topic_is_proposed(same):
    said = {
        "firm": {"enterprise": make_firm(credit_code=None)},
        "credit_code": {"credit_code": "91430100MA4L16JQ9B"},
        "phone": {"phone": "138-0013-8000"},
    }[same]
    case, other = make_case(**said), make_case(**said)
    (found,) = likely_duplicates(case)
    assert found.case == other
    assert found.signals == (same, "topic")
    assert fresh(other).state == State.REGISTERED


def test_what_came_a_month_before_is_another_matter():
    case = make_case(phone="13800138000", when=at("2020-03-02"))
    make_case(phone="13800138000", when=at("2020-01-20"))
    make_case(phone="13800138000", when=at("2020-04-08"))
    assert likely_duplicates(case) == []


def test_what_is_merged_already_is_not_proposed():
    case, other, third = (make_case(phone="13800138000") for _ in range(3))
    merge(other, third)
    assert [found.case for found in likely_duplicates(case)] == [third]
    assert make_lead(make_case(state=State.ASSIGNED)).is_open
