"""The staff's pages by keyboard, on a phone, enlarged, without script and on paper."""

import gzip

import pytest

from huiqi.enterprises.tests.make import make_firm
from tests.browser.conftest import WIDTHS

DESK = "/desk/"
SEARCH = "/desk/search/"
ACTIVE = "document.activeElement.textContent.trim()"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("person", ["county", "firm", "stationed_officer", "security_admin", "hotline_agent"])
def test_a_desk_is_calm_accessible_and_fits(browse, person, width):
    watched = browse(width, person=person)
    watched.go(DESK)
    watched.shoot(f"desk-{person}")
    watched.assert_calm()
    watched.assert_accessible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_hits_of_a_search_are_calm_accessible_and_fit(browse, width):
    make_firm("浏阳防护用品有限公司")
    watched = browse(width, person="county")
    watched.go(f"{SEARCH}?q=防护")
    watched.shoot("search")
    watched.assert_calm()
    watched.assert_accessible()


@pytest.mark.parametrize("path", [DESK, f"{SEARCH}?q=企业"])
def test_a_staff_page_enlarged_to_400_percent_needs_no_sideways_scroll(browse, path):
    watched = browse(320, person="county", viewport={"width": 320, "height": 256}, device_scale_factor=4)
    page = watched.go(path)
    watched.assert_calm()
    assert page.evaluate("getComputedStyle(document.querySelector('.hq-dock')).position") != "fixed"


def test_the_desk_with_larger_type_still_fits_a_phone(browse):
    watched = browse(390, person="county")
    watched.page.context.add_cookies([{"name": "hq_large", "value": "1", "url": watched.base}])
    watched.go(DESK)
    watched.assert_calm()
    watched.assert_accessible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_of_a_phone_opens_as_a_sheet_with_and_without_script(browse, scripts):
    watched = browse(390, person="county", scripts=scripts)
    page = watched.go(DESK)
    assert not page.locator(".hq-side").is_visible()
    page.locator(".hq-dock summary").click()
    assert page.locator(".hq-dock .hq-menu-sheet a[href='/lists/comparisons/']").is_visible()
    watched.shoot(f"menu-{scripts}")
    if scripts:
        watched.assert_accessible()
        page.keyboard.press("Escape")
        assert not page.locator(".hq-dock .hq-menu-sheet").is_visible()


def test_the_slash_leads_to_the_search_escape_out_of_it_and_a_slash_in_a_box_is_a_slash(browse):
    page = browse(1280, person="county").go(DESK)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "hq-find"
    page.keyboard.type("a/b")
    assert page.input_value("#hq-find") == "a/b"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


def test_on_a_phone_the_slash_opens_the_page_of_the_search(browse):
    page = browse(390, person="county").go(DESK)
    page.keyboard.press("/")
    page.wait_for_url(f"**{SEARCH}")


def test_arrows_move_among_the_hits_and_enter_twice_opens_the_first(browse):
    firm = make_firm("浏阳防护用品有限公司")
    page = browse(1280, person="county").go(DESK)
    page.keyboard.press("/")
    page.keyboard.type("防护用品")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{SEARCH}?q=*")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(ACTIVE) == firm.name
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/firms/{firm.public_id}/")


def test_the_question_mark_opens_the_keys_and_closes_them(browse):
    watched = browse(1280, person="county")
    page = watched.go(DESK)
    page.keyboard.press("?")
    assert page.locator(".hq-help .hq-keys").is_visible()
    watched.assert_accessible()
    page.keyboard.press("?")
    assert not page.locator(".hq-help .hq-keys").is_visible()


def test_the_first_stop_of_the_keyboard_skips_the_menu(browse):
    page = browse(1280, person="county").go(DESK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_the_first_load_of_the_home_page_weighs_at_most_100_kb(browse):
    loaded = []
    page = browse(390).page
    page.on("response", lambda response: loaded.append(response.body()))
    page.goto(browse(390).base + "/")
    page.wait_for_load_state("networkidle")
    assert len(loaded) > 3
    assert sum(len(gzip.compress(body)) for body in loaded) <= 100_000


def test_a_printed_desk_has_the_tasks_and_no_menu(browse):
    page = browse(1280, person="county").go(DESK)
    page.emulate_media(media="print")
    assert page.locator("#tasks").is_visible()
    for part in (".hq-side", ".hq-dock", ".hq-find", ".hq-guide"):
        assert not page.locator(part).first.is_visible()
