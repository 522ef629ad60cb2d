"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.core.jobs import Progress, job_kind, told
from huiqi.core.messages import Message, gettext_noop
from huiqi.runs.commands.running import ACTIVE, RUN, carry_out
from huiqi.runs.models import Run


@job_kind(RUN)
def judge_register(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Judge the register; run again after its worker died, it goes on where it stood."""
    run = Run.objects.select_related("actor", "base").get(public_id=arguments["run"])
    if run.state in ACTIVE:
        yield from carry_out(run)
    run.refresh_from_db()
    return told(Message(gettext_noop("已判断%(firms)d家企业。"), {"firms": run.firms}))
