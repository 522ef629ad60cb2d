"""A questionnaire as the form of a service item: one judgement at every door, answers go with the case."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands.items import take_over
from huiqi.cases.items.reading import read_items
from huiqi.cases.models import Case, CaseSheet, Consent, ItemEdition
from huiqi.cases.tests.make import at, load_shipped, make_officer
from huiqi.questionnaires.commands.versions import create_questionnaire, publish_version, upload_version
from huiqi.questionnaires.queries.shipped import shipped_book
from huiqi.questionnaires.xlsform.readable import to_xlsx

pytestmark = pytest.mark.django_db
ITEM = "resume-help"
FIRST = {"data-state-state_now": "open", "data-state-staff": "60", "data-state-need": ["supplies"]}
LACKS = {"data-lacks-kinds": ["masks"], "data-lacks-masks": "500", "data-lacks-days": "2"}


def make_form() -> None:
    """The item's questionnaire, published, and the items taken over."""
    path = Path(settings.RULEBOOK_DIR) / "questionnaires" / "resume-help.yaml"
    actor = make_officer("province")
    made = create_questionnaire(name="帮助申请", owner=make_office("province"), actor=actor, at=at())
    version = upload_version(made, to_xlsx(shipped_book(path)), actor=actor, at=at()).version
    assert version is not None
    publish_version(version, actor=actor, at=at())
    take_over(read_items(Path(settings.RULEBOOK_DIR)), at=at())


def begun(client) -> str:
    first = client.post(reverse("cases:ask", args=[ITEM]), {"name": "陈静", "phone": "13800001234"})
    return first["Location"].split("/")[3]


def post_form(client, link: str, number: int, given: dict, **more):
    where = reverse("cases:draft_form", args=[link, number])
    client.post(where, {**given, "do": "refresh"})
    return client.post(where, {**given, **more})


# --- refusals -----------------------------------------------------------------------------------------


def test_an_item_is_not_offered_before_its_questionnaire_is_published(client):
    load_shipped()
    assert not ItemEdition.objects.filter(item=ITEM).exists()
    assert client.get(reverse("cases:ask", args=[ITEM])).status_code == 404


def test_what_is_wrong_on_a_page_of_the_form_is_said_and_kept(client):
    make_form()
    link = begun(client)
    answer = post_form(client, link, 1, {**FIRST, "data-state-staff": "六十"})
    assert answer.status_code == 422
    assert 'value="六十"' in client.get(reverse("cases:draft_form", args=[link, 1])).content.decode()
    sent = client.post(reverse("cases:draft_send", args=[link]))
    assert "step/" in sent["Location"]
    assert not Case.objects.exists()


def test_an_item_without_questionnaire_has_no_such_pages(client):
    load_shipped()
    first = client.post(reverse("cases:ask", args=["request"]), {"name": "陈静", "phone": "13800001234"})
    link = first["Location"].split("/")[3]
    assert client.get(reverse("cases:draft_form", args=[link, 1])).status_code == 404


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({}, "state_now"),
        ({"state_now": "gone", "staff": 6, "need": ["plan"]}, "state_now"),
        ({"state_now": "open", "staff": "六", "need": ["plan"]}, "staff"),
        ({"state_now": "open", "staff": 6, "need": ["plan"], "masks": 5}, "masks"),
        ({"state_now": "open", "staff": 6, "need": ["plan"], "colour": "red"}, "colour"),
        ({"state_now": "open", "staff": 6, "need": {"a": 1}}, "need"),
    ],
)
def test_a_program_is_told_which_answer_is_wrong(enter, form, place):
    make_form()
    answer = post_api(enter("window_clerk"), form)
    assert answer.status_code == 422
    assert f"form.{place}" in "".join(str(one["place"]) for one in answer.json()["errors"])
    assert not Case.objects.exists()


def post_api(browser, form):
    body = {
        "item": ITEM,
        "topic": "supplies",
        "title": "缺口罩",
        "text": "缺口罩500只",
        "name": "陈静",
        "phone": "13800001234",
        "firm_name": "浏阳某厂",
        "county": "430181",
        "consent": Consent.SPOKEN,
        "form": form,
    }
    return browser.post(
        "/api/v1/cases/",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": "key-12345678"},
    )


# --- filling in ---------------------------------------------------------------------------------------


def test_the_pages_of_the_form_are_steps_of_the_draft_and_its_answers_go_with_the_case(client, enter):
    make_form()
    link = begun(client)
    who = {"credit_code": "", "firm_name": "浏阳某厂", "county": "430181"}
    client.post(reverse("cases:draft_step", args=[link, "who"]), who)
    after = client.post(reverse("cases:draft_step", args=[link, "matter"]), {"topic": "supplies"})
    assert after["Location"] == reverse("cases:draft_step", args=[link, "form"])
    assert post_form(client, link, 1, FIRST)["Location"] == reverse("cases:draft_form", args=[link, 2])
    assert post_form(client, link, 2, LACKS)["Location"] == reverse("cases:draft_step", args=[link, "words"])
    words = {"title": "缺口罩", "text": "缺口罩500只"}
    client.post(reverse("cases:draft_step", args=[link, "words"]), words)
    checked = client.get(reverse("cases:draft_check", args=[link])).content.decode()
    assert "口罩还缺多少（只）" in checked and "500" in checked
    sent = client.post(reverse("cases:draft_send", args=[link]))
    assert sent["Location"] == reverse("cases:draft_receipt", args=[link])
    case = Case.objects.get()
    sheet = CaseSheet.objects.get(case=case)
    assert json.loads(sheet.answers)["/data/lacks/masks"] == "500"
    assert sheet.version == case.edition.form_version
    page = enter("county").get(reverse("cases:case", args=[case.public_id])).content.decode()
    assert "口罩还缺多少（只）" in page and "事项表格" in page


def test_a_program_fills_in_the_form_by_names(enter):
    make_form()
    form = {
        "state_now": "open",
        "staff": 60,
        "need": ["supplies"],
        "kinds": ["masks"],
        "masks": 500,
        "days": 2,
    }
    assert post_api(enter("window_clerk"), form).status_code == 201
    rows = json.loads(CaseSheet.objects.get().content)["sections"][0]["rows"]
    assert ["现在复工了吗？", "已经复工"] in rows


def test_who_fills_in_for_others_has_the_whole_form_on_one_page(enter):
    make_form()
    browser, address = enter("window_clerk"), reverse("cases:take_item", args=[ITEM])
    assert "现在复工了吗？" in browser.get(address).content.decode()
    given = {
        "consent": "spoken",
        "channel": "window",
        "name": "陈静",
        "phone": "13800001234",
        "credit_code": "",
        "firm_name": "浏阳某厂",
        "county": "430181",
        "title": "缺口罩",
        "text": "缺口罩500只",
        "key": "k" * 43,
        "topic": "supplies",
        **FIRST,
    }
    opened = browser.post(address, given)
    assert opened.status_code == 422
    assert "口罩还缺多少" not in opened.content.decode() and "缺什么？" in opened.content.decode()
    assert browser.post(address, {**given, **LACKS}).status_code == 200
    assert json.loads(CaseSheet.objects.get().answers)["/data/lacks/masks"] == "500"
