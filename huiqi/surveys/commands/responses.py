"""Answering: begin, keep a page, leave a phone, send, give up; nothing typed is lost on the way."""

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.crypto import blind_index, blind_indexes
from huiqi.core.errors import Refused
from huiqi.core.ids import token_digest
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.files.commands import delete_attachment
from huiqi.files.queries import attachments_of
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import current_version, form_of, tells_who
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.codes import code_in
from huiqi.surveys.commands.meanings import file_facts, keep_outcomes, says_something
from huiqi.surveys.models import Audience, Invitation, Outcome, Response, ResponseState, Survey, Wave
from huiqi.surveys.models.responses import ANSWERS_LENGTH
from huiqi.surveys.provenance import Brought, Trail
from huiqi.surveys.queries.filling import session_of
from huiqi.surveys.queries.invitations import draft_digest, find_draft, find_invitation
from huiqi.surveys.queries.prefill import brought_in, put_in
from huiqi.surveys.queries.waves import current_wave, is_full

# Ours, as for drafts of requests: long enough to ask the accountant, short enough not to keep what was left.
KEPT_FOR = timedelta(days=30)
FIRM_PLACE = "uscc"
_FIRM = "surveys.firm"
_SENT = gettext_noop("这份答卷已经提交，不能再改。")
_ANSWERED = gettext_noop("这家企业已经交过一份答卷，一家企业只收一份。要更正，请联系调查单位。")
_NOT_OPEN = gettext_noop("这项调查现在不接受填报。")
_BEGUN = gettext_noop("这家企业已经在网上填报或交过答卷，一家企业只收一份。")
# Keys by chance lie far above those that are counted up, so that the two never meet.
_KEYS_BY_CHANCE = 2**52
_RUN_OUT = gettext_noop("这份调查表的批准文号已经过期，不再收新的答卷。要继续调查，请调查单位先办延期。")
_OVER = gettext_noop("调查已经截止，没有提交。填写的内容还会保留一段时间。")


@dataclass(frozen=True)
class Received:
    """A response that comes whole. `answers` as of a session (xform.session.Session.answers)."""

    wave: Wave
    version: QuestionnaireVersion
    instance_id: str
    answers: Mapping[str, str]


@transaction.atomic
def begin_response(survey: Survey, token: str, *, today: date, at: datetime) -> Response:
    """The draft of this private link, with the version published now; the same link begins it only once.

    For surveys with an open link; who was invited begins with `begin_invited`. Refused: `surveys.not_open`.
    `at` is real time.
    """
    digest = token_digest(token)
    known = Response.objects.filter(token_digest=digest, survey=survey).order_by("pk").first()
    if known is not None:
        return known
    wave = current_wave(survey, today) if survey.audience == Audience.OPEN_LINK else None
    if wave is None:
        raise Refused("surveys.not_open", _NOT_OPEN)
    check_quota(wave, None)
    return _begin(wave, today, at, token_digest=digest)


@transaction.atomic
def begin_invited(
    invitation: Invitation, code: str, *, today: date, at: datetime, filled_by: User | None = None
) -> Response:
    """The form of an invited firm, begun or gone on with; found again by `queries.filling.find_response`
    with `codes.token_of(code)`. What the register and the wave before know of the firm stands in it. With
    `filled_by` an officer types for the firm, and `code` is a fresh one.

    Refused: `surveys.not_open`, `surveys.answered`, `surveys.quota`, `surveys.anonymous`. `at` is real time.
    """
    locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    wave = Wave.objects.select_related("survey__questionnaire").get(pk=locked.wave_id)
    if locked.outcome == Outcome.ANSWERED:
        raise Refused("surveys.answered", _ANSWERED)
    if not wave.takes_answers(today):
        raise Refused("surveys.not_open", _NOT_OPEN)
    if filled_by is not None and wave.survey.is_anonymous:
        said = gettext_noop("匿名调查不能代填：填的人知道答了什么。请把邀请码告诉企业自己填。")
        raise Refused("surveys.anonymous", said)
    known = find_draft(code) or Response.objects.filter(invitation=locked).order_by("pk").first()
    if known is not None:
        return known
    check_quota(wave, locked)
    if wave.survey.is_anonymous:
        made = _begin(wave, today, at, token_digest=draft_digest(code))
    else:
        made = _begin(
            wave, today, at, invitation=locked, enterprise_id=locked.enterprise_id, filled_by=filled_by
        )
        bring_in(made, locked.enterprise, is_proven=True, today=today, at=at)
    Invitation.objects.filter(pk=locked.pk).update(outcome=Outcome.OPENED, note="")
    return made


def _begin(wave: Wave, today: date, at: datetime, **more: Any) -> Response:
    version = current_version(wave.survey.questionnaire)
    if version is None or (wave.survey.is_anonymous and tells_who(version)):
        raise Refused("surveys.not_open", _NOT_OPEN)
    if wave.survey.questionnaire.has_run_out(today):
        raise Refused("surveys.run_out", _RUN_OUT)
    times = {"begun_at": at, "saved_at": at, "expires_at": at + KEPT_FOR}
    made = Response(
        survey=wave.survey, wave=wave, version=version, instance_id=f"uuid:{uuid.uuid4()}", **times, **more
    )
    made.save()
    return made


def bring_in(
    locked: Response, firm: Enterprise | None, *, is_proven: bool, today: date, at: datetime
) -> dict[str, Brought]:
    """Put into a draft that the caller has made or locked what the register and the wave before say of
    `firm`, where nothing is typed yet; what came in for another firm goes. Returns what is in, by path."""
    session = session_of(locked, today=today, now=at)
    before = Trail.read(locked.prefilled).origins
    session.answer_known({path: "" for path, one in before.items() if not one.is_corrected})
    found = brought_in(locked, session, firm, is_proven=is_proven, on=today) if firm is not None else {}
    given = put_in(session, {path: one for path, one in found.items() if not session.value(path)})
    locked.answers = json.dumps(session.answers(), ensure_ascii=False)
    locked.prefilled = Trail({}).with_brought(given).as_json
    locked.saved_at = at
    locked.save(update_fields=["answers", "prefilled", "saved_at"])
    return given


def check_quota(wave: Wave, invitation: Invitation | None) -> None:
    """Refused (`surveys.quota`) when enough firms like this one have answered; the invitation keeps that."""
    if is_full(wave, invitation):
        raise Refused("surveys.quota", gettext_noop("同类企业的答卷已经够了，这次不用填了，谢谢。"))


@transaction.atomic
def save_answers(response: Response, answers: Mapping[str, str], *, page_key: str, at: datetime) -> Response:
    """Keep what is answered so far, right or wrong. Refused: `surveys.sent`, `surveys.too_much`."""
    locked = lock_draft(response)
    payload = json.dumps(answers, ensure_ascii=False)
    if len(payload) > ANSWERS_LENGTH:
        raise Refused("surveys.too_much", gettext_noop("填写的内容太多，保存不下。请缩短长的回答。"))
    locked.answers, locked.page_key, locked.saved_at = payload, page_key[:200], at
    locked.expires_at = at + KEPT_FOR
    locked.save(update_fields=["answers", "page_key", "saved_at", "expires_at"])
    return locked


@transaction.atomic
def leave_phone(response: Response, phone: str, *, at: datetime) -> Response:
    """Keep a number by which the draft is found on another device.

    Refused: `surveys.anonymous`, `surveys.sent`.
    """
    locked = lock_draft(response)
    if locked.survey.is_anonymous:
        raise Refused("surveys.anonymous", gettext_noop("匿名调查不留电话，请在同一台设备上填完。"))
    locked.phone, locked.saved_at = phone, at
    locked.save(update_fields=["phone", "phone_index", "saved_at"])
    return locked


def send_response(
    response: Response, *, today: date, now: datetime, at: datetime, token: str = ""
) -> Response:
    """Hand it in. Sending again is the same response. `today` and `now` are the site's clock, `at` real time.

    `token` is the private link; of an anonymous survey with invitations nothing else says whose it is.
    Refused: `surveys.unfinished` when something is still wrong, `surveys.over`, `surveys.run_out` when the
    approval is over, `surveys.answered` when the same firm (by the code it gave) has answered before.
    """
    try:
        return _send(response, Sending(today, now, at, token))
    except IntegrityError:
        raise Refused("surveys.answered", _ANSWERED) from None


@dataclass(frozen=True)
class Sending:
    """When a form is handed in, and by which link."""

    today: date
    now: datetime
    at: datetime
    token: str = ""


@transaction.atomic
def _send(response: Response, sending: Sending) -> Response:
    rows = Response.objects.select_for_update(of=("self",)).select_related(
        "survey__questionnaire", "wave__survey"
    )
    locked = rows.get(public_id=response.public_id)
    if locked.state == ResponseState.SENT:
        return locked
    if not locked.wave.takes_answers(sending.today):
        raise Refused("surveys.over", _OVER)
    if locked.survey.questionnaire.has_run_out(sending.today):
        raise Refused("surveys.run_out", _RUN_OUT)
    session = session_of(locked, today=sending.today, now=sending.now)
    wrong = [one for one in session.problems() if not one.is_overwritten]
    if wrong:
        said = gettext_noop("还有%(count)s处要改，没有提交。")
        raise Refused("surveys.unfinished", Message(said, {"count": len(wrong)}))
    return _hand_in(locked, session.answers(), sending, actor=locked.filled_by, session=session)


def receive_response(survey: Survey, received: Received, *, actor: User | None, at: datetime) -> Response:
    """Keep a response that comes whole, from a client of the field; it was judged there (huiqi.fieldwork).

    Belongs into the transaction in which its delivery is noted. IntegrityError when the instance is kept
    already; Refused `surveys.answered` when the firm has answered, `surveys.not_invited` when the survey asks
    firms by name and the credit code in the answers belongs to none of them (of an anonymous survey nobody
    can tell).
    """
    wave = received.wave
    made = Response(
        survey=survey,
        wave=wave,
        version=received.version,
        instance_id=received.instance_id,
        begun_at=at,
        saved_at=at,
        expires_at=at + KEPT_FOR,
    )
    code = _code_in(received.answers)
    if survey.audience == Audience.INVITED:
        made.invitation = _invitation_of(wave, "" if survey.is_anonymous else code)
        made.enterprise_id = made.invitation.enterprise_id
    if not survey.is_anonymous and _known_key(made, code):
        raise Refused("surveys.answered", _ANSWERED)
    # Devices have clocks of their own: the day is ours, within the days of the wave.
    on = min(max(timezone.localdate(at), wave.opens_on), wave.closes_on)
    return _hand_in(made, received.answers, Sending(on, at, at), actor=actor)


def _invitation_of(wave: Wave, code: str) -> Invitation:
    rows = wave.invitations.filter(enterprise__credit_code=code.strip().upper()) if code else None
    found = rows.order_by("pk").first() if rows is not None else None
    if found is None:
        said = gettext_noop("按答卷里的统一社会信用代码，这家企业不在这一轮的名单里。")
        raise Refused("surveys.not_invited", said)
    if Response.objects.filter(invitation=found).exists():
        raise Refused("surveys.answered", _BEGUN)
    return found


def _hand_in(
    row: Response,
    answers: Mapping[str, str],
    sending: Sending,
    *,
    actor: User | None,
    session: Session | None = None,
) -> Response:
    """`session` of who filled in pages here; without, it came whole, and the firm has no answer yet."""
    at = sending.at
    row.answers = json.dumps(answers, ensure_ascii=False)
    row.state, row.sent_at, row.page_key = ResponseState.SENT, at, ""
    _mark_answered(row, sending.token)
    if row.survey.is_anonymous:
        _cut_loose(row, at)
    else:
        code = _code_in(answers)
        row.firm_key = ("" if session is None else _known_key(row, code)) or _firm_key(row, code)
    row.save()
    if says_something(form_of(row.version)):
        filled = session or session_of(row, today=sending.today, now=sending.now)
        keep_outcomes(row, filled, on=sending.today)
        if session is not None:
            file_facts(row, session, on=sending.today, at=sending.now)
    audit.record("survey.answered", row.survey, actor=actor)
    return row


def _mark_answered(locked: Response, token: str) -> None:
    """The invitation learns THAT it was answered, and not when. Refused: `surveys.answered`."""
    if locked.survey.audience != Audience.INVITED:
        return
    found = find_invitation(code_in(token)) if locked.invitation_id is None else None
    key = locked.invitation_id or (found.pk if found else 0)
    mine = Invitation.objects.filter(pk=key, wave=locked.wave_id).exclude(outcome=Outcome.ANSWERED)
    if not mine.update(outcome=Outcome.ANSWERED, note="", skipped=""):
        raise Refused("surveys.answered", _ANSWERED)


def _cut_loose(locked: Response, at: datetime) -> None:
    """Nothing may lead back: no link, no phone, and the day alone of when it was filled in.

    Of who was invited not even the day, nor the order: on a day with one answer the reminders, which skip who
    has answered, would tell whose it is. The row gets a key by chance, so that keys tell no order either.
    """
    locked.token_digest, locked.phone, locked.prefilled = "", "", {}
    if locked.survey.audience == Audience.INVITED:
        at = timezone.make_aware(datetime.combine(locked.wave.opens_on, time()))
        locked.expires_at = at + KEPT_FOR
        key = _KEYS_BY_CHANCE + secrets.randbelow(_KEYS_BY_CHANCE)
        Response.objects.filter(pk=locked.pk).update(id=key)
        locked.pk = key
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    locked.sent_at = locked.begun_at = locked.saved_at = day


def _code_in(answers: Mapping[str, str]) -> str:
    """The credit code, wherever the form asks for it."""
    return next((text for path, text in answers.items() if path.endswith(f"/{FIRM_PLACE}")), "")


def _said_of(row: Response, code: str) -> str:
    """What is digested of a firm: its code within one survey; "" without a code."""
    plain = code.strip().upper()
    return f"{row.survey.public_id}:{plain}" if plain else ""


def _firm_key(row: Response, code: str) -> str:
    """The digest of a code within one survey."""
    said = _said_of(row, code)
    return blind_index(said, _FIRM) if said else ""


def _known_key(row: Response, code: str) -> str:
    """The digest under which the firm has answered this wave, whatever the key then was, or ""."""
    said = _said_of(row, code)
    if not said:
        return ""
    sent = Response.objects.sent().filter(wave=row.wave_id, firm_key__in=blind_indexes(said, _FIRM))
    return sent.order_by("pk").values_list("firm_key", flat=True).first() or ""


@transaction.atomic
def discard_response(response: Response) -> None:
    """Delete a draft with its files for good. Refused: `surveys.sent`."""
    locked = lock_draft(response)
    delete_uploads(locked)
    locked.delete()


def delete_uploads(response: Response) -> None:
    """Delete all photos and files of a response."""
    for row in attachments_of(response):
        delete_attachment(row, actor=None)


def lock_draft(response: Response) -> Response:
    """The draft, locked until the transaction ends. Refused: `surveys.sent`."""
    rows = Response.objects.select_for_update(of=("self",)).select_related("survey")
    locked = rows.filter(pk=response.pk).first()
    if locked is None or locked.state != ResponseState.DRAFT:
        raise Refused("surveys.sent", _SENT)
    return locked
