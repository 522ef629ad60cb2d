"""What leaves the site is written down: who took which tables, and the draft of an edition."""

from typing import Any

from django.db import transaction

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.whatif.models import Scenario, ScenarioState


@transaction.atomic
def note_export(scenario: Scenario, *, actor: Any, what: str, rows: int) -> None:
    """That somebody took a table of a scenario."""
    audit.record("scenario.exported", scenario, actor=actor, what=what, rows=rows)


@transaction.atomic
def take_draft(scenario: Scenario, *, actor: Any) -> Scenario:
    """A draft edition leaves only after a second person's review. Refused: `whatif.not_reviewed`."""
    if scenario.state != ScenarioState.REVIEWED:
        raise Refused("whatif.not_reviewed", gettext_noop("版本草案要先由另一个人复核，再下载。"))
    audit.record("scenario.draft_taken", scenario, actor=actor, version=scenario.version)
    return scenario
