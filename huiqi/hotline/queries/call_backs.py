"""Whom to call back, in the order of their clocks."""

from datetime import date, datetime, time, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.models import CallBack, Case, CaseQuerySet
from huiqi.cases.queries.desk import to_call_back
from huiqi.hotline.models import CallBackClaim, CallWish, HandOver, Shift


def due_call_backs(user: User, today: date) -> CaseQuerySet:
    """Cases to call back now: of the desks the person calls for, with a number, not tried today, the clock
    that ends first on top. Somebody whose request was answered is not called twice a day."""
    begin = timezone.make_aware(datetime.combine(today, time.min))
    tried = CallBack.objects.order_by().filter(at__gte=begin, at__lt=begin + timedelta(days=1)).values("case")
    rows: CaseQuerySet = to_call_back(user, today).exclude(pk__in=tried).exclude(phone_index="")
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def unclaimed(rows: CaseQuerySet, wall: datetime) -> CaseQuerySet:
    """Those nobody calls at this moment."""
    claimed = CallBackClaim.objects.order_by().filter(until__gt=wall).values("case")
    return rows.exclude(pk__in=claimed)


def claim_of(user: User, wall: datetime) -> CallBackClaim | None:
    """What this person is calling now."""
    rows = CallBackClaim.objects.filter(agent=user, until__gt=wall)
    return rows.select_related("case__edition", "case__desk", "case__lead").first()


def tries_of(case: Case) -> list[CallBack]:
    """The tries of this round."""
    return list(case.call_backs.filter(round=case.round).order_by("at", "pk"))


def open_wishes() -> QuerySet[CallWish]:
    """Callers who asked to be called, in the order of the time they named."""
    return CallWish.objects.filter(done_at=None).order_by("wanted_at", "pk")


def waiting_wishes(user: User, wall: datetime) -> QuerySet[CallWish]:
    """Those that nobody else holds."""
    return open_wishes().filter(Q(taken_by=None) | Q(taken_by=user) | Q(taken_until__lte=wall))


def wish_of(user: User, wall: datetime) -> CallWish | None:
    """The wish this person is answering now."""
    return open_wishes().filter(taken_by=user, taken_until__gt=wall).first()


def open_shift(user: User) -> Shift | None:
    """The shift somebody is in."""
    return Shift.objects.filter(agent=user, ended_at=None).first()


def unread_hand_overs(user: User) -> QuerySet[HandOver]:
    """What others left and nobody confirmed."""
    rows = HandOver.objects.filter(taken_over_by=None).exclude(shift__agent=user)
    return rows.select_related("shift__agent").order_by("made_at", "pk")


def recent_hand_overs() -> QuerySet[HandOver]:
    """The last ones, the newest first."""
    rows = HandOver.objects.select_related("shift__agent", "taken_over_by")
    return rows.order_by("-made_at", "-pk")[:10]
