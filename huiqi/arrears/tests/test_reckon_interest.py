"""When a debt was due and what it bears: by the regime of the contract's day, to the day and the fen."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from huiqi.arrears.interest import (
    NO,
    UNKNOWN,
    YES,
    Paid,
    Terms,
    daily_rate,
    due_date,
    half_up,
    lines_between,
    percent,
    reckon,
    total,
)
from huiqi.arrears.regimes import FILE, book, load_book

OWN = book()
D728 = Terms(date(2021, 3, 1), date(2021, 4, 1), "government", was_sme=YES)
D802 = replace(D728, signed_on=date(2025, 6, 1), delivered_on=date(2025, 7, 1))
BEFORE = replace(D728, signed_on=date(2020, 8, 31), delivered_on=date(2020, 9, 10))
WAN = 1_000_000


# --- the term of payment --------------------------------------------------------------------------


def test_without_a_date_of_signing_nothing_is_reckoned() -> None:
    found = reckon(WAN, [], replace(D728, signed_on=None), until=date(2022, 1, 1), book=OWN)
    assert (found.fen, found.due.on, found.rate.rate) == (None, None, None)
    assert "签订日期" in str(found.open_because)


def test_the_regime_is_that_of_the_day_of_signing() -> None:
    titles = [
        OWN.regime_on(day).id
        for day in (
            date(2019, 1, 1),
            date(2020, 8, 31),
            date(2020, 9, 1),
            date(2025, 5, 31),
            date(2025, 6, 1),
        )
    ]
    assert titles == ["campaign", "campaign", "order-728", "order-728", "order-802"]


def test_before_the_regulation_no_statutory_term_is_made_up() -> None:
    assert due_date(BEFORE, OWN).on is None
    assert due_date(replace(BEFORE, agreed_on=date(2020, 12, 1)), OWN).on == date(2020, 12, 1)


def test_a_large_enterprise_without_agreement_has_no_term_under_728_and_sixty_days_under_802() -> None:
    assert due_date(replace(D728, party="large"), OWN).on is None
    assert due_date(replace(D802, party="large"), OWN).on == date(2025, 8, 30)


def test_a_government_pays_within_thirty_days_of_delivery_and_may_agree_on_sixty_at_most() -> None:
    assert due_date(D728, OWN).on == date(2021, 5, 1)
    assert due_date(replace(D728, agreed_on=date(2021, 5, 31)), OWN).on == date(2021, 5, 31)
    capped = due_date(replace(D728, agreed_on=date(2021, 6, 1)), OWN)
    assert capped.on == date(2021, 5, 31) and "60日" in str(capped.how)


def test_the_sixty_days_of_a_government_cannot_be_checked_without_a_day_of_delivery() -> None:
    assert due_date(replace(D728, delivered_on=None, agreed_on=date(2021, 5, 1)), OWN).on is None


@pytest.mark.parametrize("outside", [{"party": "other"}, {"was_sme": NO}])
def test_outside_the_regulation_only_the_contract_counts(outside: dict[str, str]) -> None:
    terms = replace(D728, **outside)
    assert due_date(terms, OWN).on is None
    assert daily_rate(terms, OWN).rate is None
    agreed = replace(terms, agreed_on=date(2022, 1, 1), agreed_daily=Fraction(1, 100_000))
    assert due_date(agreed, OWN).on == date(2022, 1, 1)
    assert daily_rate(agreed, OWN).rate == Fraction(1, 100_000)


def test_a_debtor_whose_size_is_not_known_leaves_open_what_rests_on_it() -> None:
    terms = replace(D802, party="unsure")
    assert due_date(terms, OWN).on is None and "核实" in str(due_date(terms, OWN).how)
    assert due_date(replace(terms, agreed_on=date(2025, 8, 1)), OWN).on == date(2025, 8, 1)
    assert daily_rate(terms, OWN).rate is None


def test_a_creditor_whose_size_is_not_known_is_reckoned_on_condition() -> None:
    found = reckon(WAN, [], replace(D728, was_sme=UNKNOWN), until=date(2021, 5, 2), book=OWN)
    assert found.fen is not None and "中小企业" in str(found.rests_on[0])


# --- the rate -------------------------------------------------------------------------------------


def test_before_the_regulation_no_rate_is_made_up() -> None:
    found = reckon(WAN, [], replace(BEFORE, agreed_on=date(2020, 12, 1)), until=date(2021, 1, 1), book=OWN)
    assert found.fen is None and "不推算" in str(found.open_because)


def test_without_an_agreement_it_is_five_in_ten_thousand_a_day() -> None:
    assert daily_rate(D728, OWN).rate == Fraction(5, 10_000)
    assert daily_rate(D802, OWN).article == "第十七条"


def test_an_agreed_rate_below_the_lpr_of_the_day_of_signing_is_raised_to_it() -> None:
    low = daily_rate(replace(D728, agreed_daily=Fraction(3, 100) / 365), OWN)
    assert low.rate == Fraction(385, 10_000) / 365 and "3.85%" in str(low.how)
    same = Fraction(385, 10_000) / 365
    assert "约定的利率" in str(daily_rate(replace(D728, agreed_daily=same), OWN).how)


def test_beyond_the_last_known_lpr_an_agreed_rate_stays_open() -> None:
    late = replace(D802, signed_on=OWN.lpr_until + timedelta(days=1), agreed_daily=Fraction(1, 10_000))
    assert daily_rate(late, OWN).rate is None
    assert daily_rate(replace(late, agreed_daily=None), OWN).rate == Fraction(5, 10_000)


def test_an_lpr_holds_from_its_day_until_the_next() -> None:
    assert OWN.lpr_on(date(2019, 8, 19)) is None
    assert OWN.lpr_on(date(2020, 4, 19)) == Fraction(405, 10_000)
    assert OWN.lpr_on(date(2020, 4, 20)) == Fraction(385, 10_000)


# --- interest by day ------------------------------------------------------------------------------


def test_the_last_day_of_the_term_bears_nothing_and_the_next_one_day() -> None:
    assert reckon(10 * WAN, [], D728, until=date(2021, 5, 1), book=OWN).fen == 0
    found = reckon(10 * WAN, [], D728, until=date(2021, 5, 2), book=OWN)
    assert found.fen == 5_000
    assert [(line.first, line.to, line.days) for line in found.lines] == [
        (date(2021, 5, 2), date(2021, 5, 2), 1)
    ]


def test_a_part_payment_lowers_the_principal_from_the_next_day() -> None:
    # 100,000 yuan, 10 days in full, 20 days on 40,000: 0.05 % of (1,000,000 + 800,000) yuan days = 900 yuan
    paid = [Paid(date(2021, 5, 11), 6 * WAN)]
    found = reckon(10 * WAN, paid, D728, until=date(2021, 5, 31), book=OWN)
    assert [(line.days, line.principal) for line in found.lines] == [(10, 10 * WAN), (20, 4 * WAN)]
    assert found.fen == 90_000


def test_what_was_paid_before_the_due_date_never_bears_interest() -> None:
    paid = [Paid(date(2021, 4, 20), 4 * WAN)]
    assert reckon(10 * WAN, paid, D728, until=date(2021, 5, 2), book=OWN).fen == 3_000


def test_the_sum_is_rounded_once_half_up() -> None:
    assert [half_up(Fraction(n, 2)) for n in (1, 2, 3)] == [1, 1, 2]
    lines = lines_between(500, [], date(2021, 1, 1), date(2021, 1, 4), Fraction(1, 1000))
    assert total(lines) == 2  # 3 × 0.5 fen = 1.5, not 3 × 1


def test_rates_are_shown_as_people_write_them() -> None:
    assert [percent(Fraction(405, 10_000)), percent(Fraction(5, 10_000))] == ["4.05%", "0.05%"]


DAY0 = date(2021, 1, 1)
PAYMENTS = st.lists(
    st.builds(Paid, st.integers(-30, 400).map(lambda n: DAY0 + timedelta(days=n)), st.integers(1, 10**9)),
    max_size=6,
)
PRINCIPALS = st.integers(1, 10**12)
SPANS = st.integers(0, 400)
RATE = Fraction(385, 10_000) / 365


def exact(principal: int, paid: list[Paid], after: date, until: date) -> Fraction:
    return sum((line.exact for line in lines_between(principal, paid, after, until, RATE)), Fraction(0))


@given(PRINCIPALS, PAYMENTS, SPANS, SPANS)
def test_splitting_a_period_changes_nothing(principal: int, paid: list[Paid], one: int, two: int) -> None:
    middle, end = DAY0 + timedelta(days=one), DAY0 + timedelta(days=one + two)
    whole = exact(principal, paid, DAY0, end)
    assert whole == exact(principal, paid, DAY0, middle) + exact(principal, paid, middle, end)


@given(PRINCIPALS, PAYMENTS, SPANS, st.randoms(use_true_random=False))
def test_the_order_in_which_payments_are_entered_changes_nothing(
    principal: int, paid: list[Paid], span: int, random: object
) -> None:
    end, mixed = DAY0 + timedelta(days=span), list(paid)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert lines_between(principal, mixed, DAY0, end, RATE) == lines_between(principal, paid, DAY0, end, RATE)


@given(PRINCIPALS, PAYMENTS, SPANS, st.integers(0, 60), st.integers(0, 10**9))
def test_interest_grows_with_time_and_debt_and_falls_with_payments(
    principal: int, paid: list[Paid], span: int, more: int, extra: int
) -> None:
    end = DAY0 + timedelta(days=span)
    here = exact(principal, paid, DAY0, end)
    assert here <= exact(principal, paid, DAY0, end + timedelta(days=more))
    assert here <= exact(principal + extra, paid, DAY0, end)
    assert here >= exact(principal, [*paid, Paid(DAY0, extra)], DAY0, end)


@given(PRINCIPALS, PAYMENTS, SPANS)
def test_lines_cover_each_day_once_at_most(principal: int, paid: list[Paid], span: int) -> None:
    lines = lines_between(principal, paid, DAY0, DAY0 + timedelta(days=span), RATE)
    assert all(left.to == right.after for left, right in zip(lines, lines[1:], strict=False))
    assert all(line.days > 0 and line.principal > 0 for line in lines)


# --- the file -------------------------------------------------------------------------------------


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (Path(settings.RULEBOOK_DIR) / FILE).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / FILE
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from: 2020-09-01", "from: 2020-09-02"),
        ('daily: "0.0005"', 'daily: "five"'),
        ("confidence: VERIFIED", "confidence: SURE"),
        ("debtors: [large]", "debtors: [larg]"),
        ("- {from: 2019-08-20", "- {from: 2026-08-20"),
        ("bands: [1年以内, ", "bands: ["),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="arrears.yaml"):
        load_book(changed(tmp_path, old, new))


def test_a_figure_that_is_withdrawn_opens_what_rests_on_it(tmp_path: Path) -> None:
    gap = load_book(changed(tmp_path, 'daily: "0.0005"', "daily: null"))
    assert reckon(WAN, [], D728, until=date(2022, 1, 1), book=gap).fen is None


def test_every_gap_and_site_default_says_so() -> None:
    assert OWN.ledger.due_basis.confidence == "GAP" and "本站默认" in OWN.ledger.due_basis.source
    assert OWN.year_basis.confidence == "GAP" and OWN.gaps and OWN.readings
