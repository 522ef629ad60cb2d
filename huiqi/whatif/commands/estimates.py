"""Judging the register by a scenario: in the request while it is small, else as a job."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from huiqi.core import audit, clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, start_job
from huiqi.core.messages import gettext_noop
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.commands.snapshots import snapshot_root
from huiqi.rules.problems import RulesError
from huiqi.runs.run_files import write_tables
from huiqi.whatif.estimating import CHANGED, TOTALS, Compared, compare, merged
from huiqi.whatif.models import Scenario, ScenarioState
from huiqi.whatif.queries.results import CHANGED_FILE, TOTALS_FILE, folder_of, has_result
from huiqi.whatif.queries.sources import built, source_of

ESTIMATE = "whatif.estimate"
# Judging a million takes some 1.5 s of CPU (benchmarks/whatif.py), which a person waits for; more is a job.
AT_ONCE = 1_000_000


def estimate_scenario(scenario: Scenario, *, actor: Any) -> Scenario:
    """Estimate now, or queue it when the register is large.

    Refused: `whatif.no_snapshot`, `whatif.faulty`, `whatif.under_review`: what a second person looked at
    stays as it was.
    """
    if scenario.state in (ScenarioState.PROPOSED, ScenarioState.REVIEWED) and has_result(scenario):
        said = gettext_noop("方案已送复核或已复核，结果不再变动。要按新快照再算，请复制一份。")
        raise Refused("whatif.under_review", said)
    source, manifest = source_of(scenario)
    built(scenario)
    if manifest.firms <= AT_ONCE:
        for _done in carry_out(scenario):
            pass
    else:
        scenario.job_id = start_job(ESTIMATE, {"scenario": scenario.public_id}, actor=actor).public_id
        scenario.save(update_fields=["job_id"])
    return scenario


def carry_out(scenario: Scenario) -> Iterator[Progress]:
    """Judge part by part; yields firms done and in all. The result appears whole or not at all."""
    source, manifest = source_of(scenario)
    base, changed = built(scenario)
    folder = folder_of(scenario)
    making = folder.with_name(f".making-{folder.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True, mode=0o700)
    found: list[Compared] = []
    done = 0
    try:
        for part in compare(base, changed, source):
            found.append(part)
            done += part.firms
            yield done, manifest.firms
    except RulesError as error:
        raise Refused("whatif.failed", "；".join(str(one) for one in error.problems)) from error
    write_tables(making / TOTALS_FILE, iter([merged([one.totals for one in found])]), TOTALS)
    write_tables(making / CHANGED_FILE, (one.changed for one in found), CHANGED)
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
    _finish(scenario, manifest, done)
    _forget(folder)


@transaction.atomic
def _finish(scenario: Scenario, manifest: snapshot_files.Manifest, firms: int) -> None:
    path = snapshot_root() / manifest.name / snapshot_files.MANIFEST
    scenario.snapshot, scenario.snapshot_digest = manifest.name, snapshot_files.digest(path)
    scenario.estimated, scenario.firms, scenario.estimated_at = scenario.version, firms, clock.wall_now()
    scenario.save(update_fields=["snapshot", "snapshot_digest", "estimated", "firms", "estimated_at"])
    audit.record("scenario.estimated", scenario, actor=scenario.author, firms=firms)


def _forget(folder: Path) -> None:
    """Results of earlier versions go: they tell of firms and nobody opens them again."""
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
