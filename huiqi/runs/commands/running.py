"""Runs: begun, carried out piece by piece, gone on with after a stop, put together."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from django.conf import settings
from django.db import transaction

from huiqi.core import audit, clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, start_job
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.commands.snapshots import make_snapshot, snapshot_root
from huiqi.reference.judging import rulebook, rulebook_fingerprint
from huiqi.rules.catalogue import SECTIONS
from huiqi.rules.judge import Judge
from huiqi.rules.problems import FactsError
from huiqi.runs import run_files
from huiqi.runs.models import Rejudged, Run, RunState
from huiqi.runs.pieces import Lists, Pieces
from huiqi.runs.plans import editions_of
from huiqi.runs.queries.listings import lists_on
from huiqi.runs.run_files import Mark
from huiqi.runs.tally import KEYS, OVERVIEW, TALLY, merged, merged_missing, overview_of
from huiqi.webhooks.commands.sending import tell
from huiqi.webhooks.models import Event

RUN = "runs.judge_register"
ACTIVE = (RunState.QUEUED, RunState.RUNNING)
TOTALS = pa.schema([field for field in TALLY if field.name != "firms"])
GROUPS = pa.schema([field for field in TALLY if field.name in (*KEYS, "firms")])


@dataclass(frozen=True)
class Asked:
    """What is to be judged. Without a snapshot one is made first; without policies all are judged."""

    purpose: str
    on: date
    known_on: date
    snapshot: str = ""
    policies: tuple[str, ...] = ()
    base: str = ""


def folder_of(run: Run) -> Path:
    """Where the run's files lie: private, as they tell of every firm."""
    return Path(settings.PRIVATE_ROOT) / "runs" / run.public_id


@transaction.atomic
def begin_run(asked: Asked, *, actor: Any, at: datetime, queue: bool = True) -> Run:
    """Record what is to be judged and queue it.

    Refused: `runs.no_snapshot`, `runs.no_policy`, `runs.no_base`.
    """
    book = rulebook()
    for name in asked.policies:
        if name not in book.policies:
            raise Refused(
                "runs.no_policy", Message(gettext_noop("规则库里没有“%(policy)s”。"), {"policy": name})
            )
    if asked.snapshot and asked.snapshot not in snapshot_files.names(snapshot_root()):
        raise Refused("runs.no_snapshot", gettext_noop("没有这份快照，可能已过保留份数。请重新生成。"))
    judge = Judge(book, asked.on, asked.known_on, only=asked.policies or None)
    base = _base(asked) if asked.base else None
    run = Run.objects.create(
        purpose=asked.purpose,
        on=asked.on,
        known_on=asked.known_on,
        snapshot=base.snapshot if base else asked.snapshot,
        rulebook=rulebook_fingerprint(),
        editions=editions_of(judge),
        is_whole=not asked.policies,
        code_version=version("huiqi"),
        base=base,
        actor=actor,
        created_at=at,
    )
    if queue:
        _queue(run, actor)
    audit.record("run.begun", run, actor=actor, policies=len(run.policies))
    return run


def _base(asked: Asked) -> Run:
    base = Run.objects.done().filter(public_id=asked.base, on=asked.on, known_on=asked.known_on).first()
    if base is None or base.snapshot not in snapshot_files.names(snapshot_root()):
        raise Refused("runs.no_base", gettext_noop("没有同一天、快照还在的已完成测算可作基础。"))
    return base


def _queue(run: Run, actor: Any) -> None:
    run.job_id = start_job(RUN, {"run": run.public_id}, actor=actor).public_id
    run.save(update_fields=["job_id"])


@transaction.atomic
def resume_run(run: Run, *, actor: Any, queue: bool = True) -> Run:
    """Go on with a run that was stopped or failed: pieces already done stay."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state not in (RunState.CANCELLED, RunState.FAILED):
        raise Refused("runs.not_stopped", gettext_noop("这次测算没有停下，不用继续。"))
    run.state, run.message = RunState.QUEUED, ""
    run.save(update_fields=["state", "message"])
    if queue:
        _queue(run, actor)
    audit.record("run.resumed", run, actor=actor)
    return run


def carry_out(run: Run) -> Iterator[Progress]:
    """Judge the pieces that are not done yet and put the results together; yields firms done and in all.

    Stopped from outside (a closed generator) the run is cancelled; a fault makes it failed. Refused when the
    rulebook or the snapshot is no longer the one the run was begun with.
    """
    try:
        yield from _with_snapshot(run)
        with snapshot_files.in_use(snapshot_root() / run.snapshot):
            yield from _carried_out(run)
    except GeneratorExit:
        _stop(run, RunState.CANCELLED, "")
        raise
    except (Refused, FactsError) as error:
        said = error.message if isinstance(error, Refused) else "；".join(str(one) for one in error.problems)
        _stop(run, RunState.FAILED, said)
        raise Refused("runs.failed", said) from error
    except Exception:
        _stop(run, RunState.FAILED, "")
        raise


def _stop(run: Run, state: RunState, message: str) -> None:
    Run.objects.filter(pk=run.pk).update(state=state, message=message[:400])


def _carried_out(run: Run) -> Iterator[Progress]:
    folder = folder_of(run)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest, pieces = _prepared(run, folder)
    same, base = _taken_over(run)
    done, marks = 0, list[Mark]()
    Run.objects.filter(pk=run.pk).update(pieces=len(manifest.parts), firms=manifest.firms)
    for number in range(len(manifest.parts)):
        mark = run_files.read_mark(folder, number) or pieces.make(number, folder, base, same)
        marks.append(mark)
        done += mark.firms
        Run.objects.filter(pk=run.pk).update(pieces_done=len(marks))
        yield done, manifest.firms
    for _step in put_together(folder, len(marks), run.policies):
        yield done, manifest.firms
    _finish(run, run_files.result_digest(folder, marks))


def _with_snapshot(run: Run) -> Iterator[Progress]:
    """Make a snapshot when the run was begun without one, and note its digest."""
    Run.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, started_at=run.started_at or clock.wall_now(), message=""
    )
    if not run.snapshot:
        for done, total in make_snapshot(
            snapshot_root(), on=clock.today(), at=clock.wall_now(), actor=run.actor
        ):
            yield 0 * done, total
        run.snapshot = snapshot_files.names(snapshot_root())[-1]
    path = snapshot_root() / run.snapshot / snapshot_files.MANIFEST
    if not path.is_file():
        raise Refused("runs.no_snapshot", gettext_noop("这次测算用的快照已经删除，不能继续。"))
    digest = snapshot_files.digest(path)
    if run.snapshot_digest not in ("", digest):
        raise Refused("runs.other_snapshot", gettext_noop("快照与这次测算开始时不同，不能继续。"))
    run.snapshot_digest = digest
    run.save(update_fields=["snapshot", "snapshot_digest"])


def _prepared(run: Run, folder: Path) -> tuple[snapshot_files.Manifest, Pieces]:
    if run.rulebook != rulebook_fingerprint():
        raise Refused("runs.other_rulebook", gettext_noop("规则库已经更新，请重新开始一次测算。"))
    snapshot = snapshot_root() / run.snapshot
    try:
        manifest = snapshot_files.read_manifest(snapshot)
        # What a list says is told once, at the start: a run goes on with the lists it began with.
        if not (folder / run_files.LISTS).is_file():
            keep_lists(folder, lists_on(run.on, run.known_on))
        lists = kept_lists(folder)
    except (snapshot_files.NoSnapshot, OSError, ValueError) as error:
        raise Refused("runs.no_snapshot", gettext_noop("快照或名单记录读不出来，不能继续。")) from error
    if not manifest.parts:
        raise Refused("runs.no_firms", gettext_noop("企业档案里还没有企业，没有什么可判断。"))
    judge = Judge(rulebook(), run.on, run.known_on, only=run.policies)
    parts = [snapshot / part.name for part in manifest.parts]
    return manifest, Pieces(judge, parts, lists, section_of)


def keep_lists(folder: Path, lists: Lists) -> None:
    """Write what lists say beside the run's pieces."""
    told = {
        "members": {fact: sorted(firms) for fact, firms in sorted(lists.members.items())},
        "absent": {fact: sorted(firms) for fact, firms in sorted(lists.absent.items())},
    }
    run_files.write_whole(folder / run_files.LISTS, json.dumps(told, sort_keys=True))


def kept_lists(folder: Path) -> Lists:
    """What lists said when the run began."""
    told = run_files.read_lists(folder)
    return Lists(
        *({fact: frozenset(firms) for fact, firms in told[name].items()} for name in ("members", "absent"))
    )


@lru_cache(maxsize=4096)
def section_of(code: str) -> str:
    """The section letter of a four-digit industry, "" when there is none."""
    if not code[:2].isdigit():
        return ""
    division = int(code[:2])
    return next((letter for letter, (low, high) in SECTIONS.items() if low <= division <= high), "")


def _taken_over(run: Run) -> tuple[frozenset[str], Path | None]:
    """Policies whose verdicts an earlier run over the same snapshot and lists has already."""
    base = run.base
    if base is None or base.snapshot_digest != run.snapshot_digest or base.policies != run.policies:
        return frozenset(), None
    folder = folder_of(base)
    try:
        is_same = run_files.read_lists(folder) == run_files.read_lists(folder_of(run))
    except (OSError, ValueError):
        return frozenset(), None
    if not is_same:
        return frozenset(), None
    same = {name for name in run.policies if base.plan_of(name)["digest"] == run.plan_of(name)["digest"]}
    return frozenset(same), folder


def put_together(folder: Path, pieces: int, policies: Sequence[str]) -> Iterator[int]:
    """Add the pieces' counts up, a policy at a time; yields policies done."""
    tallies = [run_files.piece_path(folder, "tally", number) for number in range(pieces)]
    overviews: list[pa.Table] = []
    frames: Iterator[pl.DataFrame] = (
        merged(tallies, place) for place in range(len(policies) if pieces else 0)
    )

    def totals() -> Iterator[pa.Table]:
        for place, frame in enumerate(frames):
            if place == 0:
                groups = frame.select(GROUPS.names).to_arrow().cast(GROUPS)
                run_files.write_tables(folder / run_files.GROUPS, iter([groups]), GROUPS)
            overviews.append(overview_of(frame, policies[place]))
            told = frame.filter(pl.any_horizontal(pl.col("eligible", "unknown", "near") > 0))
            yield told.select(TOTALS.names).to_arrow().cast(TOTALS)

    run_files.write_tables(folder / run_files.TOTALS, totals(), TOTALS)
    yield len(overviews)
    whole = pa.concat_tables([OVERVIEW.empty_table(), *overviews])
    run_files.write_tables(folder / run_files.OVERVIEW, iter([whole]), OVERVIEW)
    lacking = [run_files.piece_path(folder, "missing", number) for number in range(pieces)]
    missing = merged_missing(lacking)
    run_files.write_tables(folder / run_files.MISSING, iter([missing]), missing.schema)
    yield len(overviews)


@transaction.atomic
def _finish(run: Run, digest: str) -> None:
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    run.state, run.digest, run.finished_at = RunState.DONE, digest, clock.wall_now()
    run.save(update_fields=["state", "digest", "finished_at"])
    if run.is_whole:
        # What was judged again beside an older run is in this one.
        Rejudged.objects.exclude(run=run).delete()
    audit.record("run.done", run, actor=run.actor, firms=run.firms, policies=len(run.policies))
    tell(Event.RUN_DONE, run.public_id, at=clock.wall_now())


def faults_of(run: Run) -> list[str]:
    """The run's files that are not as they were when it was done; its digest is over all of them."""
    folder = folder_of(run)
    marks = [run_files.read_mark(folder, number) for number in range(run.pieces)]
    wrong = [f"piece-{number:05d}" for number, mark in enumerate(marks) if mark is None]
    wrong += [name for name in run_files.RESULTS if not (folder / name).is_file()]
    if not wrong and run_files.result_digest(folder, [mark for mark in marks if mark]) != run.digest:
        wrong.append("totals")
    return wrong
