"""上报: seen by the county and the province, answered once, told to the apps above."""

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core.errors import Refused
from huiqi.messages.models import Notice
from huiqi.stationing import events
from huiqi.stationing.commands.escalations import answer_escalation, escalate
from huiqi.stationing.models import Escalation
from huiqi.stationing.queries.escalations import visible_escalations
from huiqi.stationing.tests.make import DAY, at, make_escalation, make_key_firm, make_officer, make_stationing
from tests.harness.cast import enter as enter_as
from tests.harness.cast import play
from tests.harness.together import together

pytestmark = pytest.mark.django_db


def address(row):
    return reverse("stationing:escalation", args=[row.public_id])


def raise_one(firm, officer, urgency="normal", text="熔喷布只够两天"):
    return escalate(firm, text, urgency=urgency, actor=officer, on=DAY, at=at())


def test_other_counties_neither_see_nor_answer():
    row = make_escalation()
    for part in ("other_city", "direct_county", "analyst", "stationed_officer"):
        browser, _ = enter_as(part)
        assert browser.get(address(row)).status_code == 404, part
        assert browser.post(address(row), {"answer": "好"}).status_code == 404, part
    row.refresh_from_db()
    assert row.answered_at is None


def test_who_sees_but_does_not_station_cannot_answer():
    row = make_escalation()
    browser, _ = enter_as("dispatcher")
    assert browser.get(address(row)).status_code == 200
    assert browser.post(address(row), {"answer": "好"}).status_code == 404


def test_the_county_is_told_and_the_province_too_when_it_is_urgent():
    county, province = play("county"), play("province")
    firm, officer = make_key_firm(), make_officer()
    raise_one(firm, officer)
    assert set(Notice.objects.values_list("user", flat=True)) == {county.pk}
    raise_one(firm, officer, urgency="urgent", text="停产")
    assert Notice.objects.filter(user=province).count() == 1


def test_the_park_that_has_the_firm_is_told():
    office = make_office("park")
    person = make_user(role=Role.OFFICER, unit=office)
    raise_one(make_key_firm(park=office), make_officer())
    assert Notice.objects.filter(user=person).exists()


def test_the_same_matter_on_the_same_day_is_one():
    firm, officer = make_key_firm(), make_officer()
    assert raise_one(firm, officer) == raise_one(firm, officer, urgency="urgent")
    assert Escalation.objects.count() == 1


def test_the_county_sees_it_on_the_desk_and_answers():
    browser, user = enter_as("county")
    officer = make_officer()
    row = make_escalation(officer=officer)
    assert row.text in browser.get("/desk/").content.decode()
    assert browser.post(address(row), {"answer": " "}).status_code == 422
    assert browser.post(address(row), {"answer": "明早送到200公斤"}).status_code == 302
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == ("明早送到200公斤", user)
    assert Notice.objects.filter(user=officer, kind="stationing.answered").count() == 1
    assert row.text not in browser.get("/desk/").content.decode()


def test_the_notices_of_a_matter_wait_until_somebody_answers_it_and_no_longer():
    county, colleague = play("county"), make_user(role=Role.OFFICER, unit=play("county").unit)
    officer = make_officer()
    row, other = make_escalation(officer=officer), make_escalation(officer=officer)
    unread = Notice.objects.unread().filter(kind="stationing.escalated")
    assert set(unread.values_list("user", flat=True)) == {county.pk, colleague.pk}
    answer_escalation(row, answer="明早送到", actor=county, at=at())
    assert sorted(unread.values_list("user", "about")) == sorted(
        (person.pk, f"stationing.escalation:{other.public_id}") for person in (county, colleague)
    )


def test_an_answered_matter_takes_no_other_answer_but_the_same_press_twice():
    row, chief, other = make_escalation(), play("county"), play("province")
    for _ in range(2):
        answer_escalation(row, answer="好", actor=chief, at=at())
    with pytest.raises(Refused) as refusal:
        answer_escalation(row, answer="不", actor=other, at=at())
    assert refusal.value.code == "stationing.answered"


def test_the_officer_sees_the_answer_also_after_being_called_away(client):
    officer = make_officer()
    row = make_escalation(officer=officer)
    answer_escalation(row, answer="明早送到", actor=play("county"), at=at())
    client.force_login(officer)
    assert "明早送到" in client.get(address(row)).content.decode()


def test_open_ones_come_first_and_urgent_before_others():
    firm, officer = make_key_firm(), make_officer()
    done, plain, urgent = (
        raise_one(firm, officer, urgency, text)
        for urgency, text in (("normal", "甲"), ("normal", "乙"), ("urgent", "丙"))
    )
    answer_escalation(done, answer="好", actor=play("county"), at=at())
    assert [row.text for row in visible_escalations(play("county"), DAY)] == ["丙", "乙", "甲"]


def test_subscribers_are_told_once_and_a_failing_one_undoes_the_escalation(monkeypatch):
    heard = []
    monkeypatch.setattr(events, "ON_ESCALATION", [heard.append])
    firm, officer = make_key_firm(), make_officer()
    row = raise_one(firm, officer, "urgent")
    raise_one(firm, officer, "urgent")
    assert [(event.escalation_id, event.enterprise_id, event.urgency) for event in heard] == [
        (row.public_id, firm.pk, "urgent")
    ]

    def fails(event):
        raise Refused("cases.closed", "不行")

    events.ON_ESCALATION.append(fails)
    with pytest.raises(Refused):
        raise_one(firm, officer, text="另一件")
    assert Escalation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_one_stands():
    row, people = make_stationing_matter(), [play("county"), play("province")]
    outcomes = together(
        *[lambda who=who: answer_escalation(row, answer=who.name, actor=who, at=at()) for who in people]
    )
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refused)] == ["stationing.answered"]


def make_stationing_matter():
    stationing = make_stationing()
    return raise_one(stationing.enterprise, stationing.officer)
