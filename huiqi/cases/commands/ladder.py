"""The ladder county → city → province → leading group: who is late long enough is brought to the next desk.

A machine takes no case away from the office that answers for it (首接负责) and gives none to an office that
has not agreed: it brings the case to the attention of the higher office, on the timeline and with a notice.
Whether the case goes up is decided there by a person (commands.desk.escalate_case).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.cases.commands.moving import lock_case, tell
from huiqi.cases.commands.telling import tell_people, tell_requester
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, Clock, Event, ItemEdition
from huiqi.cases.notices import PROGRESS, RAISED
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.queries.people import offices_above, people_with, supervisors_of
from huiqi.cases.queries.reminded import with_deputies
from huiqi.cases.queries.units import level_of
from huiqi.cases.workflow import Stage
from huiqi.core.messages import gettext_noop
from huiqi.workflow.terms import later

LEVELS = ("county", "city", "province", "leading_group")
_TO_OFFICE = gettext_noop("下级单位办理的诉求%(number)s逾期已久，请关注，必要时升级由本单位办理。")
_TO_REQUESTER = gettext_noop("您的诉求%(number)s办理逾期，已提请上级单位关注。")


class _Late(NamedTuple):
    """A handling clock past its end."""

    case: int
    round: int
    due_at: datetime
    known_on: date
    prefecture: str
    edition: int


def climb_ladders(*, at: datetime) -> int:
    """Bring every case that is late by a rung of its item's ladder to the next office; returns how many.

    Each rung once in a round; may run at any time and twice at once.
    """
    clocks = Clock.objects.running().filter(stage=Stage.HANDLE, is_paused=False, is_reference=False)
    fields = ("case", "case__round", "due_at", "known_on", "case__prefecture", "case__edition")
    rows = clocks.filter(due_at__lt=at).order_by("due_at", "pk").values_list(*fields)
    late = [_Late(*row) for row in rows]
    editions = ItemEdition.objects.filter(pk__in={each.edition for each in late}).order_by("pk")
    ladders = {row.pk: row.definition.ladder for row in editions}
    done = _raised({each.case for each in late})
    raised = 0
    for each in late:
        scale = office_time(each.known_on, each.prefecture)
        for rung in ladders[each.edition]:
            known = (each.case, each.round, rung.level) in done
            if not known and later(each.due_at, rung.after, scale) <= at:
                raised += _raise(each.case, rung.level, at)
    return raised


def _raised(cases: Iterable[int]) -> set[tuple[int, int, str]]:
    """The rungs to which cases were brought: case, round, level."""
    rows = Event.objects.filter(kind=Happening.RAISED, case__in=list(cases)).order_by("pk")
    return {
        (case, details["round"], details["level"]) for case, details in rows.values_list("case", "details")
    }


@transaction.atomic
def _raise(case_id: int, level: str, at: datetime) -> bool:
    case = lock_case(Case(pk=case_id))
    target = office_of(case.desk, level)
    if target is None or not case.is_open or (case.pk, case.round, level) in _raised([case.pk]):
        return False
    tell(
        case,
        Happening.RAISED,
        actor=None,
        at=at,
        is_public=True,
        level=level,
        round=case.round,
        unit_name=target.name,
    )
    tell_people(_people(target, level, at), case, RAISED, _TO_OFFICE, at=at, about=case)
    tell_requester(case, PROGRESS, _TO_REQUESTER, at=at)
    return True


def office_of(desk: Unit, level: str) -> Unit | None:
    """The office of that level above the desk; None when the desk is that high or there is none between.

    The leading group has no desk: it hears through the province's leader and supervisors.
    """
    if LEVELS.index(level) <= LEVELS.index(level_of(desk) or "county"):
        return None
    wanted = "province" if level == "leading_group" else level
    found = (unit for unit in (desk, *offices_above(desk)) if level_of(unit) == wanted)
    return next(found, None)


def _people(target: Unit, level: str, at: datetime) -> list[User]:
    people = supervisors_of(target)
    if level != "leading_group":
        people += list(people_with(target, Power.DISPATCH_CASES))
    return with_deputies(people, timezone.localdate(at))
