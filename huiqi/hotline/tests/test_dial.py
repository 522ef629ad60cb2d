"""Calling out through the telephone system: for who calls back, logged, the number not shown for it."""

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.cases.tests.make import at, make_case, make_edition, make_officer
from huiqi.cases.workflow import State
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.hotline.adapters.console import ConsoleTelephony
from huiqi.hotline.commands.call_backs import claim_call_back, take_wish, wish_call_back
from huiqi.hotline.commands.dialling import dial_requester
from huiqi.hotline.models import Call, CallTouch
from huiqi.hotline.ports import NotConnected
from huiqi.hotline.tests.make import PHONE, TODAY, make_agent, make_waiting

pytestmark = pytest.mark.django_db
OFF = "huiqi.hotline.adapters.off.OffTelephony"


@pytest.fixture(autouse=True)
def day(settings):
    settings.REFERENCE_DATE = TODAY


@pytest.fixture
def dialled(monkeypatch):
    """What the telephone system was asked for."""
    asked = []
    monkeypatch.setattr(ConsoleTelephony, "dial", lambda self, extension, phone: asked.append(phone))
    return asked


def press(client, user, case):
    client.force_login(user)
    return client.post(reverse("hotline:dial_case", args=[case.public_id]))


def test_a_site_without_a_telephone_system_offers_and_does_nothing(client, settings):
    settings.HUIQI_TELEPHONY_PORT = OFF
    case, officer = make_case(phone=PHONE), make_officer()
    client.force_login(officer)
    assert "拨打诉求人电话" not in client.get(f"/cases/{case.public_id}/").content.decode()
    press(client, officer, case)
    assert not Call.objects.exists()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.LEADER, Role.HOTLINE_AGENT])
def test_who_only_looks_or_holds_no_claim_cannot_dial(client, dialled, role):
    assert press(client, make_officer("liuyang", role), make_waiting()).status_code == 404
    assert dialled == []


def test_nobody_calls_a_requester_whom_the_item_keeps_from_them(client, dialled):
    make_edition(masks_requester=True)
    other = make_officer("park")
    case = make_case(state=State.HANDLING, lead=other.unit, officer=make_officer("province"), phone=PHONE)
    assert press(client, other, case).status_code == 404
    assert dialled == []


def test_who_calls_back_dials_from_the_page_of_the_case_and_it_is_logged(client, dialled):
    case, officer = make_case(phone=PHONE), make_officer()
    client.force_login(officer)
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert "拨打诉求人电话" in page and PHONE not in page
    assert press(client, officer, case).url == f"/cases/{case.public_id}/"
    call, touch = Call.objects.get(), CallTouch.objects.get()
    assert dialled == [PHONE]
    assert (call.agent, call.phone, touch.case, touch.act) == (officer, PHONE, case, CallTouch.Act.DIALLED)
    assert officer.name in client.get(f"/cases/{case.public_id}/").content.decode()
    assert AuditRecord.objects.get(act="call.dialled").details == {"case": case.public_id}


def test_a_call_out_opens_no_door_to_the_cases_of_the_number(client, dialled):
    case, agent = make_waiting(), make_agent()
    claim_call_back(case, actor=agent, at=at(), wall=clock.wall_now())
    assert press(client, agent, case).url == reverse("hotline:call_back")
    assert dialled == [case.requester_phone]
    call = Call.objects.get()
    assert not Call.objects.open_of(agent, clock.wall_now()).exists()
    assert client.get(reverse("hotline:call", args=[call.public_id])).status_code == 404


def test_a_line_that_is_down_is_said_and_logged(monkeypatch):
    def down(self, extension, phone):
        raise NotConnected

    monkeypatch.setattr(ConsoleTelephony, "dial", down)
    case = make_case(phone=PHONE)
    with pytest.raises(Refused) as refusal:
        dial_requester(case, actor=make_officer(), at=at(), wall=clock.wall_now())
    assert refusal.value.code == "hotline.not_connected"
    assert AuditRecord.objects.filter(act="call.not_connected").count() == 1
    assert Call.objects.count() == 1


def test_a_wish_is_dialled_by_who_took_it(client, dialled):
    agent, other = make_agent(), make_agent()
    wish = wish_call_back(PHONE, about="问政策", wanted_at=at(), actor=agent, at=at())
    take_wish(wish, actor=agent, wall=clock.wall_now())
    address = reverse("hotline:dial_wish", args=[wish.public_id])
    client.force_login(other)
    assert client.post(address).status_code == 404
    client.force_login(agent)
    assert client.post(address).status_code == 302
    assert dialled == [PHONE]
