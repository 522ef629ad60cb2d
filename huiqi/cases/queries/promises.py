"""What happens next and by when: the terms that run, and those that follow one after another.

A term that has not begun is reckoned from the end of the one before, so that the date is the latest by which
it happens when every office uses its whole term.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from huiqi.accounts.models import Unit
from huiqi.cases.clock_words import moment
from huiqi.cases.models import Case
from huiqi.cases.queries.clock_lines import scale_of, term_of
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.queries.units import lead_for
from huiqi.cases.workflow import Stage, State
from huiqi.core.messages import Message, gettext_noop
from huiqi.workflow.office_time import OfficeTime
from huiqi.workflow.terms import Limit, Term, reckon


@dataclass(frozen=True)
class Promise:
    """One thing that happens, the latest moment for it in words, and the office that does it ("" = open)."""

    what: str
    by: datetime
    until: Message
    office: str
    is_late: bool = False


_SAID = {
    Stage.ACCEPT: gettext_noop("决定是否受理，并告诉您"),
    Stage.DISPATCH: gettext_noop("确定由哪家单位牵头"),
    Stage.CONTACT: gettext_noop("牵头单位主动联系您"),
    Stage.HANDLE: gettext_noop("给您书面答复"),
    Stage.REVIEW: gettext_noop("审核答复并告诉您"),
    Stage.CALL_BACK: gettext_noop("回访，听您说办得怎样"),
    Stage.SUPPLEMENT: gettext_noop("请您补充"),
}
# What is still to come from each state, in order. Signing is the offices' own affair: it moves the others.
_AHEAD: Mapping[str, tuple[Stage, ...]] = {
    State.REGISTERED: (Stage.ACCEPT, Stage.DISPATCH, Stage.SIGN, Stage.CONTACT, Stage.HANDLE),
    State.SUPPLEMENTING: (Stage.SUPPLEMENT,),
    State.ACCEPTED: (Stage.DISPATCH, Stage.SIGN, Stage.CONTACT, Stage.HANDLE),
    State.ASSIGNED: (Stage.SIGN, Stage.CONTACT, Stage.HANDLE),
    State.HANDLING: (Stage.CONTACT, Stage.HANDLE),
    State.ANSWERED: (Stage.REVIEW,),
    State.CALLING_BACK: (Stage.CALL_BACK,),
}
# Both begin when the order is signed, neither waits for the other.
_SIDE_BY_SIDE = frozenset({Stage.CONTACT, Stage.HANDLE})


def promises(case: Case, at: datetime) -> list[Promise]:
    """The next steps with their dates. A contact that was made or a term that the item lacks is left out."""
    running = {
        Stage(clock.stage): clock
        for clock in case.clocks.running().select_related("unit").prefetch_related("pauses").order_by("-pk")
        if not clock.is_reference
    }
    scale = office_time(timezone.localdate(at), case.prefecture)
    begins, found = at, []
    for stage in _AHEAD.get(case.state, ()):
        clock = running.get(stage)
        if clock is not None:
            end = reckon(term_of(clock), scale_of(clock, case), at).due_at
        elif stage == Stage.CONTACT and case.state == State.HANDLING:
            continue
        else:
            limit = _limit(case, stage)
            if limit is None:
                continue
            end = reckon(Term(begins, limit), scale, begins).due_at
        if stage in _SAID:
            unit = clock.unit if clock is not None else _office(case, stage)
            found.append(_promise(stage, end, unit, scale, at))
        begins = begins if stage in _SIDE_BY_SIDE else max(end, at)
    return found


def _limit(case: Case, stage: Stage) -> Limit | None:
    found = case.edition.definition.limit_for(stage, case.urgency)
    return found.limit if found else None


def _office(case: Case, stage: Stage) -> Unit | None:
    if stage == Stage.DISPATCH:
        return case.desk
    topic = case.edition.definition.topic(case.topic)
    return case.lead or (lead_for(topic.lead, case.prefecture) if topic else None)


def _promise(stage: Stage, end: datetime, unit: Unit | None, scale: OfficeTime, at: datetime) -> Promise:
    office = unit.name if unit is not None and stage != Stage.SUPPLEMENT else ""
    return Promise(_SAID[stage], end, moment(end, scale, at), office, at > end)
