"""Reminders 催办: before a clock ends, when it ends, and once after; paused clocks never remind.

One person hears of one case at most once a day of each kind; by telephone only through the daily digest.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from huiqi.cases.commands.moving import lock_case, tell
from huiqi.cases.commands.telling import tell_people, tell_requester
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, Clock
from huiqi.cases.notice_times import Turn, next_notice, notice_times, turn_due
from huiqi.cases.notices import DUE_SOON, OVERDUE, YOUR_TURN
from huiqi.cases.queries.clock_lines import scale_of, term_of
from huiqi.cases.queries.people import supervisors_of
from huiqi.cases.queries.reminded import heads_of, people_to_remind, with_deputies
from huiqi.cases.workflow import Stage
from huiqi.core.messages import gettext_noop

_SOON = gettext_noop("诉求%(number)s即将到期，请及时办理。")
_ENDED = gettext_noop("诉求%(number)s的期限到了还没有办，请立即办理。")
_LATE = gettext_noop("诉求%(number)s已经逾期，请立即办理并说明原因。")
_UNCLAIMED = gettext_noop("诉求%(number)s派出后到期没有签收，请督促。")
_LATE_BELOW = gettext_noop("诉求%(number)s已经逾期没有办，请督促。")
_CONSULTED = gettext_noop("诉求%(number)s商请答复的时间到了（仅供参考），请与对方单位联系。")
_SUPPLEMENT = gettext_noop("您的诉求%(number)s还等您补充材料，请在期限前补齐。")
_WORDS = {Turn.BEFORE: _SOON, Turn.AT_END: _ENDED, Turn.AFTER: _LATE}


def send_reminders(*, at: datetime) -> dict[str, int]:
    """Send the reminders whose time has come; may run at any time and twice at once.

    Each clock is a transaction of its own. Of turns that were missed only the last is made up for. Returns
    {"clocks", "people"}: clocks reminded of, people told.
    """
    due = Clock.objects.running().filter(is_paused=False, next_notice_at__lte=at)
    keys = list(due.order_by("next_notice_at", "pk").values_list("pk", flat=True))
    told = [people for key in keys if (people := _remind(key, at)) is not None]
    return {"clocks": len(told), "people": sum(told)}


@transaction.atomic
def _remind(key: int, at: datetime) -> int | None:
    """People told of one clock; None when another run was there before or its time has not come."""
    case = lock_case(Clock.objects.select_related("case").get(pk=key).case)
    rows = Clock.objects.select_related("unit", "order__unit", "order__handler").prefetch_related("pauses")
    clock = rows.get(pk=key)
    if clock.stopped_at is not None or clock.is_paused:
        return None
    times = notice_times(term_of(clock), clock.due_at, scale_of(clock, case))
    turn = turn_due(clock.notices_sent, times, at)
    if turn is not None:
        clock.notices_sent = turn + 1
    clock.next_notice_at = next_notice(clock.notices_sent, times)
    clock.save(update_fields=["notices_sent", "next_notice_at"])
    if turn is None:
        return None
    people = _tell(clock, case, turn, at)
    tell(
        case,
        Happening.REMINDED,
        actor=None,
        at=at,
        unit=clock.unit,
        stage=clock.stage,
        turn=turn.name.lower(),
        people=people,
    )
    return people


def _tell(clock: Clock, case: Case, turn: Turn, at: datetime) -> int:
    if clock.stage == Stage.SUPPLEMENT:
        tell_requester(case, YOUR_TURN, _SUPPLEMENT, at=at)
        return 1
    today, kind = timezone.localdate(at), DUE_SOON if turn == Turn.BEFORE else OVERDUE
    template = _WORDS[turn]
    if clock.stage == Stage.CONSULT:
        kind, template = DUE_SOON, _CONSULTED
    people = people_to_remind(clock, case, today)
    tell_people(people, case, kind, template, at=at, about=clock)
    if clock.is_reference or turn == Turn.BEFORE:
        return len(people)
    above = []
    if clock.stage == Stage.SIGN:
        above, template = heads_of(clock.unit, case.desk), _UNCLAIMED
    elif turn == Turn.AFTER:
        above, template = supervisors_of(case.desk), _LATE_BELOW
    others = [person for person in with_deputies(above, today) if person not in people]
    tell_people(others, case, OVERDUE, template, at=at, about=clock)
    return len(people) + len(others)
