"""The requester on a phone: one tap says how it went; who says "not solved" is asked what is left."""

from huiqi.cases.models import Case
from huiqi.cases.tests.make import make_case
from huiqi.cases.workflow import State
from tests.harness.cast import play

RATE = "#rate button[value={word}]"


def answered_case() -> Case:
    """A case of the cast's firm person that waits for a word."""
    return make_case(state=State.CALLING_BACK, requester=play("firm"))


def test_one_tap_on_solved_ends_the_case(browse):
    case = answered_case()
    watched = browse(390, person="firm")
    page = watched.go(f"/cases/mine/{case.public_id}/")
    watched.assert_calm()
    watched.assert_accessible()
    button = page.locator(RATE.format(word="solved"))
    assert button.bounding_box()["height"] >= 44

    button.click()

    page.wait_for_selector("text=谢谢您的评价")
    case.refresh_from_db()
    assert (case.state, case.word) == (State.ENDED, "solved")
    watched.assert_calm()


def test_not_solved_asks_what_is_left_and_then_goes_back_to_the_office(browse):
    case = answered_case()
    watched = browse(390, person="firm")
    page = watched.go(f"/cases/mine/{case.public_id}/")

    page.locator(RATE.format(word="not_solved")).click()
    # The box for the words is open, with the fault beside it and the summary in focus.
    page.wait_for_selector("#rate textarea:visible")
    assert "请写一句还有什么没有解决" in page.locator("#rate").inner_text()
    watched.complaints.clear()  # the wanted 422
    watched.assert_calm()
    page.locator("#rate textarea").fill("一个人也没有来。")
    page.locator(RATE.format(word="not_solved")).click()

    page.wait_for_selector("text=谢谢您的评价")
    case.refresh_from_db()
    assert (case.state, case.round) == (State.HANDLING, 2)
