"""Cases that become one: who is the master, what the others' requesters hear. Parts of other commands."""

from datetime import datetime

from huiqi.accounts.models import User
from huiqi.cases.commands.ending import REOPENED_FIELDS, unend_case
from huiqi.cases.commands.moving import lock_case, save_case, take_step, tell
from huiqi.cases.commands.telling import tell_desk, tell_requester
from huiqi.cases.commands.timing import start_clock
from huiqi.cases.models import Case
from huiqi.cases.notices import NEW_ON_DESK, PROGRESS
from huiqi.cases.workflow import Ending, Stage, Step
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop


def lock_pair(case: Case, into: Case, *, expected: int | None) -> tuple[Case, Case]:
    """Both cases locked, the older row first, so that two merges at once do not wait for each other;
    `into` is followed to the master of its masters. Refused: `cases.merge_ring`."""
    into = _last_master(into)
    _check_two(case, into)
    first, second = sorted((case, into), key=lambda each: each.pk)
    locked = {row.pk: lock_case(row) for row in (first, second)}
    # While we waited for the lock somebody may have merged it; its master may be our case.
    master = locked[into.pk].master
    if master is not None:
        _check_two(case, master)
        locked[into.pk] = lock_case(master)
    return lock_case(case, expected=expected), locked[into.pk]


def _last_master(case: Case) -> Case:
    """Chains are resolved when they form, so that there is one step at most; more would be a fault."""
    return case.master if case.master is not None else case


def _check_two(case: Case, into: Case) -> None:
    if case.pk == into.pk:
        said = gettext_noop("这两件已经是同一件，不能再并。请刷新页面看最新进展。")
        raise Refused("cases.merge_ring", said)


def merged_into(case: Case) -> list[Case]:
    """The cases that have this one as master, locked."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("edition", "desk", "lead", "requester")
    return list(rows.filter(master=case, ending=Ending.MERGED).order_by("pk"))


def hand_over_merged(case: Case, *, actor: User | None, at: datetime) -> None:
    """A master whose requester withdrew: the eldest of the merged goes on as master of the others."""
    others = merged_into(case)
    if not others:
        return
    heir, *rest = others
    release(heir, actor=actor, at=at, was=case)
    for other in rest:
        other.master = heir
        save_case(other, "master")


def release(case: Case, *, actor: User | None, at: datetime, was: Case) -> Case:
    """Let a merged case go its own way again 分离: it waits at the master's desk to be dispatched."""
    take_step(case, Step.SPLIT, actor=actor, at=at, was=was.number)
    unend_case(case)
    case.master, case.desk, case.lead, case.handler = None, was.desk, None, None
    case.accepted_at = case.accepted_at or at
    start_clock(case, Stage.DISPATCH, unit=case.desk, at=at)
    tell_desk(case, NEW_ON_DESK, gettext_noop("诉求%(number)s已分离，请派单。"), at=at, actor=actor)
    said = gettext_noop("您的诉求%(number)s已恢复单独办理。")
    tell_requester(case, PROGRESS, said, at=at, actor=actor)
    return save_case(case, *REOPENED_FIELDS, "accepted_at")


def pass_on_answer(case: Case, *, at: datetime) -> None:
    """The requesters of merged cases get the master's answer."""
    for other in merged_into(case):
        other.answer, other.answered_at = case.answer, at
        tell(other, Step.APPROVE, actor=None, at=at, is_public=True, text=case.answer)
        tell_requester(other, PROGRESS, gettext_noop("您的诉求%(number)s已有答复，请评价。"), at=at)
        save_case(other, "answer", "answered_at")


def is_masked(*cases: Case) -> bool:
    """Whether one of the items keeps requesters from each other."""
    return any(case.edition.definition.masks_requester for case in cases)
