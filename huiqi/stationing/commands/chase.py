"""Missing reports are chased at a set hour, weekends too; an hour later the superiors hear of it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from huiqi.core import audit
from huiqi.enterprises.models import Enterprise
from huiqi.messages.commands.notices import notify_all, settle_reminders
from huiqi.stationing.models import Stationing
from huiqi.stationing.notice_kinds import MISSING, MISSING_IN_UNIT
from huiqi.stationing.queries.missing import Missing, missing_on
from huiqi.stationing.queries.recipients import superiors_of, with_deputies

SUPERIORS_AFTER = timedelta(hours=1)


@transaction.atomic
def chase_reports(*, at: datetime) -> dict[str, int]:
    """Tell officers what is missing today, and an hour later their unit's supervisors.

    Nothing before the hour of the setting; each person is told once a day however often this runs.
    Returns {"missing", "officers", "superiors"}: firms without a whole report, people told.
    """
    local = timezone.localtime(at)
    opened = local.replace(hour=settings.HUIQI_REPORT_CHASE_HOUR, minute=0, second=0, microsecond=0)
    if local < opened:
        return {"missing": 0, "officers": 0, "superiors": 0}
    missing = missing_on(local.date())
    officers = _chase_officers(missing, at)
    superiors = _tell_superiors(missing, at) if local >= opened + SUPERIORS_AFTER else 0
    audit.record(
        "reports.chased", None, actor=None, missing=len(missing), officers=officers, superiors=superiors
    )
    return {"missing": len(missing), "officers": officers, "superiors": superiors}


@transaction.atomic
def settle_chased(enterprises: Iterable[Enterprise], *, on: date, at: datetime) -> int:
    """After these firms were reported for `on`: reminders of officers who now lack nothing are settled, and
    those of their deputies who lack nothing themselves. Returns how many were unread."""
    posts = Stationing.objects.valid_on(on)
    officers = set(
        posts.filter(enterprise__in=list(enterprises)).order_by().values_list("officer", flat=True)
    )
    if not officers:
        return 0
    people = {one: with_deputies(one, on) for one in sorted(officers)}
    everybody = officers.union(person.pk for each in people.values() for person in each)
    theirs = posts.filter(officer__in=everybody).order_by().values("enterprise")
    late = {row.officer_id for row in missing_on(on, Enterprise.objects.filter(pk__in=theirs))}
    told = (person for one, each in people.items() if one not in late for person in each)
    done = [person for person in told if person.pk not in late]
    return settle_reminders(MISSING, on.isoformat(), done, at=at) if done else 0


def _chase_officers(missing: list[Missing], at: datetime) -> int:
    by_officer: dict[int, int] = defaultdict(int)
    for row in missing:
        if row.officer_id is not None:
            by_officer[row.officer_id] += 1
    told, day = 0, timezone.localdate(at)
    for officer_id, count in sorted(by_officer.items()):
        people = with_deputies(officer_id, day)
        text = f"今天还有{count}家企业的三数没有报送。"
        notify_all(people, MISSING, text, reverse("stationing:today"), at=at, once_key=day.isoformat())
        told += len(people)
    return told


def _tell_superiors(missing: list[Missing], at: datetime) -> int:
    by_unit: dict[int, int] = defaultdict(int)
    for row in missing:
        if row.unit_id is not None:
            by_unit[row.unit_id] += 1
    told, day = 0, timezone.localdate(at)
    for unit_id, count in sorted(by_unit.items()):
        people = superiors_of(unit_id)
        text = f"本单位联络的企业今天有{count}家三数缺报。"
        key = f"{day.isoformat()}:{unit_id}"
        notify_all(people, MISSING_IN_UNIT, text, reverse("stationing:board"), at=at, once_key=key)
        told += len(people)
    return told
