"""What of the approved wording waits for a person on the desk 办理台."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.slots import Task
from huiqi.knowledge.queries.wording import for_renewal, waiting_drafts


def wording_tasks(request: HttpRequest) -> Iterator[Task]:
    """For editors what ends soon, for approvers what waits."""
    user: User = request.user  # type: ignore[assignment]
    today, page = clock.today(), reverse("knowledge:wordings")
    if may(user, Power.EDIT_ITEMS, today):
        rows = for_renewal(today)
        count = rows.order_by().count()
        if count:
            first = rows[0]
            late = first.expires_on < today
            yield Task(_("口径待续期"), f"{page}?tab=renewal", count, first.expires_on, first.question, late)
    if may(user, Power.PUBLISH_ITEMS, today):
        drafts = waiting_drafts(user)
        count = drafts.order_by().count()
        if count:
            yield Task(_("口径待批准"), f"{page}?tab=drafts", count, note=drafts[0].question)
