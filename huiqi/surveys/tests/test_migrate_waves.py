"""What was asked before there were waves belongs to the first wave afterwards."""

import importlib

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from huiqi.surveys.models import Response, Survey, Wave
from huiqi.surveys.tests.make import make_survey

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_each_survey_and_its_responses_get_a_first_wave_with_the_surveys_days():
    survey = make_survey()
    Client().post(reverse("surveys:cover", args=[survey.slug]))
    kept = Wave.objects.get()
    Response.objects.update(wave=kept)
    kept.number = 9
    kept.save()
    module = importlib.import_module("huiqi.surveys.migrations.0002_campaigns")
    module.make_first_waves(apps, None)
    made = Wave.objects.get(number=1)
    assert (made.opens_on, made.closes_on, made.state) == (survey.opens_on, survey.closes_on, "open")
    assert Response.objects.get().wave == made
    assert Survey.objects.get().waves.count() == 2
