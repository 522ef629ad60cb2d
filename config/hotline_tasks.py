"""What of the hotline waits for an agent on the desk 办理台."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.slots import Task
from huiqi.hotline.queries.call_backs import due_call_backs, unclaimed, unread_hand_overs, waiting_wishes


def hotline_tasks(request: HttpRequest) -> Iterator[Task]:
    """Hand-overs to confirm, call-backs due, callers who wait to be called."""
    user: User = request.user  # type: ignore[assignment]
    today = clock.today()
    if not may(user, Power.ANSWER_CALLS, today):
        return
    at, wall, page = clock.now(), clock.wall_now(), reverse("hotline:call_backs")
    unread = unread_hand_overs(user).count()
    if unread:
        yield Task(_("交接待确认"), reverse("hotline:shifts"), unread)
    rows = unclaimed(due_call_backs(user, today), wall)
    count = rows.order_by().count()
    if count:
        due = rows[0].due_at
        day = timezone.localdate(due) if due else None
        yield Task(_("待回访的诉求"), page, count, day, is_late=bool(due and due < at))
    wishes = waiting_wishes(user, wall)
    waiting = wishes.order_by().count()
    if waiting:
        first = wishes[0].wanted_at
        yield Task(_("预约回电"), f"{page}#wishes", waiting, timezone.localdate(first), is_late=first < at)
