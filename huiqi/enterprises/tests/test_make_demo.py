"""Synthetic firms: the same for the same seed, plausible, and true to the rule of the projection."""

from collections import Counter
from datetime import date
from itertools import islice

import pytest
from django.core.management import CommandError, call_command

from huiqi.accounts.commands.demo import create_demo_accounts
from huiqi.accounts.models import User
from huiqi.enterprises.commands.columns import project_firms
from huiqi.enterprises.demo.firms import BLOCK, firms, places
from huiqi.enterprises.demo.load import load_firms
from huiqi.enterprises.demo.matters import make_matters
from huiqi.enterprises.demo.story import FIRMS, make_twins, tell_story
from huiqi.enterprises.models import Contact, Enterprise, Statement
from huiqi.enterprises.queries.disputes import disputes_for
from huiqi.enterprises.queries.duplicates import open_pairs
from huiqi.reference.credit_codes import find_problem
from huiqi.reference.models import Division, Industry

ON = date(2020, 3, 1)
WHERE = places([("430181", "浏阳市"), ("430102", "芙蓉区"), ("431230", "通道侗族自治县")])


def run(count, seed=7):
    for _done in load_firms(count, seed=seed, on=ON):
        pass


def test_the_same_seed_makes_the_same_firms_however_many_are_asked_for():
    few = list(firms(50, seed=1, where=WHERE, on=ON))
    many = list(islice(firms(BLOCK * 2, seed=1, where=WHERE, on=ON), 50))
    assert few == many
    assert few != list(firms(50, seed=2, where=WHERE, on=ON))


def test_a_later_block_needs_no_earlier_one():
    whole = list(firms(BLOCK + 20, seed=1, where=WHERE, on=ON))
    assert whole[BLOCK:] == list(firms(BLOCK + 20, seed=1, where=WHERE, on=ON, first=BLOCK))


def test_codes_are_valid_and_some_firms_have_none():
    made = list(firms(2 * BLOCK, seed=3, where=WHERE, on=ON))
    codes = [firm.credit_code for firm in made]
    assert 0 < codes.count(None) < 100
    assert [code for code in codes if code and find_problem(code)] == []
    assert len({firm.public_id for firm in made}) == len(made)


@pytest.mark.django_db
def test_every_trade_is_a_class_of_the_standard():
    said = [one for firm in firms(BLOCK, seed=3, where=WHERE, on=ON) for one in firm.said]
    made = {one.cell for one in said if one.fact == "gb4754"}
    known = set(Industry.objects.filter(code__in=made).order_by("code").values_list("code", flat=True))
    assert made == known


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_a_greater_number_adds_to_the_same_firms():
    run(1200)
    first = list(Enterprise.objects.order_by("pk").values_list("public_id", "name", "size_class"))
    run(1200)
    assert list(Enterprise.objects.order_by("pk").values_list("public_id", "name", "size_class")) == first
    assert Enterprise.objects.count() == Contact.objects.count() == 1200
    run(BLOCK * 2)
    assert Enterprise.objects.count() == BLOCK * 2
    assert list(Enterprise.objects.order_by("pk").values_list("public_id", flat=True))[:1200] == [
        public_id for public_id, _name, _size in first
    ]


@pytest.mark.django_db
def test_the_columns_written_in_bulk_are_those_a_rebuild_gives():
    run(300)
    pks = list(Enterprise.objects.order_by("pk").values_list("pk", flat=True))
    assert project_firms(pks, on=ON) == 0


@pytest.mark.django_db
def test_firms_are_spread_over_counties_and_sizes_with_gaps_and_stale_figures():
    run(BLOCK)
    counties = set(Enterprise.objects.order_by("pk").values_list("prefecture", flat=True))
    assert len(counties) > 80
    assert counties <= set(Division.objects.order_by("code").values_list("code", flat=True))
    sizes = Counter(Enterprise.objects.order_by("pk").values_list("size_class", flat=True))
    assert sizes["small"] > 50 and sizes["micro"] > 50 and sizes["medium"] and sizes[None] > 20
    assert Enterprise.objects.filter(employees=None).exists()
    assert Statement.objects.filter(period="2018").exists()
    assert not Enterprise.objects.exclude(is_synthetic=True).exists()


@pytest.mark.django_db
def test_the_story_and_the_twins_are_made_once():
    run(BLOCK)
    assert len(tell_story(seed=7, on=ON)) == len(FIRMS)
    assert tell_story(seed=7, on=ON) == []
    assert make_twins(3, seed=7, on=ON) == 3
    assert make_twins(3, seed=7, on=ON) == 0
    maker = Enterprise.objects.get(name="浏阳楚康防护用品有限公司")
    assert (maker.size_class, maker.prefecture, maker.employees) == ("small", "430181", 86)


@pytest.mark.django_db
def test_a_demo_of_an_impossible_size_is_refused_and_only_a_demo_site_takes_it(settings):
    with pytest.raises(CommandError, match="户数"):
        call_command("demo", enterprises=-1)
    settings.HUIQI_DEMO = False
    with pytest.raises(CommandError, match="不是演示站点"):
        call_command("demo")


@pytest.mark.django_db
def test_a_county_has_a_pair_and_a_dispute_to_decide_made_once():
    create_demo_accounts(actor=None)
    tell_story(seed=7, on=ON)
    for _run in range(2):
        make_matters(seed=7, on=ON)
        county = User.objects.get(username="county")
        assert open_pairs(county, ON).count() == 1
        assert disputes_for(county, ON).count() == 1
    (pair,) = open_pairs(county, ON)
    assert {pair.first.prefecture, pair.second.prefecture} == {"430181"}
