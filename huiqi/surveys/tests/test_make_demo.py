"""The demonstration's surveys: whole, alike for a seed, made once."""

import json

import pytest

from huiqi.core import clock
from huiqi.questionnaires.models import Questionnaire
from huiqi.surveys.commands.demo import make_surveys
from huiqi.surveys.models import Response, Survey
from huiqi.surveys.tests.make import ON, make_editor

pytestmark = pytest.mark.django_db


def test_without_the_analyst_nothing_is_made():
    assert make_surveys(seed=1, on=ON, wall=clock.wall_now()) == 0
    assert not Questionnaire.objects.exists()


def test_the_shipped_questionnaires_are_published_and_one_survey_has_answers_once():
    analyst = make_editor()
    analyst.username = "analyst"
    analyst.save(update_fields=["username"])
    assert make_surveys(seed=1, on=ON, wall=clock.wall_now(), answers=3) == 3
    assert Questionnaire.objects.count() == 4
    assert Survey.objects.get().takes_answers(ON)
    answers = [json.loads(row.answers) for row in Response.objects.sent()]
    assert len(answers) == 3
    assert all(len(given) > 5 for given in answers)
    assert make_surveys(seed=1, on=ON, wall=clock.wall_now(), answers=3) == 0
    assert Survey.objects.count() == 1
