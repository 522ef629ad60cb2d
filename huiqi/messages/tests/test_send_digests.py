"""One message a day about unread notices, whatever happens in between."""

import pytest
from django.core.management import call_command

from huiqi.messages.commands import digests
from huiqi.messages.commands.digests import send_digests
from huiqi.messages.commands.notices import mute_kinds, read_notice
from huiqi.messages.kinds import notice_kind
from huiqi.messages.models import Delivery, Notice
from huiqi.messages.tests.make import AT, DAY, HOUR, KIND, make_notice, make_person
from tests.harness.together import together

pytestmark = pytest.mark.django_db
OTHER_KIND = notice_kind("test.other", "另一类")


def texts():
    return [row.text for row in Delivery.objects.filter(purpose="digest").order_by("pk")]


def test_who_has_read_everything_gets_nothing():
    read_notice(make_notice(make_person()), at=AT)
    assert send_digests(at=AT) == {"people": 0, "notices": 0}


def test_who_has_no_number_keeps_the_notices_on_the_page():
    notice = make_notice(make_person(phone=""))
    assert send_digests(at=AT)["people"] == 0
    notice.refresh_from_db()
    assert notice.digest_on is None


def test_who_was_switched_off_gets_nothing():
    make_notice(make_person(is_active=False))
    assert send_digests(at=AT)["people"] == 0


def test_the_digest_counts_by_kind_and_says_no_more():
    person = make_person()
    make_notice(person), make_notice(person), make_notice(person, kind=OTHER_KIND)
    assert send_digests(at=AT) == {"people": 1, "notices": 3}
    assert texts() == ["【惠企】您有3条未读通知（试验2条、另一类1条），请登录惠企，在“通知”中查看。"]


def test_a_second_run_on_the_same_day_sends_nothing_even_for_newer_notices():
    person = make_person()
    make_notice(person)
    send_digests(at=AT)
    make_notice(person)
    assert send_digests(at=AT + HOUR)["people"] == 0
    assert send_digests(at=AT + DAY) == {"people": 1, "notices": 1}


def test_a_notice_is_counted_once_though_it_stays_unread():
    make_notice(make_person())
    send_digests(at=AT)
    assert send_digests(at=AT + DAY)["people"] == 0


def test_muted_kinds_stay_out_and_those_that_cannot_be_muted_stay_in():
    person = make_person()
    firm_kind = notice_kind("test.must", "必读", is_dismissible=False)
    make_notice(person), make_notice(person, kind=firm_kind)
    mute_kinds(person, [KIND, firm_kind])
    assert send_digests(at=AT) == {"people": 1, "notices": 1}
    assert "必读1条" in texts()[0]


def test_a_crash_between_two_people_loses_nobody_and_repeats_nobody(monkeypatch):
    first, second = make_person(), make_person("13900002222")
    make_notice(first), make_notice(second)
    real, calls = digests.queue_message, []

    def dies(message):
        calls.append(message)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(message)

    monkeypatch.setattr(digests, "queue_message", dies)
    with pytest.raises(KeyboardInterrupt):
        send_digests(at=AT)
    monkeypatch.setattr(digests, "queue_message", real)
    assert Delivery.objects.count() == 1
    assert send_digests(at=AT) == {"people": 1, "notices": 1}
    assert {row.user for row in Delivery.objects.all()} == {first, second}


def test_the_command_reports_what_it_did(capsys):
    make_notice(make_person())
    call_command("send_digests", "--json")
    assert Notice.objects.exclude(digest_on=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_one_digest():
    make_notice(make_person())
    together(*[lambda: send_digests(at=AT)] * 3)
    assert Delivery.objects.count() == 1
