import json
import os
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from chinese_calendar import constants
from hypothesis import given
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.reference.working_days import (
    LAST_YEAR,
    MOST_DAYS,
    Basis,
    Calendar,
    CalendarTable,
    Override,
    day_of,
    due,
    index_overrides,
    is_working_day,
    state_table,
    working_days_between,
)

LATER = date(2026, 11, 1)
TODAY_KNOWS = Basis(LATER)
HUNAN, CHANGSHA, LIUYANG, HUBEI = "430000", "430100", "430181", "420000"


def make_override(first_on, last_on=None, kind="off", **fields):
    fields = {"name": "", "calendar": "both", "region": "", "known_on": date(2020, 1, 1)} | fields
    return Override(first_on, last_on or first_on, kind, document="", source="", confidence="KNOWN", **fields)


def make_basis(*overrides, known_on=LATER, calendar=Calendar.OFFICE, region=""):
    table = CalendarTable(state_table().announcements, index_overrides(overrides))
    return Basis(known_on, calendar, region, table)


def days_of(year):
    return [date(year, 1, 1) + timedelta(offset) for offset in range(366 if year % 4 == 0 else 365)]


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-1, MOST_DAYS + 1, 10**12, -(10**30), pytest.param(10**5000, id="huge")])
def test_an_absurd_number_of_days_is_refused(days):
    with pytest.raises(Refused, match="工作日数应在0至3650之间"):
        due(date(2020, 1, 22), days, TODAY_KNOWS)


@pytest.mark.parametrize("day", [date.min, date(2003, 12, 31), date(2101, 1, 1), date.max])
def test_a_date_outside_the_calendar_is_refused(day):
    for act in (
        lambda: due(day, 5, TODAY_KNOWS),
        lambda: is_working_day(day, TODAY_KNOWS),
        lambda: working_days_between(day, date(2020, 1, 1), TODAY_KNOWS),
        lambda: working_days_between(date(2020, 1, 1), day, TODAY_KNOWS),
    ):
        with pytest.raises(Refused, match="日期应在2004年至2100年之间"):
            act()


def test_a_term_that_runs_past_the_calendar_is_refused():
    with pytest.raises(Refused, match="期限超出了2100年"):
        due(date(LAST_YEAR, 12, 31), 1, TODAY_KNOWS)


# --- the two worked examples ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known_on", "days", "expected"),
    [
        (date(2020, 1, 22), 5, date(2020, 2, 4)),
        (date(2020, 1, 26), 5, date(2020, 2, 4)),
        (date(2020, 1, 27), 5, date(2020, 2, 6)),
        (date(2020, 1, 28), 5, date(2020, 2, 6)),
        (date(2020, 1, 22), 10, date(2020, 2, 11)),
        (date(2020, 1, 28), 10, date(2020, 2, 13)),
    ],
)
def test_the_spring_festival_of_2020_was_lengthened_on_27_january(known_on, days, expected):
    answer = due(date(2020, 1, 22), days, Basis(known_on))
    assert (answer.due, answer.provisional) == (expected, False)


def test_the_explanation_names_the_holiday_that_was_known():
    assert due(date(2020, 1, 22), 5, Basis(date(2020, 1, 28))).explanation == (
        "自2020年1月23日起算，5个工作日，扣除春节假期1月24日至2月2日，应于2020年2月6日办结"
    )
    assert due(date(2020, 1, 22), 5, Basis(date(2020, 1, 22))).explanation == (
        "自2020年1月23日起算，5个工作日，扣除春节假期1月24日至1月30日，含调休上班2月1日，应于2020年2月4日办结"
    )


def test_the_may_holiday_of_2019_was_lengthened_on_22_march():
    received = date(2019, 4, 26)
    assert due(received, 3, Basis(date(2019, 3, 21))).due == date(2019, 5, 2)
    assert due(received, 3, Basis(date(2019, 3, 22))).due == date(2019, 4, 30)
    assert [is_working_day(date(2019, 5, day), Basis(date(2019, 3, 21))) for day in range(1, 6)] == [
        False, True, True, False, False,
    ]  # fmt: skip
    assert [is_working_day(date(2019, 5, day), Basis(date(2019, 3, 22))) for day in range(1, 6)] == [
        False, False, False, False, True,
    ]  # fmt: skip


def test_the_2019_announcement_reached_back_into_2018():
    before, after = Basis(date(2018, 12, 5)), Basis(date(2018, 12, 6))
    assert [is_working_day(date(2018, 12, day), before) for day in (29, 30, 31)] == [False, False, True]
    assert [is_working_day(date(2018, 12, day), after) for day in (29, 30, 31)] == [True, False, False]


# --- knowledge ------------------------------------------------------------------------------------


def test_before_the_announcement_a_year_is_counted_by_weekdays_and_says_so():
    answer = due(date(2019, 12, 30), 3, Basis(date(2019, 11, 20)))
    assert (answer.due, answer.provisional) == (date(2020, 1, 2), True)
    assert "2020年节假日安排当时尚未公布" in answer.explanation
    known = due(date(2019, 12, 30), 3, Basis(date(2019, 11, 21)))
    assert (known.due, known.provisional) == (date(2020, 1, 3), False)


def test_a_term_that_ends_before_the_unknown_year_is_not_provisional():
    assert not due(date(2019, 12, 25), 3, Basis(date(2019, 11, 20))).provisional


def test_years_nobody_has_announced_are_provisional():
    answer = due(date(2029, 12, 20), 20, TODAY_KNOWS)
    assert answer.provisional
    assert "2029至2030年节假日安排" in answer.explanation


def test_every_year_of_the_calendar_since_2018_has_its_announcement():
    last = max(constants.holidays).year
    announced = state_table().announcements
    assert set(announced) == set(range(2018, last + 1))
    for year, announcement in announced.items():
        assert announcement.known_on.year == year - 1
        assert announcement.document and announcement.source
        assert announcement.confidence in {"VERIFIED", "KNOWN", "PARTIAL"}


def test_every_override_names_its_document_source_and_confidence():
    for overrides in state_table().overrides.values():
        for override in overrides:
            assert override.kind in {"off", "work", "weekday"}
            assert override.calendar in {"office", "enterprise", "both"}
            assert override.document and override.source
            assert override.confidence in {"VERIFIED", "KNOWN", "PARTIAL"}
            assert override.first_on <= override.last_on


@pytest.mark.parametrize("year", range(2004, 2027))
def test_with_hindsight_every_day_agrees_with_chinesecalendar(year):
    for day in days_of(year):
        assert is_working_day(day, TODAY_KNOWS) == chinese_calendar.is_workday(day), day


def holiday_files():
    """Published files of holidays (the holiday-cn format), in a folder named by HUIQI_HOLIDAY_FILES."""
    folder = os.environ.get("HUIQI_HOLIDAY_FILES", "")
    return sorted(Path(folder).glob("20[0-9][0-9].json")) if folder else []


@pytest.mark.skipif(
    not holiday_files(), reason="no folder of holiday files (HUIQI_HOLIDAY_FILES) to compare with"
)
def test_with_hindsight_every_day_agrees_with_the_published_holiday_files():
    compared = 0
    for path in holiday_files():
        listed = {row["date"]: not row["isOffDay"] for row in json.loads(path.read_text("utf-8"))["days"]}
        for day in days_of(int(path.stem)):
            expected = listed.pop(day.isoformat(), day.weekday() < 5)
            assert is_working_day(day, TODAY_KNOWS) == expected, day
            compared += 1
        for day, expected in listed.items():  # days of the neighbouring year that the announcement also set
            assert is_working_day(date.fromisoformat(day), TODAY_KNOWS) == expected, day
    assert compared >= 365


# --- offices, enterprises, regions ----------------------------------------------------------------


def test_hunan_let_enterprises_start_again_on_10_february_2020():
    firm = Basis(date(2020, 2, 1), Calendar.ENTERPRISE, LIUYANG)
    answer = due(date(2020, 1, 22), 5, firm)
    assert answer.due == date(2020, 2, 13)
    assert "湖南省延迟企业复工2月3日至2月9日" in answer.explanation
    assert "春节假期1月24日至2月2日" in answer.explanation


@pytest.mark.parametrize(
    "basis",
    [
        Basis(date(2020, 2, 1), Calendar.OFFICE, LIUYANG),
        Basis(date(2020, 2, 1), Calendar.ENTERPRISE, HUBEI),
        Basis(date(2020, 2, 1), Calendar.ENTERPRISE),
        Basis(date(2020, 1, 30), Calendar.ENTERPRISE, LIUYANG),
    ],
    ids=["an office", "another province", "the country", "the day before it was known"],
)
def test_the_delayed_start_binds_nobody_else(basis):
    assert is_working_day(date(2020, 2, 3), basis)


def test_the_founding_day_of_xiangxi_is_kept_in_xiangxi_only():
    day = date(2018, 9, 20)
    assert not is_working_day(day, Basis(LATER, Calendar.OFFICE, "433101"))
    assert is_working_day(day, Basis(LATER, Calendar.OFFICE, HUNAN))
    assert is_working_day(day, Basis(LATER, Calendar.OFFICE, CHANGSHA))


def test_the_nearer_authority_prevails_over_a_later_national_rule():
    day = date(2020, 3, 4)
    basis = make_basis(
        make_override(day, name="县里放假", region=LIUYANG, known_on=date(2020, 2, 1)),
        make_override(day, kind="work", region=HUNAN, known_on=date(2020, 2, 2)),
        make_override(day, kind="work", known_on=date(2020, 3, 1)),
        region=LIUYANG,
    )
    assert day_of(day, basis).name == "县里放假"


def test_between_equals_the_later_news_prevails():
    day = date(2020, 3, 7)
    first = make_override(day, kind="work", name="补班", known_on=date(2020, 2, 1))
    second = make_override(day, kind="off", name="不补班", known_on=date(2020, 3, 1))
    assert is_working_day(day, make_basis(first, second, known_on=date(2020, 2, 29)))
    assert not is_working_day(day, make_basis(first, second, known_on=date(2020, 3, 1)))
    assert not is_working_day(day, make_basis(second, first, known_on=date(2020, 3, 1)))


def test_a_rule_for_enterprises_prevails_over_one_for_both():
    day = date(2020, 3, 4)
    both = make_override(day, kind="off", known_on=date(2020, 3, 1))
    firms = make_override(day, kind="work", calendar="enterprise", known_on=date(2020, 2, 1))
    assert is_working_day(day, make_basis(both, firms, calendar=Calendar.ENTERPRISE))
    assert not is_working_day(day, make_basis(both, firms))


# --- counting -------------------------------------------------------------------------------------


def test_a_term_of_no_days_ends_on_the_day_of_receipt_or_the_next_working_day():
    assert due(date(2020, 3, 3), 0, TODAY_KNOWS).due == date(2020, 3, 3)
    weekend = due(date(2020, 2, 8), 0, TODAY_KNOWS)
    assert weekend.due == date(2020, 2, 10)
    assert "顺延至下一个工作日" in weekend.explanation


def test_a_make_up_workday_counts():
    assert due(date(2020, 9, 26), 1, TODAY_KNOWS).due == date(2020, 9, 27)


def test_a_term_within_a_week_needs_no_excuse():
    assert (
        due(date(2020, 3, 2), 3, TODAY_KNOWS).explanation
        == "自2020年3月3日起算，3个工作日，应于2020年3月5日办结"
    )


def test_a_long_term_is_still_told_in_one_sentence():
    assert len(due(date(2010, 1, 1), MOST_DAYS, TODAY_KNOWS).explanation) < 250


dates = st.dates(date(2018, 1, 1), date(2027, 12, 31))


@given(
    dates,
    st.integers(1, 400),
    dates,
    st.sampled_from(Calendar),
    st.sampled_from(["", HUNAN, LIUYANG, "433101"]),
)
def test_the_days_between_receipt_and_due_are_the_days_of_the_term(
    received, days, known_on, calendar, region
):
    basis = Basis(known_on, calendar, region)
    end = due(received, days, basis).due
    assert is_working_day(end, basis)
    assert working_days_between(received, end, basis) == days
    assert working_days_between(end, received, basis) == -days
    assert working_days_between(received, end - timedelta(1), basis) == days - 1


@given(dates, st.integers(0, 300), st.integers(0, 300))
def test_a_longer_term_never_ends_earlier(received, one, other):
    short, long = sorted((one, other))
    assert due(received, short, TODAY_KNOWS).due <= due(received, long, TODAY_KNOWS).due


def test_nothing_lies_between_a_day_and_itself():
    assert working_days_between(date(2100, 12, 31), date(2100, 12, 31), TODAY_KNOWS) == 0
