"""The board: honest sums with their n, for those inside the compartment, and nowhere else."""

from datetime import timedelta

import pytest
from django.urls import NoReverseMatch, reverse

from huiqi.accounts.models import Deputyship
from huiqi.core import clock
from huiqi.core.slots import SLOTS
from huiqi.stationing.queries.board import Cell, board, firm_rows
from huiqi.stationing.queries.compartment import firms_in_compartment
from huiqi.stationing.tests.make import (
    COVERALL,
    DAY,
    MASK,
    make_key_firm,
    make_officer,
    make_stationing,
    report,
)
from tests.harness.addresses import addresses
from tests.harness.cast import CAST, play
from tests.harness.cast import enter as enter_as

pytestmark = pytest.mark.django_db
PAGE = "/stationing/board/"
# Numbers no page has by chance.
SECRET = (7_654_321, 8_765_432, 9_876_543)
TELLTALES = tuple(text for number in SECRET for text in (str(number), f"{number:,}"))


def seen_by(part):
    return set(firms_in_compartment(play(part), DAY).values_list("name", flat=True))


def of(product, part="province", day=DAY):
    return next(b for b in board(firms_in_compartment(play(part), DAY), day) if b.product.id == product)


def test_who_may_see_a_firm_may_not_therefore_see_its_key_figures():
    make_key_firm("甲厂")
    for part in ("analyst", "grant_maker", "window_clerk", "admin", "firm", "hotline_agent"):
        assert seen_by(part) == set(), part


def test_each_office_sees_its_own_part():
    (
        make_key_firm("浏阳厂"),
        make_key_firm("龙山厂", county="433130"),
        make_key_firm("湘潭厂", county="430321"),
    )
    assert seen_by("province") == {"浏阳厂", "龙山厂", "湘潭厂"}
    assert seen_by("city") == seen_by("county") == {"浏阳厂"}
    assert seen_by("direct_county") == {"龙山厂"}
    assert seen_by("other_city") == {"湘潭厂"}
    assert seen_by("park") == set()


def test_a_scope_without_the_power_adds_nothing_to_a_power_elsewhere():
    """A clerk of 浏阳 who deputises for a dispatcher of nowhere must not gain 浏阳's figures by adding up."""
    make_key_firm("浏阳厂")
    clerk, officer = play("window_clerk"), play("stationed_officer")
    Deputyship.objects.create(absent=officer, deputy=clerk, from_on=DAY, to_on=DAY)
    assert set(firms_in_compartment(clerk, DAY)) == set()


def test_a_stationed_officer_sees_the_own_firms_alone():
    make_key_firm("别的厂")
    row = make_stationing(make_key_firm("我的厂"), play("stationed_officer"))
    assert seen_by("stationed_officer") == {"我的厂"}
    assert row.officer == play("stationed_officer")


def test_a_rate_is_rounded_half_up_and_a_hundred_only_when_nobody_is_missing():
    assert [Cell(expected=of, reported=n).rate for n, of in ((0, 0), (1, 8), (2, 3), (299, 300), (3, 3))] == [
        *(0, 13, 67, 99, 100)
    ]
    assert Cell(output=665, capacity_reported=1000).utilisation == 67


def test_figures_of_a_single_county_are_said_once(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: DAY)
    report(make_key_firm("浏阳厂"), (81_234, 20_000, 1_000))
    page = enter_as("county")[0].get(PAGE).content.decode()
    assert page.count("81,234") == 2  # the card, and the week folded below it
    assert "/stationing/board/mask_surgical/430181/" in page
    make_key_firm("湘潭厂", county="430321")
    both = enter_as("province")[0].get(PAGE).content.decode()
    assert both.count("81,234") == 4  # card and county, and both lines of the week


def test_sums_count_who_reported_and_estimate_nobody():
    first, second, _silent = (make_key_firm() for _ in range(3))
    report(first, (80_000, 20_000, 1_000))
    report(second, (60_000, 5_000, 0))
    total = of(MASK).total
    assert (total.output, total.stock, total.shortage) == (140_000, 25_000, 1_000)
    assert (total.reported, total.expected, total.rate) == (2, 3, 67)
    assert (total.capacity, total.capacity_reported, total.utilisation) == (300_000, 200_000, 70)


def test_nobody_s_report_is_shown_as_none_and_not_as_zero():
    make_key_firm()
    browser, _ = enter_as("county")
    page = browser.get(PAGE).content.decode()
    assert "<dd>—" in page and "<dd>0" not in page.replace("<dd>0%", "")


def test_a_week_keeps_days_without_a_report_as_gaps():
    firm = make_key_firm()
    report(firm, (10, 0, 0), on=DAY - timedelta(days=6))
    report(firm, (0, 0, 0), on=DAY - timedelta(days=2))
    report(firm, (99, 0, 0), on=DAY - timedelta(days=7))
    total = of(MASK).total
    assert total.week == [10, None, None, None, 0, None, None]
    assert total.week_reported == [1, 0, 0, 0, 1, 0, 0]
    assert (total.reported, total.utilisation) == (0, None)


def test_products_and_counties_are_kept_apart_and_the_largest_shortage_comes_first():
    liuyang = make_key_firm(lines=(MASK, COVERALL))
    longshan = make_key_firm(county="433130")
    report(liuyang, (1, 1, 5), product=MASK)
    report(liuyang, (7, 7, 7), product=COVERALL)
    report(longshan, (2, 2, 50))
    assert [(row.code, row.cell.shortage) for row in of(MASK).counties] == [("433130", 50), ("430181", 5)]
    assert of(COVERALL).total.output == 7


def test_the_firms_behind_a_line_show_their_numbers_and_who_is_silent():
    loud, silent = make_key_firm("甲厂"), make_key_firm("乙厂")
    make_stationing(loud, make_officer("龙伟"))
    report(loud, SECRET, note="夜班已开")
    browser, _ = enter_as("county")
    page = browser.get(f"{PAGE}{MASK}/430181/").content.decode()
    assert f"{SECRET[0]:,}" in page and "夜班已开" in page and "龙伟" in page and "未报" in page
    rows = firm_rows(firms_in_compartment(play("county"), DAY), MASK, "430181", DAY)
    assert [row.firm for row in rows] == [silent, loud]


def test_a_line_of_another_county_is_not_there():
    make_key_firm()
    browser, _ = enter_as("other_city")
    assert browser.get(f"{PAGE}{MASK}/430181/").status_code == 404
    assert browser.get(f"{PAGE}{MASK}/430321/").status_code == 404
    assert browser.get(f"{PAGE}nonsense/430321/").status_code == 404


def test_pages_of_the_compartment_say_so_on_screen_and_paper_and_offer_no_export():
    make_key_firm()
    browser, _ = enter_as("county")
    for path in (PAGE, f"{PAGE}{MASK}/430181/"):
        page = browser.get(path).content.decode()
        assert "hq-compartment" in page and "内部" in page
        assert "hq-compartment hq-noprint" not in page
        assert not any(word in page for word in ("导出Excel", ".csv", ".xlsx", "download"))


def test_a_day_asked_in_the_address_is_shown_and_nonsense_is_today():
    report(make_key_firm(), (123, 0, 0), on=DAY - timedelta(days=1))
    browser, _ = enter_as("county")
    assert browser.get(PAGE, {"day": "2020-2-29"}).context["boards"][0].total.output == 123
    for text in ("甲", "2099-1-1", "x" * 300):
        assert browser.get(PAGE, {"day": text}).context["day"] == clock.today()


def test_the_board_asks_the_same_number_of_questions_however_many_firms(assert_queries):
    make_key_firm(lines=(MASK, COVERALL))
    firms = firms_in_compartment(play("province"), DAY)
    with assert_queries(3):
        board(firms, DAY)
    for number in range(4):
        report(make_key_firm(county=("430181", "433130")[number % 2]))
    with assert_queries(3):
        board(firms.all(), DAY)


# --- nothing leaves the compartment ---------------------------------------------------------------------


def addresses_to_try(firm):
    """Every address that takes no argument, or one that a firm, a product or a county can fill."""
    fillings = [{}, {"public_id": firm.public_id}, {"code": "430181"}]
    for address in addresses():
        for filling in fillings:
            try:
                yield reverse(address.name, kwargs=filling)
            except NoReverseMatch:
                continue


@pytest.mark.parametrize(
    "part", ["visitor", "analyst", "firm", "admin", "bank_officer", "window_clerk", "other_city"]
)
def test_no_page_export_or_answer_gives_a_figure_to_who_is_outside(part):
    firm = make_key_firm("秘密防护用品厂")
    make_stationing(firm)
    report(firm, SECRET, note="秘密说明七六五")
    browser, _ = enter_as(part)
    tried = 0
    for path in addresses_to_try(firm):
        response = browser.get(path, {"q": "秘密防护用品厂"})
        body = b"".join(response) if response.streaming else response.content
        text = body.decode("utf-8", "replace")
        assert not any(telltale in text for telltale in (*TELLTALES, "秘密说明七六五")), path
        tried += 1
    assert tried > 30


def test_the_search_finds_the_firm_but_no_figure_even_for_who_may_see_them(rf):
    firm = make_key_firm("秘密防护用品厂")
    report(firm, SECRET)
    request = rf.get("/search/")
    request.user = play("county")
    for source in SLOTS.search:
        for words in ("秘密防护用品厂", *TELLTALES):
            assert not any(
                telltale in str(hit) for hit in source.find(request, words, 8) for telltale in TELLTALES
            )


def test_the_panel_on_the_firm_s_page_is_for_the_compartment_alone(rf):
    firm = make_key_firm("秘密防护用品厂")
    make_stationing(firm)
    report(firm, SECRET)
    (panel,) = [panel for panel in SLOTS.firm if panel.name == "stationing"]
    for part in CAST:
        request = rf.get("/")
        request.user = play(part)
        html = panel.render(request, firm) or ""
        assert (TELLTALES[1] in html) == (
            part in {"province", "city", "county", "dispatcher", "leader", "supervisor"}
        ), part
