"""Scenarios: begun from an edition or as a copy, changed, proposed to a second person, reviewed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from huiqi.accounts.models import Unit
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.reference.judging import rulebook, rulebook_fingerprint
from huiqi.rules import editions
from huiqi.rules.documents import read_document
from huiqi.whatif.models import Scenario, ScenarioState
from huiqi.whatif.variants import Changes, build, content_of

LEAST_REMARK = 2


@dataclass(frozen=True)
class Begin:
    """Which policy is copied, under which name, as in force on which day."""

    policy: str
    title: str
    on: date
    notes: str = ""


@transaction.atomic
def begin_scenario(wish: Begin, *, actor: Any, unit: Unit, at: datetime) -> Scenario:
    """Copy the edition in force on the day. Refused: `whatif.no_edition`."""
    content, edition = copied(wish.policy, wish.on)
    scenario = Scenario.objects.create(
        title=wish.title,
        policy=wish.policy,
        edition=edition,
        on=wish.on,
        rulebook=rulebook_fingerprint(),
        content=content,
        changes=Changes().data(),
        notes=wish.notes,
        unit=unit,
        author=actor,
        created_at=at,
        changed_at=at,
    )
    audit.record("scenario.begun", scenario, actor=actor, policy=wish.policy, edition=edition)
    return scenario


def copied(policy_id: str, on: date) -> tuple[dict[str, Any], str]:
    """The content of the edition in force on a day, and its id."""
    policy = rulebook().policies.get(policy_id)
    edition = editions.choose(policy, on, on) if policy is not None else None
    if policy is None or edition is None or policy.standing == "draft":
        said = Message(gettext_noop("“%(policy)s”当天没有有效的版本，不能测算。"), {"policy": policy_id})
        raise Refused("whatif.no_edition", said)
    document, _problems = read_document(settings.RULEBOOK_DIR / policy_id / "policy.yaml", "policy.yaml")
    if document is None:
        raise Refused("whatif.no_edition", gettext_noop("规则库里的这项政策读不出来。"))
    return content_of(document, policy, edition), edition.id


@transaction.atomic
def copy_scenario(base: Scenario, *, title: str, actor: Any, unit: Unit, at: datetime) -> Scenario:
    """One's own copy of anybody's scenario, to go on from."""
    kept = {
        name: getattr(base, name) for name in ("policy", "edition", "on", "rulebook", "content", "changes")
    }
    scenario = Scenario.objects.create(
        title=title, notes=base.notes, unit=unit, author=actor, created_at=at, changed_at=at, **kept
    )
    audit.record("scenario.begun", scenario, actor=actor, policy=base.policy, copied=base.public_id)
    return scenario


@transaction.atomic
def change_scenario(
    scenario: Scenario,
    values: Mapping[str, str],
    changes: Changes,
    *,
    expected: int,
    actor: Any,
    at: datetime,
) -> Scenario:
    """Write title, notes and changes; a review is void then.

    Refused: `whatif.faulty` for what the rulebook would refuse; VersionConflict.
    """
    built = build(scenario.content, changes, rulebook().catalogue)
    if built.policy is None:
        fault = built.faults[0]
        said = Message(
            gettext_noop("%(fault)s。%(remedy)s。"), {"fault": fault.message, "remedy": fault.remedy}
        )
        raise Refused("whatif.faulty", said)
    if scenario.state == ScenarioState.PROPOSED:
        raise Refused("whatif.proposed", gettext_noop("方案正在复核，不能修改。可以复制一份再改。"))
    scenario.title, scenario.notes = values["title"], values["notes"]
    scenario.changes, scenario.changed_at, scenario.state = changes.data(), at, ScenarioState.DRAFT
    scenario.reviewed_by, scenario.reviewed_at, scenario.remark = None, None, ""
    fields = ["title", "notes", "changes", "changed_at", "state", "reviewed_by", "reviewed_at", "remark"]
    scenario.save_version(expected=expected, fields=fields)
    audit.record("scenario.changed", scenario, actor=actor, version=scenario.version)
    return scenario


@transaction.atomic
def propose_scenario(scenario: Scenario, *, actor: Any, at: datetime) -> Scenario:
    """Ask a second person. Refused: `whatif.not_estimated`, `whatif.no_change`, `whatif.moved`."""
    locked = _locked(scenario, (ScenarioState.DRAFT, ScenarioState.RETURNED))
    if locked.changed.is_empty():
        raise Refused("whatif.no_change", gettext_noop("方案和现行版本没有不同，不用复核。"))
    if not locked.is_estimated:
        raise Refused("whatif.not_estimated", gettext_noop("请先测算，再送复核：复核人要看到哪些企业会变。"))
    locked.state = ScenarioState.PROPOSED
    locked.save(update_fields=["state"])
    audit.record("scenario.proposed", locked, actor=actor)
    return locked


@transaction.atomic
def review_scenario(scenario: Scenario, *, passes: bool, remark: str, actor: Any, at: datetime) -> Scenario:
    """The second person's word. Refused: `whatif.own`, `whatif.no_remark`, `whatif.moved`."""
    locked = _locked(scenario, (ScenarioState.PROPOSED,))
    if locked.author_id == actor.pk:
        raise Refused("whatif.own", gettext_noop("自己的方案要由另一个人复核。"))
    if not passes and len(remark.strip()) < LEAST_REMARK:
        raise Refused("whatif.no_remark", gettext_noop("退回时请写明原因。"))
    locked.state = ScenarioState.REVIEWED if passes else ScenarioState.RETURNED
    locked.reviewed_by, locked.reviewed_at, locked.remark = actor, at, remark.strip()
    locked.save(update_fields=["state", "reviewed_by", "reviewed_at", "remark"])
    audit.record("scenario.reviewed" if passes else "scenario.returned", locked, actor=actor)
    return locked


def _locked(scenario: Scenario, states: tuple[str, ...]) -> Scenario:
    locked = Scenario.objects.select_for_update(of=("self",)).get(pk=scenario.pk)
    if locked.state not in states:
        raise Refused("whatif.moved", gettext_noop("方案的状态已经变了，请刷新后再看。"))
    return locked
