"""List comparison as long work, registered at start-up in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.core import clock
from huiqi.core.jobs import Progress, job_kind, told
from huiqi.core.messages import Message, gettext_noop
from huiqi.lists.commands.comparison import apply_answer
from huiqi.lists.models import AnswerRun

APPLY_ANSWER = "lists.apply_answer"


@job_kind(APPLY_ANSWER)
def apply_answer_job(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Put an authority's answer into the register; stopped, it goes on where it stopped."""
    run = AnswerRun.objects.select_related("comparison").get(public_id=arguments["run"])
    yield from apply_answer(run, on=clock.today())
    run.refresh_from_db()
    summary = gettext_noop("采用%(answered)s家，没有变化%(unchanged)s家，不在请求内%(unasked)s家。")
    values = {"answered": run.answered, "unchanged": run.unchanged, "unasked": run.unasked}
    return told(Message(summary, values))
