from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.core.dates import format_date_zh, format_month_day_zh, parse_date, readable
from huiqi.core.errors import Refused


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "today",
        "2020",
        "2020-2",
        "20-2-9",
        "2020-2/9",
        "2020-02-09T10:00",
        "2020年2月",
        "9.2.2020",
        "2020-2-9-1",
        "\x00",
        "\ud800",
        "2020\x002-9",
        "9" * 100_000,
        "二〇二〇年二月九日",
        "2020-2-",
    ],
)
def test_text_that_is_no_date_is_refused_with_a_remedy(text):
    with pytest.raises(Refused, match="2020-02-09") as refusal:
        parse_date(text)
    refusal.value.message.encode()
    assert len(refusal.value.message) < 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2020-2-30", "2020年2月只有29天"),
        ("2019-2-29", "2019年2月只有28天"),
        ("1900-2-29", "只有28天"),
        ("2020-4-31", "只有30天"),
        ("2020-13-1", "月份应在1至12之间，您填的是13"),
        ("2020-0-1", "月份"),
        ("2020-1-0", "只有31天"),
        ("20200230", "2020年2月只有29天"),
        ("0000-1-1", "年份"),
    ],
)
def test_a_day_that_does_not_exist_is_refused_by_name(text, said):
    with pytest.raises(Refused, match=said):
        parse_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-09",
        "2020-2-9",
        "2020/2/9",
        "2020.2.9",
        "2020年2月9日",
        "2020年02月09日",
        "20200209",
        "２０２０－２－９",
        "２０２０年２月９日",
        " 2020 - 2 - 9 ",
        "2020年2月9号",
        "2020年2月9",
        "2020 年 2 月 9 日",
        "2020。2。9",
    ],
)
def test_the_usual_ways_to_write_a_date_are_understood(text):
    assert parse_date(text) == date(2020, 2, 9)


def test_the_last_day_of_the_calendar_is_a_date():
    assert parse_date("9999-12-31") == date.max


@given(st.dates())
def test_every_date_survives_being_written_and_read(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(day.strftime("%Y%m%d").zfill(8)) == day


@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_we_write_in_chinese_we_read_again(day):
    assert parse_date(format_date_zh(day)) == day


@given(st.text())
def test_any_text_is_a_date_or_a_refusal(text):
    try:
        assert isinstance(parse_date(text), date)
    except Refused as refusal:
        assert refusal.code == "core.bad_date"


@given(st.characters(categories=["Cs", "Cc", "Cn", "Co"]))
def test_what_is_repeated_in_a_message_can_always_be_printed(char):
    assert readable(f"a{char}b") == "a□b"


def test_dates_are_written_without_leading_zeros():
    assert format_date_zh(date(2020, 2, 9)) == "2020年2月9日"
    assert format_month_day_zh(date(2020, 2, 9)) == "2月9日"
