"""Messages to invited firms: each once, none twice a day, none at night, none to who has had enough."""

from datetime import date, timedelta

import pytest
from django.test import override_settings
from django.urls import reverse

from huiqi.core.errors import Refused
from huiqi.core.models import Job
from huiqi.messages.models import Delivery
from huiqi.surveys.commands import sending
from huiqi.surveys.commands.sending import hand_out_codes, remind_due, resume_run, send_run, start_run
from huiqi.surveys.commands.waves import close_overdue, close_wave, open_next_wave, settle_wave
from huiqi.surveys.models import Invitation, InvitationCode, Response, SendRun, Survey, Wave
from huiqi.surveys.moments import Moment
from huiqi.surveys.queries.asking import asked_this_month, sent_from
from huiqi.surveys.queries.invitations import last_answers
from huiqi.surveys.tests.make import ON, at, make_survey
from huiqi.surveys.tests.make_campaign import (
    NOON,
    ORIGIN,
    answer_by,
    draw,
    enter,
    make_campaign,
    make_code_for,
    make_frame,
)
from tests.harness.together import together


def later(days: int, time: str = "12:00") -> Moment:
    instant = at(str(ON + timedelta(days=days)), time)
    return Moment(instant, instant)


def run_of(
    wave: Wave, kind: str = "invite", moment: Moment = NOON, cells: tuple[tuple[str, ...], ...] = ()
) -> SendRun:
    return start_run(wave, kind, cells=cells, origin=ORIGIN, actor=wave.survey.made_by, moment=moment)


def send(wave: Wave, kind: str = "invite", moment: Moment = NOON, **more: object) -> SendRun:
    run = run_of(wave, kind, moment, **more)  # type: ignore[arg-type]
    list(send_run(run, moment=moment))
    return SendRun.objects.get(pk=run.pk)


def another(wave: Wave) -> Wave:
    """The same firms, asked by another survey of the office."""
    survey = make_survey(is_open=False, actor=wave.survey.made_by)
    draw(make_frame(survey))
    Survey.objects.filter(pk=survey.pk).update(state="open")
    Wave.objects.filter(survey=survey).update(state="open")
    return Wave.objects.select_related("survey__owner").get(survey=survey)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_wave_that_takes_no_answers_sends_nothing():
    wave = make_campaign(2)
    Wave.objects.update(opens_on=date(2020, 3, 10))
    with pytest.raises(Refused, match="现在不接受填报"):
        run_of(wave)
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_two_rounds_of_a_wave_do_not_run_beside_each_other():
    wave = make_campaign(2)
    run_of(wave)
    with pytest.raises(Refused, match="上一批还没有发完"):
        run_of(wave)


@pytest.mark.django_db
def test_firms_without_a_mobile_number_are_listed_and_not_counted_as_asked():
    wave = make_campaign(3, has_phone=False)
    run = send(wave)
    assert (run.queued, run.no_phone) == (0, 3)
    assert Invitation.objects.filter(invited_at=None, skipped="no_phone").count() == 3
    shown = (
        enter(wave.survey.made_by)
        .get(reverse("surveys:wave", args=[wave.survey.public_id, 1]))
        .content.decode()
    )
    assert "3家没有手机号" in shown


@pytest.mark.django_db
def test_a_firm_asked_often_enough_this_month_is_left_in_peace_and_listed():
    wave = make_campaign(2)
    send(wave)
    second, third = another(wave), another(wave)
    send(second, moment=later(1))
    firms = list(Invitation.objects.filter(wave=wave).values_list("enterprise", flat=True))
    assert asked_this_month(firms, ON) == dict.fromkeys(firms, 2)
    run = send(third, moment=later(2))
    assert (run.queued, run.spared) == (0, 2)
    assert set(third.invitations.values_list("outcome", flat=True)) == {"spared"}
    # On a list of codes neither.
    with pytest.raises(Refused, match="本月已达次数"):
        hand_out_codes(third, cells=(), reason="x", actor=wave.survey.made_by, moment=later(3))


@pytest.mark.django_db
def test_the_ceiling_counts_months_and_is_a_setting():
    wave = make_campaign(1)
    send(wave)
    firm = Invitation.objects.get().enterprise_id
    assert asked_this_month([firm], date(2020, 4, 1)) == {}
    assert asked_this_month([firm], ON, besides=wave) == {}
    second = another(wave)
    with override_settings(HUIQI_FORMS_A_MONTH=1):
        assert send(second, moment=later(1)).spared == 1


@pytest.mark.django_db
def test_no_firm_gets_two_messages_on_a_day_from_whatever_survey():
    wave = make_campaign(2)
    send(wave)
    second = another(wave)
    run = send(second)
    assert (run.queued, run.today) == (0, 2)
    assert Delivery.objects.count() == 2
    assert second.invitations.filter(invited_at=None, skipped="today").count() == 2
    assert send(second, moment=later(1)).queued == 2


@pytest.mark.django_db
def test_at_night_messages_wait_for_the_morning():
    assert sent_from(at(time="19:59")) == at(time="19:59")
    assert sent_from(at(time="20:00")) == at("2020-03-02", "08:00")
    assert sent_from(at(time="03:00")) == at(time="08:00")
    wave = make_campaign(1)
    send(wave, moment=later(0, "22:00"))
    assert Delivery.objects.get().next_try_at == at("2020-03-02", "08:00")


@pytest.mark.django_db
def test_who_wants_no_reminder_or_was_reminded_enough_gets_none():
    wave = make_campaign(3)
    send(wave)
    rows = list(Invitation.objects.order_by("pk"))
    Invitation.objects.filter(pk=rows[0].pk).update(no_more_reminders=True)
    Invitation.objects.filter(pk=rows[1].pk).update(outcome="refused")
    assert send(wave, "remind", later(1)).queued == 1
    assert send(wave, "remind", later(2)).queued == 1
    with pytest.raises(Refused, match="没有要发的企业"):
        run_of(wave, "remind", later(3))
    assert Invitation.objects.get(pk=rows[2].pk).reminders == 2


# --- the way through ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_names_the_office_and_no_firm_and_its_link_opens_the_form(client):
    wave = make_campaign(1)
    send(wave)
    text = Delivery.objects.get().text
    firm = Invitation.objects.get().enterprise
    assert text.startswith("【惠企】省工信厅邀请贵企业")
    assert firm.name not in text
    assert len(text) <= 200
    path = text.split(f"日前都可以填：{ORIGIN}")[1].split()[0]
    assert firm.name in client.get(path).content.decode()
    assert "停止提醒" in client.get(f"{path}stop/").content.decode()


@pytest.mark.django_db
def test_a_round_killed_in_the_middle_goes_on_and_sends_nobody_a_second_one(monkeypatch):
    wave = make_campaign(9)
    monkeypatch.setattr(sending, "PIECE", 4)
    run = run_of(wave)
    steps = send_run(run, moment=NOON)
    assert next(steps) == (4, 9)
    steps.close()
    assert Delivery.objects.count() == 4
    Job.objects.update(state="failed")
    run = resume_run(SendRun.objects.get(), actor=wave.survey.made_by)
    list(send_run(run, moment=NOON))
    run = SendRun.objects.get()
    assert (run.seen, run.queued, run.today) == (9, 9, 0)
    assert Delivery.objects.count() == 9
    assert InvitationCode.objects.count() == 9
    # Once more does nothing.
    list(send_run(run, moment=NOON))
    assert Delivery.objects.count() == 9


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_round_send_each_message_once(monkeypatch):
    wave = make_campaign(12)
    monkeypatch.setattr(sending, "PIECE", 3)
    run = run_of(wave)
    assert together(*[lambda: len(list(send_run(run, moment=NOON)))] * 2).count(None) == 0
    run = SendRun.objects.get()
    assert (run.queued, run.seen) == (12, 12)
    assert Delivery.objects.count() == 12
    assert len(set(Delivery.objects.values_list("once_key", flat=True))) == 12
    assert Invitation.objects.exclude(invited_at=None).count() == 12


@pytest.mark.django_db
def test_the_rule_reminds_after_its_days_at_most_so_often():
    wave = make_campaign(2)
    send(wave)
    assert answer_by(make_code_for(Invitation.objects.order_by("pk")[0])) == 200
    assert remind_due(moment=later(2)) == 0
    assert remind_due(moment=later(3)) == 1
    run = SendRun.objects.get(kind="due")
    assert run.total == 1
    list(send_run(run, moment=later(3)))
    assert remind_due(moment=later(4)) == 0
    assert remind_due(moment=later(6)) == 1
    list(send_run(SendRun.objects.order_by("pk").last(), moment=later(6)))
    assert remind_due(moment=later(20)) == 0
    assert Invitation.objects.get(reminders=2).outcome == "pending"


# --- the end of a wave, the next one ------------------------------------------------------------------


def _settle(wave: Wave) -> None:
    list(settle_wave(wave, today=ON, now=at()))


@pytest.mark.django_db
def test_closing_gives_everybody_an_outcome_and_half_a_form_is_partial(client):
    wave = make_campaign(4)
    rows = list(Invitation.objects.order_by("pk"))
    assert answer_by(make_code_for(rows[0])) == 200
    half, opened = make_code_for(rows[1]), make_code_for(rows[2])
    for code in (half, opened):
        client.post(reverse("surveys:enter", args=[code]))
    token = f"i.{half}"
    client.post(reverse("surveys:page", args=[token, 1]), {"data-firm-uscc": "X", "data-firm-staff": "3"})
    close_wave(wave, actor=wave.survey.made_by)
    _settle(wave)
    _settle(wave)
    found = [Invitation.objects.get(pk=row.pk).outcome for row in rows]
    assert found == ["answered", "partial", "silent", "silent"]
    assert client.post(reverse("surveys:enter", args=[make_code_for(rows[3])])).status_code == 409


@pytest.mark.django_db
def test_an_overdue_wave_is_closed_by_the_timer_once():
    make_campaign(1)
    assert close_overdue(today=date(2020, 3, 31)) == 0
    assert close_overdue(today=date(2020, 4, 1)) == 1
    assert close_overdue(today=date(2020, 4, 1)) == 0
    assert Wave.objects.get().state == "closed"


@pytest.mark.django_db
def test_each_wave_asks_the_next_group_and_weights_are_its_own(django_capture_on_commit_callbacks):
    wave = make_campaign(20, rotation_groups=3)
    actor, survey = wave.survey.made_by, wave.survey
    asked = [set(wave.invitations.values_list("enterprise", flat=True))]
    for number in (2, 3, 4):
        with pytest.raises(Refused, match="上一轮还没有截止"):
            open_next_wave(survey, opens_on=ON, closes_on=date(2020, 4, number), actor=actor)
        close_wave(Wave.objects.get(number=number - 1), actor=actor)
        with django_capture_on_commit_callbacks(execute=True):
            made = open_next_wave(survey, opens_on=ON, closes_on=date(2020, 4, number), actor=actor)
        asked.append(set(made.invitations.values_list("enterprise", flat=True)))
        strata = {row.stratum_id: row.weight_population for row in made.invitations.all()}
        assert sum(row.weight for row in made.invitations.all()) == sum(strata.values())
    assert asked[0] | asked[1] | asked[2] == set(Invitation.objects.values_list("enterprise", flat=True))
    assert not asked[0] & asked[1]
    assert not asked[1] & asked[2]
    assert asked[3] == asked[0]
    assert Survey.objects.get().closes_on == date(2020, 4, 4)


@pytest.mark.django_db
def test_last_waves_answers_are_there_for_the_next(django_capture_on_commit_callbacks):
    wave = make_campaign(1)
    assert answer_by(make_code_for(Invitation.objects.get())) == 200
    close_wave(wave, actor=wave.survey.made_by)
    with django_capture_on_commit_callbacks(execute=True):
        made = open_next_wave(wave.survey, opens_on=ON, closes_on=date(2020, 4, 9), actor=wave.survey.made_by)
    invitation = made.invitations.select_related("wave").get()
    assert last_answers(invitation)["/data/firm/staff"] == "12"
    assert answer_by(make_code_for(invitation)) == 200
    assert Response.objects.filter(enterprise=invitation.enterprise_id).count() == 2
