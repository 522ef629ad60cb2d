"""The demonstration's survey by invitation: a sample of the synthetic firms, most asked, some answered."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.enterprises.wanted import Wanted
from huiqi.questionnaires.models import Questionnaire
from huiqi.surveys.codes import new_code
from huiqi.surveys.commands.demo_answers import fill_in
from huiqi.surveys.commands.frames import FramePlan, draw_frame, plan_frame
from huiqi.surveys.commands.responses import begin_invited
from huiqi.surveys.commands.surveys import SurveyWords, create_survey, open_survey
from huiqi.surveys.models import (
    Allocation,
    Frame,
    FrameState,
    InvitationCode,
    Method,
    Outcome,
    RegionDepth,
    Survey,
    Wave,
)
from huiqi.surveys.queries.frames import firms_of
from huiqi.surveys.queries.invitations import code_digest

# Small, so that the demonstration stays quick.
_LEAST_FIRMS = 20
_MOST_SAMPLED = 120
_MOST_ANSWERED = 24


def make_sampled(
    questionnaire: Questionnaire, analyst: User, dice: Random, *, on: date, wall: datetime
) -> int:
    """A survey of half the synthetic firms, at most _MOST_SAMPLED; returns how many answered."""
    wanted = Wanted(is_synthetic=True)
    firms = firms_of(analyst, wanted, on).count()
    if firms < _LEAST_FIRMS or analyst.unit is None:
        return 0
    at = timezone.make_aware(datetime.combine(on - timedelta(days=6), time(9)))
    days = (on - timedelta(days=6), on + timedelta(days=8))
    purpose = "按地区、规模推算全省情况；结果供内部参考。"
    words = SurveyWords("中小企业抽样调查（演示）", purpose, False, *days)
    survey = create_survey(questionnaire, words, owner=analyst.unit, actor=analyst, at=at)
    plan = FramePlan(
        query="synthetic=1",
        wanted=wanted,
        words="只看演示数据",
        method=Method.SAMPLE,
        by_region=RegionDepth.CITY,
        by_section=False,
        by_size=False,
        allocation=Allocation.PROPORTIONAL,
        sample_size=min(firms, max(firms // 2, _LEAST_FIRMS), _MOST_SAMPLED),
        least_per_stratum=1,
        rotation_groups=1,
        seed="demo",
    )
    frame = plan_frame(survey, plan, actor=analyst, at=at)
    Frame.objects.filter(pk=frame.pk).update(state=FrameState.DRAWING)
    frame.refresh_from_db()
    list(draw_frame(frame, today=on, at=at))
    open_survey(Survey.objects.get(pk=survey.pk), actor=analyst, today=on)
    return _answer(survey.waves.get(), dice, on=on, wall=wall, asked_at=at)


def _answer(wave: Wave, dice: Random, *, on: date, wall: datetime, asked_at: datetime) -> int:
    """No message leaves a demonstration: the firms are only marked as asked."""
    rows = list(wave.invitations.order_by("pk"))
    asked = rows[: len(rows) * 9 // 10]
    keys = [row.pk for row in asked]
    wave.invitations.filter(pk__in=keys).update(invited_at=asked_at, last_message_at=asked_at)
    fates = [Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.CLOSED]
    answered = 0
    for number, row in enumerate(asked):
        if number % 12 == 0:
            wave.invitations.filter(pk=row.pk).update(outcome=fates[number // 12 % 3])
        elif row.size_class != "micro" and answered < _MOST_ANSWERED and dice.random() < 0.5:
            code = new_code()
            InvitationCode.objects.create(invitation=row, digest=code_digest(code))
            begun = begin_invited(row, code, today=on, at=wall)
            fill_in(begun, dice, on=on, wall=wall)
            answered += 1
    return answered
