"""Office minutes: the scale on which terms are counted."""

from datetime import UTC, date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.workflow.office_time import OfficeHours, OutsideScale
from huiqi.workflow.tests.make import AFTER, DAY, ZONE, at, make_scale

SCALE = make_scale()
INSTANTS = st.datetimes(
    at("2019-06-01 00:00").replace(tzinfo=None), at("2021-06-01 00:00").replace(tzinfo=None)
).map(lambda naive: naive.replace(tzinfo=ZONE))


@pytest.mark.parametrize(
    "periods",
    [
        (),
        ((time(12), time(9)),),
        ((time(9), time(9)),),
        ((time(9), time(12)), (time(11), time(17))),
        ((time(13), time(17)), (time(9), time(12))),
    ],
)
def test_hours_that_are_empty_overlap_or_run_backwards_are_refused(periods):
    with pytest.raises(ValueError):
        OfficeHours(periods)


def test_an_instant_outside_the_scale_is_refused_rather_than_guessed():
    for act in (
        lambda: SCALE.mark(at("2016-12-31 10:00")),
        lambda: SCALE.close_of(date(2022, 1, 1)),
        lambda: SCALE.instant(0),
        lambda: SCALE.instant(10**9),
        lambda: SCALE.opening_after(date(2021, 12, 31)),
    ):
        with pytest.raises(OutsideScale):
            act()


def test_a_minute_of_the_day_that_never_comes_is_refused():
    with pytest.raises(ValueError):
        SCALE.hours.minute_at(DAY + 1)


def test_the_lunch_break_does_not_count():
    # chatwoot 10436: a deadline ran on at lunch.
    assert SCALE.mark(at("2020-02-11 12:30")) == SCALE.mark(at("2020-02-11 12:00"))
    assert SCALE.mark(at("2020-02-11 14:00")) - SCALE.mark(at("2020-02-11 11:30")) == 60


def test_nights_weekends_and_holidays_do_not_count():
    # osTicket 1168, 1107, 2131, 4166, 4969.
    assert SCALE.mark(at("2020-02-12 08:59")) == SCALE.mark(at("2020-02-11 17:30"))
    assert SCALE.mark(at("2020-02-17 09:00")) == SCALE.mark(at("2020-02-14 17:30"))
    assert SCALE.mark(at("2020-02-03 09:00")) == SCALE.mark(at("2020-01-23 17:30"))


def test_a_saturday_made_up_for_a_holiday_is_worked():
    # chatwoot 14009: exceptional days. 2020-01-19 was a Sunday worked for the Spring Festival.
    assert SCALE.mark(at("2020-01-19 17:30")) - SCALE.mark(at("2020-01-18 17:30")) == DAY
    assert SCALE.is_working(date(2020, 1, 19)) and not SCALE.is_working(date(2020, 1, 18))


def test_an_instant_of_another_zone_counts_by_the_offices_clock():
    assert SCALE.mark(at("2020-02-11 10:00").astimezone(UTC)) == SCALE.mark(at("2020-02-11 10:00"))


def test_a_mark_at_the_close_is_the_close_and_not_the_next_opening():
    assert SCALE.instant(SCALE.mark(at("2020-02-17 09:00"))) == at("2020-02-14 17:30")
    assert SCALE.instant(SCALE.mark(at("2020-02-17 09:00")) + 1) == at("2020-02-17 09:01")
    assert SCALE.instant(SCALE.mark(at("2020-02-11 13:00"))) == at("2020-02-11 12:00")


def test_the_opening_after_a_friday_is_monday_and_after_a_holiday_the_first_working_day():
    assert SCALE.opening_after(date(2020, 2, 14)) == at("2020-02-17 09:00")
    assert SCALE.opening_after(date(2020, 1, 23)) == at("2020-02-03 09:00")


def test_the_scale_never_runs_backwards():
    @given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=30)))
    def check(instant, later):
        assert SCALE.mark(instant) <= SCALE.mark(instant + later)

    check()


@given(st.integers(1, 400 * DAY))
def test_a_mark_made_an_instant_is_the_same_mark_again(mark):
    assert SCALE.mark(SCALE.instant(mark)) == mark


@given(INSTANTS)
def test_the_instant_of_a_mark_is_the_first_that_has_it(instant):
    first = SCALE.instant(SCALE.mark(instant))
    assert first <= instant
    assert SCALE.mark(first - timedelta(minutes=1)) == SCALE.mark(first) - 1


def test_the_same_scale_is_known_by_what_was_known():
    assert make_scale(date(2020, 1, 22)).is_working(date(2020, 1, 31))
    assert not make_scale(AFTER).is_working(date(2020, 1, 31))
