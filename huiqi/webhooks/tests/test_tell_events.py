"""Events to other systems: signed, tried again, never into our own network, the secret shown once."""

import hmac
import json
import socket
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from huiqi.core.errors import Refused
from huiqi.webhooks import line
from huiqi.webhooks.commands.hooks import end_hook
from huiqi.webhooks.commands.sending import DEAD_AFTER, PAUSES, send_due, send_one, tell
from huiqi.webhooks.models import Event, Hook, Sending
from huiqi.webhooks.tests.make import AT, make_hook

pytestmark = pytest.mark.django_db
PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.8"


@pytest.fixture
def sent(monkeypatch: Any) -> list[Any]:
    """What went out; each answer is the status, which a test may change."""
    letters: list[Any] = []

    def post(address: str, letter: line.Letter) -> int:
        letters.append(letter)
        return 204

    monkeypatch.setattr(line, "post", post)
    return letters


def names(monkeypatch: Any, *ips: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ips]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: found)


@pytest.mark.parametrize(
    "address",
    [
        "http://a.cn/",
        "https://",
        "https://me:pass@a.cn/",
        "ftp://a.cn",
        "https://a.cn:99999/",
        "https://a b/",
        "",
    ],
)
def test_only_whole_https_addresses_are_taken(address):
    with pytest.raises(Refused):
        line.read_address(address)


@pytest.mark.parametrize(
    "ip",
    [PRIVATE, "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.8", "100.64.0.1", "0.0.0.0", "224.0.0.1"],  # noqa: S104
)
def test_our_own_network_is_never_asked_even_as_one_of_several_answers(ip, monkeypatch, settings):
    names(monkeypatch, PUBLIC, ip)
    with pytest.raises(Refused):
        line.post("https://inside.example.org/", line.Letter(b"", {}))
    settings.HUIQI_WEBHOOKS_TO_PRIVATE = True
    assert line.looked_up(line.read_address("https://inside.example.org/")) == PUBLIC


def test_a_message_is_signed_with_its_time_and_holds_ids_alone(sent):
    hook = make_hook()
    assert tell(Event.RUN_DONE, "run-1", at=AT) == 1
    assert send_due(at=AT)["sent"] == 1
    (letter,) = sent
    assert set(json.loads(letter.body)) == {"id", "event", "subject", "at"}
    time, mark = (part.split("=")[1] for part in letter.headers["Huiqi-Signature"].split(","))
    secret = Hook.objects.get(pk=hook.pk).secret
    assert int(time) == int(AT.timestamp())
    assert mark == hmac.new(secret.encode(), f"{time}.".encode() + letter.body, sha256).hexdigest()


def test_an_event_is_told_once_a_subject_and_only_to_who_wants_it(sent):
    make_hook(events=[Event.STATUS_RECEIVED.value])
    make_hook()
    for _ in range(2):
        tell(Event.RUN_DONE, "run-1", at=AT)
    assert Sending.objects.count() == 1


@pytest.mark.parametrize("answer", [500, 302, 404, TimeoutError])
def test_what_was_not_taken_is_tried_again_with_growing_pauses_then_given_up(answer, monkeypatch):
    def post(address: str, letter: line.Letter) -> int:
        if isinstance(answer, int):
            return answer
        raise answer

    monkeypatch.setattr(line, "post", post)
    make_hook()
    tell(Event.RUN_DONE, "run-1", at=AT)
    at = AT
    for pause in PAUSES:
        send_due(at=at)
        assert Sending.objects.get().next_try_at == at + pause
        assert send_due(at=at + pause - timedelta(seconds=1))["not_sent"] == 0
        at += pause
    send_due(at=at)
    row = Sending.objects.get()
    assert (row.state, row.attempts) == ("failed", len(PAUSES) + 1)


def test_a_claim_of_a_dead_worker_is_tried_again_and_one_at_work_is_left_alone(sent):
    make_hook()
    tell(Event.RUN_DONE, "run-1", at=AT)
    Sending.objects.update(state="sending", next_try_at=AT + DEAD_AFTER)
    row = Sending.objects.get()
    assert not send_one(row.public_id, at=AT)
    assert send_due(at=AT + DEAD_AFTER)["sent"] == 1


def test_nothing_goes_to_an_address_that_was_ended(sent):
    hook = make_hook()
    tell(Event.RUN_DONE, "run-1", at=AT)
    end_hook(hook, actor=hook.made_by, at=AT)
    assert send_due(at=AT) == {"sent": 0, "not_sent": 0, "forgotten": 0}
    assert tell(Event.RUN_DONE, "run-2", at=AT) == 0
    assert not sent


def test_the_secret_is_shown_once_and_kept_encrypted(enter, monkeypatch):
    names(monkeypatch, PUBLIC)
    client = enter("security_admin")
    posted = {"name": "平台", "address": "https://a.example.org/in", "events": ["run.done"]}
    page = client.post(reverse("webhooks:new"), posted).content.decode()
    hook = Hook.objects.get()
    assert hook.secret in page
    for url in (reverse("webhooks:hooks"), reverse("webhooks:hook", args=[hook.public_id])):
        assert hook.secret not in client.get(url).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM webhooks_hook")
        assert hook.secret not in cursor.fetchone()[0]


def test_a_private_address_is_refused_at_the_form_with_the_text_kept(enter, monkeypatch):
    names(monkeypatch, PRIVATE)
    posted = {"name": "平台", "address": "https://inside.example.org/in", "events": ["run.done"]}
    response = enter("security_admin").post(reverse("webhooks:new"), posted)
    assert response.status_code == 422
    assert "内部网络" in response.content.decode() and "inside.example.org" in response.content.decode()
    assert not Hook.objects.exists()


def test_the_page_lists_what_was_sent_with_its_state(enter, sent):
    hook = make_hook()
    tell(Event.RUN_DONE, "run-1", at=AT)
    send_due(at=AT)
    page = enter("security_admin").get(reverse("webhooks:hook", args=[hook.public_id])).content.decode()
    assert "全省测算完成" in page and "已送达" in page and "204" in page
