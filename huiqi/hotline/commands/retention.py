"""What the hotline forgets, and when (personal.yaml). Numbers of calls and call-backs stay as counts."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.core.retention import Instants, keeps
from huiqi.hotline.models import Call, CallWish, HandOver, Pop

YEAR = timedelta(days=365)
WEEK = timedelta(days=7)


def _calls(instants: Instants) -> QuerySet[Call]:
    # Nobody ended a call that was abandoned; it ended by itself.
    over = Q(ended_at__lt=instants.at - YEAR) | Q(ended_at=None, open_until__lt=instants.wall - YEAR)
    return Call.objects.filter(over).exclude(phone_index="")


@keeps("hotline.calls", _("通话的号码"), "hotline.Call.phone", due=_calls)
def forget_calls(rows: list[Any]) -> None:
    """Empty the numbers of calls that ended a year ago."""
    Call.objects.filter(pk__in=[row.pk for row in rows]).update(phone="", phone_index="")


def _pops(instants: Instants) -> QuerySet[Pop]:
    return Pop.objects.filter(rang_at__lt=instants.wall - WEEK)


@keeps("hotline.pops", _("来电弹屏"), "hotline.Pop.phone", due=_pops)
def forget_pops(rows: list[Any]) -> None:
    """Delete what rang a week ago."""
    Pop.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _wishes(instants: Instants) -> QuerySet[CallWish]:
    return CallWish.objects.filter(done_at__lt=instants.at - YEAR).exclude(phone_index="")


@keeps("hotline.wishes", _("预约回电"), "hotline.CallWish.phone", "hotline.CallWish.about", due=_wishes)
def forget_wishes(rows: list[Any]) -> None:
    """Empty number and matter of call-backs made a year ago."""
    CallWish.objects.filter(pk__in=[row.pk for row in rows]).update(phone="", phone_index="", about="")


def _notes(instants: Instants) -> QuerySet[HandOver]:
    return HandOver.objects.filter(taken_over_at__lt=instants.at - YEAR, note__blank=False)


@keeps("hotline.hand_overs", _("交接班的说明"), "hotline.HandOver.note", due=_notes)
def forget_notes(rows: list[Any]) -> None:
    """Empty the notes of shifts taken over a year ago."""
    HandOver.objects.filter(pk__in=[row.pk for row in rows]).update(note="")
