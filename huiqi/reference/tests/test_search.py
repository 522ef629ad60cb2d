import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from huiqi.reference.code_rows import help_words, industry_rows
from huiqi.reference.code_search import Entry, search, words_of
from huiqi.reference.commands import load_reference
from huiqi.reference.models import CodeList, Division, Industry
from huiqi.reference.queries import (
    counties,
    industry,
    industry_children,
    search_divisions,
    search_industries,
)

pytestmark = pytest.mark.django_db
HOSTILE = [
    "\x00",
    "\ud800",
    "%",
    "_",
    "' OR 1=1 --",
    "\\",
    "(" * 50,
    ".*",
    "9" * 10_000,
    "口" * 100_000,
    "\u202e",
    "🀄",
    "１",
]


def codes(question, **options):
    return [found.code for found in search_industries(question, **options)]


# --- industries -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question", ["", "   ", "\x00", "、，", "zzzzzz", "不存在的行当", "A3411", "12345", "C34111"]
)
def test_what_is_in_no_list_is_not_found(question):
    assert search_industries(question) == []


@pytest.mark.parametrize("question", HOSTILE)
def test_hostile_text_finds_something_or_nothing_but_never_fails(question):
    for found in (search_industries(question), search_divisions(question)):
        assert isinstance(found, list)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.integers(-5, 500))
def test_any_question_has_a_bounded_answer(question, limit):
    assert len(search_industries(question, limit)) <= max(0, min(limit, 100))


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("3411", "3411"),
        ("C3411", "3411"),
        ("c3411", "3411"),
        ("ｃ３４１１", "3411"),
        ("34", "34"),
        ("A01", "01"),
        ("C", "C"),
        ("制造业", "C"),
        ("锅炉及辅助设备制造", "3411"),
        ("稻谷", "0111"),
        ("dgzz", "0111"),
        ("daoguzhongzhi", "0111"),
        ("口罩", "2770"),
        ("口罩厂", "2770"),
        ("kouzhao", "2770"),
        ("kz", "2770"),
        ("饭店", "6210"),
        ("快餐", "6220"),
        ("网吧", "9013"),
        ("货运", "5431"),
        ("物流公司", "5431"),
        ("旅行社", "7291"),
        ("电影院", "8760"),
        ("ktv", "9011"),
        ("KTV", "9011"),
        ("4S店", "5261"),
        ("汽车 零售", "5261"),
        ("零售 汽车", "5261"),
        ("软件公司", "6513"),
    ],
)
def test_the_expected_entry_comes_first(question, first):
    assert codes(question)[0] == first


def test_a_code_prefix_lists_the_entry_then_its_classes_in_order():
    found = codes("341")
    assert found == ["341", "3411", "3412", "3413", "3414", "3415", "3419"]


def test_classes_come_before_groups_of_the_same_name():
    assert codes("正餐") == ["6210", "621"]
    assert codes("正餐", classes_only=True) == ["6210"]


@pytest.mark.parametrize(
    ("question", "among"),
    [
        ("餐饮", "6210 6220 6231 6239 6241 6242 6291 6299"),
        ("餐饮业", "6210 6220 6291 6299"),
        ("餐饮店", "6210 6220 6291"),
        ("餐饮服务有限公司", "6210 6220 6291"),
        ("cy", "6210 6220 6291"),
        ("canyin", "6210 6220 6291"),
        ("建筑", "4710 4790 4812"),
        ("建筑公司", "4710 4790 4812"),
        ("jianzhu", "4710 4790"),
        ("房屋建筑业", "4710 4720 4790"),
        ("批发业", "5111 5121"),
        ("零售", "5211 5212 5213"),
        ("道路运输业", "5431 5411"),
        ("住宿", "6110 6121 6129 6130"),
        ("软件", "6513 6511"),
        ("物流", "5431"),
        ("仓储", "5920 5910"),
        ("汽车", "3611 3670 5261"),
        ("五金", "5281 5174"),
        ("印刷", "2311 2319"),
        ("医疗器械", "3581 3584 3589 5154 5254"),
        ("服装", "1819 5132 5232"),
        ("养殖", "0313 0321 0412"),
        ("培训", "8391"),
        ("fz", "1711"),
        ("zz", "1311"),
        ("早餐", "6291"),
        ("防护服", "1819 2770"),
        ("蛋糕店", "5222"),
        ("钢结构", "3311"),
    ],
)
def test_the_name_of_a_branch_or_a_plain_word_finds_its_classes(question, among):
    assert set(among.split()) <= set(codes(question, classes_only=True))


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("餐饮", "6210"),
        ("建筑", "4710"),
        ("建筑公司", "4710"),
        ("软件", "6513"),
        ("快递", "6020"),
        ("超市", "5212"),
        ("批发", "5111"),
        ("零售", "5211"),
        ("广告", "7251"),
        ("理发", "8040"),
        ("汽车修理", "8111"),
        ("五金", "5281"),
    ],
)
def test_the_commoner_class_comes_first(question, first):
    assert codes(question, classes_only=True)[0] == first


def test_a_section_of_two_trades_does_not_mean_both():
    assert not [code for code in codes("餐饮", limit=100) if code.startswith("61")]


def test_a_trade_listed_by_a_branch_comes_after_the_names_that_hold_it():
    found = codes("五金", limit=100, classes_only=True)
    assert found.index("5174") < found.index("5282")


def test_part_of_a_word_and_scattered_characters_are_enough():
    assert "2770" in codes("卫生材料")
    assert "2770" in codes("医药用品")
    assert codes("汽配零售")[0] == "5263"


def test_a_wrong_section_letter_finds_nothing():
    assert codes("B3411") == []


def test_searching_takes_one_query():
    search_industries("制造")
    with CaptureQueriesContext(connection) as queries:
        search_industries("餐饮 配送")
    assert len(queries) == 1


def test_a_reload_is_noticed_at_once():
    assert codes("稻谷")[0] == "0111"
    Industry.objects.filter(code="0112").update(name="新稻谷品种")
    CodeList.objects.update(checksum="changed elsewhere")
    assert "0112" in codes("新稻谷品种")
    load_reference(province=settings.HUIQI_PROVINCE)
    assert codes("新稻谷品种") == []


def test_before_the_lists_are_loaded_nothing_is_found():
    CodeList.objects.all().delete()
    Division.objects.filter(level="county").delete()
    Division.objects.filter(level="prefecture").delete()
    Division.objects.all().delete()
    for level in (4, 3, 2, 1):
        Industry.objects.filter(level=level).delete()
    assert search_industries("餐") == []
    assert search_divisions("长沙") == []
    assert industry("3411") is None


def test_every_help_word_leads_to_a_class_of_the_standard():
    classes = {row.code for row in industry_rows() if row.level == 4}
    assert set(help_words()) <= classes
    for code, words in help_words().items():
        assert code in codes(words[0]), words[0]


def test_an_entry_knows_its_path():
    found = industry("C3411")
    assert found.full_code == "C3411"
    assert [code for code, _ in found.path] == ["C", "34", "341", "3411"]
    assert found.path_text == "制造业 > 通用设备制造业 > 锅炉及原动设备制造 > 锅炉及辅助设备制造"
    assert industry("c").full_code == "C"


@pytest.mark.parametrize(
    "code", ["", " ", "A3411", "34111", "3", "Z", "\x00", "\ud800", "３４１１x", "C" * 1000]
)
def test_a_code_that_does_not_exist_has_no_entry(code):
    assert industry(code) is None


def test_the_tree_opens_level_by_level():
    assert len(industry_children()) == 20
    assert [row.code for row in industry_children("C34")] == [row.code for row in industry_children("34")]
    assert industry_children("34")[0].code == "341"
    assert len(industry_children("c")) == 31
    assert industry_children("3411") == industry_children("A34") == industry_children("\x00") == []


# --- divisions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("浏阳", "浏阳市"),
        ("浏阳市", "浏阳市"),
        ("lys", "浏阳市"),
        ("liuyang", "浏阳市"),
        ("430181", "浏阳市"),
        ("长沙市", "长沙市"),
        ("长沙县", "长沙县"),
        ("css", "长沙市"),
        ("changshashi", "长沙市"),
        ("yuhua", "雨花区"),
        ("xiangxitu", "湘西土家族苗族自治州"),
        ("祁阳", "祁阳市"),
        ("祁阳县", "祁阳县"),
        ("湘西州", "湘西土家族苗族自治州"),
    ],
)
def test_the_expected_division_comes_first(question, first):
    assert search_divisions(question)[0].name == first


def test_every_county_is_found_by_its_name_its_pinyin_and_its_initials():
    for county in counties():
        for question in (county.name, county.pinyin, county.code):
            assert search_divisions(question)[0] == county, question
        assert county in search_divisions(county.initials)


# --- the pure part --------------------------------------------------------------------------------


def test_words_are_cut_cleaned_and_few():
    assert words_of(" Ａ０１，餐饮\x00服务 ") == ["a01", "餐饮", "服务"]
    assert len(words_of("一 二 三 四 五 六 七")) == 5
    assert words_of("\ud800") == []


def test_a_limit_of_nothing_finds_nothing():
    entry = Entry("1", "甲", "jia", "j")
    assert search([entry], "甲", 0) == []
    assert search([entry], "甲", -1) == []
    assert search([entry], "甲", 1) == [entry]
