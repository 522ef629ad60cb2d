"""The hotline forgets numbers when personal.yaml says; how many calls there were stays."""

from datetime import timedelta

import pytest

from huiqi.cases.tests.make import at
from huiqi.core import clock
from huiqi.core.retention import RULES, Instants, carry_out
from huiqi.hotline.models import Call, CallTouch, CallWish, HandOver, Pop, Shift
from huiqi.hotline.tests.make import PHONE, make_agent, make_call, make_waiting

pytestmark = pytest.mark.django_db
WALL = clock.wall_now


def run(rule, *, day="2020-03-02", wall=timedelta(0)):
    return carry_out(RULES[f"hotline.{rule}"], Instants(at(day), WALL() + wall))


def test_the_number_of_a_call_goes_a_year_after_its_end_and_the_call_stays():
    call = make_call(make_agent())
    CallTouch.objects.create(call=call, case=make_waiting(), act="shown", at=at())
    Call.objects.update(ended_at=at())
    assert run("calls", day="2021-03-01") == 0

    assert run("calls", day="2021-03-03") == 1

    assert (Call.objects.get().phone, CallTouch.objects.count()) == ("", 1)
    assert not Call.objects.filter(phone_index__finds=PHONE).exists()


def test_a_call_nobody_ended_goes_by_real_time():
    make_call(make_agent())
    assert run("calls", day="2029-03-02") == 0
    assert run("calls", wall=timedelta(days=367)) == 1


def test_what_rang_goes_after_seven_days_taken_or_not():
    Pop.objects.create(agent=make_agent(), phone=PHONE, rang_at=WALL())
    assert run("pops", wall=timedelta(days=6)) == 0
    assert run("pops", wall=timedelta(days=8)) == 1
    assert not Pop.objects.exists()


def test_a_wish_goes_a_year_after_the_call_and_never_before_it_is_called():
    agent = make_agent()
    wish = CallWish.objects.create(phone=PHONE, about="问补贴", wanted_at=at(), asked_at=at(), asked_by=agent)
    assert run("wishes", day="2029-03-02") == 0
    CallWish.objects.update(done_at=at())

    assert run("wishes", day="2021-03-03") == 1

    wish.refresh_from_db()
    assert (wish.phone, wish.phone_index, wish.about) == ("", "", "")


def test_a_note_goes_a_year_after_somebody_took_over():
    shift = Shift.objects.create(agent=make_agent(), begun_at=at(), ended_at=at())
    HandOver.objects.create(shift=shift, note="王先生下午回电", due=2, made_at=at())
    assert run("hand_overs", day="2029-03-02") == 0
    HandOver.objects.update(taken_over_at=at())

    assert run("hand_overs", day="2021-03-03") == 1
    assert run("hand_overs", day="2021-03-03") == 0

    kept = HandOver.objects.get()
    assert (kept.note, kept.due) == ("", 2)
