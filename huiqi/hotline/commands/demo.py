"""The demonstration's hotline: who is on duty, what yesterday's shift left, callers who wait to be called."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.core import audit
from huiqi.hotline.commands.call_backs import wish_call_back
from huiqi.hotline.commands.shifts import begin_shift, end_shift
from huiqi.hotline.models import Shift

# Invented; numbers of this block were never given to anybody in the demonstration's data.
_WISHES = (
    ("13900000011", "续贷材料不知道交给谁，开完会再打", -1, 16),
    ("13900000012", "想问通行证要不要换", 0, 11),
    ("13900000013", "工人返岗包车，下午财务在", 0, 15),
)
_NOTE = (
    "昨晚两位来电人问高速免费到几号，按口径答“另行通知”。\n"
    "浏阳一家口罩厂说熔喷布只够三天，已登记，答应今天上午告诉他派到哪里。"
)


@transaction.atomic
def make_hotline(*, at: datetime, wall: datetime) -> int:
    """A shift, a hand-over to confirm and three wishes, unless there are shifts; returns how many wishes."""
    agents = list(User.objects.filter(role=Role.HOTLINE_AGENT).order_by("pk")[:2])
    if not agents or Shift.objects.exists():
        return 0
    today, before = agents[0], agents[-1]
    if before != today:
        shift = begin_shift(actor=before, at=at - timedelta(hours=16))
        end_shift(shift, note=_NOTE, actor=before, at=at - timedelta(hours=8), wall=wall)
    begin_shift(actor=today, at=at)
    for phone, about, days, hour in _WISHES:
        wanted = timezone.localtime(at + timedelta(days=days))
        wanted = wanted.replace(hour=hour, minute=0, second=0, microsecond=0)
        wish_call_back(phone, about=about, wanted_at=wanted, actor=before, at=at)
    audit.record("hotline.demo_made", None, actor=None, wishes=len(_WISHES))
    return len(_WISHES)
