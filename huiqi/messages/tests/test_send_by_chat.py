"""The digest of staff goes by 政务微信 or 钉钉 where there is one; nothing is lost when it is down."""

import pytest

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.messages.adapters.outbox import OutboxChat
from huiqi.messages.commands.deliveries import PAUSES, send_due
from huiqi.messages.commands.digests import send_digests
from huiqi.messages.models import Delivery, OutboxMessage
from huiqi.messages.ports import NoSuchPerson, NotSent, chat_port
from huiqi.messages.tests.make import AT, DAY, FAKE, MINUTE, PHONE, FakeSms, make_notice

pytestmark = pytest.mark.django_db
Way, State = Delivery.Way, Delivery.State


class FakeChat:
    """A chat whose next outcomes a test sets; it remembers what it took."""

    outcome: Exception | None = None
    taken: list[str] = []

    def send(self, phone, text):
        if type(self).outcome is not None:
            raise type(self).outcome
        type(self).taken.append(text)
        return "chat-1"


@pytest.fixture(autouse=True)
def ports(settings):
    settings.HUIQI_SMS_PORT = FAKE
    settings.HUIQI_CHAT_PORT = f"{__name__}.FakeChat"
    FakeSms.mend()
    FakeChat.outcome, FakeChat.taken = None, []


def digest(role=Role.OFFICER):
    make_notice(make_user(role=role, phone=PHONE))
    send_digests(at=AT)
    return Delivery.objects.get(purpose="digest")


def test_staff_get_their_digest_by_chat_and_once_a_day():
    row = digest()
    assert row.way == Way.CHAT
    assert send_due(at=AT)["sent"] == 1
    assert len(FakeChat.taken) == 1 and "未读通知" in FakeChat.taken[0]
    assert send_digests(at=AT)["people"] == 0


def test_people_of_firms_get_a_text_message():
    assert digest(role=Role.FIRM).way == Way.SMS


def test_a_site_without_a_chat_sends_text_messages(settings):
    settings.HUIQI_CHAT_PORT = ""
    assert digest().way == Way.SMS
    with pytest.raises(NoSuchPerson):
        chat_port()


def test_whom_the_chat_does_not_know_gets_a_text_message_at_once():
    row = digest()
    FakeChat.outcome = NoSuchPerson()
    send_due(at=AT)
    row.refresh_from_db()
    assert (row.way, row.state, row.phone) == (Way.SMS, State.SENT, "")


def test_a_chat_that_is_down_is_tried_again_and_at_last_replaced():
    row = digest()
    FakeChat.outcome = NotSent()
    at = AT
    for pause in PAUSES:
        send_due(at=at)
        row.refresh_from_db()
        assert (row.way, row.state) == (Way.CHAT, State.WAITING)
        at += pause
    send_due(at=at)
    row.refresh_from_db()
    assert (row.way, row.state) == (Way.SMS, State.SENT)


def test_a_chat_that_comes_back_gets_the_message():
    row = digest()
    FakeChat.outcome = NotSent()
    send_due(at=AT)
    FakeChat.outcome = None
    send_due(at=AT + 2 * MINUTE)
    row.refresh_from_db()
    assert (row.way, row.state, len(FakeChat.taken)) == (Way.CHAT, State.SENT, 1)


def test_what_perhaps_left_by_chat_is_not_repeated_by_text_message():
    row = digest()
    FakeChat.outcome = RuntimeError()
    send_due(at=AT)
    send_due(at=AT + DAY)
    row.refresh_from_db()
    assert (row.way, row.state) == (Way.CHAT, State.UNSURE)


def test_a_switched_off_chat_leads_to_text_messages(settings):
    settings.HUIQI_CHAT_PORT = "huiqi.messages.adapters.off.OffChat"
    row = digest()
    send_due(at=AT)
    row.refresh_from_db()
    assert (row.way, row.state) == (Way.SMS, State.SENT)


def test_the_demo_keeps_chat_messages_in_the_outbox(settings):
    settings.HUIQI_DEMO = False
    with pytest.raises(NotSent):
        OutboxChat().send("13800000000", "内容")
    settings.HUIQI_DEMO = True
    receipt = OutboxChat().send("13800000000", "内容")
    assert OutboxMessage.objects.get(public_id=receipt).text == "〔政务微信〕内容"
