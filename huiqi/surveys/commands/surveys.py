"""How a survey comes to be answered: prepared, opened, its last day moved, closed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import Unit, User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.models import Questionnaire
from huiqi.questionnaires.queries.versions import current_version, tells_who
from huiqi.surveys.commands.waves import close_wave
from huiqi.surveys.models import Audience, FrameState, Survey, SurveyState, Wave, WaveState

_TELLS_WHO = gettext_noop(
    "问卷里有照片、文件或定位题，会看出是谁填的，不能匿名。请改为不匿名，或上传没有这些题的新版。"
)


@dataclass(frozen=True)
class SurveyWords:
    """What an office says of its survey."""

    title: str
    purpose: str
    is_anonymous: bool
    opens_on: date
    closes_on: date


@transaction.atomic
def create_survey(
    questionnaire: Questionnaire, words: SurveyWords, *, owner: Unit, actor: User, at: datetime
) -> Survey:
    """Prepare a survey.

    Refused: `surveys.no_version` until a version was published, `surveys.tells_who` (photos, files and places
    in an anonymous survey), `surveys.days`.
    """
    version = current_version(questionnaire)
    if version is None:
        said = gettext_noop("这份问卷还没有发布的版本。请先上传、检查并发布，再开展调查。")
        raise Refused("surveys.no_version", said)
    if words.is_anonymous and tells_who(version):
        raise Refused("surveys.tells_who", _TELLS_WHO)
    _check_days(words)
    made = Survey(questionnaire=questionnaire, owner=owner, made_by=actor, made_at=at, **vars(words))
    made.save()
    Wave.objects.create(survey=made, number=1, opens_on=made.opens_on, closes_on=made.closes_on)
    audit.record("survey.created", made, actor=actor, is_anonymous=made.is_anonymous)
    return made


@transaction.atomic
def change_survey(survey: Survey, words: SurveyWords, *, actor: User, expected: int | None = None) -> Survey:
    """Other words or days. Once open, anonymity stays: people answered under what they were told.

    Refused: `surveys.days`, `surveys.anonymity`, `surveys.closed`, `surveys.tells_who`.
    """
    locked = _lock(survey, expected)
    _check_days(words)
    if locked.state == SurveyState.CLOSED:
        raise Refused("surveys.closed", gettext_noop("调查已经截止，不能再改。"))
    version = current_version(locked.questionnaire)
    if words.is_anonymous and version is not None and tells_who(version):
        raise Refused("surveys.tells_who", _TELLS_WHO)
    if locked.state == SurveyState.OPEN and locked.is_anonymous != words.is_anonymous:
        said = gettext_noop("已经开始填报，不能再改是否匿名：已填的人是按原来的说明填的。")
        raise Refused("surveys.anonymity", said)
    for name, value in vars(words).items():
        setattr(locked, name, value)
    _save(locked, *vars(words))
    _move_waves(locked)
    audit.record("survey.changed", locked, actor=actor)
    return locked


@transaction.atomic
def open_survey(survey: Survey, *, actor: User, today: date, expected: int | None = None) -> Survey:
    """Let it be answered between its days.

    Refused: `surveys.over` when its last day is past, `surveys.not_drawn` before its firms are drawn.
    """
    locked = _lock(survey, expected)
    if locked.closes_on < today:
        raise Refused("surveys.over", gettext_noop("截止日期已经过了。请先改截止日期。"))
    if locked.state == SurveyState.OPEN:
        return locked
    if locked.audience == Audience.INVITED and locked.frame.state != FrameState.DRAWN:
        raise Refused("surveys.not_drawn", gettext_noop("还没有抽取企业。请先抽取，再开始填报。"))
    locked.state = SurveyState.OPEN
    _save(locked, "state")
    locked.waves.filter(number=1, state=WaveState.DRAFT).update(state=WaveState.OPEN)
    audit.record("survey.opened", locked, actor=actor)
    return locked


@transaction.atomic
def close_survey(survey: Survey, *, actor: User, expected: int | None = None) -> Survey:
    """Take no more answers; half-filled ones are told so."""
    locked = _lock(survey, expected)
    if locked.state == SurveyState.CLOSED:
        return locked
    locked.state = SurveyState.CLOSED
    _save(locked, "state")
    for wave in locked.waves.exclude(state=WaveState.CLOSED).order_by("number"):
        close_wave(wave, actor=actor)
    audit.record("survey.closed", locked, actor=actor)
    return locked


def _move_waves(locked: Survey) -> None:
    """The days of a survey of one wave are that wave's."""
    if locked.waves.count() == 1:
        locked.waves.update(opens_on=locked.opens_on, closes_on=locked.closes_on)


def _check_days(words: SurveyWords) -> None:
    if words.closes_on < words.opens_on:
        raise Refused("surveys.days", gettext_noop("截止日期不能早于开始日期。"))


def _lock(survey: Survey, expected: int | None) -> Survey:
    locked = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if expected is not None and locked.version != expected:
        raise VersionConflict()
    return locked


def _save(locked: Survey, *fields: str) -> None:
    locked.version += 1
    locked.save(update_fields=[*fields, "version"])
