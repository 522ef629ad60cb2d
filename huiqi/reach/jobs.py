"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.accounts.models import User
from huiqi.core import clock
from huiqi.core.jobs import Progress, job_kind, told
from huiqi.core.messages import Message, gettext_noop
from huiqi.reach.commands.handing import open_journeys
from huiqi.reach.commands.preparing import judge_pieces
from huiqi.reach.commands.telling import tell_pieces
from huiqi.reach.models import Preparation

JUDGE, HAND, TELL = "reach.judge", "reach.hand_over", "reach.tell"
Work = Generator[Progress, None, dict[str, Any]]


def _row(arguments: dict[str, Any]) -> Preparation:
    rows = Preparation.objects.select_related("prepared_by", "unit", "authority")
    return rows.get(public_id=arguments["preparation"])


@job_kind(JUDGE)
def judge_job(arguments: dict[str, Any]) -> Work:
    """Make a prepared list; stopped, it goes on where it stopped."""
    row = _row(arguments)
    yield from judge_pieces(row, today=clock.today(), at=clock.now())
    row.refresh_from_db()
    said = gettext_noop("判断了%(judged)s家企业，列入%(listed)s家，请另一位同事复核。")
    return told(Message(said, {"judged": row.judged, "listed": row.lines.count()}))


@job_kind(HAND)
def hand_job(arguments: dict[str, Any]) -> Work:
    """Begin the way of each firm of a list that was handed over."""
    total = 0
    for done, total in open_journeys(_row(arguments), at=clock.now()):
        yield done, total
    return told(Message(gettext_noop("已移送%(count)s家企业。"), {"count": total}))


@job_kind(TELL)
def tell_job(arguments: dict[str, Any]) -> Work:
    """Tell the firms of a list."""
    actor = User.objects.get(public_id=arguments["actor"])
    total = 0
    for done, total in tell_pieces(_row(arguments), actor=actor, at=clock.now()):
        yield done, total
    said = gettext_noop("已按企业汇总告知，涉及%(count)s家；近七天告知过的企业等下一次。")
    return told(Message(said, {"count": total}))
