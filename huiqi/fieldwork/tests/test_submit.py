"""A device of the field sends answers: counted once, kept when something is wrong, never lost."""

import json
from pathlib import Path

import pytest
from lxml import etree

from huiqi.core.models import AuditRecord
from huiqi.fieldwork.models import Delivery, DeliveryState
from huiqi.fieldwork.queries.deliveries import notes_of
from huiqi.fieldwork.tests.make import current, make_collector, send, xml_of
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.files.tests.make_uploads import PNG
from huiqi.questionnaires.commands.versions import publish_version, upload_version
from huiqi.questionnaires.tests.make import make_xlsform
from huiqi.surveys.commands.surveys import close_survey
from huiqi.surveys.models import Response, Survey
from huiqi.surveys.tests.make import (
    CHOICES,
    QUESTIONS,
    at,
    make_editor,
    make_questionnaire,
    make_survey,
    make_xlsx,
)
from tests.harness.together import together

pytestmark = pytest.mark.django_db


def said(response) -> str:
    """The message a client shows."""
    root = etree.fromstring(response.content)
    return root.findtext("{http://openrosa.org/http/response}message")


def test_what_is_wrong_is_kept_for_an_officer_with_its_reasons():
    collector, secret = make_collector()
    answer = send(secret, xml_of(collector.survey, staff="-3"))
    assert answer.status_code == 202
    assert "有1处待调查单位核对" in said(answer)
    kept = Delivery.objects.get()
    assert (kept.state, kept.problem_count) == (DeliveryState.HELD, 1)
    assert "<staff>-3</staff>" in kept.xml
    assert "职工人数" in notes_of(kept).problems[0][1]
    assert not Response.objects.exists()
    assert AuditRecord.objects.filter(act="delivery.held").exists()


def test_nobody_learns_a_survey_from_an_address_that_was_turned_off():
    collector, secret = make_collector()
    collector.revoked_at = at()
    collector.save()
    answer = send(secret, xml_of(collector.survey))
    assert answer.status_code == 404
    assert "没有这个采集地址" in said(answer)
    assert collector.survey.title not in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"version": "never-published"}, 404, "没有发布过版本 never-published"),
        ({"form_id": "another"}, 404, "这是表单 another 的答卷"),
        ({"instance": ""}, 400, "没有编号"),
        ({"instance": "uuid:" + "x" * 100}, 400, "最多80个"),
    ],
)
def test_an_envelope_that_leads_nowhere_is_refused_and_nothing_is_kept(changed, status, words):
    collector, secret = make_collector()
    answer = send(secret, xml_of(collector.survey, **changed))
    assert (answer.status_code, words in said(answer)) == (status, True), said(answer)
    assert not Delivery.objects.exists()


def test_a_survey_that_was_not_opened_takes_nothing():
    collector, secret = make_collector(make_survey(is_open=False))
    answer = send(secret, xml_of(collector.survey))
    assert answer.status_code == 403
    assert "还没有开始" in said(answer)


def test_the_same_instance_ten_times_is_one_row_and_ten_successes():
    collector, secret = make_collector()
    xml = xml_of(collector.survey)
    answers = [send(secret, xml) for _time in range(10)]
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert (Delivery.objects.count(), Response.objects.sent().count()) == (1, 1)
    assert AuditRecord.objects.filter(act="survey.answered").count() == 1
    response = Response.objects.get()
    assert json.loads(response.answers)["/data/firm/staff"] == "12"
    collector.refresh_from_db()
    assert collector.delivered == 1


def test_the_same_instance_written_otherwise_by_the_client_is_the_same():
    collector, secret = make_collector()
    xml = xml_of(collector.survey)
    again = xml.replace('<data id="', "<?xml version='1.0'?>\n<data  id='", 1).replace(
        '" version', "' version", 1
    )
    assert [send(secret, one).status_code for one in (xml, again)] == [201, 201]
    assert Delivery.objects.count() == 1


def test_the_same_instance_with_other_content_is_a_conflict_and_both_are_kept():
    collector, secret = make_collector()
    first = xml_of(collector.survey, instance="uuid:1", staff="12")
    other = xml_of(collector.survey, instance="uuid:1", staff="13")
    assert send(secret, first).status_code == 201
    answers = [send(secret, other) for _time in range(3)]
    assert {answer.status_code for answer in answers} == {409}
    assert "内容不同" in said(answers[0])
    assert send(secret, first).status_code == 201
    assert Response.objects.count() == 1
    kept = Delivery.objects.get(is_conflict=True)
    assert "<staff>13</staff>" in kept.xml


def test_a_device_cannot_fill_the_disk_with_conflicts():
    collector, secret = make_collector()
    for number in range(23):
        send(secret, xml_of(collector.survey, instance="uuid:1", staff=str(number + 1)))
    assert Delivery.objects.filter(is_conflict=True).count() == 19


@pytest.mark.django_db(transaction=True)
def test_one_instance_from_many_threads_at_once_is_one_row():
    collector, secret = make_collector()
    xml = xml_of(collector.survey)
    answers = together(*[lambda: send(secret, xml).status_code] * 6)
    assert answers == [201] * 6
    assert (Delivery.objects.count(), Response.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_firm_from_two_devices_at_once_counts_once_and_both_are_kept():
    collector, secret = make_collector()
    sent = [xml_of(collector.survey, code="91430100MA4L16X52B") for _device in range(2)]
    answers = together(*[lambda xml=xml: send(secret, xml).status_code for xml in sent])
    assert sorted(answers) == [201, 202]
    assert (Delivery.objects.count(), Response.objects.count()) == (2, 1)
    assert "已经交过一份" in notes_of(Delivery.objects.held().get()).problems[0][1]


def test_calculated_values_that_differ_are_put_right_and_noted_and_never_refused():
    asked = [*QUESTIONS, {"type": "calculate", "name": "twice", "calculation": "${staff} * 2"}]
    editor = make_editor()
    collector, secret = make_collector(
        make_survey(actor=editor, questionnaire=make_questionnaire(editor, make_xlsx(asked)))
    )
    inner = "<firm><uscc/><staff>12</staff></firm><state><status>open</status></state><twice>99</twice>"
    assert send(secret, xml_of(collector.survey, inner=inner)).status_code == 201
    kept = Delivery.objects.get()
    assert (kept.state, kept.corrected_count) == (DeliveryState.TAKEN, 1)
    assert "99" in notes_of(kept).corrected[0][1]


def test_answers_stay_with_their_version_when_the_form_changes_meanwhile():
    editor = make_editor()
    collector, secret = make_collector(make_survey(actor=editor))
    survey = collector.survey
    began_with = current(survey)
    changed = [*QUESTIONS, {"type": "text", "name": "more", "label": "还有什么困难", "required": "yes"}]
    later = upload_version(
        survey.questionnaire, make_xlsform(changed, CHOICES).getvalue(), actor=editor, at=at("2020-03-02")
    ).version
    assert later is not None
    publish_version(later, actor=editor, at=at("2020-03-02"))
    assert send(secret, xml_of(survey, version=began_with.version)).status_code == 201
    assert Response.objects.get().version == began_with
    assert send(secret, xml_of(survey, version=later.version)).status_code == 202


def test_what_arrives_after_the_last_day_is_kept_and_not_counted():
    collector, secret = make_collector()
    close_survey(collector.survey, actor=collector.survey.made_by)
    assert send(secret, xml_of(collector.survey)).status_code == 202
    assert notes_of(Delivery.objects.get()).problems == [("", "收到时调查已经截止。")]
    assert not Response.objects.exists()


def test_an_edit_of_an_earlier_answer_waits_for_an_officer():
    collector, secret = make_collector()
    send(secret, xml_of(collector.survey, instance="uuid:old"))
    edit = xml_of(collector.survey, staff="20", meta="<deprecatedID>uuid:old</deprecatedID>")
    assert send(secret, edit).status_code == 202
    assert "uuid:old" in notes_of(Delivery.objects.held().get()).problems[0][1]


def test_a_device_whose_clock_is_ahead_loses_nothing():
    asked = [*QUESTIONS, {"type": "date", "name": "day", "label": "复工日期", "constraint": ". <= today()"}]
    editor = make_editor()
    questionnaire = make_questionnaire(editor, make_xlsx(asked))
    collector, secret = make_collector(make_survey(actor=editor, questionnaire=questionnaire))
    inner = "<firm><uscc/><staff>1</staff></firm><state><status>open</status></state><day>2031-01-01</day>"
    assert send(secret, xml_of(collector.survey, inner=inner)).status_code == 202
    assert "<day>2031-01-01</day>" in Delivery.objects.get().xml


def test_of_an_anonymous_survey_nothing_leads_to_the_device_or_the_hour():
    asked = [*QUESTIONS, {"type": "deviceid", "name": "device"}, {"type": "start", "name": "began"}]
    editor = make_editor()
    questionnaire = make_questionnaire(editor, make_xlsx(asked))
    survey = make_survey(actor=editor, questionnaire=questionnaire, is_anonymous=True)
    collector, secret = make_collector(survey)
    inner = (
        "<firm><uscc>91430100MA4L16X52B</uscc><staff>{}</staff></firm><state><status>open</status></state>"
        "<device>imei:1</device><began>2020-03-01T09:00:00.000+08:00</began>"
    )
    meta = "<deviceID>imei:1</deviceID>"
    assert (
        send(secret, xml_of(survey, inner=inner.format(5), meta=meta, instance="uuid:a")).status_code == 201
    )
    assert send(secret, xml_of(survey, inner=inner.format(-5), meta=meta)).status_code == 202
    taken, held = Delivery.objects.get(state="taken"), Delivery.objects.get(state="held")
    for one in (taken, held):
        assert (one.collector, one.sent_by, one.received_at.minute, one.received_at.second) == (
            None,
            None,
            0,
            0,
        )
    assert "imei:1" not in held.xml
    assert "09:00" not in held.xml
    response = Response.objects.get()
    assert response.instance_id != "uuid:a"
    assert "imei:1" not in response.answers
    assert "09:00" not in response.answers
    assert response.firm_key == ""


# --- files --------------------------------------------------------------------------------------------


def survey_with_photo(**changes) -> Survey:
    asked = [*QUESTIONS, {"type": "image", "name": "photo", "label": "车间"}]
    editor = make_editor()
    survey = make_survey(actor=editor)
    # Open links take no files on their pages; clients of the field send them beside the answers.
    survey.questionnaire = make_questionnaire(editor, make_xlsx(asked))
    for name, value in changes.items():
        setattr(survey, name, value)
    survey.save()
    return survey


PHOTO = "<firm><uscc/><staff>1</staff></firm><state><status>open</status></state><photo>a.png</photo>"


def test_files_come_in_several_posts_and_more_than_once(settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path
    collector, secret = make_collector(survey_with_photo())
    xml = xml_of(collector.survey, inner=PHOTO)
    first = send(secret, xml)
    assert (first.status_code, "还缺1个附件" in said(first)) == (202, True)
    for _time in range(3):
        assert send(secret, xml, {"a.png": PNG}).status_code == 201
    assert Delivery.objects.get().awaited_count == 0
    assert [one.name for one in attachments_of(Response.objects.get())] == ["a.png"]
    assert Attachment.objects.count() == 1


def test_a_file_that_is_refused_does_not_cost_the_answers(settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path
    collector, secret = make_collector(survey_with_photo())
    answer = send(secret, xml_of(collector.survey, inner=PHOTO), {"a.png": b"MZ\x90\x00 no picture"})
    assert answer.status_code == 202
    assert "文件 a.png 没有收：这种文件不能上传" in said(answer)
    assert Response.objects.count() == 1
    assert not Attachment.objects.exists()


def test_a_file_no_answer_names_is_not_kept(settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path
    collector, secret = make_collector()
    answer = send(secret, xml_of(collector.survey), {"b.png": PNG})
    assert "没有提到这个文件" in said(answer)
    assert not Attachment.objects.exists()


# --- how often ----------------------------------------------------------------------------------------


def test_a_device_that_floods_is_told_to_wait(settings):
    settings.HUIQI_API_CALLS_PER_MINUTE = 2
    collector, secret = make_collector()
    answers = [send(secret, xml_of(collector.survey)) for _time in range(3)]
    if {answer.status_code for answer in answers} == {201}:  # the minute changed between
        answers = [send(secret, xml_of(collector.survey)) for _time in range(3)]
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert Delivery.objects.count() == Response.objects.count()


def test_a_submission_asks_the_database_a_fixed_number_of_times(django_assert_max_num_queries):
    collector, secret = make_collector()
    send(secret, xml_of(collector.survey))
    with django_assert_max_num_queries(14):
        assert send(secret, xml_of(collector.survey, code="91430100MA4L16X52B")).status_code == 201
