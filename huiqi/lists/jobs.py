"""Long work of the lists: publishing a batch of thousands, one piece a step (registered in apps.py)."""

from collections.abc import Generator
from datetime import date
from typing import Any

from huiqi.accounts.models import User
from huiqi.core import clock
from huiqi.core.jobs import Progress, job_kind, told
from huiqi.core.messages import Message, gettext_noop
from huiqi.lists.commands.publication import publish_pieces
from huiqi.lists.models import ListBatch

PUBLISH = "lists.publish"


@job_kind(PUBLISH)
def publish_job(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Write what is left of a publication that was begun; run again, it goes on where it stopped."""
    batch = ListBatch.objects.get(public_id=arguments["batch"])
    actor = User.objects.get(public_id=arguments["actor"])
    on = date.fromisoformat(arguments["on"])
    count = 0
    for done, total in publish_pieces(batch, actor=actor, on=on, at=clock.now()):
        count = total
        yield done, total
    summary = gettext_noop("已发布%(count)s家。")
    values = {"count": count}
    return told(Message(summary, values))
