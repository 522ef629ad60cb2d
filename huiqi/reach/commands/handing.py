"""Handing a reviewed list over: the letter, the way of each firm, the file or the list comparison."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.lists.answers import Question
from huiqi.lists.commands.comparison import choose_firms, draft_comparison
from huiqi.lists.models import Comparison
from huiqi.reach.commands.preparing import lock_list
from huiqi.reach.models import Journey, JourneyStep, Listed, ListState, Preparation, Verdict
from huiqi.reach.queries.preparations import title_of
from huiqi.reach.steps import Source, Step

PIECE = 500


@dataclass(frozen=True)
class Letter:
    """What goes with a list: the number from the office's own system, what for, until when."""

    document: str
    purpose: str
    expires_on: date


@transaction.atomic
def hand_over(row: Preparation, letter: Letter, *, actor: User, today: date, at: datetime) -> Preparation:
    """Hand a reviewed list over; `open_journeys` then begins the way of each firm. Refused:
    `reach.list_moved`, `reach.no_document`, `reach.expired_already`."""
    locked = lock_list(row, ListState.REVIEWED)
    if not letter.document.strip() or not letter.purpose.strip():
        raise Refused("reach.no_document", gettext_noop("请填写移送文号和用途；文号由本单位公文系统编定。"))
    if letter.expires_on <= today:
        raise Refused("reach.expired_already", gettext_noop("使用期限应晚于今天。"))
    locked.document, locked.purpose = letter.document.strip(), letter.purpose.strip()
    locked.expires_on, locked.state, locked.handed_at = letter.expires_on, ListState.HANDED, at
    locked.last_pk = 0
    locked.save(
        update_fields=["document", "purpose", "expires_on", "state", "handed_at", "last_pk"],
    )
    audit.record("reach_list.handed_over", locked, actor=actor, firms=handed_lines(locked).count())
    return locked


def handed_lines(row: Preparation) -> QuerySet[Listed]:
    """The lines that are handed over: the eligible ones, the open ones only where the list says so."""
    rows = Listed.objects.filter(preparation=row)
    return rows if row.with_unknown else rows.filter(status=Verdict.ELIGIBLE)


def open_journeys(row: Preparation, *, at: datetime) -> Iterator[tuple[int, int]]:
    """Begin the way of each firm of a list that was handed over; yields (done, total). Goes on where it
    stopped; a firm that is on its way with this edition already is not begun a second time."""
    row.refresh_from_db()
    lines = handed_lines(row).order_by("pk")
    total = lines.count()
    done = lines.filter(pk__lte=row.last_pk).count()
    while piece := list(lines.filter(pk__gt=row.last_pk)[:PIECE]):
        _open_piece(row, piece, at)
        done += len(piece)
        yield done, total


@transaction.atomic
def _open_piece(row: Preparation, piece: list[Listed], at: datetime) -> None:
    on = timezone.localdate(at)
    same = Journey.objects.filter(policy=row.policy, edition=row.edition)
    firms = [line.enterprise_id for line in piece]
    known = {
        one.enterprise_id: one
        for one in same.filter(enterprise__in=firms).select_for_update(of=("self",)).order_by("pk")
    }
    Journey.objects.bulk_create(
        [_journey(row, line, on) for line in piece if line.enterprise_id not in known]
    )
    made = same.filter(enterprise__in=[pk for pk in firms if pk not in known], step=Step.ENTITLED)
    settled = list(made.order_by("pk"))
    for line in piece:
        before = known.get(line.enterprise_id)
        if before is not None and before.entitled_on is None and line.status == Verdict.ELIGIBLE:
            before.entitled_on, before.assurance, before.missing = row.on, line.assurance, []
            before.settle_step()
            before.save(update_fields=["entitled_on", "assurance", "missing", "step"])
            settled.append(before)
    JourneyStep.objects.bulk_create(
        JourneyStep(journey=one, kind=Step.ENTITLED, on=row.on, source=Source.OFFICE, by=row.unit, at=at)
        for one in settled
    )
    row.last_pk = piece[-1].pk
    row.save(update_fields=["last_pk"])


def _journey(row: Preparation, line: Listed, on: date) -> Journey:
    eligible = line.status == Verdict.ELIGIBLE
    return Journey(
        enterprise_id=line.enterprise_id,
        policy=row.policy,
        edition=row.edition,
        office=row.unit,
        authority=row.authority,
        assurance=line.assurance,
        missing=line.missing,
        step=Step.ENTITLED if eligible else Step.UNSETTLED,
        listed_on=on,
        entitled_on=row.on if eligible else None,
        keeps_amount=row.keeps_amount,
    )


@transaction.atomic
def note_export(row: Preparation, *, actor: User, today: date) -> int:
    """Somebody takes the file of a list along; returns how many firms are in it. Refused:
    `reach.not_handed`, `reach.letter_expired`."""
    if row.state != ListState.HANDED:
        raise Refused("reach.not_handed", gettext_noop("名单经复核、填写移送文号后才能导出。"))
    if row.expires_on is None or row.expires_on < today:
        over = gettext_noop("这份名单的使用期限已过，不能再导出。需要时请重新准备一份。")
        raise Refused("reach.letter_expired", over)
    count = handed_lines(row).count()
    audit.record("reach_list.exported", row, actor=actor, firms=count, document=row.document)
    return count


@transaction.atomic
def make_comparison(row: Preparation, *, actor: User, today: date, at: datetime) -> Comparison:
    """Hand the firms over as a list comparison: codes sent, yes or no returned. Refused:
    `reach.not_handed`, `reach.compared_already`, and as `draft_comparison`."""
    locked = Preparation.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.state != ListState.HANDED or locked.expires_on is None:
        raise Refused("reach.not_handed", gettext_noop("名单移送后才能转为名单比对。"))
    if locked.comparison_id is not None:
        raise Refused("reach.compared_already", gettext_noop("这份名单已经转过名单比对，请打开那一件。"))
    comparison = draft_comparison(
        title=f"{title_of(locked.policy)}（直达名单）"[:80],
        authority=locked.authority,
        purpose=locked.purpose,
        basis=locked.document,
        questions=[Question("q1", "经认定是否可以享受", "yes_no", (), "")],
        expires_on=locked.expires_on,
        actor=actor,
        unit=locked.unit,
        today=today,
        at=at,
    )
    firms = Enterprise.objects.present().filter(pk__in=handed_lines(locked).order_by().values("enterprise"))
    choose_firms(comparison, firms, actor=actor)
    locked.comparison = comparison
    locked.save(update_fields=["comparison"])
    audit.record("reach_list.to_comparison", locked, actor=actor)
    return comparison
