"""A notice that asks for something is settled when somebody did it; the next one is told anew."""

import pytest

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.commands.approvals import ask_extension, decide_approval
from huiqi.cases.commands.closing import approve_answer, rate_case, redo_case
from huiqi.cases.commands.desk import accept_case, ask_supplement, assign_case, give_supplement, withdraw_case
from huiqi.cases.commands.handling import hand_on, send_back, sign_order
from huiqi.cases.commands.reminders import send_reminders
from huiqi.cases.commands.supervision import answer_supervision, issue_supervision, order_supervision
from huiqi.cases.notices import (
    DUE_SOON,
    ORDER_RETURNED,
    ORDER_SENT,
    OVERDUE,
    SUPERVISED,
    TO_DECIDE,
    TO_ISSUE,
    TO_REVIEW,
    YOUR_TURN,
)
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer
from huiqi.cases.workflow import State, Word

pytestmark = pytest.mark.django_db
LATE = "2020-03-20"


def unread(user, kind):
    return user.notices.filter(kind=kind, read_at=None).count()


def test_a_second_dispatch_to_a_unit_on_one_day_is_told_again():
    handler = make_officer("park")
    case = make_case(state=State.ACCEPTED)
    words = {"mandate": "领导小组纪要", "actor": None, "at": at()}
    assign_case(case, lead=handler.unit, **words)
    send_back(make_lead(case), reason="not_ours", text="不归我局。", actor=handler, at=at())
    assert unread(handler, ORDER_SENT) == 0
    assign_case(case, lead=handler.unit, **words)
    assert unread(handler, ORDER_SENT) == 1


def test_what_was_taken_away_and_given_again_is_no_longer_taken_away():
    handler = make_officer("park")
    case = make_case(state=State.ACCEPTED)
    words = {"mandate": "领导小组纪要", "actor": None, "at": at()}
    assign_case(case, lead=handler.unit, **words)
    assign_case(case, lead=make_officer().unit, **words)
    assert (unread(handler, ORDER_SENT), unread(handler, ORDER_RETURNED)) == (0, 1)
    assign_case(case, lead=handler.unit, **words)
    assert (unread(handler, ORDER_SENT), unread(handler, ORDER_RETURNED)) == (1, 0)


def test_the_desk_need_not_read_of_a_return_once_the_case_is_given_anew_and_reads_of_the_next():
    case, dispatcher = make_case(state=State.ASSIGNED), make_officer("liuyang", Role.DISPATCHER)
    for _ in range(2):
        send_back(make_lead(case), reason="not_ours", text="不归我局。", actor=None, at=at())
        assert unread(dispatcher, ORDER_RETURNED) == 1
        assign_case(case, lead=make_officer().unit, actor=None, at=at())
        assert unread(dispatcher, ORDER_RETURNED) == 0


def test_signing_settles_the_order_for_the_whole_unit():
    first, second = make_officer(), make_officer()
    case = make_case(state=State.ASSIGNED, officer=make_officer("changsha"))
    sign_order(make_lead(case), actor=first, at=at())
    assert unread(first, ORDER_SENT) == unread(second, ORDER_SENT) == 0


def test_handing_on_and_back_on_one_day_is_told_each_time():
    first, second = make_officer(), make_officer()
    order = make_lead(make_case(state=State.HANDLING, officer=first))
    for _ in range(2):
        hand_on(order, colleague=second, actor=first, at=at())
        assert unread(second, ORDER_SENT) == 1
        hand_on(order, colleague=first, actor=second, at=at())
        assert (unread(first, ORDER_SENT), unread(second, ORDER_SENT)) == (1, 0)


def test_a_reminder_is_settled_when_its_clock_stops():
    handler = make_officer()
    case = make_case(state=State.ASSIGNED, officer=make_officer("changsha"))
    send_reminders(at=at(LATE))
    assert unread(handler, OVERDUE) == 1
    sign_order(make_lead(case), actor=handler, at=at(LATE))
    assert unread(handler, OVERDUE) == 0


def test_a_reminder_is_settled_when_more_time_is_granted_and_comes_again_for_the_new_end():
    handler = make_officer()
    case = make_case(state=State.HANDLING, officer=handler)
    send_reminders(at=at("2020-03-06", "17:40"))
    assert unread(handler, DUE_SOON) == 1
    reviewer = make_officer("changsha")
    asked = ask_extension(make_lead(case), amount=3, reason="等批复。", actor=handler, at=at("2020-03-06"))
    decide_approval(asked, granted=True, actor=reviewer, at=at("2020-03-06", "17:50"))
    assert unread(handler, DUE_SOON) == 0
    send_reminders(at=at("2020-03-11", "17:40"))
    assert unread(handler, DUE_SOON) == 1


def test_a_question_is_settled_for_all_reviewers_when_one_decides():
    handler, first, second = make_officer(), make_officer(), make_officer()
    case = make_case(state=State.HANDLING, officer=handler)
    asked = ask_extension(make_lead(case), amount=3, reason="等批复。", actor=handler, at=at())
    assert unread(first, TO_DECIDE) == unread(second, TO_DECIDE) == 1
    decide_approval(asked, granted=True, actor=first, at=at())
    assert unread(first, TO_DECIDE) == unread(second, TO_DECIDE) == 0


@pytest.mark.parametrize("how", ["approve", "redo", "withdraw"])
def test_a_review_is_settled_whatever_comes_of_it(how):
    handler, reviewer = make_officer(), make_officer()
    case = make_case(state=State.ANSWERED, officer=handler)
    assert unread(reviewer, TO_REVIEW) == 1
    if how == "approve":
        approve_answer(case, actor=make_officer("changsha"), at=at())
    elif how == "redo":
        redo_case(case, reason="没有写明依据。", actor=None, at=at())
    else:
        withdraw_case(case, reason="解决了。", actor=None, at=at())
    assert unread(reviewer, TO_REVIEW) == 0


def test_the_requesters_turn_is_settled_by_the_supplement_and_by_the_rating():
    requester = make_user(role=Role.FIRM)
    case = make_case(requester=requester)
    ask_supplement(case, text="请补合同。", actor=None, at=at())
    assert unread(requester, YOUR_TURN) == 1
    give_supplement(case, text="补上了。", actor=requester, at=at())
    assert unread(requester, YOUR_TURN) == 0
    other = make_case(state=State.CALLING_BACK, requester=requester)
    assert unread(requester, YOUR_TURN) == 1
    rate_case(other, word=Word.SOLVED, rating=5, actor=requester, at=at())
    assert unread(requester, YOUR_TURN) == 0


def test_a_letter_of_supervision_is_settled_by_issuing_and_by_answering():
    supervisor, handler = make_officer("liuyang", Role.SUPERVISOR), make_officer()
    other = make_officer("liuyang", Role.SUPERVISOR)
    case = make_case(state=State.HANDLING, officer=handler)
    draft = order_supervision(case, unit=handler.unit, text="请说明。", actor=supervisor, at=at())
    assert unread(other, TO_ISSUE) == 1
    day = at("2020-03-05").date()
    letter = issue_supervision(draft, text="请说明。", answer_by=day, actor=supervisor, at=at())
    assert (unread(other, TO_ISSUE), unread(handler, SUPERVISED)) == (0, 1)
    answer_supervision(letter, text="已办。", actor=handler, at=at())
    assert (unread(handler, SUPERVISED), unread(supervisor, SUPERVISED)) == (0, 1)


def test_reading_is_not_undone_and_nothing_else_is_settled():
    handler, reader = make_officer(), make_officer()
    case, other = make_case(state=State.ASSIGNED, officer=handler), make_case(state=State.ASSIGNED)
    reader.notices.update(read_at=at("2020-03-01"))
    sign_order(make_lead(case), actor=handler, at=at())
    notice = reader.notices.get(kind=ORDER_SENT, url__contains=case.public_id)
    assert (notice.read_at, notice.settled_at) == (at("2020-03-01"), at())
    assert reader.notices.get(kind=ORDER_SENT, url__contains=other.public_id).settled_at is None


def test_what_a_new_case_asks_of_the_desk_is_settled_by_accepting_it():
    case, dispatcher = make_case(), make_officer("liuyang", Role.DISPATCHER)
    accept_case(case, actor=dispatcher, at=at())
    assert not dispatcher.notices.filter(kind="cases.new_on_desk", settled_at=None).exists()
