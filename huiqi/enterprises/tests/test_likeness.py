"""What makes two rows look like one firm. No database."""

import pytest

from huiqi.enterprises.likeness import Regions, Traits, are_near, same_writing, short_region, weigh

REGIONS = Regions.of(["湖南省", "长沙市", "浏阳市", "江华瑶族自治县", "湘西土家族苗族自治州", "南县"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("浏阳湘瑞机械有限公司", "浏阳湘瑞机械有限责任公司"),
        ("湖南省湘瑞机械有限公司", "湖南湘瑞机械有限公司"),
        ("湘瑞（浏阳）机械有限公司", "湘瑞(浏阳)机械有限公司"),
        ("ＡＢＣ机械有限公司", "abc 机械有限公司"),
    ],
)
def test_writings_of_one_name_are_one(one, other):
    assert same_writing(one) == same_writing(other)


def test_a_limited_company_by_shares_is_another_form():
    assert same_writing("湘瑞机械股份有限公司") != same_writing("湘瑞机械有限公司")


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("湖南省长沙市浏阳湘瑞机械制造有限公司", "湘瑞机械制造"),
        ("湘瑞机械制造厂", "湘瑞机械制造"),
        ("江华湘瑞机械集团有限公司", "湘瑞机械"),
        ("浏阳市天心店", ""),
        ("湖南", ""),
    ],
)
def test_the_core_is_what_is_the_firms_own(name, core):
    assert REGIONS.core(name) == core


def test_names_of_regions_are_shortened_but_not_away():
    names = ["浏阳市", "江华瑶族自治县", "湘西土家族苗族自治州", "南县", "湖南省"]
    assert [short_region(name) for name in names] == ["浏阳", "江华", "湘西", "南县", "湖南"]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("湘瑞机械有限公司", "湘锐机械有限公司", True),
        ("湘瑞机械有限公司", "湘瑞机机械有限公司", True),
        ("湘瑞机械有限公司", "湘瑞机械有限公司", False),
        ("湘瑞机械有限公司", "楚锐机械有限公司", False),
        ("甲店", "乙店", False),
    ],
)
def test_one_character_makes_names_near(one, other, near):
    assert are_near(one, other) is near
    assert are_near(other, one) is near


HERE = Traits("浏阳湘瑞机械有限公司", "430181", "3419", None)
ELSEWHERE = Traits("湘潭湘瑞机械有限公司", "430302", "3419", None)
OTHER_NAME = Traits("浏阳恒发商贸有限公司", "430181", "5171", 7)


@pytest.mark.parametrize(
    ("shared", "second", "signals"),
    [
        (["name"], ELSEWHERE, ()),
        (["phone"], OTHER_NAME, ()),
        (["name", "core", "sound"], ELSEWHERE, ()),
        (["name", "core", "sound"], HERE, ("name", "place")),
        (["core", "phone"], ELSEWHERE, ("core", "phone")),
        (["former", "phone"], OTHER_NAME, ("phone", "former")),
        (["phone"], Traits("浏阳湘锐机械有限公司", "430121", None, None), ("near", "phone")),
    ],
)
def test_two_signals_of_different_kinds_are_needed(shared, second, signals):
    assert weigh(shared, HERE, second) == signals
    assert weigh(shared, second, HERE) == signals


def test_one_park_stands_for_one_place():
    first = Traits("甲有限公司", "430181", None, 7)
    assert weigh(["code_body"], first, Traits("乙有限公司", "430121", None, 7)) == ("code_body", "park")
