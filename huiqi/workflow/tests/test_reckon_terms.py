"""Segmented clocks: the figures of the design, and every clock bug of other trackers that we know of."""

from datetime import date

import pytest

from huiqi.workflow.terms import Limit, LimitUnit, half_way, later, reckon, warn_at
from huiqi.workflow.tests.make import AFTER, BEFORE, DAY, at, make_scale, make_term

SCALE = make_scale()
OFFICE, HOURS = LimitUnit.OFFICE_HOURS, LimitUnit.HOURS


def due_of(term, now="2020-02-10 09:00", scale=SCALE):
    return reckon(term, scale, at(now)).due_at


# --- the count of days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "known_on", "due"),
    [
        (5, BEFORE, "2020-02-04"),
        (5, AFTER, "2020-02-06"),
        (10, BEFORE, "2020-02-11"),
        (10, AFTER, "2020-02-13"),
    ],
)
def test_the_terms_of_the_design_end_where_it_says(days, known_on, due):
    term = make_term("2020-01-22 15:00", days)
    assert due_of(term, "2020-01-22 15:00", make_scale(known_on)) == at(f"{due} 17:30")


def test_a_holiday_announced_after_the_case_opened_moves_the_end():
    # chatwoot 6467, frappe/helpdesk PR 2449: open tickets kept the old list.
    term = make_term("2020-01-22 15:00", 5)
    before, after = (reckon(term, make_scale(known), at("2020-01-28 10:00")) for known in (BEFORE, AFTER))
    assert (before.due_at, after.due_at) == (at("2020-02-04 17:30"), at("2020-02-06 17:30"))
    assert before.allowed == after.allowed == 5 * DAY


def test_counting_starts_the_day_after_receipt_whatever_the_hour():
    ends = {due_of(make_term(f"2020-02-11 {hour}", 1)) for hour in ("00:00", "09:00", "17:31", "23:59")}
    assert ends == {at("2020-02-12 17:30")}


def test_a_term_over_a_saturday_made_up_counts_that_day():
    # 2020-01-17 was a Friday, 2020-01-19 the Sunday worked for it.
    assert due_of(make_term("2020-01-17 10:00", 1)) == at("2020-01-19 17:30")


def test_a_term_of_no_days_ends_with_the_day_or_with_the_next_working_day():
    assert due_of(make_term("2020-02-11 10:00", 0)) == at("2020-02-11 17:30")
    assert due_of(make_term("2020-02-15 10:00", 0)) == at("2020-02-17 17:30")


def test_a_county_with_a_holiday_of_its_own_counts_by_it():
    # 湘西州 rested on 2018-09-20 and 21, known on 13 September.
    term, known = make_term("2018-09-19 10:00", 1), date(2018, 9, 13)
    assert due_of(term, "2018-09-19 10:00", make_scale(known, "433101")) == at("2018-09-25 17:30")
    assert due_of(term, "2018-09-19 10:00", make_scale(known, "430181")) == at("2018-09-20 17:30")


# --- hours ---------------------------------------------------------------------------------------------


def test_office_hours_skip_the_lunch_break_and_the_night():
    assert due_of(make_term("2020-02-11 11:30", 2, OFFICE)) == at("2020-02-11 15:00")
    assert due_of(make_term("2020-02-14 16:30", 2, OFFICE)) == at("2020-02-17 10:00")


def test_an_office_hour_begun_at_lunch_or_on_sunday_begins_with_the_next_opening():
    assert due_of(make_term("2020-02-11 12:30", 1, OFFICE)) == at("2020-02-11 14:30")
    assert due_of(make_term("2020-02-16 12:30", 1, OFFICE)) == at("2020-02-17 10:00")


def test_a_term_of_no_hours_ends_when_it_begins_and_not_on_the_friday_before():
    for unit in (OFFICE, HOURS):
        assert due_of(make_term("2020-02-16 12:30", 0, unit)) == at("2020-02-16 12:30")


def test_hour_clocks_run_through_nights_and_holidays():
    term = make_term("2020-01-24 23:30", 24, HOURS)
    found = reckon(term, SCALE, at("2020-01-25 03:30"))
    assert found.due_at == at("2020-01-25 23:30")
    assert (found.used, found.left, found.is_late) == (240, 1200, False)


def test_an_hour_clock_is_paused_by_the_hour():
    term = make_term("2020-01-24 23:00", 4, HOURS, pauses=[("2020-01-25 00:00", "2020-01-25 09:00")])
    assert due_of(term, "2020-01-25 10:00") == at("2020-01-25 12:00")


# --- pauses --------------------------------------------------------------------------------------------


def test_a_pause_wholly_outside_office_hours_adds_nothing():
    # frappe/helpdesk 1675, 1554; erpnext PR 49414: 17:30 to 09:00 added sixteen hours.
    still = make_term("2020-02-10 10:00", 3)
    paused = make_term("2020-02-10 10:00", 3, pauses=[("2020-02-11 17:30", "2020-02-12 09:00")])
    assert due_of(paused, "2020-02-12 10:00") == due_of(still)
    lunch = make_term("2020-02-10 10:00", 3, pauses=[("2020-02-11 12:00", "2020-02-11 13:30")])
    assert due_of(lunch, "2020-02-12 10:00") == due_of(still)


def test_a_pause_over_a_weekend_adds_what_the_offices_worked_of_it():
    # glpi 10594, 22678: the weekend was added.
    term = make_term("2020-02-13 10:00", 5, pauses=[("2020-02-14 16:30", "2020-02-17 10:00")])
    found = reckon(term, SCALE, at("2020-02-17 11:00"))
    assert found.paused == 120
    assert (found.original_due_at, found.due_at) == (at("2020-02-20 17:30"), at("2020-02-21 11:00"))


def test_a_pause_lasts_when_the_limit_changes():
    # glpi 15605, PR 14937: changing the agreement forgot what was paused.
    pauses = [("2020-02-11 09:00", "2020-02-12 17:30")]
    short, long = (
        make_term("2020-02-10 10:00", 2, pauses=pauses),
        make_term("2020-02-10 10:00", 15, pauses=pauses),
    )
    assert due_of(short, "2020-02-13 09:00") == at("2020-02-14 17:30")
    assert reckon(long, SCALE, at("2020-02-13 09:00")).paused == 2 * DAY


def test_while_paused_the_end_moves_on_and_the_minutes_left_do_not():
    term = make_term("2020-02-10 10:00", 5, pauses=[("2020-02-11 17:30",)])
    early, later = (reckon(term, SCALE, at(now)) for now in ("2020-02-12 12:00", "2020-02-19 12:00"))
    assert early.is_paused and later.is_paused and not later.is_late
    assert early.left == later.left == 4 * DAY
    assert early.due_at == at("2020-02-18 12:00") and later.due_at == at("2020-02-25 12:00")


def test_a_pause_that_begins_after_the_end_does_not_bring_it_back():
    term = make_term("2020-02-10 10:00", 1, pauses=[("2020-02-11 18:00", "2020-02-20 17:30")])
    found = reckon(term, SCALE, at("2020-02-20 17:30"))
    assert found.due_at == at("2020-02-11 17:30") and found.is_late
    assert found.left == 0  # the lateness does not grow while it stands still


def test_an_overdue_term_stays_late_while_it_is_paused():
    term = make_term("2020-02-10 10:00", 1, pauses=[("2020-02-12 12:00",)])
    found = reckon(term, SCALE, at("2020-02-25 12:00"))
    assert found.is_paused and found.is_late and found.left == -180


def test_pauses_that_overlap_count_once():
    once = make_term("2020-02-10 10:00", 5, pauses=[("2020-02-11 09:00", "2020-02-13 12:00")])
    twice = make_term(
        "2020-02-10 10:00",
        5,
        pauses=[("2020-02-11 09:00", "2020-02-12 12:00"), ("2020-02-12 09:00", "2020-02-13 12:00")],
    )
    assert due_of(twice, "2020-02-14 09:00") == due_of(once, "2020-02-14 09:00")


def test_a_pause_before_the_count_begins_adds_nothing():
    term = make_term("2020-02-10 10:00", 5, pauses=[("2020-02-10 11:00", "2020-02-10 17:30")])
    assert due_of(term, "2020-02-12 10:00") == at("2020-02-17 17:30")


def test_what_ends_before_it_begins_or_begins_later_is_no_pause():
    # A site on a fixed reference date begins its day anew at midnight, so instants may run backwards.
    term = make_term("2020-02-10 10:00", 5, pauses=[("2020-02-12 15:00", "2020-02-12 10:00")])
    assert due_of(term, "2020-02-13 10:00") == at("2020-02-17 17:30")
    assert not reckon(
        make_term("2020-02-10 10:00", 5, pauses=[("2020-02-12 15:00",)]), SCALE, at("2020-02-12 10:00")
    ).is_paused


# --- lateness and the figures at the end ---------------------------------------------------------------


def test_a_term_is_late_from_the_minute_after_its_end():
    term = make_term("2020-02-10 10:00", 1)
    assert not reckon(term, SCALE, at("2020-02-11 17:30")).is_late
    assert reckon(term, SCALE, at("2020-02-11 17:31")).is_late


def test_what_is_stopped_stays_as_it_was_when_it_stopped():
    # zammad 4777: closing showed no figures.
    term = make_term("2020-02-10 10:00", 5, stopped="2020-02-12 12:00")
    found = reckon(term, SCALE, at("2020-06-01 10:00"))
    assert (found.used, found.allowed, found.is_late) == (DAY + 180, 5 * DAY, False)
    assert reckon(
        make_term("2020-02-10 10:00", 1, stopped="2020-02-12 12:00"), SCALE, at("2020-06-01 10:00")
    ).is_late


def test_segments_tell_the_whole_story_in_order():
    term = make_term("2020-02-10 10:00", 5, pauses=[("2020-02-11 17:30", "2020-02-13 17:30")])
    found = reckon(term, SCALE, at("2020-02-14 12:00"))
    assert [(part.reason, part.minutes) for part in found.segments] == [
        ("", DAY), ("supplement", 2 * DAY), ("", 180),
    ]  # fmt: skip
    assert found.segments[0].from_at == term.started_at and found.segments[-1].to_at == at("2020-02-14 12:00")
    assert found.used == DAY + 180 and found.paused == 2 * DAY


def test_an_extension_counts_as_a_larger_limit():
    longer = make_term("2020-02-10 10:00", 8)
    extended = make_term("2020-02-10 10:00", 5, extensions=[3])
    assert due_of(extended) == due_of(longer)
    assert reckon(extended, SCALE, at("2020-02-10 11:00")).original_due_at == at("2020-02-17 17:30")


# --- warnings ------------------------------------------------------------------------------------------


def test_a_warning_one_hour_before_tuesday_eleven_comes_at_ten():
    # glpi PR 22678 and others: subtracting on the wall clock, or ending at midnight.
    hour = Limit(1, OFFICE)
    assert warn_at(at("2020-02-11 11:00"), hour, SCALE) == at("2020-02-11 10:00")
    assert warn_at(at("2020-02-11 14:00"), hour, SCALE) == at("2020-02-11 11:30")
    assert warn_at(at("2020-02-17 09:30"), hour, SCALE) == at("2020-02-14 17:00")


def test_a_warning_a_working_day_before_skips_the_weekend():
    assert warn_at(at("2020-02-17 17:30"), Limit(1), SCALE) == at("2020-02-14 17:30")
    assert warn_at(at("2020-02-17 11:00"), Limit(1), SCALE) == at("2020-02-14 11:00")


def test_an_hour_clock_warns_on_the_wall_clock_at_night_too():
    assert warn_at(at("2020-01-25 04:00"), Limit(2, HOURS), SCALE) == at("2020-01-25 02:00")


def test_no_office_term_ends_or_warns_at_midnight():
    # glpi PR 22678: an escalation was set to 00:00.
    for amount in range(30):
        due = due_of(make_term("2020-02-10 10:00", amount))
        assert due.time() == at("2020-02-10 17:30").time()
        assert warn_at(due, Limit(1), SCALE).hour in range(9, 18)


def test_later_counts_on_the_scale_of_its_limit():
    friday = at("2020-02-14 17:30")
    assert later(friday, Limit(5), SCALE) == at("2020-02-21 17:30")
    assert later(friday, Limit(1, OFFICE), SCALE) == at("2020-02-17 10:00")
    assert later(friday, Limit(24, HOURS), SCALE) == at("2020-02-15 17:30")
    assert later(at("2020-02-15 10:00"), Limit(0), SCALE) == at("2020-02-15 10:00")


def test_half_of_a_term_is_measured_on_its_own_line():
    friday = make_term("2020-02-14 17:00", 2, OFFICE)
    assert half_way(friday, due_of(friday), SCALE) == at("2020-02-17 09:30")
    night = make_term("2020-02-14 22:00", 4, HOURS)
    assert half_way(night, due_of(night), SCALE) == at("2020-02-15 00:00")
    days = make_term("2020-02-14 10:00", 1)
    assert half_way(days, due_of(days), SCALE) == at("2020-02-17 14:00")


def test_a_term_over_the_new_year_counts_weekdays_until_the_arrangement_is_known():
    term = make_term("2020-12-31 10:00", 1)
    assert due_of(term, "2020-12-31 10:00") == at("2021-01-01 17:30")
    assert due_of(term, "2020-12-31 10:00", make_scale(date(2020, 12, 1))) == at("2021-01-04 17:30")
