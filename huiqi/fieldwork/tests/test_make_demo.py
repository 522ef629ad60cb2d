"""The demonstration's fieldwork: devices, what they sent, one conflict for an officer; made once."""

import pytest

from huiqi.core import clock
from huiqi.fieldwork.commands.demo import make_fieldwork
from huiqi.fieldwork.models import Collector, Delivery, DeliveryState
from huiqi.surveys.commands.demo import make_surveys
from huiqi.surveys.models import Response
from huiqi.surveys.tests.make import ON, make_editor

pytestmark = pytest.mark.django_db


def test_without_a_survey_there_is_no_fieldwork():
    assert make_fieldwork(on=ON, now=clock.now(), wall=clock.wall_now()) == 0
    assert not Collector.objects.exists()


def test_devices_deliver_and_what_is_wrong_waits_for_an_officer():
    analyst = make_editor()
    analyst.username = "analyst"
    analyst.save(update_fields=["username"])
    make_surveys(seed=1, on=ON, wall=clock.wall_now(), answers=1)
    before = Response.objects.sent().count()
    assert make_fieldwork(on=ON, now=clock.now(), wall=clock.wall_now()) == 6
    assert Collector.objects.count() == 3
    assert Collector.objects.usable().count() == 2
    assert Response.objects.sent().count() == before + 4
    held = Delivery.objects.filter(state=DeliveryState.HELD)
    assert sorted(held.values_list("is_conflict", flat=True)) == [False, True]
    assert make_fieldwork(on=ON, now=clock.now(), wall=clock.wall_now()) == 0
