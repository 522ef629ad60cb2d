"""The account: each number's numerator, denominator and what is left out, from cases made by the commands."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from huiqi.accounts.scope import EVERYTHING, Area, Scope
from huiqi.cases.commands.closing import approve_answer, rate_case, record_call_back
from huiqi.cases.commands.desk import withdraw_case
from huiqi.cases.commands.handling import answer_order, record_contact, send_back, sign_order
from huiqi.cases.models import Case
from huiqi.cases.queries.figure_counts import ALL, By, cases_in
from huiqi.cases.queries.figure_tables import (
    Days,
    Tally,
    days,
    hide_small,
    hot_topics,
    rows_for,
    shortages,
    tallies,
)
from huiqi.cases.queries.figures import NUMBERS, REST, Account, Number
from huiqi.cases.tests.direct_figures import account_rows
from huiqi.cases.tests.make import at, load_shipped, make_case, make_lead, make_officer
from huiqi.cases.workflow import Channel, Ending, State, Word

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PROVINCE = Scope((Area(region=""),))


def account(scope: Scope = PROVINCE, now: datetime | None = None, **only: Any) -> Account:
    """March 2020 as it stood at the end of the month."""
    return Account(
        scope,
        at("2020-03-01", "00:00"),
        at("2020-04-01", "00:00"),
        now or at("2020-03-31"),
        tuple(only.items()),
    )


def tally(name: str, of: Account | None = None) -> Tally:
    """A number in all."""
    found = tallies([name], of or account())[name]
    return found.get(ALL, Tally(NUMBERS[name], (0,) * (len(NUMBERS[name].parts) + 1)))


def part(found: Tally, name: str) -> int:
    """The rows in one part."""
    return {line[0]: line[2] for line in found.lines()}[name]


def behind(number: Number, name: str, of: Account) -> list[int]:
    """The cases of a part."""
    return cases_in(number, name, of, rows_for([number.id], of))


def called_back(word: Word, rating: int | None = None, **asked: Any) -> Case:
    """A case that ended with the requester's word."""
    case = make_case(state=State.CALLING_BACK, **asked)
    return rate_case(case, word=word, rating=rating, actor=None, at=at("2020-03-03"))


def not_reached(**asked: Any) -> Case:
    """A case that ended after three tries on three working days."""
    case = make_case(state=State.CALLING_BACK, **asked)
    officer = make_officer("liuyang")
    for day in ("2020-03-03", "2020-03-04", "2020-03-05"):
        case = record_call_back(case, word=Word.UNREACHABLE, actor=officer, at=at(day))
    assert case.state == State.ENDED
    return case


# --- what is not counted -------------------------------------------------------------------------------


def test_a_handler_who_proposes_solved_solves_nothing():
    make_case(state=State.CALLING_BACK, proposed=Ending.SOLVED)
    assert tally("solved").of == 0
    assert tally("solved").percent is None


def test_who_was_not_reached_counts_neither_as_solved_nor_as_satisfied():
    not_reached()
    solved, satisfied = tally("solved"), tally("satisfied")
    assert (solved.counted, solved.of, part(solved, "unreachable")) == (0, 0, 1)
    assert (satisfied.counted, satisfied.of, part(satisfied, "unreachable")) == (0, 0, 1)
    assert tally("unreachable").counted == 1


def test_a_case_left_out_on_appeal_is_in_no_rate_and_shown():
    case = called_back(Word.SOLVED, 5)
    Case.objects.filter(pk=case.pk).update(excluded_at=at("2020-03-10"))
    for name in ("solved", "satisfied", "response"):
        found = tally(name)
        assert (found.of, part(found, "excluded")) == (0, 1), name


@pytest.mark.parametrize("ending", [Ending.OUTSIDE_POWER, Ending.POLICY_FORBIDS])
def test_honest_endings_that_somebody_reviewed_are_left_out_and_shown(ending):
    case = called_back(Word.SOLVED, 5)
    Case.objects.filter(pk=case.pk).update(ending=ending)
    assert tally("solved").of == 0
    assert part(tally("solved"), ending.value) == 1


def test_withdrawn_cases_ended_but_are_in_no_rate():
    withdraw_case(make_case(), reason="自己解决了", actor=None, at=at("2020-03-03"))
    assert tally("ended").counted == 1
    assert part(tally("solved"), "withdrawn") == 1
    assert tally("redone").of == 0


def test_a_scope_sees_its_own_region_alone():
    called_back(Word.SOLVED, 5)
    assert tally("received", account(Scope((Area(region="4303"),)))).rows == 0
    assert tally("received", account(Scope())).rows == 0
    assert tally("received", account(Scope((Area(region="4301"),)))).rows == 1
    assert Scope((Area(region=""),)).rows() == EVERYTHING


def test_cases_of_another_month_are_not_counted():
    make_case(when=at("2020-02-28"))
    make_case(when=at("2020-04-01", "00:00"))
    assert tally("received").rows == 0


# --- rates ---------------------------------------------------------------------------------------------


def test_only_the_word_solved_of_those_reached_makes_the_rate():
    called_back(Word.SOLVED, 5)
    called_back(Word.SOLVED)
    called_back(Word.PARTLY, 2)
    not_reached()
    solved, satisfied = tally("solved"), tally("satisfied")
    assert (solved.counted, solved.of, solved.percent) == (2, 3, Decimal("66.7"))
    assert (satisfied.counted, satisfied.of, satisfied.percent) == (1, 2, Decimal("50.0"))
    assert part(satisfied, "not_rated") == 1


def test_parts_add_up_to_all_rows_of_the_base():
    called_back(Word.SOLVED, 5)
    not_reached()
    withdraw_case(make_case(), reason="自己解决了", actor=None, at=at("2020-03-03"))
    make_case(state=State.HANDLING)
    now = account()
    for name, number in NUMBERS.items():
        found = tally(name, now)
        assert found.rows == account_rows(number.base, now).count(), name
        counts = [len(behind(number, line[0], now)) for line in found.lines()]
        assert sum(counts) == found.rows or number.counted is None, name


def test_contact_in_time_is_response_and_late_contact_is_not():
    make_case(state=State.ANSWERED)
    late = make_case(state=State.HANDLING)
    record_contact(make_lead(late), note="电话联系", actor=make_officer("liuyang"), at=at("2020-03-16"))
    silent = make_case(state=State.HANDLING)
    found = tally("response")
    assert (found.counted, found.of) == (1, 3)
    assert silent.pk in behind(NUMBERS["response"], REST, account())


def test_a_clock_that_has_not_ended_yet_says_nothing():
    make_case(state=State.HANDLING)
    early = account(now=at("2020-03-03"))
    assert (tally("on_time", early).of, part(tally("on_time", early), "not_due")) == (0, 1)
    assert (tally("on_time").counted, tally("on_time").of) == (0, 1)


def test_a_matter_that_went_away_before_the_end_is_no_success_in_time():
    case = make_case(state=State.HANDLING)
    withdraw_case(case, reason="自己解决了", actor=None, at=at("2020-03-03"))
    found = tally("on_time")
    assert (found.counted, part(found, "gone")) == (0, 1)


def test_returned_orders_are_bounces():
    case = make_case(state=State.ASSIGNED)
    officer = make_officer("liuyang")
    send_back(make_lead(case), reason="not_ours", text="职责在商务局。", actor=officer, at=at(time="11:00"))
    make_case(state=State.HANDLING)
    found = tally("bounced")
    assert (found.counted, found.of, found.percent) == (1, 2, Decimal("50.0"))


def test_days_are_working_days_and_the_ninetieth_percentile_really_occurred():
    officer = make_officer("liuyang")
    for day in ("2020-03-03", "2020-03-04", "2020-03-09"):
        case = make_case(state=State.HANDLING)
        order = make_lead(case)
        record_contact(order, note="电话联系", actor=officer, at=at(day))
        answer_order(order, text="办好了", proposed_ending=Ending.SOLVED, actor=officer, at=at(day))
    # Counted from Tuesday: an hour, a day and an hour, four days and an hour.
    assert days(account()) == {ALL: Days(3, Decimal("1.1"), Decimal("4.1"))}


def test_the_same_matter_again_within_thirty_days_is_a_repeat():
    make_case(phone="13800000001", when=at("2020-02-28"))
    make_case(phone="13800000001")
    make_case(phone="13800000002")
    make_case(phone="13800000001", topic="tax")
    assert (tally("repeated").counted, tally("repeated").of) == (1, 3)


def test_a_second_round_is_a_redo():
    case = make_case(state=State.CALLING_BACK)
    case = rate_case(case, word=Word.NOT_SOLVED, actor=None, at=at("2020-03-03"))
    officer = make_officer("liuyang")
    answer_order(
        make_lead(case), text="重办", proposed_ending=Ending.SOLVED, actor=officer, at=at("2020-03-04")
    )
    approve_answer(case, actor=make_officer("changsha"), at=at("2020-03-04"))
    rate_case(case, word=Word.SOLVED, actor=None, at=at("2020-03-05"))
    assert (tally("redone").counted, tally("redone").of) == (1, 1)


# --- tables --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", list(By))
def test_every_table_adds_up_to_the_whole(by):
    called_back(Word.SOLVED, 5)
    called_back(Word.PARTLY, 2, channel=Channel.PHONE, topic="tax")
    make_case(state=State.HANDLING)
    names = list(NUMBERS)
    whole, parted = tallies(names, account()), tallies(names, account(), by)
    for name in names:
        rows = sum(found.rows for found in parted[name].values())
        assert rows == sum(found.rows for found in whole[name].values()), name


def test_all_numbers_of_a_base_are_read_once(django_assert_num_queries):
    called_back(Word.SOLVED, 5)
    # What changed, the last case, the blocks there are, and the one base.
    with django_assert_num_queries(4):
        tallies(["ended", "solved", "satisfied", "redone"], account(), By.UNIT)


def test_hot_topics_compare_with_the_week_before_only_when_there_was_enough():
    for _ in range(6):
        make_case(when=at("2020-03-20"))
        make_case(when=at("2020-03-27"))
    make_case(when=at("2020-03-27"))
    make_case(topic="tax", when=at("2020-03-27"))
    work, tax = hot_topics(account())
    assert (work.now, work.before, work.growth) == (7, 6, Decimal(17))
    assert (tax.now, tax.before, tax.growth) == (1, 0, None)


def test_the_shortage_board_counts_open_ones_by_kind_and_county():
    load_shipped()
    make_case(item="shortage", topic="protective", title="缺口罩", when=at("2020-03-30"))
    make_case(item="shortage", topic="protective", prefecture="430182", when=at("2020-03-02"))
    found = {(row.topic, row.county): row for row in shortages(account())}
    assert found["protective", "430181"].new == 1
    assert found["protective", "430182"].late == 1


def test_a_single_small_cell_hides_a_second_one():
    assert hide_small({("a",): 3, ("b",): 9, ("c",): 6}) == {("a",), ("c",)}
    assert hide_small({("a",): 3, ("b",): 4, ("c",): 6}) == {("a",), ("b",)}
    assert hide_small({("a",): 0, ("b",): 6}) == set()


def test_signing_in_time_counts_a_return_in_time_too():
    case = make_case(state=State.ASSIGNED)
    officer = make_officer("liuyang")
    send_back(make_lead(case), reason="not_ours", text="职责在商务局。", actor=officer, at=at(time="11:00"))
    late = make_case(state=State.ASSIGNED)
    sign_order(make_lead(late), actor=officer, at=at("2020-03-20"))
    assert (tally("signed").counted, tally("signed").of) == (1, 2)
