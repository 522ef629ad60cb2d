"""The demonstration's surveys: whole, alike for a seed, made once."""

import json

import pytest

from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.models import Questionnaire
from huiqi.questionnaires.queries.shipped import shipped
from huiqi.surveys.commands.demo import make_surveys
from huiqi.surveys.commands.demo_results import make_results
from huiqi.surveys.models import Audience, Brief, BriefState, Response, Survey, WaveState
from huiqi.surveys.queries.results_trend import trend_shown
from huiqi.surveys.tests.make import ON, make_editor
from huiqi.surveys.tests.make_campaign import make_firms

pytestmark = pytest.mark.django_db


def test_without_the_analyst_nothing_is_made():
    assert make_surveys(seed=1, on=ON, wall=clock.wall_now()) == 0
    assert not Questionnaire.objects.exists()


def test_the_shipped_questionnaires_are_published_and_one_survey_has_answers_once():
    analyst = make_editor()
    analyst.username = "analyst"
    analyst.save(update_fields=["username"])
    assert make_surveys(seed=1, on=ON, wall=clock.wall_now(), answers=3) == 3
    assert Questionnaire.objects.count() == len(shipped())
    assert Survey.objects.get().takes_answers(ON)
    answers = [json.loads(row.answers) for row in Response.objects.sent()]
    assert len(answers) == 3
    assert all(len(given) > 5 for given in answers)
    assert make_surveys(seed=1, on=ON, wall=clock.wall_now(), answers=3) == 0
    assert Survey.objects.count() == 1


@pytest.mark.slow
def test_the_sampled_survey_has_two_waves_with_results_a_trend_and_two_briefs():
    analyst = make_editor()
    analyst.username = "analyst"
    analyst.save(update_fields=["username"])
    reader = make_editor()
    reader.username, reader.unit = "province", analyst.unit
    reader.save(update_fields=["username", "unit"])
    make_firms(300, has_phone=False)
    Enterprise.objects.update(is_synthetic=True)
    wall = clock.wall_now()
    make_surveys(seed=1, on=ON, wall=wall, answers=1)
    assert make_results(seed=1, on=ON, wall=wall, answers=60) == 60
    sampled = Survey.objects.get(audience=Audience.INVITED)
    states = list(sampled.waves.order_by("number").values_list("state", flat=True))
    assert states == [WaveState.CLOSED, WaveState.OPEN]
    waves = list(sampled.waves.order_by("number"))
    steps = trend_shown(waves, "status", "open")
    assert [step.wave for step in steps] == ["第1轮", "第2轮"]
    # With so few firms some answers are hidden in one of the rounds.
    asked = [("status", "open"), ("overall", "bad"), ("overall", "very_bad"), ("pressure", "wages")]
    assert any(trend_shown(waves, *one)[1].change_interval for one in asked)
    assert sorted(Brief.objects.values_list("state", flat=True)) == [BriefState.DRAFT, BriefState.RELEASED]
    assert make_results(seed=1, on=ON, wall=wall, answers=60) == 0
