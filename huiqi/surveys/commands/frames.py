"""Choosing the firms of a survey, drawing them, and taking a draw back."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, start_job
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.queries.exports import wanted_json
from huiqi.enterprises.wanted import Wanted
from huiqi.surveys.drawing import draw, first_group, place_of
from huiqi.surveys.models import (
    Audience,
    Frame,
    FrameState,
    Invitation,
    InvitationCode,
    Member,
    Stratum,
    Survey,
    SurveyState,
    Wave,
)
from huiqi.surveys.queries.frames import Cell, firms_with_cells, sizes_of, strata_counts

DRAW = "surveys.draw_sample"
PREPARE = "surveys.prepare_wave"
_CHUNK = 2_000
_DRAWN = gettext_noop("样本已经抽好，不能再改。要改，先撤回抽样。")
_OTHER_RUN = gettext_noop("抽样已由另一个任务接手。")


@dataclass(frozen=True)
class FramePlan:
    """What an office wants of its frame; `wanted` is the list's filter, `words` says it."""

    query: str
    wanted: Wanted
    words: str
    method: str
    by_region: int
    by_section: bool
    by_size: bool
    allocation: str
    sample_size: int | None
    least_per_stratum: int
    rotation_groups: int
    seed: str


@transaction.atomic
def plan_frame(survey: Survey, plan: FramePlan, *, actor: User, at: datetime) -> Frame:
    """Say whom the survey asks; nothing is drawn yet. From now on the survey is by invitation.

    Refused: `surveys.opened` once a link was open, `surveys.drawn` after the draw.
    """
    locked = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if locked.state != SurveyState.DRAFT:
        raise Refused("surveys.opened", gettext_noop("已经开始填报，不能再改填报对象。"))
    known = Frame.objects.filter(survey=locked).order_by("pk").first()
    if known is not None and known.state != FrameState.DRAFT:
        raise Refused("surveys.drawn", _DRAWN)
    given: dict[str, Any] = {**vars(plan), "wanted": wanted_json(plan.wanted)}
    given["seed"] = plan.seed or (known.seed if known else secrets.token_hex(8))
    frame, _is_new = Frame.objects.update_or_create(
        survey=locked, defaults={**given, "made_by": actor, "made_at": at}
    )
    Survey.objects.filter(pk=locked.pk).update(audience=Audience.INVITED)
    audit.record("survey.frame_planned", locked, actor=actor, method=plan.method)
    return frame


@transaction.atomic
def drop_frame(survey: Survey, *, actor: User) -> None:
    """Back to an open link. Refused: `surveys.opened`, `surveys.drawn`."""
    locked = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if locked.state != SurveyState.DRAFT:
        raise Refused("surveys.opened", gettext_noop("已经开始填报，不能再改填报对象。"))
    if Frame.objects.filter(survey=locked).exclude(state=FrameState.DRAFT).exists():
        raise Refused("surveys.drawn", _DRAWN)
    Frame.objects.filter(survey=locked).delete()
    Survey.objects.filter(pk=locked.pk).update(audience=Audience.OPEN_LINK)
    audit.record("survey.frame_dropped", locked, actor=actor)


@transaction.atomic
def begin_draw(frame: Frame, *, actor: User, today: date) -> Frame:
    """Draw in the background. What cannot be drawn is refused at once, as by `queries.frames.sizes_of`;
    `surveys.nobody` when the filters find no firm."""
    locked = _lock(frame)
    if locked.state != FrameState.DRAFT:
        raise Refused("surveys.drawn", _DRAWN)
    counts = strata_counts(locked, today)
    if not counts:
        raise Refused("surveys.nobody", gettext_noop("没有符合条件的企业。请放宽条件。"))
    sizes_of(locked, counts)
    locked.state = FrameState.DRAWING
    locked.job_id = start_job(DRAW, {"frame": locked.public_id}, actor=actor).public_id
    locked.save(update_fields=["state", "job_id"])
    audit.record("survey.draw_begun", locked.survey, actor=actor)
    return locked


def _lock(frame: Frame) -> Frame:
    rows = Frame.objects.select_for_update(of=("self",)).select_related("survey", "made_by__unit")
    return rows.get(pk=frame.pk)


def _still_drawing(frame: Frame) -> Frame:
    locked = _lock(frame)
    if locked.state != FrameState.DRAWING:
        raise Refused("surveys.superseded", gettext_noop("抽样已经撤回。"))
    return locked


# --- the draw itself, in a job ------------------------------------------------------------------------


def draw_frame(frame: Frame, *, today: date, at: datetime) -> Iterator[Progress]:
    """Read the register once, draw, keep who was drawn; begun again after a worker died, it starts over.

    The register as read here decides: the strata are counted from the same rows that are drawn from.
    """
    firms: dict[Cell, list[tuple[bytes, int]]] = defaultdict(list)
    cells: dict[int, Cell] = {}
    for number, firm in enumerate(firms_with_cells(frame, today), 1):
        firms[firm.stratum].append((place_of(frame.seed, firm.public_id), firm.key))
        cells[firm.key] = firm.cell
        if number % _CHUNK == 0:
            yield number, 0
    counts = {stratum: len(firms[stratum]) for stratum in sorted(firms)}
    sizes = sizes_of(frame, counts)
    made = _keep_strata(frame, counts, sizes)
    members = _drawn(frame, firms, sizes, made, cells)
    total, done = sum(sizes.values()), 0
    mark = Member.objects.filter(frame=frame)
    while chunk := list(islice(members, _CHUNK)):
        with transaction.atomic():
            if mark.count() != done:
                raise Refused("surveys.superseded", _OTHER_RUN)
            Member.objects.bulk_create(chunk, batch_size=_CHUNK)
        done += len(chunk)
        yield done, total
    yield from prepare_wave(frame.survey.waves.get(number=1))
    _finish(frame, population=sum(counts.values()), drawn=total, today=today, at=at)


@transaction.atomic
def _keep_strata(frame: Frame, counts: dict[Cell, int], sizes: dict[Cell, int]) -> dict[Cell, Stratum]:
    _forget(_still_drawing(frame))
    rows = [
        Stratum(
            frame=frame,
            region=stratum[0],
            section=stratum[1],
            size_class=stratum[2],
            population=count,
            drawn=sizes[stratum],
        )
        for stratum, count in counts.items()
    ]
    Stratum.objects.bulk_create(rows, batch_size=_CHUNK)
    return {(row.region, row.section, row.size_class): row for row in frame.strata.order_by("pk")}


def _drawn(
    frame: Frame,
    firms: dict[Cell, list[tuple[bytes, int]]],
    sizes: dict[Cell, int],
    strata: dict[Cell, Stratum],
    cells: dict[int, Cell],
) -> Iterator[Member]:
    groups = frame.rotation_groups
    for stratum in sorted(firms):
        first = first_group(frame.seed, stratum, groups)
        for key, group in draw(firms[stratum], sizes[stratum], groups=groups, first=first):
            county, section, size = cells[key]
            yield Member(
                frame=frame,
                enterprise_id=key,
                stratum=strata[stratum],
                rotation=group,
                county=county,
                section=section,
                size_class=size,
            )


@transaction.atomic
def _finish(frame: Frame, *, population: int, drawn: int, today: date, at: datetime) -> None:
    locked = _still_drawing(frame)
    locked.state, locked.drawn_on, locked.drawn_at = FrameState.DRAWN, today, at
    locked.population, locked.drawn = population, drawn
    locked.save(update_fields=["state", "drawn_on", "drawn_at", "population", "drawn"])
    audit.record(
        "survey.sample_drawn",
        locked.survey,
        actor=locked.made_by,
        population=population,
        drawn=drawn,
        seed=locked.seed,
    )


def prepare_wave(wave: Wave) -> Iterator[Progress]:
    """An invitation for every firm whose turn it is in this wave; those that have one are left as they are.

    The weight of a stratum is its firms over those of it asked in this wave, as two whole numbers.
    """
    frame = wave.survey.frame
    turn = (wave.number - 1) % frame.rotation_groups
    rows = Member.objects.filter(frame=frame, rotation=turn)
    asked: dict[int, int] = defaultdict(int)
    for stratum in rows.order_by().values_list("stratum", flat=True).iterator():
        asked[stratum] += 1
    populations = dict(frame.strata.order_by().values_list("pk", "population"))
    total, done, last = sum(asked.values()), 0, 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        with transaction.atomic():
            Invitation.objects.bulk_create(
                _invitations(wave, chunk, populations, asked), batch_size=_CHUNK, ignore_conflicts=True
            )
        last, done = chunk[-1].pk, done + len(chunk)
        yield done, total


def _invitations(
    wave: Wave, chunk: Iterable[Member], populations: dict[int, int], asked: dict[int, int]
) -> list[Invitation]:
    return [
        Invitation(
            wave=wave,
            enterprise_id=member.enterprise_id,
            stratum_id=member.stratum_id,
            weight_population=populations[member.stratum_id],
            weight_sample=asked[member.stratum_id],
            county=member.county,
            section=member.section,
            size_class=member.size_class,
        )
        for member in chunk
    ]


# --- taking it back -----------------------------------------------------------------------------------


@transaction.atomic
def undo_draw(frame: Frame, *, actor: User) -> Frame:
    """Forget a draw that nobody has been asked by yet.

    Refused: `surveys.invited` once a message went out or a code was handed out, `surveys.opened`.
    """
    locked = _lock(frame)
    if locked.survey.state != SurveyState.DRAFT:
        raise Refused("surveys.opened", gettext_noop("已经开始填报，不能撤回抽样。"))
    asked = Invitation.objects.filter(wave__survey=locked.survey, invited_at__isnull=False)
    codes = InvitationCode.objects.filter(invitation__wave__survey=locked.survey)
    if asked.exists() or codes.exists():
        raise Refused("surveys.invited", gettext_noop("已经邀请过企业，不能撤回抽样。"))
    _forget(locked)
    locked.state, locked.job_id, locked.drawn_on, locked.drawn_at = FrameState.DRAFT, "", None, None
    locked.population = locked.drawn = 0
    locked.save(update_fields=["state", "job_id", "drawn_on", "drawn_at", "population", "drawn"])
    audit.record("survey.draw_undone", locked.survey, actor=actor)
    return locked


def _forget(locked: Frame) -> None:
    Invitation.objects.filter(wave__survey=locked.survey).delete()
    Member.objects.filter(frame=locked).delete()
    Stratum.objects.filter(frame=locked).delete()
