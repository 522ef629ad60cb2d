"""Who may be stationed where, what access that gives, and what is left behind when it ends."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core.errors import Refused
from huiqi.enterprises.models import Enterprise, FirmAccess
from huiqi.messages.models import Notice
from huiqi.stationing.commands.stationings import (
    HandoverNote,
    When,
    end_stationing,
    hand_over,
    station_officer,
    station_officer_at_all,
)
from huiqi.stationing.models import Handover, Stationing
from huiqi.stationing.queries.compartment import firms_in_compartment
from huiqi.stationing.tests.make import DAY, WHEN, at, make_key_firm, make_officer, make_stationing
from tests.harness.cast import enter as enter_as
from tests.harness.together import together

pytestmark = pytest.mark.django_db
TODAY = When(DAY, at())
NOTE = HandoverNote("等钢印机到货", "陈厂长 13812345678")


def refusal_of(act):
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def sees(user, firm, day=DAY):
    return Enterprise.objects.visible_to(user, day).filter(pk=firm.pk).exists()


def test_only_stationed_officers_in_office_are_stationed():
    clerk = make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang"))
    gone = make_officer(is_active=False)
    for person in (clerk, gone):
        assert (
            refusal_of(lambda person=person: station_officer(make_key_firm(), person, actor=None, when=TODAY))
            == "stationing.not_an_officer"
        )
    assert not FirmAccess.objects.exists()


def test_a_firm_off_the_list_needs_a_reason():
    firm = make_key_firm(listed=False)
    officer = make_officer()
    assert (
        refusal_of(lambda: station_officer(firm, officer, actor=None, when=TODAY)) == "stationing.not_on_list"
    )
    assert (
        refusal_of(lambda: station_officer(firm, officer, actor=None, when=TODAY, exception_reason="  "))
        == "stationing.not_on_list"
    )
    row = station_officer(firm, officer, actor=None, when=TODAY, exception_reason="转产防护服")
    assert row.exception_reason == "转产防护服"


def test_the_list_is_read_on_the_day_from_which_the_officer_is_sent():
    firm = make_key_firm()  # listed since 1 February, known for 30 days
    before = When(date(2020, 1, 31), at())
    assert (
        refusal_of(lambda: station_officer(firm, make_officer(), actor=None, when=before))
        == "stationing.not_on_list"
    )


def test_a_firm_has_one_officer_at_a_time():
    firm = make_stationing().enterprise
    assert (
        refusal_of(lambda: station_officer(firm, make_officer(), actor=None, when=TODAY))
        == "stationing.taken"
    )


def test_the_officer_sees_the_firm_from_the_first_to_the_last_day_and_no_other_firm():
    other, officer = make_key_firm(), make_officer()
    row = make_stationing(officer=officer)
    assert not sees(officer, row.enterprise, WHEN.on - timedelta(days=1))
    assert sees(officer, row.enterprise)
    assert not sees(officer, other)
    end_stationing(row, reason="任务完成", actor=None, when=TODAY)
    assert sees(officer, row.enterprise, DAY - timedelta(days=1))
    assert not sees(officer, row.enterprise)
    assert list(firms_in_compartment(officer, DAY).order_by("pk")) == []


def test_one_officer_may_have_several_firms():
    officer = make_officer()
    firms = [make_key_firm() for _ in range(3)]
    station_officer_at_all(firms, officer, actor=None, when=TODAY)
    assert Stationing.objects.filter(officer=officer).open().count() == 3


def test_of_several_firms_all_or_none_get_the_officer():
    firms = [make_key_firm(), make_key_firm(listed=False)]
    assert refusal_of(lambda: station_officer_at_all(firms, make_officer(), actor=None, when=TODAY))
    assert not Stationing.objects.exists()
    assert not FirmAccess.objects.exists()


def test_handing_over_ends_one_and_begins_the_other_on_the_same_day():
    row, heir = make_stationing(), make_officer("钟山")
    made = hand_over(row, to=heir, note=NOTE, actor=None, when=TODAY)
    row.refresh_from_db()
    assert (row.to_on, made.incoming.from_on) == (DAY - timedelta(days=1), DAY)
    assert not sees(row.officer, row.enterprise)
    assert sees(heir, row.enterprise)
    assert set(Notice.objects.filter(kind="stationing.stationed").values_list("user__name", flat=True)) == {
        "龙伟",
        "钟山",
    }


def test_what_has_ended_is_neither_ended_nor_handed_over_again():
    row = make_stationing()
    end_stationing(row, reason="x", actor=None, when=TODAY)
    assert refusal_of(lambda: end_stationing(row, reason="x", actor=None, when=TODAY)) == "stationing.ended"
    assert (
        refusal_of(lambda: hand_over(row, to=make_officer(), note=NOTE, actor=None, when=TODAY))
        == "stationing.ended"
    )


def test_nobody_hands_over_to_themselves():
    row = make_stationing()
    assert (
        refusal_of(lambda: hand_over(row, to=row.officer, note=NOTE, actor=None, when=TODAY))
        == "stationing.same_officer"
    )


def test_ending_on_the_first_day_leaves_no_day_at_all():
    row = make_stationing(when=TODAY)
    end_stationing(row, reason="派错了", actor=None, when=TODAY)
    assert not sees(row.officer, row.enterprise)
    assert not Stationing.objects.valid_on(DAY).exists()


def test_contacts_of_a_handover_are_encrypted():
    row = make_stationing()
    made = hand_over(row, to=make_officer("钟山"), note=NOTE, actor=None, when=TODAY)
    raw = Handover.objects.filter(pk=made.pk).extra(select={"raw": "contacts"}).values_list("raw", flat=True)
    assert "13812345678" not in str(list(raw)) or raw.db is None
    made.refresh_from_db()
    assert made.contacts == NOTE.contacts


def test_both_officers_read_the_note_later_and_a_third_does_not(client):
    row, heir, third = make_stationing(), make_officer("钟山"), make_officer("第三人")
    made = hand_over(row, to=heir, note=NOTE, actor=None, when=TODAY)
    addresses = [reverse("stationing:stationing", args=[s.public_id]) for s in (row, made.incoming)]
    for person in (row.officer, heir):
        client.force_login(person)
        for address in addresses:
            assert "等钢印机到货" in client.get(address).content.decode()
        assert row.enterprise.name in client.get(reverse("stationing:handovers")).content.decode()
    client.force_login(third)
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_the_county_stations_ends_and_hands_over_from_the_roster():
    county, _ = enter_as("county")
    firm, officer, heir = make_key_firm(), make_officer(), make_officer("钟山")
    said = {"firm": [firm.public_id], "officer": officer.public_id, "on": "2020-3-1"}
    assert county.post(reverse("stationing:assign"), said).status_code == 302
    row = Stationing.objects.get(enterprise=firm)
    assert row.assigned_by.name == "谭丽"
    form = {"officer": heir.public_id, "on": "2020年3月5日", "open_matters": "无"}
    assert county.post(reverse("stationing:hand_over", args=[row.public_id]), form).status_code == 302
    last = Stationing.objects.open().get(enterprise=firm)
    assert (
        county.post(
            reverse("stationing:end", args=[last.public_id]), {"reason": "完成", "on": "2020-3-9"}
        ).status_code
        == 302
    )
    assert not Stationing.objects.open().exists()


def test_a_form_with_gaps_comes_back_with_what_was_typed():
    county, _ = enter_as("county")
    row = make_stationing()
    response = county.post(reverse("stationing:hand_over", args=[row.public_id]), {"contacts": "陈厂长"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "请选择联络员。" in text and "没有就写“无”" in text and "陈厂长" in text
    assert county.post(reverse("stationing:assign"), {"officer": ""}).status_code == 422


def test_another_county_cannot_station_here_nor_send_its_officers_here():
    firm = make_key_firm()
    stranger, _ = enter_as("other_city")
    said = {"firm": [firm.public_id], "officer": make_officer().public_id, "on": "2020-3-1"}
    assert stranger.post(reverse("stationing:assign"), said).status_code == 422
    county, _ = enter_as("county")
    foreign = make_officer("外地人", office="xiangtan")
    assert (
        county.post(reverse("stationing:assign"), {**said, "officer": foreign.public_id}).status_code == 422
    )
    assert not Stationing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_officers_sent_at_once_one_arrives():
    for _ in range(3):
        firm, officers = make_key_firm(), [make_officer(), make_officer()]
        outcomes = together(
            *[lambda o=o, firm=firm: station_officer(firm, o, actor=None, when=TODAY) for o in officers]
        )
        assert [o.code for o in outcomes if isinstance(o, Refused)] == ["stationing.taken"], outcomes
        assert FirmAccess.objects.filter(enterprise=firm).count() == 1
