"""Knots 堵点: many alike cases get one owner and one task."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.cases.commands.desk import check_active, check_text
from huiqi.cases.commands.moving import lock_case, save_case, tell
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, ItemEdition, Knot
from huiqi.cases.queries.alike import KNOT_WITHIN, Heap, alike_of, heaps
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import gettext_noop
from huiqi.reference.models import Division

_State = Knot.State


@transaction.atomic
def propose_knots(*, at: datetime, actor: User | None = None) -> list[Knot]:
    """Propose a knot for every kind of which many came within a week; tie newcomers to open ones.

    Run daily; running it again proposes nothing twice.
    """
    for knot in Knot.objects.filter(state=_State.OPEN).order_by("pk"):
        for case in alike_of(knot, at):
            tie_case(case, knot=knot, actor=actor, at=at)
    proposed = (_propose(heap, at, actor) for heap in heaps(at))
    return [found for found in proposed if found is not None]


def _propose(heap: Heap, at: datetime, actor: User | None) -> Knot | None:
    same = Knot.objects.filter(item=heap.item, topic=heap.topic, prefecture=heap.prefecture)
    # What was dismissed is not proposed again while its cases are still fresh.
    dismissed = Q(state=_State.DISMISSED, decided_at__gt=at - KNOT_WITHIN)
    if same.filter(Q(state__in=[_State.PROPOSED, _State.OPEN]) | dismissed).exists():
        return None
    knot = Knot(title=_title(heap), item=heap.item, topic=heap.topic, prefecture=heap.prefecture, made_at=at)
    try:
        with transaction.atomic():
            knot.save(force_insert=True)
    except IntegrityError:
        # Another worker proposed it at the same moment.
        return None
    audit.record("knot.proposed", knot, actor=actor, cases=heap.cases)
    return knot


@transaction.atomic
def confirm_knot(  # noqa: PLR0913  what a knot needs
    knot: Knot,
    *,
    owner: Unit,
    cause: str,
    task: str,
    due_on: date,
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Knot:
    """Take a proposed knot up: one owner, the root cause, one task with a day; its cases are tied to it.

    Refused: `cases.knot_decided`, `cases.text_missing`, `cases.unit_closed`, `cases.due_passed`.
    """
    knot = _lock_knot(knot, _State.PROPOSED, expected=expected)
    check_text(cause, gettext_noop("请写明根源。"))
    check_text(task, gettext_noop("请写明任务。"))
    check_active(owner)
    if due_on < timezone.localdate(at):
        raise Refused("cases.due_passed", gettext_noop("完成日期已经过去。请改填今天或以后的日期。"))
    knot.owner, knot.cause, knot.task, knot.due_on = owner, cause, task, due_on
    fields = ["owner", "cause", "task", "due_on"]
    _decide(knot, _State.OPEN, fields, act="knot.confirmed", actor=actor, at=at)
    for case in alike_of(knot, at):
        tie_case(case, knot=knot, actor=actor, at=at)
    return knot


@transaction.atomic
def dismiss_knot(knot: Knot, *, reason: str, actor: User, at: datetime, expected: int | None = None) -> Knot:
    """Find that these cases have no common cause. Refused: `cases.knot_decided`, `cases.text_missing`."""
    knot = _lock_knot(knot, _State.PROPOSED, expected=expected)
    check_text(reason, gettext_noop("请写明为什么不成立。"))
    knot.result = reason
    _decide(knot, _State.DISMISSED, ["result"], act="knot.dismissed", actor=actor, at=at)
    return knot


@transaction.atomic
def untie_knot(knot: Knot, *, result: str, actor: User, at: datetime, expected: int | None = None) -> Knot:
    """Say that the task is done 疏通; the cases keep their own ends. Refused as `dismiss_knot`."""
    knot = _lock_knot(knot, _State.OPEN, expected=expected)
    check_text(result, gettext_noop("请写明怎么疏通的、结果如何。"))
    knot.result = result
    _decide(knot, _State.UNTIED, ["result"], act="knot.untied", actor=actor, at=at)
    return knot


@transaction.atomic
def tie_case(
    case: Case, *, knot: Knot, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Make a case part of an open knot 关联. Refused: `cases.knot_not_open`, `cases.tied_already`."""
    case = lock_case(case, expected=expected)
    if knot.state != _State.OPEN:
        said = gettext_noop("这个堵点还没有确认或已经疏通。请选择攻坚中的堵点。")
        raise Refused("cases.knot_not_open", said)
    if case.knot_id is not None:
        said = gettext_noop("这件诉求已经归入一个堵点。请刷新页面看最新情况。")
        raise Refused("cases.tied_already", said)
    case.knot = knot
    tell(case, Happening.TIED, actor=actor, at=at, knot=knot.public_id)
    return save_case(case, "knot")


def _lock_knot(knot: Knot, state: str, *, expected: int | None) -> Knot:
    locked = Knot.objects.select_for_update(of=("self",)).get(pk=knot.pk)
    if expected is not None and locked.version != expected:
        raise VersionConflict
    if locked.state != state:
        raise Refused("cases.knot_decided", gettext_noop("这个堵点已有人处理。请刷新页面看最新情况。"))
    return locked


def _decide(  # noqa: PLR0913  a part of the three decisions
    knot: Knot, state: str, fields: list[str], *, act: str, actor: User, at: datetime
) -> None:
    knot.state, knot.decided_by, knot.decided_at = state, actor, at
    knot.version += 1
    knot.save(update_fields=[*fields, "state", "decided_by", "decided_at", "version"])
    audit.record(act, knot, actor=actor)


def _title(heap: Heap) -> str:
    edition = ItemEdition.objects.filter(item=heap.item).order_by("-number").first()
    topic = edition.definition.topic(heap.topic) if edition is not None else None
    place = Division.objects.filter(code=heap.prefecture).order_by("code").first()
    return f"{place.name if place else ''}{topic.title if topic else heap.topic}"[:80]
