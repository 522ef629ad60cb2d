"""Telling firms: one digest a firm, never twice for the same edition, never what it does not want."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.enterprises.models import Membership
from huiqi.messages.commands.bulk import put_notices
from huiqi.messages.models import Notice
from huiqi.reach.models import Journey, JourneyStep, Preparation, Telling
from huiqi.reach.models.journeys import JourneyQuerySet
from huiqi.reach.notices import DIGEST
from huiqi.reach.steps import Source, Step
from huiqi.reference.judging import judge

PIECE = 300
# The ceiling: a firm hears from this app once in so many days, however many lists are handed over. Our own
# choice, so that a digest stays worth reading.
REST_DAYS = 7


def untold(on: date) -> JourneyQuerySet:
    """What may be told on a day: not told yet, not on its way, wanted, of an edition still in force, of firms
    that have somebody here to read it."""
    plans = judge(on).plans.values()
    live = [(plan.policy.id, plan.edition.id) for plan in plans if plan.edition is not None]
    rows: JourneyQuerySet = Journey.objects.with_ties().filter(
        step__in=[Step.ENTITLED, Step.UNSETTLED], told_on=None, is_dismissed=False, has_account=True
    )
    in_force = (Q(policy=policy, edition=edition) for policy, edition in live)
    return rows.filter(reduce(or_, in_force, Q(pk__in=[])))


def tell_pieces(row: Preparation, *, actor: User, at: datetime) -> Iterator[tuple[int, int]]:
    """Tell the firms of a list that was handed over, a piece a transaction; yields (done, total).

    A firm's digest speaks of everything that may be told to it, of other lists too. Firms that heard within
    REST_DAYS wait for their next turn. Run again, it tells only who was not told.
    """
    on = timezone.localdate(at)
    here = untold(on).filter(policy=row.policy, edition=row.edition)
    mine = row.lines.order_by().values("enterprise")
    firms = sorted(set(here.filter(enterprise__in=mine).order_by().values_list("enterprise", flat=True)))
    for start in range(0, len(firms), PIECE):
        piece = firms[start : start + PIECE]
        tell_firms(piece, actor=actor, at=at)
        yield start + len(piece), len(firms)


@transaction.atomic
def tell_firms(firms: Sequence[int], *, actor: User | None, at: datetime) -> int:
    """One digest to each of these firms that may hear today; returns how many were told."""
    on = timezone.localdate(at)
    rested = on - timedelta(days=REST_DAYS)
    lately = set(
        Telling.objects.filter(enterprise__in=firms, on__gt=rested)
        .order_by()
        .values_list("enterprise", flat=True)
    )
    waiting: dict[int, list[Journey]] = defaultdict(list)
    rows = untold(on).filter(enterprise__in=[pk for pk in firms if pk not in lately])
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for journey in Journey.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
        waiting[journey.enterprise_id].append(journey)
    if not waiting:
        return 0
    tellings = {pk: Telling(enterprise_id=pk, on=on, policies=len(own)) for pk, own in waiting.items()}
    Telling.objects.bulk_create(tellings.values())
    put_notices(_notices(tellings, at))
    _mark([journey for own in waiting.values() for journey in own], on, at)
    audit.record("reach_firms.told", None, actor=actor, firms=len(waiting), policies=len(keys))
    return len(waiting)


def _notices(tellings: dict[int, Telling], at: datetime) -> list[Notice]:
    members = Membership.objects.current().filter(enterprise__in=tellings).order_by("pk")
    found = []
    for member in members.select_related("enterprise"):
        telling = tellings[member.enterprise_id]
        text = f"贵企业可能符合{telling.policies}项政策，由认定机关决定。请看要做什么，不需要的可以不再提醒。"
        url = reverse("reach:own", args=[member.enterprise.public_id])
        once = f"reach:{telling.public_id}"
        found.append(Notice(user_id=member.user_id, kind=DIGEST, text=text, url=url, at=at, once_key=once))
    return found


def _mark(journeys: list[Journey], on: date, at: datetime) -> None:
    for journey in journeys:
        journey.told_on = on
        journey.settle_step()
    Journey.objects.bulk_update(journeys, ["told_on", "step"], batch_size=PIECE)
    JourneyStep.objects.bulk_create(
        JourneyStep(journey=one, kind=Step.TOLD, on=on, source=Source.OFFICE, by_id=one.office_id, at=at)
        for one in journeys
    )
