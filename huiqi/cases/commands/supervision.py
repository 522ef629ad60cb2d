"""Supervision 督办: drafted by rule or on a leader's word, issued by a supervisor, answered by the unit.

A machine drafts and never issues: what is five working days late, sent back twice, unsigned, or not solved.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.cases.commands.moving import lock_case, save_case, tell
from huiqi.cases.commands.telling import tell_people
from huiqi.cases.happenings import Happening
from huiqi.cases.models import CallBack, Case, Clock, Order, OrderPart, OrderState, Supervision
from huiqi.cases.notices import SUPERVISED, TO_ISSUE
from huiqi.cases.queries.clock_lines import scale_of
from huiqi.cases.queries.people import people_with, supervisors_of
from huiqi.cases.queries.reminded import heads_of, unit_people, with_deputies
from huiqi.cases.workflow import Stage, State, Word
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.messages.commands.notices import settle_about
from huiqi.reference.working_days import Basis, due
from huiqi.workflow.terms import Limit, LimitUnit, later

Cause = Supervision.Cause
# 催办后逾5个工作日 (a city's 12345 rule); around the clock a day and a night, which is ours.
LATE_AFTER = {
    LimitUnit.WORKING_DAYS: Limit(5),
    LimitUnit.OFFICE_HOURS: Limit(5),
    LimitUnit.HOURS: Limit(24, LimitUnit.HOURS),
}
# A working day after the term to sign; no rule names a figure.
UNCLAIMED_AFTER = Limit(1)
BOUNCES = 2
ANSWER_WITHIN = 3  # working days; no rule names a figure, the supervisor may set another day
TEXT_MOST = 2000
_OPEN = (Supervision.State.DRAFTED, Supervision.State.ISSUED)
_TEXTS = {
    Cause.OVERDUE: gettext_noop("诉求%(number)s由你单位办理，逾期已久。请立即办理，并说明逾期原因。"),
    Cause.BOUNCED: gettext_noop("诉求%(number)s已被退回%(bounces)s次。请核实职责，提出办理意见，不再退回。"),
    Cause.UNCLAIMED: gettext_noop("诉求%(number)s派到你单位后逾期没有签收。请立即签收办理，并说明原因。"),
    Cause.NOT_SOLVED: gettext_noop("诉求%(number)s办理后，诉求人反映未解决。请重新办理，并说明解决办法。"),
}  # fmt: skip


# --- drafts --------------------------------------------------------------------------------------------


def draft_supervisions(*, at: datetime) -> dict[str, int]:
    """Draft what the rules ask for and tell the supervisors; twice at once drafts nothing twice.

    Returns {"drafted", "dropped"}: dropped are drafts whose case ended before anybody issued them.
    """
    drafted = 0
    for case_id, unit_id, cause in [*_late(at), *_bounced(), *_not_solved()]:
        drafted += _draft(case_id, unit_id, cause, at)
    return {"drafted": drafted, "dropped": _drop_of_ended(at)}


def _late(at: datetime) -> Iterable[tuple[int, int, Cause]]:
    """Running clocks long over, of which nobody was supervised since they ended."""
    clocks = Clock.objects.running().filter(is_paused=False, is_reference=False, due_at__lt=at)
    since = Supervision.objects.filter(case=OuterRef("case"), drafted_at__gte=OuterRef("due_at"))
    for stage, cause in ((Stage.HANDLE, Cause.OVERDUE), (Stage.SIGN, Cause.UNCLAIMED)):
        rows = clocks.filter(~Exists(since.filter(cause=cause)), stage=stage)
        # None of the limits is shorter than a day.
        rows = rows.filter(due_at__lte=at - timedelta(days=1)).order_by("due_at", "pk")
        for clock in rows.select_related("case").only(
            "case__prefecture", "unit", "due_at", "known_on", "limit_unit"
        ):
            limit = UNCLAIMED_AFTER if stage == Stage.SIGN else LATE_AFTER[LimitUnit(clock.limit_unit)]
            if later(clock.due_at, limit, scale_of(clock, clock.case)) <= at:
                yield clock.case_id, clock.unit_id, cause


def _bounced() -> Iterable[tuple[int, int, Cause]]:
    """Open cases sent back twice or oftener, and nobody supervised since the last time."""
    returned = Order.objects.filter(
        case=OuterRef("pk"), part=OrderPart.LEAD, state=OrderState.RETURNED
    ).order_by("-returned_at", "-pk")
    since = Supervision.objects.filter(
        case=OuterRef("pk"), cause=Cause.BOUNCED, drafted_at__gte=OuterRef("returned")
    )
    rows = Case.objects.open().filter(bounces__gte=BOUNCES).order_by("pk")
    back = rows.annotate(returned=returned.values("returned_at")[:1], by=returned.values("unit")[:1])
    for row in back.filter(~Exists(since)).values("pk", "lead", "by"):
        unit = row["lead"] or row["by"]
        if unit:
            yield row["pk"], unit, Cause.BOUNCED


def _not_solved() -> Iterable[tuple[int, int, Cause]]:
    """Open cases whose requester said "not solved" last, and nobody supervised since."""
    words = CallBack.objects.filter(case=OuterRef("pk")).exclude(word=Word.UNREACHABLE).order_by("-at", "-pk")
    since = Supervision.objects.filter(
        case=OuterRef("pk"), cause=Cause.NOT_SOLVED, drafted_at__gte=OuterRef("said_at")
    )
    rows = Case.objects.open().filter(round__gt=1, lead__isnull=False).order_by("pk")
    told = rows.annotate(said=words.values("word")[:1], said_at=words.values("at")[:1])
    for row in told.filter(~Exists(since), said=Word.NOT_SOLVED).values("pk", "lead"):
        yield row["pk"], row["lead"], Cause.NOT_SOLVED


@transaction.atomic
def _draft(case_id: int, unit_id: int, cause: Cause, at: datetime) -> bool:
    case = lock_case(Case(pk=case_id))
    if (
        not case.is_open
        or case.supervisions.filter(Q(state__in=_OPEN) | Q(drafted_at=at), cause=cause).exists()
    ):
        return False
    text = str(Message(_TEXTS[cause], {"number": case.number, "bounces": case.bounces}))
    _new_draft(case, Unit.objects.get(pk=unit_id), cause, text, at, actor=None)
    return True


def _new_draft(
    case: Case, unit: Unit, cause: Cause, text: str, at: datetime, *, actor: User | None
) -> Supervision:
    draft = Supervision.objects.create(
        case=case, unit=unit, cause=cause, text=text, answer_by=answer_day(at), drafted_at=at
    )
    _tell(case, draft, "drafted", actor, at)
    said = gettext_noop("诉求%(number)s的督办单已经起草，请审核签发。")
    people = with_deputies(supervisors_of(case.desk), timezone.localdate(at))
    tell_people(people, case, TO_ISSUE, said, at=at, actor=actor, about=draft)
    return draft


def _drop_of_ended(at: datetime) -> int:
    rows = Supervision.objects.filter(state=Supervision.State.DRAFTED, case__state=State.ENDED)
    dropped = list(rows.order_by("pk"))
    with transaction.atomic():
        settle_about(dropped, at=at)
        return rows.filter(pk__in=[row.pk for row in dropped]).update(state=Supervision.State.DROPPED)


def answer_day(at: datetime) -> date:
    """The day until which an answer is asked for when nobody says another."""
    today = timezone.localdate(at)
    return due(today, ANSWER_WITHIN, Basis(today)).due


# --- people --------------------------------------------------------------------------------------------


@transaction.atomic
def order_supervision(
    case: Case, *, unit: Unit, text: str, actor: User, at: datetime, expected: int | None = None
) -> Supervision:
    """Draft on a leader's word 领导交办; a supervisor issues it. Refused: `cases.supervised_already`."""
    case = lock_case(case, expected=expected)
    _check_text(text)
    _check_open(case)
    if case.supervisions.filter(cause=Cause.LEADER, state__in=_OPEN).exists():
        said = gettext_noop("这件诉求已有一份领导交办的督办单。请先办结那一份。")
        raise Refused("cases.supervised_already", said)
    return _new_draft(case, unit, Cause.LEADER, text, at, actor=actor)


@transaction.atomic
def issue_supervision(
    supervision: Supervision, *, text: str, answer_by: date, actor: User, at: datetime
) -> Supervision:
    """Issue a draft 签发: the unit has to answer until that day.

    Refused: `cases.supervision_changed` when it is no draft any more, `cases.answer_day_passed`,
    `cases.text_missing`, `cases.case_ended`.
    """
    case, found = _locked(supervision, Supervision.State.DRAFTED)
    _check_text(text)
    _check_open(case)
    if answer_by <= timezone.localdate(at):
        raise Refused("cases.answer_day_passed", gettext_noop("回复期限要在今天以后。请另选日期。"))
    found.text, found.answer_by = text, answer_by
    found.state, found.issued_by, found.issued_at = Supervision.State.ISSUED, actor, at
    found.save(update_fields=["text", "answer_by", "state", "issued_by", "issued_at"])
    settle_about([found], at=at)
    case.supervised_at = at
    _tell(case, found, "issued", actor, at)
    save_case(case, "supervised_at")
    said = gettext_noop("诉求%(number)s被督办，请在期限内回复。")
    tell_people(_supervised(found, case, at), case, SUPERVISED, said, at=at, actor=actor, about=found)
    return found


def _supervised(found: Supervision, case: Case, at: datetime) -> list[User]:
    """Handlers of the unit and who answers for it."""
    order = case.orders.open().filter(unit=found.unit).select_related("unit", "handler").first()
    people = unit_people(Clock(order=order, unit=found.unit), case)
    return with_deputies([*people, *heads_of(found.unit, case.desk)], timezone.localdate(at))


@transaction.atomic
def drop_supervision(supervision: Supervision, *, reason: str, actor: User, at: datetime) -> Supervision:
    """Decide not to issue a draft; the reason stays on the timeline. Refused: `cases.supervision_changed`."""
    case, found = _locked(supervision, Supervision.State.DRAFTED)
    _check_text(reason)
    found.state = Supervision.State.DROPPED
    found.save(update_fields=["state"])
    settle_about([found], at=at)
    _tell(case, found, "dropped", actor, at, text=reason)
    return found


@transaction.atomic
def answer_supervision(supervision: Supervision, *, text: str, actor: User, at: datetime) -> Supervision:
    """The unit answers 回复; late or not. Refused: `cases.supervision_changed`, `cases.text_missing`."""
    case, found = _locked(supervision, Supervision.State.ISSUED)
    _check_text(text)
    found.answer, found.state = text, Supervision.State.ANSWERED
    found.answered_by, found.answered_at = actor, at
    found.save(update_fields=["answer", "state", "answered_by", "answered_at"])
    settle_about([found], at=at)
    _tell(case, found, "answered", actor, at)
    said = gettext_noop("诉求%(number)s的督办已经回复，请查看。")
    issuer = [found.issued_by] if found.issued_by and found.issued_by.is_active else []
    people = issuer or list(people_with(case.desk, Power.SUPERVISE_CASES))
    tell_people(people, case, SUPERVISED, said, at=at, actor=actor)
    return found


def remind_of_answers(*, at: datetime) -> int:
    """Remind units of letters whose day of answer has come; once a day. Returns how many letters."""
    today = timezone.localdate(at)
    rows = Supervision.objects.filter(state=Supervision.State.ISSUED, answer_by__lte=today)
    found = list(rows.select_related("unit", "case__desk").order_by(F("answer_by"), "pk"))
    said = gettext_noop("诉求%(number)s的督办到了回复期限，请立即回复。")
    for row in found:
        with transaction.atomic():
            people = _supervised(row, row.case, at)
            tell_people(people, row.case, SUPERVISED, said, at=at, about=row)
    return len(found)


def _tell(  # noqa: PLR0913  what the timeline keeps
    case: Case, found: Supervision, phase: str, actor: User | None, at: datetime, text: str = ""
) -> None:
    """The event; that a letter was issued is told to the requester too, not what it says."""
    tell(
        case,
        Happening.SUPERVISED,
        actor=actor,
        at=at,
        text=text,
        is_public=phase == "issued",
        phase=phase,
        cause=found.cause,
        unit_name=found.unit.name,
        was_late=phase == "answered" and timezone.localdate(at) > found.answer_by,
    )


def _locked(supervision: Supervision, state: Supervision.State) -> tuple[Case, Supervision]:
    case = lock_case(supervision.case)
    found = Supervision.objects.select_related("unit", "issued_by").get(pk=supervision.pk)
    if found.state != state:
        said = gettext_noop("这份督办现在是“%(state)s”，不能做这一步。请刷新页面看最新情况。")
        label = Supervision.State(found.state).label
        raise Refused("cases.supervision_changed", Message(said, {"state": label}))
    return case, found


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refused("cases.text_missing", gettext_noop("请写明内容。"))
    if len(text) > TEXT_MOST:
        said = gettext_noop("最多%(most)s字，请写得短一些。")
        raise Refused("cases.text_too_long", Message(said, {"most": TEXT_MOST}))


def _check_open(case: Case) -> None:
    if not case.is_open:
        raise Refused("cases.case_ended", gettext_noop("这件诉求已经办结，不能再督办。"))
