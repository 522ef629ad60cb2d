"""Who runs a survey: devices they give out, and what they decide about submissions that were kept."""

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.core.models import AuditRecord
from huiqi.fieldwork.models import Collector, Delivery, DeliveryState
from huiqi.fieldwork.tests.make import make_collector, send, xml_of
from huiqi.surveys.models import Response
from huiqi.surveys.tests.make import make_editor, make_survey

pytestmark = pytest.mark.django_db
CODE = "91430100MA4L16X52B"


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def decided(client: Client, delivery: Delivery, name: str) -> str:
    args = [delivery.survey.public_id, delivery.public_id]
    return client.post(reverse("fieldwork:decide", args=[*args, name]), follow=True).content.decode()


def test_another_office_finds_neither_devices_nor_submissions():
    collector, secret = make_collector()
    send(secret, xml_of(collector.survey, staff="-3"))
    delivery, other = Delivery.objects.get(), enter(make_editor("changsha", Role.OFFICER))
    args = [collector.survey.public_id]
    assert other.get(reverse("fieldwork:survey", args=args)).status_code == 404
    assert other.get(reverse("fieldwork:delivery", args=[*args, delivery.public_id])).status_code == 404
    assert other.post(reverse("fieldwork:revoke", args=[*args, collector.public_id])).status_code == 404
    assert (
        other.post(reverse("fieldwork:decide", args=[*args, delivery.public_id, "accept"])).status_code == 404
    )
    assert Delivery.objects.held().exists()


def test_a_device_without_a_name_is_refused():
    survey = make_survey()
    answer = enter(survey.made_by).post(reverse("fieldwork:survey", args=[survey.public_id]), {"name": " "})
    assert answer.status_code == 422
    assert "请写设备的叫法" in answer.content.decode()
    assert not Collector.objects.exists()


def test_the_address_of_a_device_is_shown_once_with_a_code_to_scan():
    survey = make_survey()
    client, page = enter(survey.made_by), reverse("fieldwork:survey", args=[survey.public_id])
    shown = client.post(page, {"name": "平板1号"}).content.decode()
    assert "/collect/key/" in shown
    assert "<svg" in shown
    secret = shown.partition("/collect/key/")[2].partition("<")[0]
    assert send(secret, xml_of(survey)).status_code == 201
    later = client.get(page).content.decode()
    assert secret not in later
    assert "共送达1次" in later


def test_a_device_that_was_turned_off_delivers_no_more():
    collector, secret = make_collector()
    args = [collector.survey.public_id, collector.public_id]
    enter(collector.made_by).post(reverse("fieldwork:revoke", args=args))
    assert send(secret, xml_of(collector.survey)).status_code == 404
    assert AuditRecord.objects.filter(act="collector.revoked").count() == 1


def test_the_page_of_a_submission_shows_what_is_wrong_and_what_was_answered():
    collector, secret = make_collector()
    send(secret, xml_of(collector.survey, staff="-3"))
    args = [collector.survey.public_id, Delivery.objects.get().public_id]
    shown = enter(collector.made_by).get(reverse("fieldwork:delivery", args=args)).content.decode()
    assert "职工人数" in shown
    assert "<dd>-3</dd>" in shown
    assert "<dd>已复工</dd>" in shown


def test_what_is_accepted_counts_as_it_stands_and_its_copy_goes():
    collector, secret = make_collector()
    xml = xml_of(collector.survey, staff="-3")
    send(secret, xml)
    shown = decided(enter(collector.made_by), Delivery.objects.get(), "accept")
    assert "已采用，计入结果" in shown
    kept = Delivery.objects.get()
    assert (kept.state, kept.xml, kept.decided_by) == (DeliveryState.TAKEN, "", collector.made_by)
    assert '"-3"' in Response.objects.sent().get().answers
    assert send(secret, xml).status_code == 201
    assert Response.objects.count() == 1


def test_a_second_answer_of_a_firm_cannot_be_accepted():
    collector, secret = make_collector()
    for _time in range(2):
        send(secret, xml_of(collector.survey, code=CODE))
    shown = decided(enter(collector.made_by), Delivery.objects.held().get(), "accept")
    assert "已经交过一份" in shown
    assert (Response.objects.count(), Delivery.objects.held().count()) == (1, 1)


def test_a_conflicting_submission_cannot_be_accepted_beside_the_first():
    collector, secret = make_collector()
    for staff in ("12", "13"):
        send(secret, xml_of(collector.survey, instance="uuid:1", staff=staff))
    shown = decided(enter(collector.made_by), Delivery.objects.held().get(), "accept")
    assert "不能再采用这一份" in shown
    assert Response.objects.count() == 1


def test_what_is_set_aside_stays_readable_and_is_decided_once():
    collector, secret = make_collector()
    send(secret, xml_of(collector.survey, staff="-3"))
    client, delivery = enter(collector.made_by), Delivery.objects.get()
    decided(client, delivery, "aside")
    assert "已经处理过" in decided(client, delivery, "accept")
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.ASIDE
    assert "<staff>-3</staff>" in delivery.xml
    assert not Response.objects.exists()


def test_a_conflict_shows_what_the_first_one_said_otherwise():
    collector, secret = make_collector(make_survey(actor=(editor := make_editor())))
    xml = xml_of(collector.survey, instance="uuid:twice", staff="12", status="open")
    send(secret, xml)
    assert send(secret, xml.replace("<staff>12<", "<staff>21<")).status_code == 409
    held = Delivery.objects.get(is_conflict=True)
    page = enter(editor).get(reverse("fieldwork:delivery", args=[collector.survey.public_id, held.public_id]))
    told = page.content.decode()
    assert told.count("先收到的是：") == 1
    assert "先收到的是：12" in told
