"""The check from the first page to the result: by mouse, by keyboard alone, without script, on a phone."""

import re

import pytest
from django.test import Client

from huiqi.policies.tests.make import SMALL_MAKER, start, walk
from tests.browser.conftest import WIDTHS
from tests.browser.walk import QUESTION, add_figures, tab_to, walk_the_check

MOST_QUESTIONS = 7


@pytest.mark.parametrize("width", WIDTHS)
def test_a_firm_gets_to_its_result_and_every_page_is_calm_and_accessible(browse, width):
    watched = browse(width)

    def look(name):
        watched.shoot(name)
        watched.assert_calm()
        watched.assert_accessible()

    asked = walk_the_check(watched.page, watched.base, look)
    assert 1 <= len(asked) <= MOST_QUESTIONS
    text = watched.page.locator("main").inner_text()
    for group in ("可享", "差一点", "待认定", "不适用"):
        assert group in text, group


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["print", "objection", "delete", "policy/ui-job-retention-refund"])
def test_the_pages_around_the_result_are_calm_and_accessible(browse, name, width):
    watched = browse(width)
    client = Client()
    token = start(client)
    walk(client, token, SMALL_MAKER)
    watched.go(f"/check/{token}/{name}/")
    watched.shoot(f"check-{name.split('/')[0]}")
    watched.assert_calm()
    watched.assert_accessible()


def test_the_check_works_without_script_and_says_the_same(browse):
    with_script, without = browse(390), browse(390, scripts=False)
    asked = walk_the_check(with_script.page, with_script.base)
    assert walk_the_check(without.page, without.base) == asked

    def titles(watched):
        return re.sub(r"\s+", " ", " ".join(watched.page.locator("main h2, main h3").all_text_contents()))

    assert titles(without) == titles(with_script)
    without.shoot("check-result-without-script")


def test_the_check_can_be_done_with_the_keyboard_alone(browse):
    watched = browse(1280)
    page = watched.go("/check/")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url(QUESTION)
    tab_to(page, 'input[name="gb4754"]')
    page.keyboard.type("1789")
    tab_to(page, 'input[name="org_type"]')
    page.keyboard.press("Space")
    tab_to(page, "#f_province")
    page.keyboard.type("浏阳")
    page.wait_for_selector('[role="option"]')
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tab_to(page, 'button[value="next"]')
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/q/(?!basics)"))
    for _ in range(MOST_QUESTIONS):
        if not QUESTION.search(page.url):
            break
        here = page.url
        tab_to(page, 'button[value="skip"]')
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    tab_to(page, "main .hq-actions a.hq-btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/check/[^/]+/$"))
    tab_to(page, "main details > summary")
    page.keyboard.press("Enter")
    assert page.locator("details:has(> summary:focus)").get_attribute("open") is not None
    watched.assert_calm()


def test_the_result_enlarged_to_400_percent_needs_no_sideways_scroll(browse):
    watched = browse(320, viewport={"width": 320, "height": 256}, device_scale_factor=2)
    walk_the_check(watched.page, watched.base, lambda name: watched.assert_calm())


def test_figures_added_beside_the_result_show_at_once_and_after_a_reload(browse):
    watched = browse(390)
    walk_the_check(watched.page, watched.base)
    assert add_figures(watched.page) >= 2
    money = watched.page.locator("main .hq-figures").first.inner_text()
    assert "元" in money
    watched.assert_calm()
    watched.assert_accessible()
    watched.page.reload()
    assert watched.page.locator("main .hq-figures").first.inner_text() == money
    watched.shoot("check-result-figures")


def test_answers_survive_going_back_and_coming_again(browse):
    watched = browse(390)
    page = watched.go("/check/")
    page.locator("main form button").last.click()
    page.locator('input[name="gb4754"]').fill("1789")
    page.locator('input[name="org_type"][value="enterprise"]').check()
    page.locator('button[value="next"]').click()
    page.wait_for_url(re.compile(r"/q/(?!basics)"))
    page.go_back()
    assert page.locator('input[name="org_type"][value="enterprise"]').is_checked()
    watched.go("/check/")
    page.locator("main a", has_text="继续上次").click()
    assert "1789" in page.locator("main").inner_text()
