"""The demonstration's survey by invitation: a sample of the synthetic firms, asked in two waves."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.enterprises.wanted import Wanted
from huiqi.questionnaires.models import Questionnaire
from huiqi.questionnaires.queries.versions import current_version
from huiqi.surveys.codes import new_code
from huiqi.surveys.commands.demo_answers import fill_in
from huiqi.surveys.commands.demo_said import LATER, Answering, keep_answers
from huiqi.surveys.commands.frames import FramePlan, draw_frame, plan_frame, prepare_wave
from huiqi.surveys.commands.responses import begin_invited
from huiqi.surveys.commands.surveys import SurveyWords, create_survey, open_survey
from huiqi.surveys.commands.waves import close_wave, open_next_wave, settle_wave
from huiqi.surveys.models import (
    Allocation,
    Frame,
    FrameState,
    Invitation,
    InvitationCode,
    Method,
    Outcome,
    RegionDepth,
    Survey,
    Wave,
)
from huiqi.surveys.queries.frames import firms_of
from huiqi.surveys.queries.invitations import code_digest

# Enough for two waves of 150 answers and more, small enough for the demonstration to stay quick.
_LEAST_FIRMS = 20
_MOST_SAMPLED = 480
# Filled in page by page as firms do it, so that wishes and facts come of them; the others come in bulk.
_BY_HAND = 24
_FIRST_DAY, _FIRST_LAST, _SECOND_DAY = 20, 8, 6
_FATES = (Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.CLOSED)


def make_sampled(
    questionnaire: Questionnaire, analyst: User, dice: Random, *, on: date, wall: datetime
) -> int:
    """A survey of a part of the synthetic firms in two waves; returns how many answers there are."""
    wanted = Wanted(is_synthetic=True)
    firms = firms_of(analyst, wanted, on).count()
    if firms < _LEAST_FIRMS or analyst.unit is None:
        return 0
    began = on - timedelta(days=_FIRST_DAY)
    at = timezone.make_aware(datetime.combine(began, time(9)))
    purpose = "按地区、规模推算全省情况；结果供内部参考。"
    words = SurveyWords("中小企业抽样调查（演示）", purpose, False, began, on - timedelta(days=_FIRST_LAST))
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
        least_per_stratum=2,
        rotation_groups=1,
        seed="demo",
    )
    frame = plan_frame(survey, plan, actor=analyst, at=at)
    Frame.objects.filter(pk=frame.pk).update(state=FrameState.DRAWING)
    frame.refresh_from_db()
    list(draw_frame(frame, today=began, at=at))
    open_survey(Survey.objects.get(pk=survey.pk), actor=analyst, today=began)
    return _run_waves(survey, analyst, dice, on=on, wall=wall)


def _run_waves(survey: Survey, analyst: User, dice: Random, *, on: date, wall: datetime) -> int:
    """The first wave answered and over, the second under way."""
    first = survey.waves.select_related("survey__questionnaire").get()
    answered = _answer(first, dice, on=on, wall=wall)
    close_wave(first, actor=analyst)
    list(settle_wave(first, today=on, now=timezone.make_aware(datetime.combine(on, time(9)))))
    days = {"opens_on": on - timedelta(days=_SECOND_DAY), "closes_on": on + timedelta(days=8)}
    second = open_next_wave(survey, **days, actor=analyst)
    list(prepare_wave(second))
    second = Wave.objects.select_related("survey__questionnaire").get(pk=second.pk)
    return answered + _answer(second, dice, on=on, wall=wall)


def _answer(wave: Wave, dice: Random, *, on: date, wall: datetime) -> int:
    """No message leaves a demonstration: the firms are only marked as asked."""
    rows = list(wave.invitations.select_related("enterprise").order_by("pk"))
    asked = rows[: len(rows) * 9 // 10]
    first = timezone.make_aware(datetime.combine(wave.opens_on, time(9)))
    keys = [row.pk for row in asked]
    wave.invitations.filter(pk__in=keys).update(invited_at=first, last_message_at=first)
    willing = []
    for number, row in enumerate(asked):
        if number % 12 == 0:
            wave.invitations.filter(pk=row.pk).update(outcome=_FATES[number // 12 % 3])
        elif dice.random() < (0.4 if row.size_class == "micro" else 0.7):
            willing.append(row)
    is_first = wave.number == 1
    by_hand = [] if is_first else willing[:_BY_HAND]
    for row in by_hand:
        code = new_code()
        InvitationCode.objects.create(invitation=row, digest=code_digest(code))
        fill_in(begin_invited(row, code, today=on, at=wall), dice, on=on, wall=wall)
    _answer_in_bulk(wave, willing[len(by_hand) :], dice, on=on, wall=wall)
    return len(willing)


def _answer_in_bulk(
    wave: Wave, rows: Sequence[Invitation], dice: Random, *, on: date, wall: datetime
) -> None:
    version = current_version(wave.survey.questionnaire)
    if version is None:
        return
    last = min(wave.closes_on, on - timedelta(days=1))
    span = max((last - wave.opens_on).days, 0)
    answering = []
    for row in rows:
        day = wave.opens_on + timedelta(days=min(int(dice.expovariate(0.4)), span))
        answering.append(Answering(row.enterprise, wall - (on - day), row))
    keep_answers(wave, version, answering, dice, shares=LATER if wave.number > 1 else None)
    wave.invitations.filter(pk__in=[row.pk for row in rows]).update(outcome=Outcome.ANSWERED)
