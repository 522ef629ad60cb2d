"""The green channel 绿色通道: what other authorities decided, what was promised, what a pass is worth.

Nothing here decides: each authority does, and the carrier's pass is its issuer's (design: our role is to
coordinate). A promise 告知承诺 is one towards the authority; we remind of its day and show that it is over.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.moving import lock_case, save_case, tell
from huiqi.cases.commands.ordering import open_orders
from huiqi.cases.commands.telling import tell_desk, tell_order, tell_requester
from huiqi.cases.green_channel import ON_PROMISE
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, PassCheck, Permit, PermitState
from huiqi.cases.notices import PROMISE_DUE, YOUR_TURN
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop

# Ours: long enough to fetch a paper from another office, short enough to be remembered.
DAYS_BEFORE = 3
_SOON = gettext_noop("诉求%(number)s承诺补齐材料的日子快到了，请提醒企业按期补齐。")
_TODAY = gettext_noop("诉求%(number)s承诺今天补齐材料，请核对是否已补。")
_OVER = gettext_noop("诉求%(number)s承诺的材料到期没有补齐，请联系企业和审批机关。")
_TO_STAFF = (_SOON, _TODAY, _OVER)
_TO_REQUESTER = (
    gettext_noop("诉求%(number)s里您承诺补齐的材料快到期了，请按期交给审批机关。"),
    gettext_noop("诉求%(number)s里您承诺的材料今天到期，请交给审批机关。"),
    gettext_noop("诉求%(number)s里您承诺的材料已经到期，没有补齐审批机关可以撤销，请尽快联系。"),
)


@dataclass(frozen=True)
class PermitWords:
    """What is recorded of a permit; dates are days of the authority's papers."""

    title: str
    authority: str
    state: str
    applied_on: date | None = None
    decided_on: date | None = None
    document: str = ""
    missing: str = ""
    make_good_on: date | None = None


@transaction.atomic
def record_permit(case: Case, words: PermitWords, *, actor: User, at: datetime) -> Permit:
    """Enter a permit sought for this case. Refused: `cases.permit_promise`, `cases.permit_dates`."""
    case = lock_case(case)
    _check(words, timezone.localdate(at))
    permit = Permit.objects.create(case=case, recorded_by=actor, recorded_at=at, **vars(words))
    _tell(case, permit, actor=actor, at=at)
    return permit


@transaction.atomic
def update_permit(permit: Permit, words: PermitWords, *, actor: User, at: datetime) -> Permit:
    """Enter how it goes on with the authority; a new day of the promise is reminded of anew."""
    case = lock_case(permit.case)
    permit = Permit.objects.select_for_update(of=("self",)).get(pk=permit.pk)
    _check(words, timezone.localdate(at))
    if all(getattr(permit, name) == value for name, value in vars(words).items()):
        return permit
    if permit.make_good_on != words.make_good_on:
        permit.reminders = 0
    for name, value in vars(words).items():
        setattr(permit, name, value)
    permit.recorded_by, permit.recorded_at = actor, at
    permit.save()
    _tell(case, permit, actor=actor, at=at)
    return permit


@transaction.atomic
def make_good(permit: Permit, *, on: date, actor: User, at: datetime) -> Permit:
    """The promised papers were handed in. Refused: `cases.permit_owes_nothing`, `cases.permit_dates`."""
    case = lock_case(permit.case)
    permit = Permit.objects.select_for_update(of=("self",)).get(pk=permit.pk)
    if not permit.owes_papers:
        said = gettext_noop("这一项没有待补的材料。请刷新页面看最新情况。")
        raise Refused("cases.permit_owes_nothing", said)
    if on > timezone.localdate(at):
        raise Refused("cases.permit_dates", gettext_noop("补齐日期不能晚于今天。"))
    permit.made_good_on, permit.recorded_by, permit.recorded_at = on, actor, at
    permit.save(update_fields=["made_good_on", "recorded_by", "recorded_at"])
    tell(case, Happening.PERMIT, actor=actor, at=at, text=str(permit), is_public=True, phase="made_good")
    save_case(case)
    return permit


@transaction.atomic
def record_pass_check(  # noqa: PLR0913  what was asked, of whom, what they said
    case: Case,
    *,
    number: str,
    issuer: str,
    valid_until: date | None,
    result: str,
    way: str,
    note: str,
    actor: User,
    at: datetime,
) -> PassCheck:
    """What the issuer said of the carrier's pass; every check is kept, the newest counts.

    A pass said to be valid must name a day that is not over: Refused `cases.pass_over`.
    """
    case = lock_case(case)
    today = timezone.localdate(at)
    if result == PassCheck.Result.GENUINE and (valid_until is None or valid_until < today):
        said = gettext_noop("有效期没有填或已经过了，核对结果不能选“在有效期内”。")
        raise Refused("cases.pass_over", said)
    kept = {"number": number, "issuer": issuer, "valid_until": valid_until, "result": result, "way": way}
    check = PassCheck.objects.create(case=case, note=note, checked_by=actor, checked_at=at, **kept)
    tell(case, Happening.PASS_CHECKED, actor=actor, at=at, is_public=True, result=result)
    save_case(case)
    return check


def remind_of_promises(*, at: datetime) -> int:
    """Remind three days before, on and after the day papers were promised for; how many promises.

    May run at any time and twice at once; of turns that were missed only the last is made up for.
    """
    today = timezone.localdate(at)
    waiting = Permit.objects.filter(
        state__in=ON_PROMISE, made_good_on=None, make_good_on__lte=today + timedelta(days=DAYS_BEFORE)
    )
    keys = waiting.filter(reminders__lt=len(_TO_STAFF)).order_by("pk").values_list("pk", flat=True)
    return sum(_remind(key, today, at) for key in list(keys))


@transaction.atomic
def _remind(key: int, today: date, at: datetime) -> bool:
    case = lock_case(Permit.objects.select_related("case").get(pk=key).case)
    permit = Permit.objects.select_for_update(of=("self",)).get(pk=key)
    if not permit.owes_papers or permit.make_good_on is None:
        return False
    turn = 1 if permit.make_good_on > today else 2 if permit.make_good_on == today else 3
    if permit.reminders >= turn:
        return False
    permit.reminders = turn
    permit.save(update_fields=["reminders"])
    orders = open_orders(case)
    for order in orders:
        tell_order(order, PROMISE_DUE, _TO_STAFF[turn - 1], at=at, actor=None)
    if not orders:
        tell_desk(case, PROMISE_DUE, _TO_STAFF[turn - 1], at=at, actor=None)
    tell_requester(case, YOUR_TURN, _TO_REQUESTER[turn - 1], at=at)
    tell(case, Happening.REMINDED, actor=None, at=at, stage="promise", turn=turn)
    return True


def _check(words: PermitWords, today: date) -> None:
    if words.state in ON_PROMISE and not (words.missing and words.make_good_on):
        said = gettext_noop("容缺受理、告知承诺的，请写明缺哪些材料、哪一天补齐。")
        raise Refused("cases.permit_promise", said)
    if words.state in {PermitState.GRANTED, PermitState.REFUSED, PermitState.GRANTED_ON_PROMISE}:
        if words.decided_on is None:
            raise Refused("cases.permit_dates", gettext_noop("请填写审批机关作出决定的日期。"))
    if any(day is not None and day > today for day in (words.applied_on, words.decided_on)):
        raise Refused("cases.permit_dates", gettext_noop("受理日期、决定日期不能晚于今天。"))
    if words.applied_on and words.decided_on and words.decided_on < words.applied_on:
        raise Refused("cases.permit_dates", gettext_noop("决定日期不能早于受理日期。"))


def _tell(case: Case, permit: Permit, *, actor: User, at: datetime) -> None:
    # The name of a permit is typed, so it goes to the timeline and not into the trail.
    tell(case, Happening.PERMIT, actor=actor, at=at, text=str(permit), is_public=True, phase=permit.state)
    save_case(case)
