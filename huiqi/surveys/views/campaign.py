"""What the pages of a campaign share: who may open them, the survey and round of an address, the steps."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.surveys.models import Audience, Frame, FrameState, Survey, Wave
from huiqi.surveys.moments import Moment
from huiqi.surveys.queries.surveys import listed
from huiqi.surveys.queries.waves import newest_wave

runs_surveys = power_required(Power.EDIT_QUESTIONNAIRES)


def survey_at(request: HttpRequest, public_id: str) -> Survey:
    """A survey of the own units, or 404."""
    seen = listed(Survey.objects.visible_to(user_of(request), clock.today()))
    return get_object_or_404(seen, public_id=public_id)


def wave_at(request: HttpRequest, public_id: str, number: int) -> Wave:
    """A round of such a survey by invitation, with its survey and frame, or 404."""
    seen = Survey.objects.visible_to(user_of(request), clock.today()).order_by()
    rows = Wave.objects.select_related("survey__frame", "survey__owner", "survey__questionnaire")
    drawn = rows.filter(survey__in=seen, survey__frame__state=FrameState.DRAWN)
    return get_object_or_404(drawn, survey__public_id=public_id, number=number)


def moment() -> Moment:
    """Now."""
    return Moment(clock.now(), clock.wall_now())


def origin_of(request: HttpRequest) -> str:
    """https://… of this site, as links begin."""
    return request.build_absolute_uri("/").rstrip("/")


@dataclass(frozen=True)
class Step:
    """One step of setting a survey up; `url` is empty until it can be taken."""

    key: str
    label: str
    url: str
    is_done: bool


def steps_of(survey: Survey) -> list[Step]:
    """From the questionnaire to the board, in order."""
    at = [survey.public_id]
    frame = Frame.objects.filter(survey=survey).order_by("pk").first()
    is_drawn = frame is not None and frame.state == FrameState.DRAWN
    is_invited = survey.audience == Audience.INVITED
    wave = newest_wave(survey) if is_drawn else None
    of_wave = [*at, wave.number] if wave else []
    steps = [
        Step("survey", _("问卷和日期"), reverse("surveys:survey", args=at), True),
        Step("audience", _("填报对象"), reverse("surveys:audience", args=at), is_invited),
    ]
    if not is_invited:
        return steps
    return [
        *steps,
        Step("frame", _("抽取"), reverse("surveys:frame", args=at) if frame else "", is_drawn),
        Step(
            "wave", _("填报和邀请"), reverse("surveys:wave", args=of_wave) if wave else "", wave is not None
        ),
        Step("board", _("进度"), reverse("surveys:board", args=of_wave) if wave else "", wave is not None),
    ]


def campaign_context(survey: Survey, step: str, title: str) -> dict[str, Any]:
    """Crumbs, steps and survey, for every page of a campaign."""
    crumbs = [
        (_("问卷调查"), reverse("surveys:surveys")),
        (survey.title, reverse("surveys:survey", args=[survey.public_id])),
        (title, ""),
    ]
    return {
        "survey": survey,
        "steps": steps_of(survey),
        "step": step,
        "crumbs": crumbs,
        "title": title,
        "today": clock.today(),
    }
