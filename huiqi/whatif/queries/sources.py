"""What a scenario is judged over: the newest snapshot, the lists of its day, its two policies."""

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.commands.snapshots import snapshot_root
from huiqi.reference.judging import rulebook
from huiqi.rules.policy import Policy
from huiqi.runs.commands.running import section_of
from huiqi.runs.queries.listings import lists_on
from huiqi.whatif.estimating import Source
from huiqi.whatif.models import Scenario
from huiqi.whatif.variants import Built, Changes, build


def newest_snapshot() -> snapshot_files.Manifest | None:
    """The newest snapshot that can be read; None when none was made yet."""
    names = snapshot_files.names(snapshot_root())
    if not names:
        return None
    try:
        return snapshot_files.read_manifest(snapshot_root() / names[-1])
    except snapshot_files.NoSnapshot:
        return None


def source_of(scenario: Scenario) -> tuple[Source, snapshot_files.Manifest]:
    """Refused: `whatif.no_snapshot`."""
    manifest = newest_snapshot()
    if manifest is None or not manifest.parts:
        said = gettext_noop("还没有企业档案的快照，不能测算。快照每天夜里生成，也可以请管理员现在生成。")
        raise Refused("whatif.no_snapshot", said)
    parts = [snapshot_root() / manifest.name / part.name for part in manifest.parts]
    lists = lists_on(scenario.on, scenario.on)
    return Source(parts, lists, rulebook().catalogue, scenario.on, section_of), manifest


def variant(scenario: Scenario, changes: Changes) -> Built:
    """The scenario's edition with other changes, read as the rulebook reads."""
    return build(scenario.content, changes, rulebook().catalogue)


def built(scenario: Scenario) -> tuple[Policy, Policy]:
    """The copied edition and the changed one. Refused: `whatif.faulty`."""
    made = (variant(scenario, Changes()), variant(scenario, scenario.changed))
    for one in made:
        if one.policy is None:
            told = {"fault": one.faults[0].message, "remedy": one.faults[0].remedy}
            raise Refused("whatif.faulty", Message(gettext_noop("%(fault)s。%(remedy)s。"), told))
    first, second = made[0].policy, made[1].policy
    assert first is not None and second is not None
    return first, second
