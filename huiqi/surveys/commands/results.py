"""Snapshots of answers: asked for, made in a job, thrown away; and how answers are weighted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from django.core.files.base import File
from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, start_job
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.sampling import Basis, unweighted
from huiqi.surveys.analysis.snapshot import read_snapshot, snapshot_steps, write_weighted
from huiqi.surveys.analysis.suppression import LEAST_SHOWN
from huiqi.surveys.analysis.weighing import Weighed, by_design, to_register
from huiqi.surveys.models import Audience, ResultSnapshot, SnapshotState, Survey, Wave, WaveState, Weighting
from huiqi.surveys.queries.results_drafts import draft_headlines
from huiqi.surveys.queries.results_invited import invited_of, outcome_counts
from huiqi.surveys.queries.results_register import MARGINS, register_counts
from huiqi.surveys.queries.results_rows import Collected
from huiqi.surveys.queries.results_strata import STRATUM
from huiqi.surveys.queries.results_wave import latest, opened, told_message
from huiqi.surveys.sealed_files import seal

SNAPSHOT = "surveys.snapshot"
# A snapshot nobody reads any more is kept this long: briefs hold their own tables.
KEPT_FOR = timedelta(days=30)
_TOO_SOON = gettext_noop(
    "上次汇总后只新增%(new)d份。为免对照两次结果看出个别企业，新增满%(least)d份、换了权重或截止以后再汇总。"
)
_NOTHING = gettext_noop("还没有已提交的答卷，没有可以汇总的。")
_RUNNING = gettext_noop("正在汇总，请稍候。")


@dataclass(frozen=True)
class Weights:
    """How an officer wants answers weighted."""

    uses_design: bool = False
    uses_response: bool = False
    margins: Sequence[str] = ()
    merge_below: int = 10


@transaction.atomic
def set_weights(survey: Survey, weights: Weights, *, actor: User, at: datetime) -> Weighting:
    """Weight the answers this way from the next snapshot on.

    Refused: `surveys.no_design` for a survey without a sample, or one whose answers do not know of it.
    """
    if (weights.uses_design or weights.uses_response) and not has_design(survey):
        said = gettext_noop("这项调查没有抽样（或答卷匿名），没有设计权重。可以只按登记库校准，或不加权。")
        raise Refused("surveys.no_design", said)
    given = {
        "uses_design": weights.uses_design or weights.uses_response,
        "uses_response": weights.uses_response,
        "margins": [name for name in MARGINS if name in weights.margins],
        "merge_below": weights.merge_below,
    }
    made, _created = Weighting.objects.update_or_create(
        survey=survey, defaults={**given, "set_by": actor, "set_at": at}
    )
    audit.record(
        "survey.weights_set",
        survey,
        actor=actor,
        uses_design=made.uses_design,
        uses_response=made.uses_response,
        margins=" ".join(made.margins),
        merge_below=made.merge_below,
    )
    return made


def has_design(survey: Survey) -> bool:
    """Whether firms were drawn, and answers know which."""
    return survey.audience == Audience.INVITED and not survey.is_anonymous


@transaction.atomic
def ask_snapshot(wave: Wave, *, actor: User | None, at: datetime, wall: datetime) -> ResultSnapshot:
    """Have the wave's answers summed up anew, in a job.

    Refused: `surveys.nothing_sent`, `surveys.summing_up`, `surveys.too_soon` when so few are new that two
    results told them apart.
    """
    Wave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
    if ResultSnapshot.objects.filter(wave=wave, state=SnapshotState.MAKING).exists():
        raise Refused("surveys.summing_up", _RUNNING)
    sent = sent_count(wave)
    if not sent:
        raise Refused("surveys.nothing_sent", _NOTHING)
    _check_not_too_soon(wave, sent)
    made = ResultSnapshot.objects.create(wave=wave, made_by=actor, made_at=at, kept_from=wall)
    made.job_id = start_job(SNAPSHOT, {"snapshot": made.public_id}, actor=actor).public_id
    made.save(update_fields=["job_id"])
    audit.record("survey.snapshot_asked", wave.survey, actor=actor, wave=wave.number)
    return made


def sent_count(wave: Wave) -> int:
    """How many answers there are."""
    return wave.responses.filter(state="sent").filter(answers__blank=False).count()


def _check_not_too_soon(wave: Wave, sent: int) -> None:
    before = latest(wave)
    if before is None:
        return
    new = sent - before.answers
    weighting = Weighting.objects.filter(survey=wave.survey_id).first()
    is_other = weighting is not None and weighting.set_at > before.made_at
    is_over = wave.state == WaveState.CLOSED and new > 0
    if new < LEAST_SHOWN and not (is_over or (is_other and new == 0)):
        raise Refused("surveys.too_soon", Message(_TOO_SOON, {"new": new, "least": LEAST_SHOWN}))


def make_snapshot(row: ResultSnapshot, *, today: date) -> Iterator[Progress]:
    """Write the file, weigh the answers, draft the sentences; `row` is one that is being made.

    Refused when the weights asked for cannot be had; the words say why and what to merge.
    """
    collected = Collected(row.wave, row.kept_from)
    whole = collected.count()
    with TemporaryDirectory(prefix="huiqi-") as folder:
        plain, weighted = Path(folder) / "plain.parquet", Path(folder) / "weighted.parquet"
        steps = snapshot_steps(plain, collected.codebook, collected.rows(), has_units=collected.has_units)
        for done in steps:
            yield done, whole
        count = len(collected.invitations)
        if not count:
            raise Refused("surveys.nothing_sent", _NOTHING)
        facts = _weigh(row, collected, plain, weighted, today)
        yield count, whole
        with weighted.open("rb") as source, (Path(folder) / "sealed").open("w+b") as sealed:
            seal(source, sealed)
            sealed.seek(0)
            row.file.save(f"{row.public_id}.sealed", File(sealed), save=False)
    row.answers, row.facts = count, facts
    row.versions = [version.version for version in collected.versions]
    with opened(row) as read:
        row.facts["headlines"] = draft_headlines(read)
    keep_snapshot(row)
    yield count, whole


def _weigh(
    row: ResultSnapshot, collected: Collected, plain: Path, weighted: Path, today: date
) -> dict[str, Any]:
    strata = [column.name for column in collected.codebook.strata]
    answers, _none = read_snapshot(plain, strata)
    survey = row.wave.survey
    weighting = Weighting.objects.filter(survey=survey).first()
    invited = invited_of(row.wave, collected.codebook) if survey.audience == Audience.INVITED else None
    basis = invited.basis if invited else Basis.OPEN_LINK
    weighed = Weighed(unweighted(answers.count, basis))
    facts: dict[str, Any] = {"outcomes": outcome_counts(row.wave), "foreign": collected.foreign}
    if weighting and weighting.uses_design and invited:
        keys = np.array(collected.invitations, dtype=np.int64)
        weighed = by_design(invited, keys, is_adjusted=weighting.uses_response)
    if weighting and weighting.margins:
        counts = register_counts(survey, today)
        wanted = {name: counts.margins[name] for name in weighting.margins if name in counts.margins}
        weighed = to_register(weighed, answers, wanted, least=weighting.merge_below)
        facts["register"] = {"on": counts.on.isoformat(), "firms": counts.firms, "frame": counts.of_frame}
    write_weighted(plain, weighted, weighed.sampling.weights)
    facts["weights"] = weighed.diagnosis() | {"margins": list(weighting.margins) if weighting else []}
    facts["sampling"] = _told_sampling(weighed, collected)
    return facts


def _told_sampling(weighed: Weighed, collected: Collected) -> dict[str, Any]:
    sampling = weighed.sampling
    has_strata = any(column.name == STRATUM for column in collected.codebook.strata)
    population = sampling.population if has_strata else None
    return {
        "basis": sampling.basis.value,
        "steps": [step.value for step in sampling.steps],
        "population": None if population is None else population.tolist(),
        "notes": [told_message(note) for note in sampling.notes],
    }


@transaction.atomic
def keep_snapshot(row: ResultSnapshot) -> None:
    """It can be read from now on."""
    row.state = SnapshotState.READY
    row.save(update_fields=["state", "file", "answers", "versions", "facts"])
    audit.record("survey.snapshot_made", row.wave.survey, actor=row.made_by, answers=row.answers)


@transaction.atomic
def fail_snapshot(row: ResultSnapshot, message: str) -> None:
    """It could not be made; `message` says why."""
    row.state, row.message = SnapshotState.FAILED, message[:400]
    row.save(update_fields=["state", "message"])


def refresh_due(*, at: datetime, wall: datetime) -> int:
    """Have new snapshots made of open waves that have one and enough new answers; returns how many.

    Enough is a tenth more, and never fewer than can be told apart; a wave that was closed is summed up once
    more. A wave nobody ever summed up begins with its first hundred answers.
    """
    asked = 0
    waves = Wave.objects.exclude(state=WaveState.DRAFT).select_related("survey__owner").order_by("pk")
    for wave in waves:
        before, sent = latest(wave), sent_count(wave)
        had = before.answers if before else 0
        wanted = max(LEAST_SHOWN, had // 10) if before else FIRST_AT
        is_final = wave.state == WaveState.CLOSED and sent > had
        if sent - had < wanted and not is_final:
            continue
        try:
            ask_snapshot(wave, actor=None, at=at, wall=wall)
        except Refused:
            continue
        asked += 1
    return asked


FIRST_AT = 100  # answers of a wave nobody has summed up yet


@transaction.atomic
def drop_files(rows: Sequence[ResultSnapshot]) -> None:
    """Forget the files and quotations of snapshots; that there was one, and its figures' weights, stay."""
    for row in rows:
        name, storage = row.file.name, row.file.storage
        row.file, row.themes = "", ""
        row.save(update_fields=["file", "themes"])
        if name:
            transaction.on_commit(partial(storage.delete, name))
