"""Telling the officers of a questionnaire before its approval (表号、文号、有效期) runs out."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power, roles_with
from huiqi.core.messages import gettext_noop
from huiqi.messages.commands.notices import notify_all
from huiqi.questionnaires.models import Questionnaire
from huiqi.questionnaires.notice_kinds import APPROVAL_ENDS

# Days before the last one: time to ask for an extension, and a last call. Ours, no rule sets them.
TOLD_BEFORE = (30, 7)
_TEXT = gettext_noop(
    "问卷“%(name)s”的批准文号%(day)s到期，还有%(days)s天。要接着调查，请先办延期；过期后不能再收答卷。"
)


def tell_ending_approvals(*, at: datetime) -> int:
    """Tell each officer who may change the questionnaire, once at 30 and once at 7 days; for a timer.

    A tick that was missed is made up for: within the last week only the call of 7 days goes out. An approval
    that was extended begins anew. Returns of how many questionnaires was told.
    """
    today = timezone.localdate(at)
    ends = Questionnaire.objects.in_use().filter(
        approved_until__gte=today, approved_until__lte=today + timedelta(days=max(TOLD_BEFORE))
    )
    told = 0
    for row in ends.exclude(table_number="").select_related("owner").order_by("pk"):
        assert row.approved_until is not None
        told += _tell(row, row.approved_until, (row.approved_until - today).days, at)
    return told


def _tell(row: Questionnaire, last: date, left: int, at: datetime) -> bool:
    call = min(days for days in TOLD_BEFORE if left <= days)
    people = User.objects.filter(
        unit=row.owner_id,
        role__in=roles_with(Power.EDIT_QUESTIONNAIRES),
        is_active=True,
        is_role_confirmed=True,
    ).order_by("pk")
    text = str(_TEXT) % {"name": row.name, "day": f"{last:%Y-%m-%d}", "days": left}
    url = reverse("questionnaires:questionnaire", args=[row.public_id])
    key = f"approval:{row.public_id}:{last}:{call}"
    notify_all(people, APPROVAL_ENDS, text, url, at=at, once_key=key, about=row)
    return people.exists()
