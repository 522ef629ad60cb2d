"""Questions about odd numbers: a slip of the finger is asked about, an honest day is not refused."""

from hypothesis import given
from hypothesis import strategies as st

from huiqi.stationing.bars import HEIGHT, bars
from huiqi.stationing.plausibility import Three, questions

numbers = st.integers(0, 10**9)
threes = st.builds(Three, numbers, numbers, numbers)


def asked(now, before=None, capacity=None):
    return [
        str(question)
        for question in questions(Three(*now), Three(*before) if before else None, capacity, "只")
    ]


def test_nothing_to_compare_with_asks_nothing():
    assert asked((80_000, 20_000, 0)) == []


def test_a_day_like_the_day_before_asks_nothing():
    assert asked((81_000, 22_000, 0), (80_000, 20_000, 500), 100_000) == []


def test_a_fifth_above_nameplate_is_let_pass_and_one_more_is_asked():
    assert asked((120_000, 0, 0), capacity=100_000) == []
    assert asked((120_001, 0, 0), capacity=100_000) == ["产量120,001只，超过设计日产能100,000只的1.2倍"]


def test_ten_times_up_or_down_is_asked():
    assert asked((80_000, 0, 0), (8_000, 90_000, 0)) == ["产量80,000只，与昨日8,000只相差十倍以上"]
    assert asked((8_000, 0, 0), (80_000, 0, 0)) == ["产量8,000只，与昨日80,000只相差十倍以上"]
    assert asked((79_999, 0, 0), (8_000, 0, 0)) == []


def test_stopping_and_starting_are_not_slips():
    assert asked((0, 0, 0), (80_000, 0, 0)) == []
    assert asked((80_000, 0, 0), (0, 0, 0)) == []


def test_stock_that_came_from_nowhere_is_asked():
    assert asked((80_000, 100_001, 0), (80_000, 20_000, 0)) == [
        "库存100,001只，多于昨日库存加今日产量（100,000只）"
    ]


@given(threes, st.none() | threes, st.none() | numbers)
def test_questions_are_sentences_and_never_a_fault(now, before, capacity):
    for question in questions(now, before, capacity, "套"):
        assert "套" in str(question)


@given(threes, st.integers(1, 10**9))
def test_the_same_numbers_as_yesterday_are_never_asked_about_for_a_jump(now, capacity):
    assert all("超过设计日产能" in str(question) for question in questions(now, now, capacity, "只"))


@given(st.lists(st.none() | numbers, min_size=7, max_size=7))
def test_bars_stay_inside_their_picture_and_gaps_stay_gaps(week):
    for number, bar in zip(week, bars(week), strict=True):
        assert 0 <= bar.y <= HEIGHT
        assert bar.y + bar.height == HEIGHT
        assert (bar.height == 0) == (number is None)
