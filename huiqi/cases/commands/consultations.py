"""Letters of consultation 商请函: drafted, reviewed and countersigned here; numbered, dated and sealed in the
office's own OA; their sending, answer or silence entered here again.

An office assigns only below itself; beside it, it asks. The day it asks for is a reference and no term.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.cases.commands.ladder import office_of
from huiqi.cases.commands.moving import lock_case, save_case, tell
from huiqi.cases.commands.ordering import close_order
from huiqi.cases.commands.timing import reckoning_of, start_clock, stop_clocks
from huiqi.cases.happenings import Happening
from huiqi.cases.letters import MUST_NOT_NAME, TO_FILL, names_somebody
from huiqi.cases.models import Case, Consultation, Countersign, Order, OrderMode, OrderPart, OrderState
from huiqi.cases.notices import LETTER, LETTER_TO_SIGN, RAISED
from huiqi.cases.queries.consultations import has_people
from huiqi.cases.queries.people import people_with, supervisors_of
from huiqi.cases.workflow import Stage
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Listed, Message, gettext_noop
from huiqi.files.commands import attach
from huiqi.files.models import Attachment
from huiqi.messages.commands.notices import notify_all, settle_about
from huiqi.reference.working_days import Basis, due

State, Decision = Consultation.State, Countersign.Decision


@dataclass(frozen=True)
class Letter:
    """What an officer writes: to whom (a unit with accounts, or only a name), about what, the text."""

    subject: str
    body: str
    to_name: str
    to_unit: Unit | None = None


@transaction.atomic
def draft_letter(case: Case, letter: Letter, *, from_unit: Unit, actor: User, at: datetime) -> Consultation:
    """Begin a letter about an open case. It joins the order by which the unit asked has the matter, if any.

    Refused: `cases.case_ended`, `cases.letter_incomplete`, `cases.letter_names_requester`.
    """
    case = lock_case(case)
    if not case.is_open:
        raise Refused("cases.case_ended", gettext_noop("这件诉求已经办结，不用再商请。"))
    _check_letter(case, letter)
    made = Consultation.objects.create(
        case=case,
        order=_order_of(case, letter),
        from_unit=from_unit,
        made_by=actor,
        made_at=at,
        **_said(letter),
    )
    _tell(case, made, "drafted", actor, at)
    save_case(case)
    return made


def _order_of(case: Case, letter: Letter) -> Order | None:
    if letter.to_unit is None:
        return None
    asked = case.orders.open().filter(unit=letter.to_unit, consultation=None)
    return asked.filter(mode__in=[OrderMode.CONSULT, OrderMode.FORWARD]).order_by("pk").first()


@transaction.atomic
def change_letter(
    consultation: Consultation, letter: Letter, *, actor: User, at: datetime, expected: int
) -> Consultation:
    """Write a draft anew; who writes last may not review it. `expected`: the version on the screen."""
    case, found = _locked(consultation, State.DRAFTING, expected=expected)
    _check_letter(case, letter)
    for name, value in _said(letter).items():
        setattr(found, name, value)
    found.made_by = actor
    return _saved(found)


def _said(letter: Letter) -> dict[str, Any]:
    return {
        "subject": letter.subject.strip(),
        "body": letter.body.strip(),
        "to_unit": letter.to_unit,
        "to_name": letter.to_unit.name if letter.to_unit else letter.to_name.strip(),
    }


def _check_letter(case: Case, letter: Letter) -> None:
    if not (letter.subject.strip() and letter.body.strip() and (letter.to_unit or letter.to_name.strip())):
        said = gettext_noop("请写全致送单位、事由和正文。")
        raise Refused("cases.letter_incomplete", said)
    if names_somebody(f"{letter.subject}\n{letter.body}", case.requester_name, case.requester_phone):
        raise Refused("cases.letter_names_requester", MUST_NOT_NAME)


@transaction.atomic
def send_for_review(
    consultation: Consultation, *, countersigners: Sequence[Unit] = (), actor: User, at: datetime
) -> Consultation:
    """Send a draft round: each unit countersigns 会签, then the own office reviews 审核.

    All agree to this text: who agreed to an earlier one is asked anew. Refused: `cases.letter_incomplete`
    while the draft has its gap, `cases.countersigner_without_people`.
    """
    case, found = _locked(consultation, State.DRAFTING)
    if TO_FILL in found.body:
        said = gettext_noop("正文里还有“%(gap)s”没有写。请写明商请对方做什么。")
        raise Refused("cases.letter_incomplete", Message(said, {"gap": TO_FILL}))
    units = [unit for unit in countersigners if unit.pk != found.from_unit_id]
    mute = [unit.name for unit in units if not has_people(unit)]
    if mute:
        said = gettext_noop("%(units)s在系统里没有账号，不能在线会签。请线下征求意见，不要选在这里。")
        raise Refused("cases.countersigner_without_people", Message(said, {"units": Listed(mute)}))
    settle_about(found.countersigns.all(), at=at)
    found.countersigns.all().delete()
    Countersign.objects.bulk_create(
        [
            *(Countersign(consultation=found, unit=unit) for unit in dict.fromkeys(units)),
            Countersign(consultation=found, unit=found.from_unit, is_review=True),
        ]
    )
    found.state = State.REVIEWING
    _tell(case, found, "reviewing", actor, at)
    _ask(found, actor, at)
    save_case(case)
    return _saved(found)


@transaction.atomic
def decide_countersign(
    countersign: Countersign, *, agreed: bool, comment: str = "", actor: User, at: datetime
) -> Consultation:
    """Agree or send back. A refusal leads back to the draft; the review comes last and approves the letter.

    Refused: `cases.own_letter`, `cases.countersigns_waiting`, `cases.decided_already`, `cases.text_missing`.
    """
    case, found = _locked(countersign.consultation, State.REVIEWING)
    row = Countersign.objects.select_related("unit").get(pk=countersign.pk)
    _check_decision(found, row, agreed=agreed, comment=comment, actor=actor)
    row.decision = Decision.AGREED if agreed else Decision.REFUSED
    row.comment, row.by, row.at = comment.strip()[:300], actor, at
    row.save(update_fields=["decision", "comment", "by", "at"])
    # A refusal ends the round: nobody else need sign this text.
    settle_about([row] if agreed else found.countersigns.all(), at=at)
    if not agreed:
        found.state = State.DRAFTING
    elif row.is_review:
        found.state = State.APPROVED
    phase = "refused" if not agreed else "approved" if row.is_review else "countersigned"
    _tell(case, found, phase, actor, at, text=row.comment, by_unit=row.unit.name)
    if found.state == State.REVIEWING:
        _ask(found, actor, at)
    else:
        _inform(found, gettext_noop("诉求%(number)s的商请函有了审核会签结果。"), actor, at)
    save_case(case)
    return _saved(found)


def _check_decision(
    found: Consultation, row: Countersign, *, agreed: bool, comment: str, actor: User
) -> None:
    if found.made_by_id == actor.pk:
        raise Refused("cases.own_letter", gettext_noop("不能审核、会签自己起草的函。请由其他人审核。"))
    if row.decision != Decision.WAITING:
        raise Refused("cases.decided_already", gettext_noop("这一环已经办过。请刷新页面。"))
    if not agreed and not comment.strip():
        raise Refused("cases.text_missing", gettext_noop("请写明要改什么。"))
    others = found.countersigns.filter(is_review=False, decision=Decision.WAITING)
    if agreed and row.is_review and others.exists():
        said = gettext_noop("还有单位没有会签。请等会签完，再审核通过。")
        raise Refused("cases.countersigns_waiting", said)


@dataclass(frozen=True)
class Sending:
    """What the OA gave the letter, typed from it, and the day by which an answer is asked for."""

    document: str
    sent_on: date
    reply_by: date


def reply_day(sent_on: date, days: int, at: datetime) -> date:
    """The day so many working days after the sending, as the calendar is known now."""
    return due(sent_on, days, Basis(timezone.localdate(at))).due


@transaction.atomic
def enter_sent(
    consultation: Consultation,
    sending: Sending,
    *,
    scan: Attachment | None = None,
    actor: User,
    at: datetime,
) -> Consultation:
    """Enter that the letter left: number and date of the OA, the sealed scan; the reference clock begins.

    Refused: `cases.document_missing`, `cases.sent_on_wrong`, `cases.reply_by_wrong`, `cases.case_ended`.
    """
    case, found = _locked(consultation, State.APPROVED)
    _check_sending(case, sending, timezone.localdate(at))
    found.document, found.sent_on, found.reply_by = (
        sending.document.strip(),
        sending.sent_on,
        sending.reply_by,
    )
    found.state = State.SENT
    if scan is not None:
        attach(scan, owner=found, actor=actor, at=at)
    _start_reference(case, found, at)
    _tell(case, found, "sent", actor, at, is_public=True)
    if found.to_unit is not None:
        said = gettext_noop("诉求%(number)s有一份商请函请您单位答复。")
        _notify(people_with(found.to_unit, Power.HANDLE_CASES), found, LETTER, said, actor, at)
    save_case(case)
    return _saved(found)


def _check_sending(case: Case, sending: Sending, today: date) -> None:
    if not case.is_open:
        raise Refused("cases.case_ended", gettext_noop("这件诉求已经办结，不用再发函。请撤回这份函。"))
    if not sending.document.strip():
        raise Refused("cases.document_missing", gettext_noop("请填OA编的文号，例如“浏工信函〔2020〕12号”。"))
    if sending.sent_on > today:
        raise Refused("cases.sent_on_wrong", gettext_noop("发文日期不能晚于今天。"))
    if sending.reply_by <= sending.sent_on:
        raise Refused("cases.reply_by_wrong", gettext_noop("商请答复日期要晚于发文日期。"))


def _start_reference(case: Case, found: Consultation, at: datetime) -> None:
    """The clock of the order is begun anew with the sending; without an order the case has one at a time."""
    if found.order is not None:
        stop_clocks(case, Stage.CONSULT, at=at, order=found.order)
    elif case.clocks.running().filter(stage=Stage.CONSULT, order=None).exists():
        return
    start_clock(case, Stage.CONSULT, unit=found.to_unit or found.from_unit, at=at, order=found.order)


def _stop_reference(case: Case, found: Consultation, at: datetime) -> None:
    if found.order is not None:
        stop_clocks(case, Stage.CONSULT, at=at, order=found.order)
        return
    others = case.consultations.filter(state=State.SENT, order=None).exclude(pk=found.pk)
    if others.exists():
        return
    for clock in case.clocks.running().filter(stage=Stage.CONSULT, order=None):
        _stop_one(case, clock, at)


def _stop_one(case: Case, clock: Any, at: datetime) -> None:
    """Stop the clock without an order and no other: stop_clocks takes an order or all of a stage."""
    found = reckoning_of(clock, case, at)
    clock.stopped_at, clock.was_late, clock.used_minutes = at, found.is_late, found.used
    clock.due_at, clock.next_notice_at = found.due_at, None
    clock.save()


@transaction.atomic
def enter_reply(  # noqa: PLR0913  what a reply says
    consultation: Consultation,
    *,
    text: str,
    replied_on: date,
    scan: Attachment | None = None,
    is_own: bool = False,
    actor: User,
    at: datetime,
) -> Consultation:
    """Enter the answer: the unit's own people type it (`is_own`), or we do on their behalf, with the scan.

    The order of a co-handler is answered by it. Refused: `cases.text_missing`, `cases.scan_missing`,
    `cases.replied_on_wrong`.
    """
    case, found = _locked(consultation, State.SENT)
    if not text.strip():
        raise Refused("cases.text_missing", gettext_noop("请写明对方答复了什么。"))
    if scan is None and not is_own:
        raise Refused("cases.scan_missing", gettext_noop("代对方录入答复，要附上复函的扫描件。"))
    if not (found.sent_on or replied_on) <= replied_on <= timezone.localdate(at):
        raise Refused("cases.replied_on_wrong", gettext_noop("答复日期要在发文日期和今天之间。"))
    if scan is not None:
        attach(scan, owner=found, actor=actor, at=at)
    found.reply, found.replied_on, found.state = text.strip(), replied_on, State.REPLIED
    settle_about([found], at=at)
    _stop_reference(case, found, at)
    behind = None if is_own else found.to_unit
    _answer_order(case, found, actor, at, behind)
    _tell(case, found, "replied", actor, at, text=text.strip(), is_own=is_own, on_behalf=behind)
    _inform(found, gettext_noop("诉求%(number)s的商请函有了答复。"), actor, at)
    save_case(case)
    return _saved(found)


def _answer_order(case: Case, found: Consultation, actor: User, at: datetime, behind: Unit | None) -> None:
    order = found.order
    if order is None or not order.is_open or order.part != OrderPart.CO:
        return
    order.case, order.answer, order.answered_at = case, found.reply, at
    order.save(update_fields=["answer", "answered_at"])
    close_order(order, OrderState.ANSWERED, at=at)
    said: dict[str, Any] = {"text": found.reply, "on_behalf": behind}
    tell(case, Happening.CO_ANSWERED, actor=actor, at=at, unit=order.unit, **said)


@transaction.atomic
def raise_silence(consultation: Consultation, *, mandate: str, actor: User, at: datetime) -> Consultation:
    """Bring a letter without an answer to the leading group, by the mandate under which it decides.

    Refused: `cases.not_silent_yet`, `cases.mandate_missing`, `cases.raised_already`.
    """
    case, found = _locked(consultation, State.SENT)
    today = timezone.localdate(at)
    if found.reply_by is None or found.reply_by >= today:
        raise Refused("cases.not_silent_yet", gettext_noop("还没有过商请答复日期。请先等待或电话联系。"))
    if found.raised_at is not None:
        raise Refused("cases.raised_already", gettext_noop("已经提请过领导小组。"))
    if not mandate.strip():
        said = gettext_noop("请写明提请的依据，例如领导小组议事规则的条款或领导批示。")
        raise Refused("cases.mandate_missing", said)
    found.raised_at, found.mandate = at, mandate.strip()[:120]
    _tell(case, found, "raised", actor, at, text=found.mandate, is_public=True)
    office = office_of(case.desk, "leading_group") or case.desk
    said = gettext_noop("诉求%(number)s的商请函到期没有答复，提请领导小组协调。")
    _notify(supervisors_of(office), found, RAISED, said, actor, at)
    save_case(case)
    return _saved(found)


@transaction.atomic
def withdraw_letter(consultation: Consultation, *, reason: str, actor: User, at: datetime) -> Consultation:
    """Take a letter back before it is answered. Refused: `cases.letter_changed`, `cases.text_missing`."""
    open_states = (State.DRAFTING, State.REVIEWING, State.APPROVED, State.SENT)
    case, found = _locked(consultation, *open_states)
    if not reason.strip():
        raise Refused("cases.text_missing", gettext_noop("请写明为什么撤回。"))
    if found.state == State.SENT:
        _stop_reference(case, found, at)
    found.state = State.WITHDRAWN
    settle_about([found, *found.countersigns.all()], at=at)
    _tell(case, found, "withdrawn", actor, at, text=reason.strip())
    save_case(case)
    return _saved(found)


@transaction.atomic
def record_letter_export(consultation: Consultation, *, actor: User) -> None:
    """Note that the letter left as a file for the OA. Refused until approved: `cases.letter_changed`."""
    _case, found = _locked(consultation, State.APPROVED, State.SENT, State.REPLIED)
    audit.record("consultation.exported", found, actor=actor)


# --- parts ---------------------------------------------------------------------------------------------


def _locked(
    consultation: Consultation, *states: Consultation.State, expected: int | None = None
) -> tuple[Case, Consultation]:
    """The case, locked, and its letter as it is now. All acts on a letter lock its case first."""
    case = lock_case(consultation.case)
    rows = Consultation.objects.select_related("order__unit", "from_unit", "to_unit", "made_by")
    found = rows.get(pk=consultation.pk)
    found.case = case
    if expected is not None and found.version != expected:
        raise VersionConflict(gettext_noop("别人刚改过这份函。下面是您填写的内容，请对照最新的函再保存。"))
    if found.state not in states:
        said = gettext_noop("这份函现在是“%(state)s”，不能做这一步。请刷新页面看最新情况。")
        raise Refused("cases.letter_changed", Message(said, {"state": State(found.state).label}))
    return case, found


def _saved(found: Consultation) -> Consultation:
    found.version += 1
    found.save()
    return found


def _tell(  # noqa: PLR0913  what the timeline keeps
    case: Case,
    found: Consultation,
    phase: str,
    actor: User,
    at: datetime,
    *,
    text: str = "",
    is_public: bool = False,
    **more: Any,
) -> None:
    details = {"phase": phase, "letter": found.public_id, "to_name": found.to_name, **more}
    tell(case, Happening.CONSULTED, actor=actor, at=at, text=text, is_public=is_public, **details)


def _ask(found: Consultation, actor: User, at: datetime) -> None:
    """Tell whose turn it is: the countersigners, or the reviewers once all have agreed."""
    waiting = found.countersigns.filter(decision=Decision.WAITING).select_related("unit").order_by("pk")
    rows = [row for row in waiting if not row.is_review] or list(waiting)
    said = gettext_noop("诉求%(number)s的商请函等您单位审核会签。")
    for row in rows:
        powers = (Power.REVIEW_ANSWERS,) if row.is_review else (Power.HANDLE_CASES, Power.DISPATCH_CASES)
        people = {person.pk: person for power in powers for person in people_with(row.unit, power)}
        _notify(people.values(), found, LETTER_TO_SIGN, said, actor, at, about=row)


def _inform(found: Consultation, said: str, actor: User, at: datetime) -> None:
    """Tell who wrote the letter, else who dispatches at its office."""
    writer = found.made_by
    people = [writer] if writer and writer.is_active else people_with(found.from_unit, Power.DISPATCH_CASES)
    _notify(people, found, LETTER, said, actor, at)


def _notify(  # noqa: PLR0913  whom, of what
    people: Any,
    found: Consultation,
    kind: str,
    said: str,
    actor: User,
    at: datetime,
    *,
    about: Countersign | None = None,
) -> None:
    others = [person for person in people if person.pk != actor.pk and person.pk != _writer_of(found, kind)]
    url = reverse("cases:consultation", args=[found.public_id])
    key = f"{found.public_id}:{found.state}:{timezone.localdate(at).isoformat()}"
    text = said % {"number": found.case.number}
    notify_all(others, kind, text, url, at=at, once_key=key, about=about or found)


def _writer_of(found: Consultation, kind: str) -> int | None:
    """Who wrote it is not asked to review it."""
    return found.made_by_id if kind == LETTER_TO_SIGN else None
