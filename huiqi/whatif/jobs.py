"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.core.jobs import Progress, job_kind, told
from huiqi.core.messages import Message, gettext_noop
from huiqi.whatif.commands.estimates import ESTIMATE, carry_out
from huiqi.whatif.models import Scenario


@job_kind(ESTIMATE)
def estimate_scenario(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Judge the register by base and scenario; made again from the start after its worker died."""
    scenario = Scenario.objects.select_related("author").get(public_id=arguments["scenario"])
    yield from carry_out(scenario)
    scenario.refresh_from_db()
    return told(Message(gettext_noop("已测算%(firms)d家企业。"), {"firms": scenario.firms}))
