"""The roster: gaps first, filters, loads, lines; and the demo that fills it."""

import pytest
from django.urls import reverse

from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.accounts.tests.make import make_offices
from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import state
from huiqi.stationing.commands.stationings import When, station_officer
from huiqi.stationing.demo import LEAST, MAKES, MOST, make_demo
from huiqi.stationing.models import DailyReport, Escalation, Figures, Line, Stationing
from huiqi.stationing.products import products
from huiqi.stationing.queries.board import board
from huiqi.stationing.queries.roster import (
    Wanted,
    assignable_officers,
    firms_on_roster,
    gaps_of,
    overloaded_among,
    with_rows,
)
from huiqi.stationing.tests.make import COVERALL, DAY, MASK, at, make_key_firm, make_officer, make_stationing
from tests.harness.cast import enter as enter_as
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
PAGE = "/stationing/roster/"


def names(**wanted):
    return [firm.name for firm in firms_on_roster(play("province"), Wanted(**wanted), DAY)]


def test_firms_without_an_officer_come_first_and_unlisted_ones_only_with_an_officer():
    make_stationing(make_key_firm("有人厂"))
    make_key_firm("缺人厂")
    make_key_firm("名单外厂", listed=False)
    off = make_key_firm("例外厂", listed=False)
    station_officer(off, make_officer(), actor=None, when=When(DAY, at()), exception_reason="转产")
    assert names()[0] == "缺人厂"
    assert sorted(names()) == ["例外厂", "有人厂", "缺人厂"]


def test_filters_narrow_by_county_words_officer_and_gaps():
    row = make_stationing(make_key_firm("浏阳厂"), make_officer("钟山"))
    make_key_firm("龙山厂", county="433130")
    assert names(county="433130") == ["龙山厂"]
    assert names(words="浏") == ["浏阳厂"]
    assert names(words=row.enterprise.credit_code.lower()) == ["浏阳厂"]
    assert names(officer=row.officer.public_id) == ["浏阳厂"]
    assert names(only_gaps=True) == ["龙山厂"]


def test_a_firm_off_the_list_is_found_by_its_whole_name_or_code_for_an_exception():
    firm = make_key_firm("名单外防护用品厂", listed=False)
    assert names(words="名单外") == []
    assert names(words="名单外防护用品厂") == names(words=firm.credit_code) == ["名单外防护用品厂"]


def test_gaps_and_loads_are_counted_in_one_s_own_area(settings):
    settings.HUIQI_FIRMS_PER_OFFICER = 1
    busy = make_officer("忙人")
    for _ in range(2):
        make_stationing(officer=busy)
    make_key_firm(), make_key_firm(county="433130")
    gaps = gaps_of(play("county"), DAY)
    assert (gaps.firms, gaps.without_officer) == (3, 1)
    officers = assignable_officers(play("county"), DAY)
    assert [officer.name for officer in overloaded_among(officers)] == ["忙人"]
    assert gaps_of(play("other_city"), DAY).firms == 0


def test_the_page_shows_officer_products_and_what_is_missing():
    make_stationing(make_key_firm("有人厂"), make_officer("钟山"))
    make_key_firm("缺人厂", lines=())
    browser, _ = enter_as("county")
    page = browser.get(PAGE).content.decode()
    for text in ("钟山", "医用外科口罩 100,000只", "缺联络员", "未登记", "派驻"):
        assert text in page
    assert "没有符合条件的企业" in browser.get(PAGE, {"q": "不存在\x00"}).content.decode()


def test_the_rows_ask_the_same_number_of_questions_however_many(assert_queries):
    make_stationing()
    user = play("county")
    may(user, Power.STATION_OFFICERS, DAY)  # the person's posts are read once a request
    for count in (1, 6):
        with assert_queries(3):
            assert len(list(with_rows(firms_on_roster(user, Wanted(), DAY), DAY))) == count
        for _ in range(5):
            make_stationing()


def test_a_line_is_entered_and_a_wrong_one_comes_back():
    browser, _ = enter_as("county")
    firm = make_key_firm(lines=())
    address = reverse("stationing:lines", args=[firm.public_id])
    bad = browser.post(address, {"product": "bicycle", "capacity": "很多", "on": "昨天"})
    assert bad.status_code == 422
    good = {"product": COVERALL, "capacity": "3,000", "on": "2020-3-1"}
    assert browser.post(address, good).status_code == 302
    assert Line.objects.get().capacity == 3_000


def test_every_product_has_a_name_a_unit_and_its_standard():
    assert MASK in products()
    for product in products().values():
        assert product.name and product.unit and product.standard


# --- the demo --------------------------------------------------------------------------------------------


def synthetic(count=6):
    make_offices()
    firms = [make_key_firm(lines=()) for _ in range(count)]
    Enterprise.objects.update(is_synthetic=True)
    return firms


def picture():
    rows = Figures.objects.order_by("report__enterprise__name", "report__on", "product")
    return list(
        rows.values_list("report__enterprise__name", "report__on", "product", "output", "stock", "shortage")
    )


def test_the_demo_makes_nothing_of_firms_that_are_not_synthetic_or_not_listed():
    make_key_firm(lines=())
    assert make_demo(seed=2020, on=DAY) == {"firms": 0, "officers": 0, "reports": 0}


def test_the_demo_fills_three_weeks_and_running_again_adds_nothing():
    synthetic()
    made = make_demo(seed=2020, on=DAY)
    assert made["firms"] == 6 and made["reports"] > 60
    assert Stationing.objects.open().count() <= 6
    assert Escalation.objects.count() == 2
    before = picture()
    assert make_demo(seed=2020, on=DAY)["firms"] == 0
    assert picture() == before


def test_the_demo_s_makers_make_what_their_trade_can_at_a_size_that_fits():
    for staff in (30, 30, 4_000):
        state(make_key_firm(lines=()), {"gb4754": "1819", "employees": staff})
        state(make_key_firm(lines=()), {"gb4754": "2710", "employees": staff})
    Enterprise.objects.update(is_synthetic=True)
    make_demo(seed=2020, on=DAY)
    lines = Line.objects.select_related("enterprise").order_by("pk")
    assert {line.enterprise.gb4754 for line in lines} == {"1819", "2710"}
    for line in lines:
        usual = dict(MAKES[line.enterprise.gb4754])
        assert line.product in usual
        assert LEAST * usual[line.product] <= line.capacity <= MOST * usual[line.product]


def test_the_demo_knows_no_product_that_the_catalogue_does_not():
    assert {product for makes in MAKES.values() for product, _usual in makes} <= set(products())


def test_the_demo_depends_on_the_seed_alone():
    synthetic(3)
    Enterprise.objects.update(is_synthetic=True)
    make_demo(seed=2020, on=DAY)
    first = picture()
    for model in (Escalation, DailyReport, Line):
        model.objects.all().delete()
    Stationing.objects.all().delete()
    make_demo(seed=2020, on=DAY)
    assert picture() == first


def test_the_demo_s_numbers_look_like_a_board(monkeypatch):
    synthetic()
    make_demo(seed=2020, on=DAY)
    boards = board(Enterprise.objects.all(), DAY)
    assert all(b.total.utilisation is None or b.total.utilisation <= 120 for b in boards)
    browser, _ = enter_as("county")
    monkeypatch.setattr(clock, "today", lambda: DAY)
    assert browser.get("/stationing/board/").status_code == 200
