"""Answering a survey over HTTP: nothing typed is lost, nothing wrong is taken, one firm answers once."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.core import clock
from huiqi.core.models import AuditRecord
from huiqi.messages.models import Delivery
from huiqi.surveys.commands.retention import forget_drafts
from huiqi.surveys.models import Response, ResponseState, Survey
from huiqi.surveys.queries.filling import find_response
from huiqi.surveys.tests.make import make_questionnaire, make_survey, make_xlsx, shipped_xlsx

pytestmark = pytest.mark.django_db

CODE = "91430181MA4L16JQ9B"


def begin(client: Client, survey: Survey) -> str:
    answer = client.post(reverse("surveys:cover", args=[survey.slug]))
    assert answer.status_code == 302
    return answer["Location"].split("/")[3]


def page(token: str, number: int) -> str:
    return reverse("surveys:page", args=[token, number])


def send(client: Client, token: str) -> Any:
    return client.post(reverse("surveys:check", args=[token]))


def fill(client: Client, token: str, **changes: str) -> None:
    given = {"data-firm-uscc": CODE, "data-firm-staff": "12", **changes}
    assert client.post(page(token, 1), given).status_code == 302
    assert client.post(page(token, 2), {"data-state-status": "open"}).status_code == 302


# --- refusals -----------------------------------------------------------------------------------------


def test_a_survey_that_is_not_open_begins_nothing(client):
    drafted = make_survey(is_open=False)
    assert client.get(reverse("surveys:cover", args=[drafted.slug])).status_code == 404
    later = make_survey(opens_on=date(2020, 3, 10))
    shown = client.get(reverse("surveys:cover", args=[later.slug])).content.decode()
    assert "开始填写" not in shown
    assert client.post(reverse("surveys:cover", args=[later.slug])).status_code == 409
    assert not Response.objects.exists()


@pytest.mark.parametrize("token", ["x", "r.forged", "r.", "甲" * 40, "0" * 300])
def test_a_link_nobody_was_given_is_not_found(client, token):
    for name in ("fill", "check", "elsewhere", "discard", "done"):
        assert client.get(reverse(f"surveys:{name}", args=[token])).status_code == 404
    assert client.post(page(token, 1), {}).status_code == 404


def test_what_is_wrong_is_said_at_its_field_and_kept_as_typed(client):
    token = begin(client, make_survey())
    answer = client.post(page(token, 1), {"data-firm-uscc": "", "data-firm-staff": "十二"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "要填整数" in shown
    assert 'value="十二"' in shown
    assert 'value="十二"' in client.get(page(token, 1)).content.decode()


def test_an_unfinished_response_is_not_taken_and_says_what_is_missing(client):
    token = begin(client, make_survey())
    answer = send(client, token)
    assert answer.status_code == 409
    assert "还没有填" in answer.content.decode()
    assert Response.objects.get().state == ResponseState.DRAFT


def test_after_the_last_day_a_draft_is_kept_and_not_taken(client, monkeypatch):
    survey = make_survey()
    token = begin(client, survey)
    fill(client, token)
    Survey.objects.filter(pk=survey.pk).update(opens_on=date(2020, 2, 1), closes_on=date(2020, 2, 29))
    answer = send(client, token)
    assert answer.status_code == 409
    assert "截止" in answer.content.decode()
    assert Response.objects.get().state == ResponseState.DRAFT


def test_one_firm_answers_once_and_the_second_is_told(client):
    survey = make_survey()
    for expected in (200, 409):
        token = begin(client, survey)
        fill(client, token)
        answer = send(client, token)
        assert answer.status_code == expected
    assert "一家企业只收一份" in answer.content.decode()
    assert Response.objects.sent().count() == 1


def test_a_sent_response_is_changed_no_more(client):
    token = begin(client, make_survey())
    fill(client, token)
    assert send(client, token).status_code == 200
    answer = client.post(page(token, 1), {"data-firm-staff": "99"})
    assert answer["Location"] == reverse("surveys:done", args=[token])
    assert json.loads(Response.objects.get().answers)["/data/firm/staff"] == "12"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\x00", "𠮷" * 50, "' OR 1=1 --", "=1+1", "\ud7ff"]
)
def test_no_text_breaks_a_page_or_runs_in_it(client, text):
    token = begin(client, make_survey())
    answer = client.post(page(token, 1), {"data-firm-uscc": text, "data-firm-staff": "3"})
    assert answer.status_code in {302, 422}
    assert "<script>alert(1)</script>" not in client.get(page(token, 1)).content.decode()
    assert client.get(reverse("surveys:check", args=[token])).status_code == 200


# --- answering ----------------------------------------------------------------------------------------


def test_an_answer_opens_a_question_and_closing_it_forgets_nothing(client):
    token = begin(client, make_survey())
    client.post(page(token, 1), {"data-firm-uscc": "", "data-firm-staff": "12"})
    assert "为什么没有复工" not in client.get(page(token, 2)).content.decode()
    shown = client.post(page(token, 2), {"data-state-status": "closed", "do": "refresh"}).content.decode()
    assert "为什么没有复工" in shown
    client.post(page(token, 2), {"data-state-status": "closed", "data-state-why": "缺口罩", "do": "back"})
    given = {"data-state-status": "open", "data-state-why": "缺口罩", "do": "refresh"}
    assert "为什么没有复工" not in client.post(page(token, 2), given).content.decode()
    shown = client.post(page(token, 2), {"data-state-status": "closed", "do": "refresh"}).content.decode()
    assert "缺口罩" in shown


def test_what_is_no_longer_asked_is_not_demanded(client):
    token = begin(client, make_survey())
    fill(client, token)
    assert send(client, token).status_code == 200


def test_back_keeps_what_was_typed_even_if_wrong(client):
    token = begin(client, make_survey())
    client.post(page(token, 1), {"data-firm-staff": "12"})
    answer = client.post(page(token, 2), {"data-state-status": "nonsense", "do": "back", "key": ""})
    assert answer.status_code == 302
    assert json.loads(Response.objects.get().answers)["/data/state/status"] == "nonsense"


def test_typing_is_saved_while_it_goes_on(client):
    token = begin(client, make_survey())
    key = client.get(page(token, 1)).context["shown"].key
    save = reverse("surveys:save", args=[token, 1])
    assert client.post(save, {"data-firm-staff": "7", "key": key}).status_code == 204
    assert client.post(save, {"data-firm-staff": "8", "key": "another page"}).status_code == 409
    assert 'value="7"' in client.get(page(token, 1)).content.decode()


def test_numbers_are_read_as_people_write_them(client):
    token = begin(client, make_survey())
    assert client.post(page(token, 1), {"data-firm-staff": "１，２００"}).status_code == 302
    assert json.loads(Response.objects.get().answers)["/data/firm/staff"] == "1200"


def test_a_second_press_of_send_is_the_same_response(client):
    token = begin(client, make_survey())
    fill(client, token)
    assert send(client, token).status_code == 200
    again = send(client, token)
    assert again.status_code == 302
    assert Response.objects.count() == 1


def test_who_began_with_a_version_goes_on_with_it(client):
    survey = make_survey()
    token = begin(client, survey)
    first = Response.objects.get().version
    make_questionnaire_newer(survey)
    fill(client, token)
    assert send(client, token).status_code == 200
    assert Response.objects.get().version == first
    begin(client, survey)
    assert Response.objects.order_by("pk").last().version != first


def make_questionnaire_newer(survey: Survey) -> None:
    from huiqi.questionnaires.commands.versions import publish_version, upload_version  # noqa: PLC0415
    from huiqi.surveys.tests.make import QUESTIONS, at  # noqa: PLC0415

    more = [*QUESTIONS, {"type": "text", "name": "added", "label": "新加的一题"}]
    made = upload_version(survey.questionnaire, make_xlsx(more), actor=survey.made_by, at=at("2020-03-02"))
    assert made.version is not None
    publish_version(made.version, actor=survey.made_by, at=at("2020-03-02"))


@pytest.mark.parametrize("name", ["day-one", "impact", "self-check"])
def test_each_page_of_a_shipped_questionnaire_opens_and_keeps_an_empty_post(client, name):
    survey = make_survey(questionnaire=make_questionnaire(original=shipped_xlsx(name)))
    token = begin(client, survey)
    first = client.get(page(token, 1))
    for number in range(1, first.context["shown"].of + 1):
        assert client.get(page(token, number)).status_code == 200
        assert client.post(page(token, number), {"do": "refresh"}).status_code == 200
    assert client.get(reverse("surveys:check", args=[token])).status_code == 200


# --- another device -----------------------------------------------------------------------------------


def test_a_draft_is_found_on_another_device_by_phone_and_code(client):
    token = begin(client, make_survey())
    client.post(page(token, 1), {"data-firm-uscc": "", "data-firm-staff": "12"})
    client.post(reverse("surveys:elsewhere", args=[token]), {"phone": "138 1234 5678"})
    other = Client()
    resume = reverse("surveys:resume")
    assert other.post(resume, {"phone": "13812345678", "do": "send"}).status_code == 200
    code = [part for part in Delivery.objects.latest("pk").text if part.isdigit()]
    shown = other.post(resume, {"phone": "13812345678", "do": "open", "code": "".join(code)[:6]})
    link = shown.context["found"][0][1]
    there = other.get(reverse("surveys:fill", args=[link]), follow=True)
    assert there.status_code == 200
    assert 'value="12"' in other.get(page(link, 1)).content.decode()


def test_a_number_without_drafts_is_told_the_same(client):
    answer = client.post(reverse("surveys:resume"), {"phone": "13812345678", "do": "send"})
    assert "如果这个号码有没填完的问卷" in answer.content.decode()
    assert not Delivery.objects.exists()


# --- anonymity ----------------------------------------------------------------------------------------


def test_of_an_anonymous_response_nothing_leads_to_who_gave_it(client):
    token = begin(client, make_survey(is_anonymous=True))
    assert client.get(reverse("surveys:elsewhere", args=[token])).status_code == 404
    fill(client, token, **{"data-firm-uscc": ""})
    answer = send(client, token)
    assert answer.status_code == 200
    assert "已提交" in answer.content.decode()
    row = Response.objects.get()
    assert (row.phone, row.phone_index, row.token_digest, row.firm_key) == ("", "", "", "")
    assert row.begun_at == row.saved_at == row.sent_at
    assert (row.sent_at.hour, row.sent_at.minute, row.sent_at.second) == (0, 0, 0)
    assert find_response(token, clock.wall_now()) is None
    record = AuditRecord.objects.get(act="survey.answered")
    assert record.actor_id == ""
    assert row.public_id not in str(record.details)


# --- keeping ------------------------------------------------------------------------------------------


def test_a_draft_left_for_a_month_is_gone_and_a_sent_one_stays(client):
    survey = make_survey()
    token = begin(client, survey)
    fill(client, token)
    send(client, token)
    left = begin(client, survey)
    old = clock.wall_now() - timedelta(days=1)
    Response.objects.filter(state=ResponseState.DRAFT).update(expires_at=old)
    assert client.get(reverse("surveys:fill", args=[left])).status_code == 404
    forget_drafts(list(Response.objects.filter(state=ResponseState.DRAFT)))
    assert Response.objects.get().state == ResponseState.SENT


def test_answers_are_not_readable_in_the_database(client):
    from django.db import connection  # noqa: PLC0415

    token = begin(client, make_survey())
    client.post(page(token, 1), {"data-firm-uscc": CODE, "data-firm-staff": "12"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM surveys_response")
        assert CODE not in cursor.fetchone()[0]
