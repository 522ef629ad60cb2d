"""Who runs a survey: what they may do with it, what they are refused, and that others find nothing."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.surveys.models import Response, Survey, SurveyState
from huiqi.surveys.tests.make import make_editor, make_questionnaire, make_survey, make_xlsx

pytestmark = pytest.mark.django_db
GIVEN = {"title": "复工情况", "purpose": "安排帮扶", "opens_on": "2020-3-1", "closes_on": "2020-3-10"}


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_survey_of_another_office_is_not_found():
    survey = make_survey()
    other = enter(make_editor("changsha", Role.OFFICER))
    for name in ("survey", "change"):
        assert other.get(reverse(f"surveys:{name}", args=[survey.public_id])).status_code == 404
    assert other.post(reverse("surveys:act", args=[survey.public_id, "close"])).status_code == 404
    assert Survey.objects.get().state == SurveyState.OPEN
    assert survey.title not in other.get(reverse("surveys:surveys")).content.decode()


def test_days_the_wrong_way_round_are_refused_and_the_words_stay():
    editor = make_editor()
    questionnaire = make_questionnaire(editor)
    given = {**GIVEN, "questionnaire": questionnaire.public_id, "closes_on": "2020-2-1"}
    answer = enter(editor).post(reverse("surveys:new"), given)
    assert answer.status_code == 409
    assert "截止日期不能早于开始日期" in answer.content.decode()
    assert "安排帮扶" in answer.content.decode()
    assert not Survey.objects.exists()


def test_a_questionnaire_that_asks_for_photos_is_refused_for_an_anonymous_survey():
    editor = make_editor()
    asked = [{"type": "image", "name": "photo", "label": "车间照片"}]
    questionnaire = make_questionnaire(editor, make_xlsx(asked))
    given = {**GIVEN, "questionnaire": questionnaire.public_id, "is_anonymous": "on"}
    answer = enter(editor).post(reverse("surveys:new"), given)
    assert answer.status_code == 409
    assert "会看出是谁填的" in answer.content.decode()
    assert not Survey.objects.exists()


def test_once_open_nobody_turns_anonymity_off():
    editor = make_editor()
    survey = make_survey(actor=editor, is_anonymous=True)
    answer = enter(editor).post(reverse("surveys:change", args=[survey.public_id]), GIVEN)
    assert answer.status_code == 409
    assert "不能再改是否匿名" in answer.content.decode()
    assert Survey.objects.get().is_anonymous


def test_a_survey_whose_days_are_over_is_not_opened():
    editor = make_editor()
    survey = make_survey(actor=editor, is_open=False, opens_on=date(2020, 1, 1), closes_on=date(2020, 2, 1))
    answer = enter(editor).post(reverse("surveys:act", args=[survey.public_id, "open"]), follow=True)
    assert "截止日期已经过了" in answer.content.decode()
    assert Survey.objects.get().state == SurveyState.DRAFT


def test_a_survey_is_live_in_three_steps_and_shows_how_many_answered():
    editor = make_editor()
    questionnaire = make_questionnaire(editor)
    client = enter(editor)
    made = client.post(reverse("surveys:new"), {**GIVEN, "questionnaire": questionnaire.public_id})
    survey = Survey.objects.get()
    assert made["Location"] == reverse("surveys:survey", args=[survey.public_id])
    client.post(reverse("surveys:act", args=[survey.public_id, "open"]))
    answering = Client()
    answering.post(reverse("surveys:cover", args=[survey.slug]))
    assert Response.objects.count() == 1
    shown = client.get(made["Location"]).content.decode()
    assert f"/q/{survey.slug}/" in shown
    assert "1份" in shown
    assert "不能推算全省" in shown


def test_the_list_asks_as_often_for_many_surveys_as_for_one(assert_queries):
    editor = make_editor()
    questionnaire = make_questionnaire(editor)
    client = enter(editor)
    for _number in range(3):
        make_survey(actor=editor, questionnaire=questionnaire)
    client.get(reverse("surveys:surveys"))
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as few:
        client.get(reverse("surveys:surveys"))
    for _number in range(5):
        make_survey(actor=editor, questionnaire=questionnaire)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("surveys:surveys"))
    assert len(many) == len(few)
