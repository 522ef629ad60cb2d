from datetime import date

import pytest

from huiqi.enterprises.leaps import last_cell, leap
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.resolution import Stated
from huiqi.enterprises.tests.make import make_firm, make_member
from huiqi.enterprises.tests.test_correct_facts import address, fresh, typed

pytestmark = pytest.mark.django_db


def of(name: str):
    return catalogue().facts[name]


@pytest.mark.parametrize(
    ("fact", "before", "now"),
    [
        ("employees", 86, 859),
        ("employees", 86, 9),
        ("employees", None, 860_000),
        ("employees", 0, 860_000),
        ("employees", 86, 0),
        ("gb4754", "2770", "0111"),
        ("affected_by_epidemic", 0, 1),
    ],
)
def test_a_figure_less_than_tenfold_off_and_what_is_no_figure_are_not_asked_back(fact, before, now):
    assert leap(of(fact), before, now) is None


@pytest.mark.parametrize(("before", "now", "times"), [(86, 860, 10), (860, 86, 10), (86, 860_000, 10_000)])
def test_a_figure_tenfold_off_up_or_down_is_a_leap(before, now, times):
    found = leap(of("employees"), before, now)
    assert found is not None
    assert found.times == times


@pytest.mark.parametrize(("times", "mixed"), [(4_000, False), (8_000, True), (20_000, True), (30_000, False)])
def test_only_about_ten_thousand_times_looks_like_mixed_units(times, mixed):
    found = leap(of("revenue"), 1_000, 1_000 * times)
    assert found is not None
    assert found.is_of_units is mixed


def test_the_last_known_figure_is_the_newest_of_any_year_that_was_not_taken_back():
    day = date(2020, 2, 20)
    said = [
        Stated(1, "employees", "2018", 86, date(2018, 12, 31), day, "confirmed"),
        Stated(2, "employees", "2019", 90, date(2019, 12, 31), day, "claimed", retracted_on=day),
        Stated(3, "employees", "2017", 80, date(2017, 12, 31), day, "confirmed"),
        Stated(4, "employees", "2020", 99, date(2020, 12, 31), day, "confirmed"),
    ]
    assert last_cell(said, date(2020, 3, 1)) == 86
    assert last_cell([], date(2020, 3, 1)) is None


def stated(firm, **more):
    return typed(firm, period="2019", as_of="2019-12-31", **more)


def test_a_figure_ten_thousand_times_the_last_one_is_not_saved_unasked(enter):
    firm = make_firm(facts={"employees": 86})
    response = enter("county").post(address(firm, "employees"), stated(firm, value="860000"))
    assert response.status_code == 422
    page = response.content.decode()
    assert "您填的是860,000人，原来是86人，相差约10,000倍" in page
    assert page.count('name="is_sure"') == 1
    assert "2019年度报告" in page
    assert "元和万元" not in page
    assert fresh(firm).employees == 86


def test_a_tick_for_one_figure_does_not_confirm_another(enter):
    firm = make_firm(facts={"employees": 86})
    response = enter("county").post(address(firm, "employees"), stated(firm, value="8600", is_sure="860000"))
    assert response.status_code == 422
    assert "checked" not in response.content.decode()
    assert fresh(firm).employees == 86


def test_an_amount_that_leaps_as_far_as_the_units_is_said_to_look_like_mixed_units(enter):
    firm = make_firm(facts={"revenue": 12_000_000_00})
    response = enter("county").post(
        address(firm, "revenue"), stated(firm, value="12000000", value_unit="wan")
    )
    assert response.status_code == 422
    assert "把元和万元弄混" in response.content.decode()


def test_a_firm_is_asked_back_too_against_what_an_office_confirmed(client):
    firm = make_firm(facts={"employees": 86})
    client.force_login(make_member(firm))
    assert client.post(address(firm, "employees"), stated(firm, value="9")).status_code == 302
    asked = client.post(address(firm, "employees"), stated(fresh(firm), value="860"))
    assert asked.status_code == 422
    assert fresh(firm).employees == 86


def test_a_confirmed_leap_is_saved_and_said(enter):
    firm = make_firm(facts={"employees": 86})
    client = enter("county")
    data = stated(firm, value="8600", is_sure="8600")
    response = client.post(address(firm, "employees"), data, follow=True)
    assert "已保存：从业人员，8,600人。" in response.content.decode()
    assert Enterprise.objects.get(pk=firm.pk).employees == 8600


def test_what_was_saved_is_said_with_the_name_of_its_code(enter):
    firm = make_firm(facts={"gb4754": "2770"})
    data = typed(firm, value="1371")
    response = enter("county").post(address(firm, "gb4754"), data, follow=True)
    assert "已保存：行业，" in response.content.decode()
    assert "（1371）。" in response.content.decode()
