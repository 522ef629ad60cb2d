"""Missing reports: chased at the hour, weekends too, each person once a day; superiors an hour later."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from huiqi.accounts.models import Deputyship
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.messages.models import Notice
from huiqi.stationing.commands.chase import chase_reports, settle_chased
from huiqi.stationing.queries.missing import missing_on
from huiqi.stationing.tests.make import (
    COVERALL,
    DAY,
    MASK,
    at,
    make_key_firm,
    make_officer,
    make_stationing,
    report,
)
from tests.harness.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def firm(officer):
    return make_stationing(officer=officer).enterprise


def told(kind="stationing.missing"):
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    return [(row.user.name, row.text) for row in rows]


def make_supervisor(office="liuyang", name="曹刚"):
    return make_user(role=Role.SUPERVISOR, unit=make_office(office), name=name)


def test_nobody_is_chased_before_the_hour(firm):
    assert chase_reports(at=at(9, 59)) == {"missing": 0, "officers": 0, "superiors": 0}
    assert told() == []


def test_who_has_reported_everything_is_left_alone(firm):
    report(firm)
    assert chase_reports(at=at(10))["missing"] == 0
    assert told() == []


def test_a_firm_without_lines_is_not_missed(officer):
    make_stationing(make_key_firm(lines=()), officer)
    assert missing_on(DAY) == []


def test_on_a_sunday_at_ten_the_officer_hears_how_many_are_missing(firm, officer):
    assert DAY.isoweekday() == 7
    make_stationing(officer=officer)
    assert chase_reports(at=at(10)) == {"missing": 2, "officers": 1, "superiors": 0}
    assert told() == [("龙伟", "今天还有2家企业的三数没有报送。")]


def test_half_a_report_is_still_missing(officer):
    firm = make_stationing(make_key_firm(lines=(MASK, COVERALL)), officer).enterprise
    report(firm, product=MASK)
    assert [row.enterprise for row in missing_on(DAY)] == [firm]


def test_an_hour_later_the_unit_s_supervisor_hears_of_it(firm):
    make_supervisor()
    assert chase_reports(at=at(10, 59))["superiors"] == 0
    assert chase_reports(at=at(11))["superiors"] == 1
    assert told("stationing.missing_in_unit") == [("曹刚", "本单位联络的企业今天有1家三数缺报。")]


def test_without_a_supervisor_the_officers_of_the_unit_hear_of_it_and_else_those_above(firm):
    above = make_supervisor("changsha", "上级")
    chase_reports(at=at(11))
    assert told("stationing.missing_in_unit") == [(above.name, "本单位联络的企业今天有1家三数缺报。")]


def test_a_firm_without_an_officer_falls_to_its_county(db):
    make_key_firm()
    make_office("liuyang")
    make_supervisor()
    assert chase_reports(at=at(11)) == {"missing": 1, "officers": 0, "superiors": 1}


def test_running_again_tells_nobody_twice_and_the_next_day_tells_anew(firm):
    make_supervisor()
    for minute in (0, 15, 30):
        chase_reports(at=at(11, minute))
    assert (len(told()), len(told("stationing.missing_in_unit"))) == (1, 1)
    chase_reports(at=at(10, day=DAY + timedelta(days=1)))
    assert len(told()) == 2


def test_whoever_fills_in_for_the_officer_is_chased_too(firm, officer):
    deputy = make_officer("钟山")
    Deputyship.objects.create(absent=officer, deputy=deputy, from_on=DAY, to_on=DAY)
    chase_reports(at=at(10))
    assert {name for name, _ in told()} == {"龙伟", "钟山"}


def test_the_hour_is_a_setting(firm, settings):
    settings.HUIQI_REPORT_CHASE_HOUR = 8
    assert chase_reports(at=at(8))["officers"] == 1


def test_the_command_takes_the_instant_and_says_what_it_did(firm, capsys):
    call_command("chase_reports", "--at", "2020-03-01T10:00", "--json")
    assert told() != []
    with pytest.raises(CommandError, match="不是时刻"):
        call_command("chase_reports", "--at", "十点")


def test_no_notice_names_a_firm_or_a_figure(firm):
    make_supervisor()
    chase_reports(at=at(11))
    assert not Notice.objects.filter(text__contains=firm.name).exists()


def test_missing_asks_the_same_number_of_questions_however_many(firm, officer, assert_queries):
    with assert_queries(5):
        missing_on(DAY)
    for _ in range(5):
        make_stationing(officer=officer)
    with assert_queries(5):
        assert len(missing_on(DAY)) == 6


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once():
    make_stationing()
    outcomes = together(*[lambda: chase_reports(at=at(10))] * 3)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert len(told()) == 1


def test_a_reminder_stays_while_one_firm_is_missing_and_goes_with_the_last(officer, firm):
    second = make_stationing(make_key_firm(), officer).enterprise
    deputy = make_officer("代理人")
    Deputyship.objects.create(absent=officer, deputy=deputy, from_on=DAY, to_on=DAY)
    chase_reports(at=at(10))
    unread = Notice.objects.unread().filter(kind="stationing.missing")
    assert set(unread.values_list("user", flat=True)) == {officer.pk, deputy.pk}
    report(firm)
    assert settle_chased([firm], on=DAY, at=at(11)) == 0
    report(second)
    assert settle_chased([second], on=DAY, at=at(11)) == 2
    assert not unread.exists()


def test_a_deputy_with_missing_firms_of_their_own_keeps_the_reminder(officer, firm):
    deputy = make_officer("代理人")
    make_stationing(make_key_firm(), deputy)
    Deputyship.objects.create(absent=officer, deputy=deputy, from_on=DAY, to_on=DAY)
    chase_reports(at=at(10))
    report(firm)
    settle_chased([firm], on=DAY, at=at(11))
    assert settle_chased([make_key_firm()], on=DAY, at=at(11)) == 0, "nobody is stationed there"
    assert [row.user for row in Notice.objects.unread().filter(kind="stationing.missing")] == [deputy]
