"""What a client of the field asks first: which forms there are, the form itself, whether it may submit."""

import base64
import hashlib
import json
import zlib

import pytest
from django.test import Client
from django.urls import reverse
from lxml import etree

from huiqi.fieldwork.openrosa import MOST_BODY, answer, collect_settings
from huiqi.fieldwork.tests.make import current, make_collector, make_token
from huiqi.questionnaires.commands.versions import publish_version, upload_version
from huiqi.questionnaires.tests.make import make_xlsform
from huiqi.surveys.commands.surveys import close_survey
from huiqi.surveys.tests.make import CHOICES, QUESTIONS, at, make_editor, make_survey

pytestmark = pytest.mark.django_db
LIST = "{http://openrosa.org/xforms/xformsList}"


def listed(url: str, **more) -> list[dict[str, str]]:
    response = Client().get(url, **more)
    assert response.status_code == 200
    assert response["X-OpenRosa-Version"] == "1.0"
    forms = etree.fromstring(response.content).findall(f"{LIST}xform")
    return [{child.tag.removeprefix(LIST): child.text for child in form} for form in forms]


def test_a_closed_survey_offers_no_form_any_more():
    collector, secret = make_collector()
    close_survey(collector.survey, actor=collector.made_by)
    assert listed(reverse("fieldwork:key_form_list", args=[secret])) == []


def test_another_form_id_finds_nothing():
    _collector, secret = make_collector()
    assert listed(reverse("fieldwork:key_form_list", args=[secret]), data={"formID": "other"}) == []


def test_the_list_leads_to_the_form_and_its_hash_is_right():
    collector, secret = make_collector()
    (one,) = listed(reverse("fieldwork:key_form_list", args=[secret]))
    version = current(collector.survey)
    assert (one["formID"], one["version"]) == (collector.survey.questionnaire.form_id, version.version)
    assert one["name"] == collector.survey.title
    form = Client().get(one["downloadUrl"])
    assert form.content.decode() == version.xform
    assert one["hash"] == f"md5:{hashlib.md5(form.content, usedforsecurity=False).hexdigest()}"
    assert Client().get(one["manifestUrl"]).content.endswith(b'xformsManifest"/>')
    assert form["Cache-Control"] == "no-store"


def test_a_token_lists_the_same_form():
    survey = make_survey()
    head = {"Authorization": f"Bearer {make_token(survey.made_by)}"}
    (one,) = listed(reverse("fieldwork:form_list", args=[survey.slug]), headers=head)
    assert f"/collect/{survey.slug}/forms/" in one["downloadUrl"]


def test_all_versions_are_listed_when_asked_for():
    editor = make_editor()
    collector, secret = make_collector(make_survey(actor=editor))
    changed = make_xlsform(
        [*QUESTIONS, {"type": "text", "name": "more", "label": "别的"}], CHOICES
    ).getvalue()
    later = upload_version(collector.survey.questionnaire, changed, actor=editor, at=at("2020-03-02")).version
    assert later is not None
    publish_version(later, actor=editor, at=at("2020-03-02"))
    url = reverse("fieldwork:key_form_list", args=[secret])
    assert len(listed(url)) == 1
    assert len(listed(url, data={"listAllVersions": "true"})) == 2


def test_a_head_says_how_much_may_be_sent():
    _collector, secret = make_collector()
    response = Client().head(reverse("fieldwork:key_submission", args=[secret]))
    assert response.status_code == 204
    assert response["X-OpenRosa-Accept-Content-Length"] == str(MOST_BODY)
    assert response["Location"].endswith(f"/collect/key/{secret}/submission")
    assert response["Date"]


def test_the_code_to_scan_holds_the_address_as_collect_reads_it():
    packed = collect_settings("https://example.test/collect/key/abc")
    read = json.loads(zlib.decompress(base64.b64decode(packed)))
    assert read["general"]["server_url"] == "https://example.test/collect/key/abc"


def test_whatever_is_told_is_xml():
    told = answer("<&>\x00\ud800'\"", is_refused=True, instance_id='a"<')
    assert etree.fromstring(told.encode()).find("{http://openrosa.org/http/response}message").text == "<&>'\""
