"""Samples are exact, keep their bounds, and are the same for the same seed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.surveys.drawing import allocate, draw, first_group, place_of, size_for
from huiqi.surveys.models import Invitation, Member
from huiqi.surveys.tests.make import make_survey
from huiqi.surveys.tests.make_campaign import draw as draw_now
from huiqi.surveys.tests.make_campaign import make_firms, make_frame

STRATA = st.lists(st.integers(1, 5_000), min_size=1, max_size=40)


@given(STRATA, st.integers(0, 20), st.floats(0, 1), st.booleans())
def test_an_allocation_adds_up_and_keeps_its_bounds(populations, least, share, is_equal):
    lowest = sum(min(least, n) for n in populations)
    total = lowest + int(share * (sum(populations) - lowest))
    sizes = allocate(populations, total, least=least, is_equal=is_equal)
    assert sum(sizes) == total
    for size, firms in zip(sizes, populations, strict=True):
        assert min(least, firms) <= size <= firms


@given(STRATA, st.floats(0, 1))
def test_without_a_minimum_a_proportional_part_is_off_by_less_than_one_firm(populations, share):
    total = int(share * sum(populations))
    for size, firms in zip(allocate(populations, total, least=0), populations, strict=True):
        assert abs(size - Fraction(total * firms, sum(populations))) < 1


@given(st.lists(st.integers(100, 900), min_size=1, max_size=20), st.integers(1, 100))
def test_an_equal_part_is_equal_where_every_stratum_has_enough(populations, each):
    sizes = allocate(populations, each * len(populations), least=0, is_equal=True)
    assert sizes == [each] * len(populations)


def test_too_few_and_too_many_are_refused():
    with pytest.raises(Refused, match="每层最少|最少家数"):
        allocate([10, 10], 3, least=2)
    with pytest.raises(Refused, match="多于符合条件"):
        allocate([10, 10], 21, least=0)


def test_sizes_are_cochrans():
    # Cochran 1977, 4.4: 384.16 for +-5 points without a finite population, 1067.1 for +-3.
    assert size_for(10**9, Fraction(5, 100)) == 385
    assert size_for(10**9, Fraction(3, 100)) == 1068
    # 1000 firms: 384.16 / (1 + 383.16 / 1000) = 277.7
    assert size_for(1000, Fraction(5, 100)) == 278
    assert size_for(10, Fraction(5, 100)) == 10
    assert size_for(0, Fraction(5, 100)) == 0


FIRMS = st.sets(st.text("0123456789abcdef", min_size=16, max_size=16), min_size=1, max_size=200)


@given(FIRMS, st.text("abc123", min_size=1, max_size=8), st.integers(1, 12), st.randoms())
def test_the_same_seed_draws_the_same_firms_in_whatever_order_they_are_read(ids, seed, groups, dice):
    rows = [(place_of(seed, one), number) for number, one in enumerate(sorted(ids))]
    shuffled = list(rows)
    dice.shuffle(shuffled)
    count = len(rows) // 2
    assert draw(rows, count, groups=groups, first=0) == draw(shuffled, count, groups=groups, first=0)


@given(FIRMS, st.integers(1, 12))
def test_rotation_groups_part_the_sample_and_differ_by_one_firm_at_most(ids, groups):
    rows = [(place_of("seed", one), number) for number, one in enumerate(sorted(ids))]
    drawn = draw(rows, len(rows), groups=groups, first=first_group("seed", ("4301", "C", "small"), groups))
    assert sorted(key for key, _group in drawn) == list(range(len(rows)))
    sizes = [sum(group == one for _key, group in drawn) for one in range(groups)]
    assert max(sizes) - min(sizes) <= 1


def test_another_seed_draws_others():
    rows = {seed: [(place_of(seed, str(one)), one) for one in range(500)] for seed in "ab"}
    first, second = (dict(draw(rows[seed], 50, groups=1, first=0)) for seed in "ab")
    assert first.keys() != second.keys()


@pytest.mark.django_db
def test_weights_are_the_strata_over_those_asked_and_add_up_to_the_frame():
    make_firms(40)
    frame = draw_now(
        make_frame(make_survey(is_open=False), method="sample", sample_size=12, least_per_stratum=2)
    )
    assert (frame.population, frame.drawn) == (40, 12)
    rows = list(Invitation.objects.select_related("stratum"))
    assert sum(row.weight for row in rows) == 40
    assert all(row.weight == Fraction(row.stratum.population, row.stratum.drawn) for row in rows)
    assert {row.stratum.drawn for row in rows} == {3}


@pytest.mark.django_db
def test_a_census_asks_everybody_and_each_stands_for_itself():
    make_firms(9)
    draw_now(make_frame(make_survey(is_open=False)))
    assert {row.weight for row in Invitation.objects.all()} == {Fraction(1)}
    assert Invitation.objects.count() == 9


@pytest.mark.django_db
def test_cancelled_firms_are_not_asked_unless_the_filter_names_them():
    firms = make_firms(4)
    firms[0].registration = "cancelled"
    firms[0].save()
    frame = draw_now(make_frame(make_survey(is_open=False)))
    assert frame.population == 3
    assert not Member.objects.filter(enterprise=firms[0]).exists()
