"""Shifts, hand-overs, and calls that ring at who is on duty."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from huiqi.cases.tests.make import at, make_case
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.hotline.commands.calls import end_call, start_call
from huiqi.hotline.commands.ringing import ring_in
from huiqi.hotline.commands.shifts import begin_shift, end_shift, take_over
from huiqi.hotline.models import Call, HandOver, Pop, Shift
from huiqi.hotline.tests.make import PHONE, TODAY, make_agent, make_call, make_waiting

pytestmark = pytest.mark.django_db
OFF = "huiqi.hotline.adapters.off.OffTelephony"


@pytest.fixture(autouse=True)
def day(settings):
    settings.REFERENCE_DATE = TODAY


def on_duty():
    agent = make_agent()
    begin_shift(actor=agent, at=at())
    return agent


def leave(agent, note="张先生的续贷明天回"):
    shift = Shift.objects.get(agent=agent, ended_at=None)
    return end_shift(shift, note=note, actor=agent, at=at(time="17:30"), wall=clock.wall_now())


def test_nobody_leaves_in_the_middle_of_a_call():
    agent = on_duty()
    make_call(agent)
    with pytest.raises(Refused) as refusal:
        leave(agent)
    assert refusal.value.code == "hotline.busy"


def test_nobody_confirms_the_own_hand_over():
    agent = on_duty()
    with pytest.raises(Refused) as refusal:
        take_over(leave(agent), actor=agent, at=at())
    assert refusal.value.code == "hotline.own_hand_over"


def test_beginning_twice_is_one_shift():
    agent = on_duty()
    begin_shift(actor=agent, at=at(time="11:00"))
    assert Shift.objects.count() == 1


def test_the_next_reads_what_is_open_and_confirms(client):
    make_waiting()
    leave(on_duty())
    client.force_login(make_agent())
    page = client.get(reverse("hotline:shifts")).content.decode()
    assert "张先生的续贷明天回" in page
    assert "待回访1件" in page
    left = HandOver.objects.get()
    client.post(reverse("hotline:take_over", args=[left.public_id]))
    left.refresh_from_db()
    assert left.taken_over_by is not None


def test_without_a_telephone_system_nothing_rings(settings):
    settings.HUIQI_TELEPHONY_PORT = OFF
    on_duty()
    with pytest.raises(Refused) as refusal:
        ring_in(PHONE, wall=clock.wall_now())
    assert refusal.value.code == "hotline.no_telephony"


def test_without_a_telephone_system_the_screen_does_not_ask(client, settings):
    settings.HUIQI_TELEPHONY_PORT = OFF
    client.force_login(make_agent())
    assert "every 3s" not in client.get(reverse("hotline:desk")).content.decode()


def test_nobody_on_duty_is_said(capsys):
    make_agent()
    with pytest.raises(CommandError):
        call_command("hotline", "ring", PHONE)


def test_it_never_rings_at_who_talks():
    make_call(on_duty())
    with pytest.raises(Refused) as refusal:
        ring_in(PHONE, wall=clock.wall_now())
    assert refusal.value.code == "hotline.nobody_free"


def test_it_rings_at_who_was_free_the_longest():
    busy, idle = on_duty(), on_duty()
    end_call(start_call(PHONE, actor=busy, at=at(), wall=clock.wall_now()), actor=busy, at=at())
    assert ring_in(PHONE, wall=clock.wall_now()).agent == idle


def test_a_pop_of_a_colleague_cannot_be_taken(client):
    on_duty()
    pop = ring_in(PHONE, wall=clock.wall_now())
    client.force_login(make_agent())
    assert client.post(reverse("hotline:start"), {"pop": pop.public_id}).status_code == 404
    assert not Call.objects.exists()


def test_what_rings_is_shown_masked_and_taken_it_proves_the_number(client):
    agent = on_duty()
    case = make_case(phone=PHONE, title="口罩原料断供")
    out = StringIO()
    call_command("hotline", "ring", PHONE, "--json", stdout=out)
    assert PHONE not in out.getvalue()
    client.force_login(agent)
    ringing = client.get(reverse("hotline:pops")).content.decode()
    assert "139****0001" in ringing
    assert PHONE not in ringing
    answer = client.post(reverse("hotline:start"), {"pop": Pop.objects.get().public_id}, follow=True)
    assert case.title in answer.content.decode()
    assert "139****0001" not in client.get(reverse("hotline:pops")).content.decode()
