"""Messages on their way out: the act stands whatever the line does, and nothing goes out twice."""

import pytest
from django.core.management import call_command
from structlog.testing import capture_logs

from huiqi.core import clock
from huiqi.messages.adapters.log import LogSms
from huiqi.messages.adapters.off import OffSms
from huiqi.messages.adapters.outbox import OutboxSms
from huiqi.messages.commands.codes import send_code
from huiqi.messages.commands.deliveries import DEAD_AFTER, PAUSES, queue_message, send_due, send_one
from huiqi.messages.models import Delivery, OneTimeCode, OutboxMessage
from huiqi.messages.ports import NotSent, sms_port
from huiqi.messages.tests.make import AT, DAY, FAKE, MINUTE, PHONE, FakeSms
from tests.harness.together import together

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture(autouse=True)
def line(settings):
    settings.HUIQI_SMS_PORT = FAKE
    FakeSms.mend()
    return FakeSms


def waiting(**fields):
    row = Delivery(purpose="test", phone=PHONE, text="内容", made_at=AT, **fields)
    assert queue_message(row)
    return Delivery.objects.get(public_id=row.public_id)


def state(row):
    row.refresh_from_db()
    return row.state


def test_a_line_that_is_down_does_not_undo_the_act(line, django_capture_on_commit_callbacks):
    line.cut(OSError("no route"))
    with django_capture_on_commit_callbacks(execute=True):
        send_code(PHONE, "firm_claim", at=clock.wall_now())
    assert OneTimeCode.objects.count() == 1
    assert Delivery.objects.get().state == State.UNSURE


def test_a_message_is_sent_after_the_commit_and_then_wiped(line, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = waiting()
        assert line.sent == []
    assert line.sent == [(PHONE, "内容")]
    assert state(row) == State.SENT
    assert (row.phone, row.text, row.receipt) == ("", "", "receipt-1")


def test_a_message_certainly_not_sent_is_tried_again_later_and_given_up_in_the_end(line):
    line.cut()
    row, at = waiting(), AT
    for pause in PAUSES:
        assert not send_one(row.public_id, at=at)
        assert not send_one(row.public_id, at=at + pause - MINUTE / 2), "too early"
        at += pause
    assert state(row) == State.WAITING
    assert not send_one(row.public_id, at=at)
    assert state(row) == State.FAILED
    assert (row.phone, row.text, row.attempts) == ("", "", len(PAUSES) + 1)


def test_after_a_fault_in_the_middle_a_message_is_never_repeated(line):
    line.cut(TimeoutError("read timed out"))
    row = waiting()
    send_one(row.public_id, at=AT)
    line.mend()
    assert send_due(at=AT + DAY)["sent"] == 0
    assert state(row) == State.UNSURE


def test_a_message_whose_worker_died_is_never_repeated(line):
    row = waiting()
    Delivery.objects.update(state=State.SENDING, next_try_at=AT + DEAD_AFTER)
    assert send_due(at=AT + MINUTE)["unsure"] == 0
    assert send_due(at=AT + DEAD_AFTER)["unsure"] == 1
    assert (state(row), line.sent) == (State.UNSURE, [])


def test_a_code_is_not_sent_after_it_has_expired(line):
    row = waiting(not_after=AT + MINUTE)
    assert not send_one(row.public_id, at=AT + 2 * MINUTE)
    assert (state(row), row.text, line.sent) == (State.EXPIRED, "", [])


def test_a_message_with_a_known_key_is_not_queued_again():
    waiting(once_key="digest:2020-03-01:1")
    second = Delivery(purpose="test", phone=PHONE, text="内容", made_at=AT, once_key="digest:2020-03-01:1")
    assert not queue_message(second)
    assert Delivery.objects.count() == 1


def test_the_command_sends_what_waits_and_forgets_what_is_old(line, capsys):
    old = waiting()
    send_one(old.public_id, at=AT)
    waiting()
    call_command("send_messages", "--json")
    assert len(line.sent) == 2
    assert not Delivery.objects.filter(pk=old.pk).exists()


def test_fault_and_number_stay_out_of_the_log(line):
    line.cut(OSError(f"refused {PHONE}"))
    row = waiting()
    with capture_logs() as logs:
        send_one(row.public_id, at=AT)
    assert [entry["fault"] for entry in logs] == ["OSError"]
    assert PHONE not in str(logs)


def test_the_log_adapter_logs_neither_number_nor_text():
    with capture_logs() as logs:
        assert LogSms().send(PHONE, "验证码123456") == "logged"
    assert "138****1111" in str(logs)
    assert PHONE not in str(logs) and "123456" not in str(logs)


def test_without_a_line_every_message_is_refused(settings):
    with pytest.raises(NotSent):
        OffSms().send(PHONE, "内容")


def test_the_outbox_refuses_outside_a_demo(settings):
    settings.HUIQI_DEMO = False
    with pytest.raises(NotSent):
        OutboxSms().send(PHONE, "内容")
    assert OutboxMessage.objects.count() == 0


def test_the_port_is_chosen_by_the_setting(settings):
    settings.HUIQI_SMS_PORT = "huiqi.messages.adapters.outbox.OutboxSms"
    assert isinstance(sms_port(), OutboxSms)
    assert OutboxMessage.objects.filter(public_id=sms_port().send(PHONE, "内容")).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(line):
    for number in range(3):
        row = Delivery(purpose="test", phone=PHONE, text=f"第{number}条", made_at=AT)
        row.next_try_at = AT
        row.save()
        together(*[lambda row=row: send_one(row.public_id, at=AT)] * 3)
    assert sorted(text for _, text in line.sent) == ["第0条", "第1条", "第2条"]
