"""Cases by keyboard: from row to row, a tick, a form sent; and the keys turned off."""

import re

import pytest

from huiqi.cases.tests.make import make_case, make_lead
from huiqi.cases.workflow import State

QUEUE = "/cases/queue/?tab=all"
FOCUS = "document.activeElement.textContent.trim()"


@pytest.fixture
def two_cases():
    return make_case(title="第一件"), make_case(title="第二件")


def test_j_and_k_go_from_row_to_row_x_ticks_and_enter_opens(browse, two_cases):
    page = browse(1280, person="county").go(QUEUE)
    page.keyboard.press("j")
    first = page.evaluate(FOCUS)
    page.keyboard.press("j")
    second = page.evaluate(FOCUS)
    assert {first, second} == {"第一件", "第二件"}
    page.keyboard.press("k")
    assert page.evaluate(FOCUS) == first
    page.keyboard.press("x")
    assert page.locator("tbody tr").first.locator("input").is_checked()
    page.keyboard.press("x")
    assert not page.locator("tbody tr").first.locator("input").is_checked()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/\w{16}/\?next="))
    assert page.locator("h1").inner_text() == first


def test_letters_in_a_box_are_letters(browse, two_cases):
    page = browse(1280, person="county").go(QUEUE)
    page.locator("#case-q").focus()
    page.keyboard.type("jkx/?")
    assert page.input_value("#case-q") == "jkx/?"


@pytest.mark.parametrize("path", ["/desk/", "/cases/desk/"])
def test_the_rows_of_a_desk_are_reached_by_the_same_keys(browse, two_cases, path):
    page = browse(1280, person="county").go(path)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('main li, main tr') !== null")


def test_control_and_enter_send_the_form_that_is_being_filled_in(browse):
    case = make_case(state=State.HANDLING)
    assert make_lead(case).unit_id == case.desk_id
    page = browse(1280, person="county").go(f"/cases/{case.public_id}/")
    page.locator(".hq-caseflow summary", has_text="备注").first.click()
    box = page.locator(".hq-caseflow details[open] textarea").first
    box.fill("已电话核实。")
    box.press("Control+Enter")
    page.locator(".hq-time", has_text="已电话核实。").wait_for()


def test_whoever_dictates_turns_the_single_keys_off(browse, two_cases):
    watched = browse(1280, person="county")
    page = watched.go(QUEUE)
    page.keyboard.press("?")
    watched.shoot("keys")
    watched.assert_accessible()
    page.locator("[data-hq-single-keys]").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
