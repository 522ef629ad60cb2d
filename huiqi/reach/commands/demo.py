"""Reliefs of the demonstration: two lists that were handed over, their firms in various steps, one to review.

Everything goes through the same commands as an officer's work; figures mean nothing.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from huiqi.accounts.functions import Function
from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.reach.commands.calling import Talk, record_call
from huiqi.reach.commands.handing import Letter, hand_over, open_journeys
from huiqi.reach.commands.morning import tick
from huiqi.reach.commands.preparing import Wish, judge_pieces, prepare_list, review_list
from huiqi.reach.commands.statuses import Cover, take_status
from huiqi.reach.commands.telling import tell_pieces
from huiqi.reach.models import CallOutcome, CallWord, Journey, Preparation
from huiqi.reach.status_rows import CODE, DAY, NAME, REASON, RESULT
from huiqi.reach.steps import Step

# Of the first the synthetic register tells that small firms fit; of the second it lacks figures that are not
# ours to hold, so that firms stand as unknown and the authority looks.
EXEMPT, REFUND = "si-exempt-msme", "ui-job-retention-refund"
COUNTY = "430181"
LINES = (("已受理", ""), ("予以认定", ""), ("已享受", ""), ("不予认定", "R03"), ("退回补正", "R02"))
WORDS = (CallWord.DID_NOT_KNOW, CallWord.TOO_HARD, CallWord.TOO_SMALL, CallWord.WILL_APPLY, CallWord.HAD)


def make_reach(*, on: date) -> int:
    """Make the demonstration's lists once; returns how many firms are on their way."""
    maker = User.objects.filter(username="county").first()
    checker = _checker(maker)
    labour = Unit.objects.filter(kind=UnitKind.AUTHORITY, region=COUNTY, function=Function.LABOUR)
    unit = labour.order_by("pk").first()
    if maker is None or checker is None or unit is None or Preparation.objects.exists():
        return 0
    first = _handed(Wish(EXEMPT, unit, COUNTY), maker, checker, on - timedelta(days=10))
    second = _handed(Wish(REFUND, unit, COUNTY, with_unknown=True), maker, checker, on - timedelta(days=3))
    _answered(first, maker, on - timedelta(days=1))
    _rung_up(second, maker, on)
    _prepared(Wish(REFUND, unit, COUNTY, sizes=("micro",)), maker, on)
    tick(at=_at(on, 8))
    return Journey.objects.count()


def _checker(maker: User | None) -> User | None:
    """Somebody else of the same office who may review."""
    if maker is None:
        return None
    able = User.objects.filter(unit=maker.unit, role__in=roles_with(Power.REVIEW_REACH), is_active=True)
    return able.exclude(pk=maker.pk).order_by("pk").first()


def _at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _prepared(wish: Wish, maker: User, day: date) -> Preparation:
    assert maker.unit is not None
    row = prepare_list(wish, actor=maker, unit=maker.unit, on=day, at=_at(day))
    _through(judge_pieces(row, today=day, at=_at(day)))
    return row


def _handed(wish: Wish, maker: User, checker: User, day: date) -> Preparation:
    row = review_list(_prepared(wish, maker, day), actor=checker, remark="抽看无误", at=_at(day, 11))
    letter = Letter("演示函〔2020〕1号", "请认定机关核定享受对象（演示）", day + timedelta(days=120))
    row = hand_over(row, letter, actor=maker, today=day, at=_at(day, 14))
    _through(open_journeys(row, at=_at(day, 14)))
    _through(tell_pieces(row, actor=maker, at=_at(day, 15)))
    return row


def _through(steps: Iterable[tuple[int, int]]) -> None:
    for _done in steps:
        pass


def _answered(row: Preparation, maker: User, day: date) -> None:
    """What the authority sent back of two thirds of the firms, in three files a few days apart."""
    ways = Journey.objects.filter(policy=row.policy).select_related("enterprise").order_by("pk")
    firms = [way.enterprise for way in ways][::3] + [way.enterprise for way in ways][1::3]
    for number, back in enumerate((6, 3, 0)):
        on = day - timedelta(days=back)
        lines = [
            f"{firm.credit_code},{firm.name},{result},{reason},{on}"
            for place, firm in enumerate(firms)
            for result, reason in [LINES[place % len(LINES)]]
            if place % 3 == number
        ]
        # The last file has a line twice and one of a firm nobody knows, as files do.
        more = [lines[0], f"91430181MA0000000X,演示查无此企业,已受理,,{on}"] if number == 2 else []
        _send(row, [*lines, *more], maker, on, number + 1)


def _send(row: Preparation, lines: Sequence[str], maker: User, on: date, number: int) -> None:
    if not lines:
        return
    head = ",".join([CODE, NAME, RESULT, REASON, DAY])
    content = io.BytesIO("\n".join([head, *lines]).encode("gb18030"))
    cover = Cover(f"演示回执〔2020〕{number}号", len(lines))
    take_status(row, content, cover, name=f"回执{number}.csv", actor=maker, today=on, at=_at(on, 16))


def _rung_up(row: Preparation, maker: User, on: date) -> None:
    ways = Journey.objects.filter(policy=row.policy, step__in=[Step.ENTITLED, Step.UNSETTLED])
    for place, way in enumerate(ways.select_related("enterprise").order_by("pk")[:10]):
        talk = Talk(CallOutcome.REACHED, {way.public_id: WORDS[place % len(WORDS)].value})
        record_call(way.enterprise, talk, actor=maker, on=on, at=_at(on, 10))
