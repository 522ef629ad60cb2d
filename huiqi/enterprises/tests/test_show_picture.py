"""The picture of size classes beside the list, and the regions the list offers."""

import pytest
from bs4 import BeautifulSoup

from huiqi.accounts.tests.make import make_office
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.picture import INDUSTRY, PLACE, WIDTH, picture
from huiqi.enterprises.tests.make import ON, make_firm
from huiqi.enterprises.wanted import Wanted
from huiqi.reference.queries import code_tables

pytestmark = pytest.mark.django_db
PICTURE = "/firms/picture/"
SMALL = {"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}
MICRO = {"gb4754": "5211", "employees": 3, "revenue": 400_000_00}


def drawn(by: str, **wanted):
    return picture(Enterprise.objects.present(), Wanted(**wanted), ON, by, code_tables())


def told(found) -> dict[str, dict[str, int]]:
    return {bar.label: {part.size: part.count for part in bar.parts if part.count} for bar in found.bars}


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["firm", "editor", "admin"])
def test_who_may_not_see_the_register_finds_no_picture(enter, part):
    assert enter(part).get(PICTURE).status_code == 404


def test_a_telephone_number_in_an_address_has_no_picture(enter):
    make_firm()
    assert enter("county").get(PICTURE, {"q": "13812345678"}).status_code == 404


def test_an_officer_s_picture_counts_no_firm_elsewhere(enter):
    make_firm(facts=SMALL)
    make_firm(county="430302", facts=SMALL)
    assert enter("county").get(PICTURE).context["picture"].whole.total == 1


def test_a_list_found_by_telephone_offers_no_picture(enter):
    make_firm(), make_firm()
    response = enter("county").post("/firms/", {"q": "13812345678"})
    assert "firms/picture" not in response.content.decode()


# --- what it counts -----------------------------------------------------------------------------------


def test_firms_are_counted_by_prefecture_and_size_class_and_what_is_unknown_is_said():
    make_firm(facts=SMALL), make_firm(facts=MICRO), make_firm(county="430102")
    make_firm(county="430302", facts=SMALL)
    make_firm(county=None)
    assert told(drawn(PLACE)) == {
        "长沙市": {"small": 1, "micro": 1, "unknown": 1},
        "湘潭市": {"small": 1},
        "区县不明": {"unknown": 1},
    }


def test_within_one_prefecture_counties_are_told_apart():
    make_firm(facts=SMALL), make_firm(county="430102", facts=MICRO), make_firm(county="430302")
    assert set(told(drawn(PLACE, region="4301"))) == {"浏阳市", "芙蓉区"}


def test_industries_are_counted_by_section_and_within_one_by_division():
    make_firm(facts=SMALL), make_firm(facts=MICRO), make_firm()
    assert set(told(drawn(INDUSTRY))) == {"制造业", "批发和零售业", "行业不明"}
    assert set(told(drawn(INDUSTRY, industries=("2700", "2799")))) == {"医药制造业"}


def test_the_filters_of_the_list_hold_for_the_picture(enter):
    make_firm(facts=SMALL), make_firm(facts=MICRO)
    response = enter("county").get(PICTURE, {"size": "micro"})
    whole = response.context["picture"].whole
    assert {part.size: part.count for part in whole.parts if part.count} == {"micro": 1}


def test_bars_end_where_they_should_and_what_is_there_is_seen():
    for _number in range(3):
        make_firm(facts=SMALL)
    make_firm(facts=MICRO)
    whole = drawn(PLACE).whole
    ends = [part.start + part.width for part in whole.parts if part.count]
    assert all(part.width > 0 for part in whole.parts if part.count)
    assert ends == sorted(ends)
    assert WIDTH - 10 < ends[-1] <= WIDTH


def test_an_area_without_firms_is_said_to_have_none(enter):
    assert "没有符合条件的企业" in enter("county").get(PICTURE).content.decode()


def test_the_list_loads_the_picture_afterwards_and_links_it_for_who_has_no_script(enter):
    make_firm(facts=SMALL), make_firm(facts=SMALL)
    page = BeautifulSoup(enter("county").get("/firms/?size=small").content, "lxml")
    holder = page.select_one("#picture")
    assert holder["hx-get"] == "/firms/picture/?size=small"
    assert holder.a["href"] == "/firms/picture/?size=small"


def test_htmx_gets_the_part_and_everyone_else_the_page(enter):
    make_firm(facts=SMALL)
    client = enter("county")
    part = client.get(PICTURE, headers={"HX-Request": "true"}).content.decode()
    page = client.get(PICTURE).content.decode()
    assert "<h1" not in part
    assert page.count("<h1") == 1
    assert "style=" not in part


def test_the_picture_is_one_query_whatever_it_counts(assert_queries):
    make_firm(facts=SMALL), make_firm(facts=MICRO)
    drawn(PLACE)
    for county in ("430102", "430302", "433130"):
        make_firm(county=county, facts=SMALL)
    tables = code_tables()
    for by in (PLACE, INDUSTRY):
        with assert_queries(1):
            picture(Enterprise.objects.present(), Wanted(), ON, by, tables)


# --- regions of the list ------------------------------------------------------------------------------


def offered(client) -> set[str]:
    page = BeautifulSoup(client.get("/firms/").content, "lxml")
    return {option["value"] for option in page.select("select[name=region] option")} - {""}


def test_who_has_one_county_is_offered_no_region(enter):
    assert offered(enter("county")) == set()


def test_a_city_is_offered_its_own_counties_and_itself(enter):
    codes = offered(enter("city"))
    assert {"4301", "430181"} <= codes
    assert all(code.startswith("4301") for code in codes)


def test_the_province_is_offered_all(enter):
    make_office("changsha")
    assert {"4301", "4331", "430181", "433130"} <= offered(enter("province"))


def test_a_region_outside_is_an_error_of_its_field_and_finds_nothing_more(enter):
    make_firm(county="430302")
    response = enter("county").get("/firms/?region=430302")
    assert response.context["hits"].count == 0
