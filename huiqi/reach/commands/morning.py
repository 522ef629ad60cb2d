"""Each morning: what firms said elsewhere is taken in, the reasons why not are counted, callers are told."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.models import UnitKind, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.accounts.queries.people import scope_with
from huiqi.core import audit
from huiqi.messages.commands.notices import notify
from huiqi.reach.commands.words import take_survey_words
from huiqi.reach.models import Journey, MorningCount
from huiqi.reach.notices import TO_CALL
from huiqi.reach.queries.reasons import counted_by_county, to_call


def tick(*, at: datetime) -> dict[str, int]:
    """Do the morning's work once; run again on the same day it counts anew and tells nobody twice.
    Returns {"words", "waiting", "to_call", "told"}."""
    words = take_survey_words(at=at)
    waiting = count_reasons(at=at)
    firms, told = tell_callers(at=at)
    return {"words": words, "waiting": waiting, "to_call": firms, "told": told}


@transaction.atomic
def count_reasons(*, at: datetime) -> int:
    """Keep how many wait for what, by policy and county, as it stands this day; returns how many wait."""
    on = timezone.localdate(at)
    rows = counted_by_county(on)
    MorningCount.objects.filter(on=on).delete()
    MorningCount.objects.bulk_create(
        MorningCount(on=on, policy=policy, prefecture=county, reason=reason, firms=firms)
        for policy, county, reason, firms in rows
    )
    total = sum(firms for *_, firms in rows)
    audit.record("reach_morning.counted", None, actor=None, firms=total)
    return total


@transaction.atomic
def tell_callers(*, at: datetime) -> tuple[int, int]:
    """Tell the people of county offices and parks how many firms wait for a call; (firms, people told)."""
    on = timezone.localdate(at)
    wanted = to_call(Journey.objects.all(), on)
    places = Counter(
        wanted.order_by()
        .values_list("enterprise__prefecture", "enterprise__park_id", "enterprise")
        .distinct()
    )
    people = User.objects.filter(
        role__in=roles_with(Power.FOLLOW_REACH),
        unit__kind__in=[UnitKind.COUNTY_OFFICE, UnitKind.PARK],
        is_active=True,
        is_role_confirmed=True,
    )
    told = 0
    for person in people.select_related("unit").order_by("pk"):
        scope = scope_with(person, Power.FOLLOW_REACH, on)
        firms = sum(scope.admits(county, park) for county, park, _firm in places)
        if firms:
            said = f"有{firms}家企业的政策待电话联系，名单已备好。"
            notify(person, TO_CALL, said, reverse("reach:calls"), at=at, once_key=f"reach:{on}")
            told += 1
    return len({firm for *_, firm in places}), told
