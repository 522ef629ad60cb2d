"""Answering: begin, keep a page, leave a phone, send, give up; nothing typed is lost on the way."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.crypto import blind_index, blind_indexes
from huiqi.core.errors import Refused
from huiqi.core.ids import token_digest
from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import asks_for_files, current_version
from huiqi.surveys.models import Response, ResponseState, Survey
from huiqi.surveys.models.responses import ANSWERS_LENGTH
from huiqi.surveys.queries.filling import session_of

# Ours, as for drafts of requests: long enough to ask the accountant, short enough not to keep what was left.
KEPT_FOR = timedelta(days=30)
FIRM_PLACE = "uscc"
_FIRM = "surveys.firm"
_SENT = gettext_noop("这份答卷已经提交，不能再改。")
_ANSWERED = gettext_noop("这家企业已经交过一份答卷，一家企业只收一份。要更正，请联系调查单位。")
_OVER = gettext_noop("调查已经截止，没有提交。填写的内容还会保留一段时间。")


@dataclass(frozen=True)
class Received:
    """A response that comes whole. `answers` as of a session (xform.session.Session.answers)."""

    version: QuestionnaireVersion
    instance_id: str
    answers: Mapping[str, str]


@transaction.atomic
def begin_response(survey: Survey, token: str, *, today: date, at: datetime) -> Response:
    """The draft of this private link, with the version published now; the same link begins it only once.

    Refused: `surveys.not_open`. `at` is real time.
    """
    digest = token_digest(token)
    known = Response.objects.filter(token_digest=digest, survey=survey).order_by("pk").first()
    if known is not None:
        return known
    version = current_version(survey.questionnaire)
    if version is None or not survey.takes_answers(today) or asks_for_files(version):
        raise Refused("surveys.not_open", gettext_noop("这项调查现在不接受填报。"))
    made = Response(
        survey=survey,
        version=version,
        token_digest=digest,
        instance_id=f"uuid:{uuid.uuid4()}",
        begun_at=at,
        saved_at=at,
        expires_at=at + KEPT_FOR,
    )
    made.save()
    return made


@transaction.atomic
def save_answers(response: Response, answers: Mapping[str, str], *, page_key: str, at: datetime) -> Response:
    """Keep what is answered so far, right or wrong. Refused: `surveys.sent`, `surveys.too_much`."""
    locked = _lock(response)
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
    locked = _lock(response)
    if locked.survey.is_anonymous:
        raise Refused("surveys.anonymous", gettext_noop("匿名调查不留电话，请在同一台设备上填完。"))
    locked.phone, locked.saved_at = phone, at
    locked.save(update_fields=["phone", "phone_index", "saved_at"])
    return locked


def send_response(response: Response, *, today: date, now: datetime, at: datetime) -> Response:
    """Hand it in. Sending again is the same response. `today` and `now` are the site's clock, `at` real time.

    Refused: `surveys.unfinished` when something is still wrong, `surveys.over`, `surveys.answered` when the
    same firm (by the code it gave) has answered before.
    """
    try:
        return _send(response, today=today, now=now, at=at)
    except IntegrityError:
        raise Refused("surveys.answered", _ANSWERED) from None


@transaction.atomic
def _send(response: Response, *, today: date, now: datetime, at: datetime) -> Response:
    locked = Response.objects.select_for_update(of=("self",)).select_related("survey").get(pk=response.pk)
    if locked.state == ResponseState.SENT:
        return locked
    if not locked.survey.takes_answers(today):
        raise Refused("surveys.over", _OVER)
    session = session_of(locked, today=today, now=now)
    wrong = [one for one in session.problems() if not one.is_overwritten]
    if wrong:
        said = gettext_noop("还有%(count)s处要改，没有提交。")
        raise Refused("surveys.unfinished", Message(said, {"count": len(wrong)}))
    return _hand_in(locked, session.answers(), actor=None, at=at)


@transaction.atomic
def receive_response(survey: Survey, received: Received, *, actor: User | None, at: datetime) -> Response:
    """Keep a response that comes whole, from a client of the field; it was judged there (huiqi.fieldwork).

    IntegrityError when the instance is kept already; Refused `surveys.answered` when the firm has answered.
    """
    key = _firm_key(survey, _code_in(received.answers))
    if key and Response.objects.sent().filter(survey=survey, firm_key=key).exists():
        raise Refused("surveys.answered", _ANSWERED)
    made = Response(
        survey=survey,
        version=received.version,
        instance_id=received.instance_id,
        begun_at=at,
        saved_at=at,
        expires_at=at + KEPT_FOR,
    )
    return _hand_in(made, received.answers, actor=actor, at=at)


def _hand_in(row: Response, answers: Mapping[str, str], *, actor: User | None, at: datetime) -> Response:
    row.answers = json.dumps(answers, ensure_ascii=False)
    row.state, row.sent_at, row.page_key = ResponseState.SENT, at, ""
    if row.survey.is_anonymous:
        _cut_loose(row)
    else:
        row.firm_key = _firm_key(row.survey, _code_in(answers))
    row.save()
    audit.record("survey.answered", row.survey, actor=actor)
    return row


def _cut_loose(locked: Response) -> None:
    """Nothing may lead back: no link, no phone, and the day alone of when it was filled in."""
    locked.token_digest, locked.phone = "", ""
    day = locked.sent_at.replace(hour=0, minute=0, second=0, microsecond=0) if locked.sent_at else None
    locked.sent_at = locked.begun_at = locked.saved_at = day or locked.saved_at


def _code_in(answers: Mapping[str, str]) -> str:
    """The credit code, wherever the form asks for it."""
    return next((text for path, text in answers.items() if path.endswith(f"/{FIRM_PLACE}")), "")


def _firm_key(survey: Survey, code: str) -> str:
    """The digest of a code within one survey; the one known when the keys were changed meanwhile."""
    code = code.strip().upper()
    if not code:
        return ""
    digests = blind_indexes(f"{survey.public_id}:{code}", _FIRM)
    known = Response.objects.sent().filter(survey=survey, firm_key__in=digests).order_by("pk").first()
    return known.firm_key if known is not None else blind_index(f"{survey.public_id}:{code}", _FIRM)


@transaction.atomic
def discard_response(response: Response) -> None:
    """Delete a draft for good. Refused: `surveys.sent`."""
    _lock(response).delete()


def _lock(response: Response) -> Response:
    rows = Response.objects.select_for_update(of=("self",)).select_related("survey")
    locked = rows.filter(pk=response.pk).first()
    if locked is None or locked.state != ResponseState.DRAFT:
        raise Refused("surveys.sent", _SENT)
    return locked
