"""Two windows, two devices, no cookies, uploads, an approval that ran out: a clear word, and nothing lost."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from huiqi.files.models import Attachment
from huiqi.files.scanning import EICAR
from huiqi.files.tests.make_uploads import JPEG, PDF
from huiqi.questionnaires.models import Questionnaire
from huiqi.surveys.models import Response, Survey
from huiqi.surveys.tests.make import make_questionnaire, make_survey, make_xlsx
from huiqi.surveys.tests.test_answer import begin, fill, page, send

pytestmark = pytest.mark.django_db


def answers() -> dict[str, str]:
    given: dict[str, str] = json.loads(Response.objects.latest("pk").answers or "{}")
    return given


def drawn(client: Client, address: str) -> dict[str, str]:
    """What a window posts back with the page as it was drawn now."""
    shown = client.get(address).context
    return {"key": shown["shown"].key, "drawn": shown["form"].drawn()}


# --- windows and devices ------------------------------------------------------------------------------


def test_what_another_window_kept_is_told_and_not_written_over(client):
    token = begin(client, make_survey())
    address = page(token, 1)
    window = drawn(client, address)
    client.post(address, {"data-firm-staff": "7", **drawn(client, address)})
    answer = client.post(address, {"data-firm-staff": "8", **window})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "填成了“7”" in said
    assert 'value="8"' in said
    assert answers()["/data/firm/staff"] == "7"
    again = {"key": window["key"], "drawn": answer.context["form"].drawn()}
    assert client.post(address, {"data-firm-staff": "8", **again}).status_code == 302
    assert answers()["/data/firm/staff"] == "8"


def test_an_untouched_box_of_a_stale_window_leaves_the_newer_answer(client):
    token = begin(client, make_survey())
    address = page(token, 1)
    window = drawn(client, address)
    client.post(address, {"data-firm-uscc": "", "data-firm-staff": "7", **drawn(client, address)})
    client.post(address, {"data-firm-uscc": "x", "data-firm-staff": "", **window})
    assert answers()["/data/firm/staff"] == "7"
    assert answers()["/data/firm/uscc"] == "x"


def test_a_page_that_is_not_asked_any_more_wipes_no_other_page(client):
    token = begin(client, make_survey())
    client.post(page(token, 1), {"data-firm-staff": "7"})
    stale = {"key": "/data/gone", "drawn": "data-gone="}
    assert client.post(page(token, 1), {"data-gone": "lost", **stale}).status_code == 302
    assert answers()["/data/firm/staff"] == "7"


def test_autosave_says_in_words_what_it_did_not_keep(client):
    token = begin(client, make_survey())
    address, window = page(token, 1), drawn(client, page(token, 1))
    client.post(address, {"data-firm-staff": "7", **drawn(client, address)})
    late = client.post(reverse("surveys:save", args=[token, 1]), {"data-firm-staff": "9", **window})
    assert late.status_code == 409
    assert "另一个窗口" in late.content.decode()
    assert answers()["/data/firm/staff"] == "7"


def test_autosave_gives_the_page_what_to_compare_with(client):
    token = begin(client, make_survey())
    address, window = page(token, 1), drawn(client, page(token, 1))
    kept = client.post(reverse("surveys:save", args=[token, 1]), {"data-firm-staff": "7", **window})
    assert kept.status_code == 204
    window["drawn"] = kept["X-Drawn"].replace("%3D", "=").replace("%20", " ")
    assert client.post(address, {"data-firm-staff": "8", **window}).status_code == 302
    assert answers()["/data/firm/staff"] == "8"


def test_a_phone_without_cookies_answers_to_the_end():
    survey = make_survey()
    token = begin(Client(enforce_csrf_checks=True), survey)
    for number, given in ((1, {"data-firm-staff": "12"}), (2, {"data-state-status": "open"})):
        assert Client(enforce_csrf_checks=True).post(page(token, number), given).status_code == 302
    assert send(Client(enforce_csrf_checks=True), token).status_code == 200
    assert Response.objects.sent().count() == 1


def test_a_second_press_on_an_anonymous_form_is_told_that_it_may_be_sent_already(client):
    token = begin(client, make_survey(is_anonymous=True))
    fill(client, token, **{"data-firm-uscc": ""})
    assert send(client, token).status_code == 200
    again = send(client, token)
    assert again.status_code == 404
    assert "已经提交成功" in again.content.decode()


def test_a_survey_closed_while_answering_says_so_on_the_page_and_keeps_on_keeping(client):
    survey = make_survey()
    token = begin(client, survey)
    survey.waves.update(state="closed")
    shown = client.get(page(token, 1)).content.decode()
    assert "调查已经截止" in shown
    assert client.post(page(token, 1), {"data-firm-staff": "12"}).status_code == 302
    assert answers()["/data/firm/staff"] == "12"


def test_minutes_left_and_page_numbers_are_right_on_every_page(client):
    token = begin(client, make_survey())
    assert "第1页/共2页" in client.get(page(token, 1)).content.decode()
    client.post(page(token, 1), {"data-firm-staff": "12"})
    second = client.get(page(token, 2))
    assert "第2页/共2页" in second.content.decode()
    assert second.context["progress"].minutes_left == 1


# --- approval -----------------------------------------------------------------------------------------


def test_an_approval_that_ran_out_takes_no_new_answers_and_says_why(client):
    survey = make_survey()
    token = begin(client, survey)
    fill(client, token)
    approved = {"table_number": "湘工1表", "approval_document": "湘统〔2020〕1号"}
    forms = Questionnaire.objects.filter(pk=survey.questionnaire_id)
    forms.update(**approved, approved_until=date(2020, 12, 31))
    for address in (reverse("surveys:cover", args=[survey.slug]), page(token, 1)):
        shown = client.get(address).content.decode()
        assert "湘工1表" in shown
        assert "湘统〔2020〕1号" in shown
    forms.update(approved_until=date(2019, 12, 31))
    cover = reverse("surveys:cover", args=[survey.slug])
    assert "批准文号已经过期" in client.get(cover).content.decode()
    assert client.post(cover).status_code == 409
    assert send(client, token).status_code == 409
    assert not Response.objects.sent().exists()


def test_a_voluntary_survey_says_so_on_every_page(client):
    token = begin(client, make_survey())
    assert "自愿填报" in client.get(page(token, 2)).content.decode()


# --- photos and files ---------------------------------------------------------------------------------


def with_photo() -> Survey:
    asked = [
        {"type": "image", "name": "photo", "label": "车间照片"},
        {"type": "file", "name": "paper", "label": "证明"},
    ]
    return make_survey(questionnaire=make_questionnaire(original=make_xlsx(asked)))


def put(client: Client, token: str, name: str, content: bytes, called: str) -> Any:
    upload = SimpleUploadedFile(called, content)
    return client.post(page(token, 1), {"drawn": "", "do": "refresh", name: upload})


@pytest.mark.parametrize(
    ("content", "called"), [(EICAR, "图.jpg"), (PDF, "图.jpg"), (b"MZ\x90" * 20, "图.exe")]
)
def test_a_file_that_is_not_taken_is_told_at_its_question(client, content, called):
    token = begin(client, with_photo())
    answer = put(client, token, "data-photo", content, called)
    assert not Attachment.objects.exists()
    assert "/data/photo" not in answers()
    assert answer.status_code == 422
    assert "hq-error" in answer.content.decode()


def test_a_photo_is_kept_seen_again_elsewhere_changed_and_removed(client):
    token = begin(client, with_photo())
    assert put(client, token, "data-photo", JPEG, "𠮷记车间.jpg").status_code == 200
    shown = Client().get(page(token, 1)).content.decode()
    assert "𠮷记车间.jpg" in shown
    name = answers()["/data/photo"]
    file = Client().get(reverse("surveys:file", args=[token, name]))
    assert b"".join(file.streaming_content) == JPEG
    put(client, token, "data-photo", JPEG, "另一张.jpg")
    assert Attachment.objects.count() == 1
    client.post(page(token, 1), {"drawn": "", "drop": "/data/photo"})
    assert not Attachment.objects.exists()
    assert "/data/photo" not in answers()


def test_files_go_with_what_is_thrown_away_and_stay_with_what_is_sent(client):
    survey = with_photo()
    token = begin(client, survey)
    put(client, token, "data-photo", JPEG, "车间.jpg")
    client.post(reverse("surveys:discard", args=[token]))
    assert not Attachment.objects.exists()
    token = begin(client, survey)
    put(client, token, "data-paper", PDF, "证明.pdf")
    assert "证明.pdf" in client.get(reverse("surveys:check", args=[token])).content.decode()
    assert send(client, token).status_code == 200
    assert Attachment.objects.get().expires_at is None
