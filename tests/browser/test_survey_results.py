"""A survey's results, rounds and fieldwork, and the builder, in a real browser at both widths."""

import pytest
from django.urls import reverse

from huiqi.cases.tests.make import make_edition
from huiqi.core import clock
from huiqi.fieldwork.tests.make import a_delivery
from huiqi.questionnaires.builder.plan import Item, ItemKind, Option, Plan
from huiqi.questionnaires.commands.sketches import start_sketch
from huiqi.questionnaires.commands.versions import create_questionnaire
from huiqi.surveys.commands.briefs import begin_brief
from huiqi.surveys.models import ResultSnapshot
from huiqi.surveys.tests.test_show_waves import two_rounds
from tests.browser.conftest import WIDTHS
from tests.harness.cast import play


def looked_at(watched, pages):
    """Open each page, keep its picture, and let nothing be wrong on it."""
    for name, address in pages.items():
        page = watched.go(address)
        assert page.locator("h1").count() == 1, name
        watched.shoot(name)
        watched.assert_calm()
        watched.assert_accessible()


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_results_is_calm_and_accessible(browse, width):
    watched = browse(width, person="analyst")
    user, survey = two_rounds()
    brief = begin_brief(ResultSnapshot.objects.order_by("-pk")[0], actor=user, at=clock.now())
    at = [survey.public_id]
    names = ("results", "results_cross", "results_map", "results_texts", "results_weights")
    pages = {name: reverse(f"surveys:{name}", args=at) for name in (*names, "results_briefs", "survey")}
    pages["results_trend"] = reverse("surveys:results_trend", args=at) + "?answer=status/open"
    pages["results_question"] = reverse("surveys:results_question", args=[*at, "status"]) + "?by=size_class"
    pages["results_brief"] = reverse("surveys:results_brief", args=[*at, brief.public_id])
    pages["survey_board"] = reverse("surveys:board", args=[*at, 2])
    pages["survey_wave"] = reverse("surveys:wave", args=[*at, 2])
    pages["survey_firms"] = reverse("surveys:invited", args=[*at, 2])
    pages |= {name: reverse(f"surveys:{name}") for name in ("surveys", "reach")}
    looked_at(watched, pages)
    page = watched.go(pages["results_trend"])
    page.locator(".hq-reading summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".hq-reading[open]").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_fieldwork_and_what_waits_there_is_calm_and_accessible(browse, width):
    watched = browse(width, person="analyst")
    where = a_delivery()
    looked_at(
        watched,
        {
            "fieldwork": reverse("fieldwork:survey", args=[where["public_id"]]),
            "fieldwork_delivery": reverse("fieldwork:delivery", args=list(where.values())),
        },
    )


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_the_builder_s_meanings_are_reached_by_keyboard(browse, width):
    watched = browse(width, person="analyst")
    make_edition()
    user = play("analyst")
    made = create_questionnaire(name="快查", owner=user.unit, actor=user, at=clock.now())
    asked = Item(ItemKind.ONE, "cash", label="账上的现金还能维持多久？", list_name="cash")
    plan = Plan("快查", (asked,), {"cash": (Option("m1", "1个月以内"), Option("more", "更久"))})
    start_sketch(made, plan, actor=user, at=clock.now(), begun_from=None)
    address = reverse("questionnaires:build", args=[made.public_id]) + "?item=cash"
    looked_at(watched, {"builder_meaning": address})
    page = watched.page
    for box in ("#f-meaning", "#f-offers"):
        page.locator(f"{box} > summary").focus()
        page.keyboard.press("Enter")
        assert page.locator(f"{box}[open]").count() == 1
    watched.assert_accessible()
    page.locator("#f-o0_when").select_option("m1")
    page.locator("#f-o0_what").select_option(index=1)
    page.locator("#f-o0_title").fill("需要融资")
    page.locator("button[name=do][value=save]").focus()
    page.keyboard.press("Enter")
    page.locator("#f-o1_when").wait_for(state="attached")
    watched.shoot("builder_offer")
    watched.assert_calm()
