"""Results of a survey in two rounds, as pages: trend, same firms, days, what weights rest on."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.core import clock
from huiqi.surveys.commands.frames import prepare_wave
from huiqi.surveys.commands.waves import close_wave, open_next_wave
from huiqi.surveys.models import Outcome, Response, Survey, Wave
from huiqi.surveys.tests.make import ON, make_editor, make_survey
from huiqi.surveys.tests.make_campaign import enter, make_campaign
from huiqi.surveys.tests.make_results import add_answers, staff, sum_up, weigh

pytestmark = pytest.mark.django_db
ASKED = 60


def _answered(wave: Wave, *, open_of_six: int) -> None:
    """All firms of a round answer; so many of six are open."""
    invitations = list(wave.invitations.order_by("pk"))
    answers = [
        {"staff": "5", "status": "open" if number % 6 < open_of_six else "closed"}
        for number in range(len(invitations))
    ]
    made = add_answers(wave.survey, answers)
    for row, invitation in zip(made, invitations, strict=True):
        row.invitation, row.enterprise_id = invitation, invitation.enterprise_id
    Response.objects.bulk_update(made, ["invitation", "enterprise"])
    wave.invitations.update(outcome=Outcome.ANSWERED)


def two_rounds() -> tuple[User, Survey]:
    """The same sixty firms asked twice: two of six open, then four of six; weighted by design."""
    user = make_editor()
    first = make_campaign(
        ASKED, actor=user, has_phone=False, method="sample", sample_size=40, by_section=False
    )
    survey = first.survey
    weigh(survey, uses_design=True)
    _answered(first, open_of_six=2)
    sum_up(survey)
    close_wave(first, actor=user)
    second = open_next_wave(survey, opens_on=ON, closes_on=ON, actor=user)
    list(prepare_wave(second))
    _answered(second, open_of_six=4)
    sum_up(survey)
    return user, survey


def page(client: Client, name: str, survey: Survey, *more: Any, **query: str) -> str:
    answer = client.get(reverse(f"surveys:{name}", args=[survey.public_id, *more]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_trend_tells_change_interval_and_the_same_firms_in_words():
    user, survey = two_rounds()
    told = page(enter(user), "results_trend", survey, answer="status/open")
    assert "第1轮" in told
    assert "第2轮" in told
    assert "上升" in told
    assert "个百分点" in told
    assert "95%区间：上升" in told
    assert "超出抽样误差，是真的变了" in told
    assert "40家两轮都答了这道题" in told
    assert "这些数怎么看" in told


def test_each_round_keeps_its_own_results():
    user, survey = two_rounds()
    client = enter(user)
    assert "第1轮" in page(client, "results", survey, wave="1")
    assert client.get(reverse("surveys:results", args=[survey.public_id]), {"wave": "3"}).status_code == 404


def test_the_board_draws_days_with_dates_numbers_and_a_table():
    user, survey = two_rounds()
    today = clock.today()
    Wave.objects.filter(survey=survey, number=2).update(opens_on=today, closes_on=today)
    Response.objects.filter(wave__number=2).update(sent_at=clock.wall_now())
    told = page(enter(user), "board", survey, 2)
    assert "横轴是日期" in told
    assert "共40份" in told
    assert f"{today.month}/{today.day}<" in told
    assert '<th scope="col">日期</th>' in told


@pytest.mark.parametrize(
    ("is_anonymous", "why"), [(True, "只凭答卷里自报的"), (False, "按登记库；登记库里找不到的")]
)
def test_of_an_open_link_the_weights_say_what_little_they_rest_on(is_anonymous: bool, why: str):
    user = make_editor()
    survey = make_survey(actor=user, is_anonymous=is_anonymous)
    add_answers(survey, staff(40))
    sum_up(survey)
    told = page(enter(user), "results_weights", survey)
    assert "这项调查只能按登记库的构成校准。" in told
    assert why in told
    assert "设计权重：" not in told
    assert "为什么没有区间" in page(enter(user), "results", survey)


def test_a_sampled_survey_is_not_told_that_it_can_only_be_raked():
    user, survey = two_rounds()
    assert "这项调查只能按登记库的构成校准。" not in page(enter(user), "results_weights", survey)
