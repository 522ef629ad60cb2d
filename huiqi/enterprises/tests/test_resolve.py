"""Which statement counts: against an independent oracle, and the corners one by one. No database."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from huiqi.enterprises.resolution import FOREVER, Stated, next_change, resolve
from huiqi.enterprises.tests.oracle import RANKS, Kind, Remark, answer, days_after
from huiqi.rules.catalogue import Fact
from tests.harness.examples import thorough

FIRST = date(2019, 11, 1)
DAYS = st.integers(0, 800).map(lambda count: FIRST + timedelta(days=count))
KINDS = {
    "prev_year": Kind("last year", 365),
    "year": Kind("this year", 90),
    "month": Kind("any", 180),
    "none": Kind("any", 30),
}


def fact_of(period: str) -> Fact:
    return Fact(f"a_{period}", "某事", "int", period=period, fresh_days=KINDS[period].good_for_days)


@st.composite
def remarks(draw: st.DrawFn, *, taken_back: bool = True) -> list[Remark]:
    """Some statements of one fact, told in the order of their numbers."""
    told = sorted(draw(st.lists(DAYS, max_size=7)))
    found = []
    for number, day in enumerate(told):
        as_of = draw(DAYS)
        found.append(
            Remark(
                number,
                1,
                "some",
                draw(st.one_of(st.none(), st.integers(0, 9))),
                draw(st.sampled_from(["", "2018", "2019", "2020", "2021"])),
                as_of,
                day,
                draw(st.sampled_from(RANKS)),
                draw(st.one_of(st.none(), st.integers(0, 60).map(lambda n, d=as_of: d + timedelta(days=n)))),
                draw(st.one_of(st.none(), st.integers(0, 60).map(lambda n, d=day: d + timedelta(days=n))))
                if taken_back
                else None,
            )
        )
    return found


def stated_of(remark: Remark) -> Stated:
    return Stated(
        remark.number,
        remark.fact,
        remark.period,
        remark.value,
        remark.as_of,
        remark.told,
        remark.standing,
        remark.expires,
        remark.taken_back,
    )


PERIODS = st.sampled_from(list(KINDS))


@given(PERIODS, remarks(), DAYS, DAYS)
def test_the_statement_that_counts_is_the_one_the_oracle_names(period, said, on, known_on):
    found = resolve(fact_of(period), [stated_of(one) for one in said], on, known_on)
    expected = answer(KINDS[period], said, on, known_on)
    assert (found and found.stated.id) == (expected and expected.number)


@thorough(400)  # the turn of a year matters to few of them
@given(PERIODS, remarks(), DAYS)
def test_until_the_next_change_time_alone_changes_nothing(period, said, on):
    fact, stated = fact_of(period), [stated_of(one) for one in said]
    now = resolve(fact, stated, on, FOREVER)
    until = next_change(fact, stated, on)
    assert until > on
    for day in days_after(on, min((until - on).days - 1, 420)):
        later = resolve(fact, stated, day, FOREVER)
        assert (later and later.stated.id) == (now and now.stated.id), day


@given(PERIODS, remarks(), remarks(), DAYS, DAYS)
def test_what_was_known_on_a_day_is_not_changed_by_what_is_told_later(period, early, late, on, known_on):
    fact = fact_of(period)
    later = [
        Remark(
            **{**vars(one), "number": one.number + 100, "told": max(one.told, known_on + timedelta(days=1))}
        )
        for one in late
    ]
    before = resolve(fact, [stated_of(one) for one in early], on, known_on)
    after = resolve(fact, [stated_of(one) for one in [*early, *later]], on, known_on)
    assert (before and before.stated.id) == (after and after.stated.id)


@given(PERIODS, remarks(), DAYS, st.randoms())
def test_the_order_in_which_statements_are_read_does_not_matter(period, said, on, dice):
    stated = [stated_of(one) for one in said]
    mixed = dice.sample(stated, len(stated))
    fact = fact_of(period)
    assert resolve(fact, stated, on, FOREVER) == resolve(fact, mixed, on, FOREVER)
    assert next_change(fact, stated, on) == next_change(fact, mixed, on)


# --- corners -----------------------------------------------------------------------------------------


def said(cell: int | None, as_of: date, **more: object) -> Stated:
    fields = {"id": 1, "period": "", "recorded_on": as_of, "standing": "confirmed", **more}
    return Stated(fact="some", cell=cell, as_of=as_of, **fields)


YEARLY, PLAIN = fact_of("prev_year"), fact_of("none")


def test_without_statements_a_fact_is_unknown_and_stays_so():
    assert resolve(PLAIN, [], date(2020, 3, 1), FOREVER) is None
    assert next_change(PLAIN, [], date(2020, 3, 1)) == FOREVER


def test_a_statement_of_tomorrow_counts_tomorrow():
    rows = [said(1, date(2020, 3, 1)), said(2, date(2020, 3, 2), id=2)]
    assert resolve(PLAIN, rows, date(2020, 3, 1), FOREVER).stated.cell == 1
    assert next_change(PLAIN, rows, date(2020, 3, 1)) == date(2020, 3, 2)


def test_a_weaker_statement_of_tomorrow_is_no_change():
    rows = [said(1, date(2020, 3, 1)), said(2, date(2020, 3, 2), id=2, standing="claimed")]
    assert next_change(PLAIN, rows, date(2020, 3, 1)) == date(2020, 4, 1)


def test_a_figure_of_last_year_answers_to_the_end_of_this_year_and_not_in_the_next():
    figure = said(35, date(2019, 12, 31), period="2019")
    assert resolve(YEARLY, [figure], date(2020, 12, 31), FOREVER).until == date(2020, 12, 31)
    assert resolve(YEARLY, [figure], date(2021, 1, 1), FOREVER) is None


def test_the_figure_of_the_new_year_comes_in_at_the_turn_without_a_write():
    rows = [said(35, date(2019, 12, 31), period="2019"), said(40, date(2020, 12, 31), id=2, period="2020")]
    assert next_change(YEARLY, rows, date(2020, 12, 31)) == date(2021, 1, 1)
    assert resolve(YEARLY, rows, date(2021, 1, 1), FOREVER).stated.cell == 40


def test_a_statement_ends_with_its_expiry_though_it_would_be_fresh():
    row = said(1, date(2020, 3, 1), expires_on=date(2020, 3, 5))
    assert resolve(PLAIN, [row], date(2020, 3, 5), FOREVER).until == date(2020, 3, 5)
    assert resolve(PLAIN, [row], date(2020, 3, 6), FOREVER) is None


def test_a_statement_without_a_value_makes_the_fact_unknown_until_somebody_says_otherwise():
    rows = [said(1, date(2020, 3, 1)), said(None, date(2020, 3, 2), id=2)]
    assert resolve(PLAIN, rows, date(2020, 3, 2), FOREVER) is None
    assert resolve(PLAIN, rows, date(2020, 3, 1), FOREVER).stated.cell == 1


def test_a_claim_without_a_value_does_not_displace_what_is_confirmed():
    rows = [said(1, date(2020, 3, 1)), said(None, date(2020, 3, 2), id=2, standing="claimed")]
    assert resolve(PLAIN, rows, date(2020, 3, 2), FOREVER).stated.cell == 1


def test_taken_back_on_the_day_it_was_told_it_was_never_known():
    row = said(1, date(2020, 3, 1), retracted_on=date(2020, 3, 1))
    assert resolve(PLAIN, [row], date(2020, 3, 1), date(2020, 3, 1)) is None


def test_taken_back_later_it_was_known_until_then():
    row = said(1, date(2020, 3, 1), retracted_on=date(2020, 3, 4))
    assert resolve(PLAIN, [row], date(2020, 3, 4), date(2020, 3, 3)).stated.cell == 1
    assert resolve(PLAIN, [row], date(2020, 3, 4), date(2020, 3, 4)) is None


def test_of_two_recorded_on_one_day_the_later_row_counts():
    rows = [said(1, date(2020, 3, 1), id=7), said(2, date(2020, 3, 1), id=8)]
    assert resolve(PLAIN, rows, date(2020, 3, 1), FOREVER).stated.cell == 2


def test_dates_at_the_end_of_the_calendar_do_not_overflow():
    row = said(1, date(9999, 12, 1), recorded_on=date(2020, 1, 1))
    assert resolve(PLAIN, [row], FOREVER, FOREVER).until == FOREVER
    assert next_change(PLAIN, [row], FOREVER) == FOREVER
    assert resolve(YEARLY, [said(1, date(2020, 1, 1), period="9999")], date(2020, 2, 1), FOREVER) is None
