"""Whom a round of messages reaches, and how often a firm was asked this month by all offices together."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from huiqi.core.personal import plain_phone
from huiqi.enterprises.models import Contact
from huiqi.surveys.models import OPEN_OUTCOMES, Invitation, SendRun, Survey, Wave

# Nobody is written to at night; the hours are our product's choice.
FIRST_HOUR, LAST_HOUR = 8, 20
_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


def forms_a_month() -> int:
    """How many forms a firm is asked at most in a calendar month by all offices that use this system.

    A setting of the product, not law. It answers the notices of February 2020 against 表格抗疫 (the State
    Council's epidemic group asked that grass roots be spared repeated forms).
    """
    return int(settings.HUIQI_FORMS_A_MONTH)


def asked_this_month(firms: Iterable[int], on: date, *, besides: Wave | None = None) -> dict[int, int]:
    """How many forms each of these firms was asked in the month of the day, whatever office asked."""
    first = timezone.make_aware(datetime.combine(on.replace(day=1), time()))
    after = timezone.make_aware(
        datetime.combine((on.replace(day=28) + timedelta(days=4)).replace(day=1), time())
    )
    rows = Invitation.objects.filter(enterprise__in=list(firms), invited_at__gte=first, invited_at__lt=after)
    if besides is not None:
        rows = rows.exclude(wave=besides)
    counted = rows.order_by().values_list("enterprise").annotate(n=Count("pk"))
    return dict(counted)


def mobiles_of(firms: Iterable[int]) -> dict[int, str]:
    """The number by which each firm is reached: the main contact's, else the first mobile known."""
    found: dict[int, str] = {}
    contacts = Contact.objects.filter(enterprise__in=list(firms)).order_by("-is_main", "pk")
    for contact in contacts.only("enterprise_id", "phone"):
        number = plain_phone(contact.phone)
        if contact.enterprise_id not in found and _MOBILE.fullmatch(number):
            found[contact.enterprise_id] = number
    return found


def cell_filter(cells: Sequence[Sequence[str]]) -> Q:
    """Invitations of any of these cells (county, section, size; "" for all); none given: of every cell.

    A county of four digits stands for its whole prefecture.
    """
    found = Q()
    for county, section, size in cells:
        named = {"section": section, "size_class": size}
        one = Q(**{name: value for name, value in named.items() if value})
        if len(county) == 4:
            one &= Q(county__gte=county.ljust(6, "0"), county__lte=county.ljust(6, "9"))
        elif county:
            one &= Q(county=county)
        found |= one if one else Q(pk__isnull=False)
    return found


def reached_by(run: SendRun) -> QuerySet[Invitation]:
    """The invitations a run is for, as they stand now; those that were refused or answered are not."""
    wave = run.wave
    rows = Invitation.objects.filter(cell_filter(run.cells), wave=wave, no_more_reminders=False)
    if run.kind == SendRun.Kind.INVITE:
        return rows.filter(outcome="pending", invited_at=None)
    if run.kind == SendRun.Kind.DUE:
        return due_for_reminder(wave, run.made_at)
    return remindable(rows, wave)


def remindable(rows: QuerySet[Invitation], wave: Wave) -> QuerySet[Invitation]:
    """Those asked and not answered, not reminded as often as the wave allows."""
    asked = rows.filter(outcome__in=OPEN_OUTCOMES, invited_at__isnull=False, no_more_reminders=False)
    return asked.filter(reminders__lt=wave.remind_most)


def due_for_reminder(wave: Wave, at: datetime) -> QuerySet[Invitation]:
    """Those whose last message is as old as the wave's rule says."""
    rows = remindable(wave.invitations.all(), wave)
    before = at - timedelta(days=wave.remind_after)
    return rows.filter(last_message_at__lte=before, reminders__lt=F("wave__remind_most"))


def sent_from(at: datetime) -> datetime:
    """When a message queued now leaves: at once by day, else in the morning."""
    local = timezone.localtime(at)
    if FIRST_HOUR <= local.hour < LAST_HOUR:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= LAST_HOUR else 0)
    return timezone.make_aware(datetime.combine(day, time(FIRST_HOUR)))


def asked_by_anyone(survey: Survey) -> bool:
    """Whether a firm has been asked for this survey yet."""
    return Invitation.objects.filter(wave__survey=survey, invited_at__isnull=False).exists()
