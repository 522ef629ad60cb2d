"""Whoever acts in somebody's stead is recorded together with that person, on whatever page."""

import pytest

from huiqi.accounts.models import Deputyship
from huiqi.core import clock
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Contact
from huiqi.enterprises.tests.make import make_firm
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


@pytest.fixture
def reveal(enter):
    """A person sees a contact in full; returns for whom that was, as the audit trail says."""

    def act(part, county):
        firm = make_firm(county=county)
        contact = Contact.objects.create(enterprise=firm, phone="13812345678", source="register")
        address = f"/firms/{firm.public_id}/contacts/{contact.pk}/reveal/"
        assert enter(part).post(address, {"reason": "case"}).status_code == 200
        return AuditRecord.objects.filter(act="contact.revealed").latest("pk").on_behalf_id

    return act


def stand_in(deputy):
    absent, today = play("city"), clock.today()
    Deputyship.objects.create(absent=absent, deputy=play(deputy), from_on=today, to_on=today)
    return absent.public_id


def test_a_deputy_acts_on_behalf_of_the_absent(reveal):
    assert reveal("city", "430181") == ""
    absent = stand_in("editor")
    assert reveal("editor", "430181") == absent
    assert reveal("city", "430181") == "", "the absent themselves act for themselves"


def test_an_officer_who_is_also_a_deputy_acts_on_behalf_only_beyond_the_own_area(reveal):
    absent = stand_in("other_city")
    assert reveal("other_city", "430302") == ""
    assert reveal("other_city", "430181") == absent
