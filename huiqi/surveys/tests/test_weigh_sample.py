import json
import uuid

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.core.errors import Refused
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm
from huiqi.questionnaires.queries.versions import current_version, form_of
from huiqi.surveys.models import (
    Audience,
    Frame,
    FrameState,
    Invitation,
    Method,
    Outcome,
    Response,
    ResponseState,
    Stratum,
    Survey,
)
from huiqi.surveys.queries.results_codebook import places_of
from huiqi.surveys.queries.results_wave import opened
from huiqi.surveys.tests.make import ON, at, make_survey
from huiqi.surveys.tests.make_results import sum_up, wave_of, weigh

pytestmark = pytest.mark.django_db
ASKED, ANSWERED = 24, 20


def make_sample():
    """Of 48 small and 960 micro firms 24 each were asked and 20 each answered; the micro ones are closed."""
    survey = make_survey()
    Survey.objects.filter(pk=survey.pk).update(audience=Audience.INVITED)
    survey.refresh_from_db()
    frame = Frame.objects.create(
        survey=survey,
        method=Method.SAMPLE,
        state=FrameState.DRAWN,
        sample_size=2 * ASKED,
        seed="1",
        drawn_on=ON,
        population=1008,
        drawn=2 * ASKED,
        made_by=survey.made_by,
        made_at=at(),
    )
    for size, population in (("small", 48), ("micro", 960)):
        stratum = Stratum.objects.create(frame=frame, size_class=size, population=population, drawn=ASKED)
        for number in range(ASKED):
            invite(survey, stratum, answers=number < ANSWERED)
    return survey


def invite(survey, stratum, *, answers):
    firm = make_firm()
    wave, version = wave_of(survey), current_version(survey.questionnaire)
    invitation = Invitation.objects.create(
        wave=wave,
        enterprise=Enterprise.objects.get(pk=firm.pk),
        stratum=stratum,
        weight_population=stratum.population,
        weight_sample=ASKED,
        county="430181",
        section="C",
        size_class=stratum.size_class,
        outcome=Outcome.ANSWERED if answers else Outcome.PENDING,
    )
    if not answers:
        return
    places = places_of(form_of(version))
    said = {places["status"]: "closed" if stratum.size_class == "micro" else "open"}
    Response.objects.create(
        survey=survey,
        wave=wave,
        version=version,
        invitation=invitation,
        enterprise=firm,
        state=ResponseState.SENT,
        answers=json.dumps(said),
        instance_id=f"uuid:{uuid.uuid4()}",
        begun_at=at(),
        saved_at=at(),
        sent_at=at(),
        expires_at=at("2020-04-01"),
    )


def test_answers_stand_for_the_firms_of_their_stratum(enter):
    survey = make_sample()
    weigh(survey, uses_response=True)
    row = sum_up(survey)
    with opened(row) as read:
        weights = read.wave([]).sampling.weights
        assert sorted(set(weights.round(3).tolist())) == [2.4, 48.0]
    address = reverse("surveys:results", args=[survey.public_id])
    shown = BeautifulSoup(enter("analyst").get(address).content, "html.parser").get_text(" ", strip=True)
    assert "83.3%" in shown and "分层随机抽样" in shown and "95.2%" in shown, "960 of 1,008 firms"
    question = reverse("surveys:results_question", args=[survey.public_id, "status"])
    told = BeautifulSoup(enter("analyst").get(question).content, "html.parser").get_text(" ", strip=True)
    assert "95%区间" in told and "设计权重、无应答调整" in told


def test_margins_are_those_of_the_frame_as_it_was_drawn():
    survey = make_sample()
    weigh(survey, uses_design=True, margins=("size_class",), merge_below=0)
    row = sum_up(survey)
    assert row.facts["register"] == {"on": "2020-03-01", "firms": 1008, "frame": True}
    assert row.facts["weights"]["sum"] == pytest.approx(1008)


def test_an_anonymous_survey_has_no_design_weights():
    survey = make_survey(is_anonymous=True)
    Survey.objects.filter(pk=survey.pk).update(audience=Audience.INVITED)
    survey.refresh_from_db()
    with pytest.raises(Refused, match="匿名"):
        weigh(survey, uses_design=True)
