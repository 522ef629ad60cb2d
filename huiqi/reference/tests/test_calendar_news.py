"""What became known of the calendar when, and whom it binds."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from huiqi.reference.calendar_news import calendar_news, newest_news, news_between, same_calendar_as
from huiqi.reference.working_days import Basis, Calendar, is_working_day

LENGTHENED = date(2020, 1, 27)


def test_nothing_became_known_between_a_day_and_itself():
    assert news_between(LENGTHENED, LENGTHENED) == ()


def test_the_spring_festival_of_2020_was_lengthened_on_27_january_by_one_document():
    (news,) = news_between(date(2020, 1, 22), date(2020, 1, 28), region="430181")
    assert (news.document, news.name) == ("国办发明电〔2020〕1号", "春节")
    assert (news.first_on, news.last_on) == (date(2020, 1, 31), date(2020, 2, 2))


def test_a_rest_ordered_for_firms_is_no_news_for_offices():
    days = date(2020, 1, 28), date(2020, 2, 1)
    assert news_between(*days, region="430181") == ()
    assert [each.calendar for each in news_between(*days, region="430181", calendar=Calendar.ENTERPRISE)] == [
        "enterprise"
    ]


def test_a_holiday_of_a_prefecture_is_news_there_and_nowhere_else():
    days = date(2018, 9, 12), date(2018, 9, 14)
    assert [each.name for each in news_between(*days, region="433101")] == ["湘西州州庆"]
    assert news_between(*days, region="430181") == () == news_between(*days)


def test_the_arrangement_of_a_year_is_told_once_with_what_it_changed_of_the_year_before():
    told = [each for each in calendar_news() if each.document == "国办发明电〔2018〕15号"]
    assert [(each.name, each.first_on) for each in told] == [("2019年节假日安排", date(2018, 12, 29))]


def test_regions_without_days_of_their_own_count_like_the_country():
    assert same_calendar_as("430181") == "" == same_calendar_as("")
    assert same_calendar_as("433101") == "433100"
    assert same_calendar_as("430181", Calendar.ENTERPRISE) == "430000"


@given(
    st.dates(date(2016, 1, 1), date(2026, 6, 1)),
    st.integers(-400, 500),
    st.sampled_from(["", "430181", "433101", "450102", "430000"]),
)
def test_the_shared_basis_gives_the_count_of_the_exact_one(known_on, offset, region):
    day = known_on + timedelta(days=offset)
    exact = Basis(known_on, region=region)
    shared = Basis(newest_news(known_on), region=same_calendar_as(region))
    assert is_working_day(day, exact) == is_working_day(day, shared)
