"""The rounds of a survey: set up, opened one after the other, closed with an outcome for everybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, start_job
from huiqi.core.messages import gettext_noop
from huiqi.surveys.commands.frames import PREPARE
from huiqi.surveys.models import (
    Audience,
    FrameState,
    Outcome,
    Quota,
    Response,
    ResponseState,
    Survey,
    SurveyState,
    Wave,
    WaveState,
)
from huiqi.surveys.queries.waves import newest_wave, share_answered

CLOSE = "surveys.settle_wave"
# AAPOR, Standard Definitions (9th edition, 2016): with less than half of the questions answered it is a
# break-off, with half to four fifths a partial answer.
PARTIAL_FROM = 0.5
_PIECE = 100


@dataclass(frozen=True)
class WaveRules:
    """Days, reminders and targets of a wave."""

    opens_on: date
    closes_on: date
    remind_after: int
    remind_most: int
    target_percent: int
    least_in_cell: int


@transaction.atomic
def change_wave(wave: Wave, rules: WaveRules, *, actor: User) -> Wave:
    """Refused: `surveys.days`, `surveys.closed`."""
    locked = _lock(wave)
    if locked.state == WaveState.CLOSED:
        raise Refused("surveys.closed", gettext_noop("这一轮已经截止，不能再改。"))
    if rules.closes_on < rules.opens_on:
        raise Refused("surveys.days", gettext_noop("截止日期不能早于开始日期。"))
    for name, value in vars(rules).items():
        setattr(locked, name, value)
    locked.version += 1
    locked.save()
    _span(locked.survey)
    audit.record("survey.wave_changed", locked.survey, actor=actor, wave=locked.number)
    return locked


@transaction.atomic
def set_quotas(wave: Wave, quotas: Sequence[Quota], *, actor: User) -> None:
    """The wave's quotas, in place of those before; who has begun may finish."""
    locked = _lock(wave)
    Quota.objects.filter(wave=locked).delete()
    for quota in quotas:
        quota.wave = locked
    Quota.objects.bulk_create(quotas)
    audit.record("survey.quotas_set", locked.survey, actor=actor, wave=locked.number, count=len(quotas))


@transaction.atomic
def open_next_wave(survey: Survey, *, opens_on: date, closes_on: date, actor: User) -> Wave:
    """Another round with the rules of the last one, asked of the firms whose turn it is.

    Refused: `surveys.open_link` (it has one wave), `surveys.wave_open` until the last one is closed,
    `surveys.days`.
    """
    locked = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    last = newest_wave(locked)
    if last is None or locked.audience != Audience.INVITED:
        raise Refused("surveys.open_link", gettext_noop("公开链接的调查只有一轮。要再问，请新建调查。"))
    if last.state != WaveState.CLOSED or locked.frame.state != FrameState.DRAWN:
        raise Refused("surveys.wave_open", gettext_noop("上一轮还没有截止，不能开下一轮。"))
    if closes_on < opens_on:
        raise Refused("surveys.days", gettext_noop("截止日期不能早于开始日期。"))
    kept = ("remind_after", "remind_most", "target_percent", "least_in_cell")
    made = Wave.objects.create(
        survey=locked,
        number=last.number + 1,
        opens_on=opens_on,
        closes_on=closes_on,
        state=WaveState.OPEN,
        **{name: getattr(last, name) for name in kept},
    )
    locked.state = SurveyState.OPEN
    locked.save(update_fields=["state"])
    _span(locked)
    start_job(PREPARE, {"wave": made.public_id}, actor=actor)
    audit.record("survey.wave_opened", locked, actor=actor, wave=made.number)
    return made


@transaction.atomic
def close_wave(wave: Wave, *, actor: User | None) -> Wave:
    """Take no more answers in this round; a job notes the outcome of who did not answer."""
    locked = _lock(wave)
    if locked.state == WaveState.CLOSED:
        return locked
    locked.state, locked.version = WaveState.CLOSED, locked.version + 1
    locked.save(update_fields=["state", "version"])
    start_job(CLOSE, {"wave": locked.public_id}, actor=actor)
    audit.record("survey.wave_closed", locked.survey, actor=actor, wave=locked.number)
    return locked


def settle_wave(wave: Wave, *, today: date, now: datetime) -> Iterator[Progress]:
    """Outcomes of a closed wave: half of a form is partial, less or nothing is silent. Again is the same.

    Of an anonymous survey nobody can tell how much of a form was filled in: begun is silent. There all rows
    are written once more, so that no trace of the transaction in which a row was last written (xmin of
    PostgreSQL) tells which answer and which invitation changed together.
    """
    invitations = wave.invitations
    if wave.survey.is_anonymous:
        invitations.filter(outcome__in=[Outcome.PENDING, Outcome.OPENED]).update(outcome=Outcome.SILENT)
        invitations.update(outcome=F("outcome"))
        Response.objects.filter(wave=wave, state=ResponseState.SENT).update(page_key="")
        return
    invitations.filter(outcome=Outcome.PENDING).update(outcome=Outcome.SILENT)
    drafts = Response.objects.filter(wave=wave, state=ResponseState.DRAFT, invitation__outcome=Outcome.OPENED)
    total, done = drafts.count(), 0
    while piece := list(drafts.select_related("version", "survey").order_by("pk")[:_PIECE]):
        shares = {row.invitation_id or 0: share_answered(row, today, now) for row in piece}
        half = [key for key, share in shares.items() if share >= PARTIAL_FROM]
        rest = [key for key, share in shares.items() if share < PARTIAL_FROM]
        with transaction.atomic():
            invitations.filter(pk__in=half, outcome=Outcome.OPENED).update(outcome=Outcome.PARTIAL)
            invitations.filter(pk__in=rest, outcome=Outcome.OPENED).update(outcome=Outcome.SILENT)
        done += len(piece)
        yield done, total
    # Begun and given up, or its draft forgotten meanwhile.
    invitations.filter(outcome=Outcome.OPENED).update(outcome=Outcome.SILENT)


def close_overdue(*, today: date) -> int:
    """Close waves by invitation whose last day is past; for a timer. Returns how many."""
    over = Wave.objects.filter(
        state=WaveState.OPEN, closes_on__lt=today, survey__audience=Audience.INVITED
    ).order_by("pk")
    return len([close_wave(wave, actor=None) for wave in over])


def _lock(wave: Wave) -> Wave:
    return Wave.objects.select_for_update(of=("self",)).select_related("survey").get(pk=wave.pk)


def _span(survey: Survey) -> None:
    """The days of a survey span those of its waves."""
    waves = list(survey.waves.order_by("number"))
    Survey.objects.filter(pk=survey.pk).update(
        opens_on=min(wave.opens_on for wave in waves), closes_on=max(wave.closes_on for wave in waves)
    )
