"""A client nobody here wrote takes the form, fills it in and submits: ODK Web Forms, in a real browser.

    npm install --prefix var/field-client --ignore-scripts @getodk/web-forms@0.22.0 vue@3.5
    HUIQI_FIELD_CLIENT=var/field-client/node_modules make test-slow

Skipped where it is not installed. The page around it (field_client.html) does what any host of the component
must: it takes the first form of formList and posts what the component emits, as it is.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from huiqi.fieldwork.models import Delivery
from huiqi.fieldwork.tests.make import make_collector
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion
from huiqi.questionnaires.tests.make import material
from huiqi.questionnaires.xform.reading import read_form
from huiqi.questionnaires.xform.stamping import stamped
from huiqi.surveys.models import Response, Survey
from huiqi.surveys.tests.make import at, make_editor, make_survey

CLIENT = Path(os.environ.get("HUIQI_FIELD_CLIENT", "no-such-folder"))
FORM = next((path for path in material("xforms") if path.name == "250q-form.xml"), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CLIENT / "@getodk" / "web-forms").is_dir(), reason="ODK Web Forms is not installed"
    ),
]
_TYPES = {".js": "text/javascript", ".html": "text/html; charset=utf-8"}


@pytest.fixture
def page(chromium: Browser, site: Any, transactional_db: None) -> Iterator[Page]:
    """A browser of the field."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def served(route: Route) -> None:
    """The page and its modules under the site's own origin, from disk."""
    path = route.request.url.partition("://")[2].partition("/")[2].partition("?")[0]
    file = Path(__file__).with_name("field_client.html")
    if path.startswith("node_modules/"):
        file = CLIENT / path.removeprefix("node_modules/")
    route.fulfill(body=file.read_bytes(), content_type=_TYPES.get(file.suffix, "text/plain"))


def opened(page: Page, server: str, secret: str) -> Page:
    """The client with the survey's form in it."""
    page.route("**/node_modules/**", served)
    page.route(lambda url: "/client.html" in url, served)
    page.goto(f"{server}/client.html?server={server}/collect/key/{secret}")
    page.get_by_role("button", name="Send").wait_for()
    return page


def submitted(page: Page) -> list[dict[str, Any]]:
    """What the server answered, after sending twice."""
    page.get_by_role("button", name="Send").click()
    page.wait_for_function("window.sent.length === 1")
    page.evaluate("window.again()")
    page.wait_for_function("window.sent.length === 2")
    assert page.evaluate("window.failed") == []
    return list(page.evaluate("window.sent"))


def test_odk_web_forms_fills_in_ours(site: Any, page: Page):
    collector, secret = make_collector()
    opened(page, site.url, secret)
    # The component listens to keys, not to the value of its box.
    page.get_by_role("spinbutton").press_sequentially("35")
    page.keyboard.press("Tab")
    page.get_by_text("没有复工", exact=True).click()
    page.get_by_text("为什么没有复工").wait_for()
    page.locator("input[type=text]").last.fill("缺工人，口罩线停了")
    assert [one["status"] for one in submitted(page)] == [201, 201]
    answers = json.loads(Response.objects.sent().get().answers)
    assert answers["/data/firm/staff"] == "35"
    assert answers["/data/state/why"] == "缺工人，口罩线停了"
    assert Delivery.objects.get().collector == collector


@pytest.mark.skipif(FORM is None, reason="ODK's form of 250 questions is not here")
def test_odk_web_forms_fills_in_odks_form_of_250_questions(site: Any, page: Page):
    collector, secret = make_collector(survey_of_odk())
    opened(page, site.url, secret)
    fields = page.locator("input[type=text]")
    assert fields.count() == 250
    for place in range(250):
        fields.nth(place).fill(str(place))
    assert [one["status"] for one in submitted(page)] == [201, 201]
    answers = json.loads(Response.objects.sent().get().answers)
    assert len(answers) == 250
    assert answers["/data/q250"] == "249"


def survey_of_odk() -> Survey:
    """A survey whose questionnaire is that form; it is an XForm, so it is kept as a version by hand."""
    assert FORM is not None
    editor = make_editor()
    survey = make_survey(actor=editor)
    form_id = read_form(FORM.read_bytes()).id
    xform = stamped(FORM.read_text(encoding="utf-8"), form_id=form_id, version="250")
    Questionnaire.objects.filter(pk=survey.questionnaire_id).update(form_id=form_id)
    made = QuestionnaireVersion(
        questionnaire=survey.questionnaire,
        number=2,
        version="250",
        title="250",
        xform=xform,
        digest=hashlib.sha256(xform.encode()).hexdigest(),
        original_digest="0" * 64,
        question_count=250,
        made_by=editor,
        made_at=at(),
        published_by=editor,
        published_at=at("2020-03-01", "12:00"),
    )
    made.save()
    return Survey.objects.get(pk=survey.pk)
