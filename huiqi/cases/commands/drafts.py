"""Writes on half-filled requests: begin, save a step, files, send, discard, expire."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q

from huiqi.accounts.models import User
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.models import Case, Draft
from huiqi.cases.models.drafts import PAYLOAD_LENGTH
from huiqi.cases.models.sheets import SHEET_LENGTH
from huiqi.cases.queries.drafts import RECEIPT, is_mobile, typed_in
from huiqi.cases.workflow import Channel, State
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import token_digest
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.commands import attach, delete_attachment, hand_over, receive_upload
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.messages.commands.deliveries import queue_message
from huiqi.messages.models import Delivery
from huiqi.messages.wording import SIGNATURE

# Ours: long enough for papers that must be fetched, short enough not to keep what was given up.
KEPT_FOR = timedelta(days=30)
MOST_FILES = 10
CODE_DIGITS = 6
_SENT = gettext_noop("这份草稿已经提交，不能再改。要补充内容，请到诉求页面留言。")


@dataclass(frozen=True)
class Sent:
    """The case a draft became; `code` opens the public progress page and is "" when it was sent before."""

    case: Case
    code: str = ""


def new_code() -> str:
    """A fresh query code: six digits, never part of an address."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


@transaction.atomic
def begin_draft(item: str, token: str, *, actor: User | None, at: datetime) -> Draft:
    """The draft of this private link; the one that is there already when the same link begins it again.

    `at` is real time: how old a draft is does not depend on the site's reference date.
    """
    digest = token_digest(token)
    known = Draft.objects.filter(token_digest=digest).order_by("pk").first()
    if known is not None:
        return known
    times = {"made_at": at, "saved_at": at, "expires_at": at + KEPT_FOR}
    try:
        with transaction.atomic():
            draft = Draft.objects.create(
                item=item, user=actor, token_digest=digest, channel=Channel.WEB, **times
            )
    except IntegrityError:  # the other request of the page came first
        return Draft.objects.get(token_digest=digest)
    audit.record("case_draft.begun", draft, actor=actor, item=item)
    return draft


@dataclass(frozen=True)
class Origin:
    """What a draft grows out of: `ref` names it once for all, `snapshot` goes with the case."""

    ref: str
    channel: Channel
    snapshot: Mapping[str, Any]


@transaction.atomic
def begin_filled(
    item: str,
    typed: Mapping[str, Mapping[str, list[str]]],
    origin: Origin,
    *,
    actor: User | None,
    at: datetime,
) -> Draft:
    """A draft with steps filled in from elsewhere; the same origin has one draft, however often it is asked.

    A visitor's is opened by `queries.drafts.resume_token`. `at` is real time.
    """
    known = Draft.objects.filter(source_ref=origin.ref).order_by("pk").first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            draft = Draft.objects.create(
                item=item,
                user=actor,
                channel=origin.channel,
                source_ref=origin.ref,
                origin=json.dumps(origin.snapshot, ensure_ascii=False),
                payload=json.dumps(typed, ensure_ascii=False),
                made_at=at,
                saved_at=at,
                expires_at=at + KEPT_FOR,
            )
    except IntegrityError:  # tapped twice at this moment
        return Draft.objects.get(source_ref=origin.ref)
    audit.record("case_draft.begun", draft, actor=actor, item=item)
    return draft


@transaction.atomic
def save_form(draft: Draft, answers: Mapping[str, str], *, at: datetime) -> Draft:
    """Keep the answers to the item's questionnaire, right or wrong. Refused as `save_step`."""
    draft = _lock(draft)
    if draft.sent_at is not None:
        raise Refused("cases.draft_sent", _SENT)
    text = json.dumps(answers, ensure_ascii=False)
    if len(text) > SHEET_LENGTH:
        said = gettext_noop("内容太长，没有存进草稿。请把详细情况放到附件里，这里写要点。")
        raise Refused("cases.draft_too_long", said)
    draft.form_answers, draft.saved_at = text, at
    draft.save(update_fields=["form_answers", "saved_at"])
    return draft


@transaction.atomic
def save_step(draft: Draft, step: str, typed: Mapping[str, list[str]], *, phone: str, at: datetime) -> Draft:
    """Keep what was typed on one step, valid or not. `phone` ("" = unknown) is what the draft is found by.

    Not audited: what a draft says is nobody's act yet, and every field left would be a record.
    Refused: `cases.draft_sent`, `cases.draft_too_long`.
    """
    draft = _lock(draft)
    if draft.sent_at is not None:
        raise Refused("cases.draft_sent", _SENT)
    payload = {**typed_in(draft), step: dict(typed)}
    text = json.dumps(payload, ensure_ascii=False)
    if len(text) > PAYLOAD_LENGTH:
        said = gettext_noop("内容太长，没有存进草稿。请把详细情况放到附件里，这里写要点。")
        raise Refused("cases.draft_too_long", said)
    draft.payload, draft.saved_at, draft.phone = text, at, phone or draft.phone
    draft.save(update_fields=["payload", "saved_at", "phone", "phone_index"])
    return draft


def add_file(draft: Draft, upload: "UploadedFile[Any]", *, actor: User | None, at: datetime) -> Attachment:
    """Put a file to a draft; see files.receive_upload for what is refused, and `cases.files_many`."""
    if draft.sent_at is not None:
        raise Refused("cases.draft_sent", _SENT)
    if attachments_of(draft).count() >= MOST_FILES:
        said = gettext_noop("最多放%(most)d个文件。请先移除不要的，或合成一个 PDF。")
        raise Refused("cases.files_many", Message(said, {"most": MOST_FILES}))
    received = receive_upload(upload, actor=actor, at=at)
    return attach(received, owner=draft, actor=actor, at=at, keep_until=draft.expires_at)


@transaction.atomic
def remove_file(draft: Draft, public_id: str, *, actor: User | None) -> None:
    """Take a file out of a draft; one that is not there is taken out already."""
    found = attachments_of(draft).filter(public_id=public_id).first()
    if found is not None and draft.sent_at is None:
        delete_attachment(found, actor=actor)


@transaction.atomic
def send_draft(draft: Draft, asked: Asked, *, actor: User | None, at: datetime, wall: datetime) -> Sent:
    """Make the draft a case, once: whoever sends it again gets the same case.

    `at` is the business clock, `wall` real time. What was typed is deleted from the draft in the same
    transaction; its files go to the case.
    """
    draft = _lock(draft)
    if draft.sent_at is not None:
        return Sent(Case.objects.get(number=draft.case_number))
    code = new_code()
    case = open_case(asked, actor=actor, at=at, code=code)
    hand_over(draft, to=case, actor=actor)
    draft.sent_at, draft.case_number = wall, case.number
    draft.payload = json.dumps({RECEIPT: {"code": [code]}})
    draft.phone, draft.origin, draft.form_answers = "", "", ""
    kept = ["sent_at", "case_number", "payload", "phone", "phone_index", "origin", "form_answers"]
    draft.save(update_fields=kept)
    _text_number(case, code, wall)
    return Sent(case, code)


def _text_number(case: Case, code: str, wall: datetime) -> None:
    """Number and code by text message, for who has no account; the port may be off, which is no fault."""
    if case.requester is not None or not is_mobile(case.requester_phone):
        return
    text = f"{SIGNATURE}已登记，编号{case.number}，查询码{code}。请保管好，可凭编号和查询码在惠企查进度。"
    key = f"case.receipt:{case.public_id}"
    queue_message(Delivery(purpose="case", phone=case.requester_phone, text=text, made_at=wall, once_key=key))


@transaction.atomic
def discard_draft(draft: Draft, *, actor: User | None) -> None:
    """Delete a draft with its files; one that was sent stays as the receipt it is."""
    draft = _lock(draft)
    if draft.sent_at is None:
        _delete(draft, actor)


def expire_drafts(at: datetime) -> int:
    """Delete drafts whose thirty days are over, with their files, and those whose case has ended; returns how
    many. `at` is real time."""
    ended = Case.objects.order_by().filter(state=State.ENDED).values("number")
    over = Draft.objects.filter(Q(expires_at__lte=at) | Q(sent_at__isnull=False, case_number__in=ended))
    gone = 0
    for number in list(over.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            rows: Iterable[Draft] = over.select_for_update(of=("self",)).filter(pk=number)
            for draft in rows:
                _delete(draft, None)
                gone += 1
    return gone


def _delete(draft: Draft, actor: User | None) -> None:
    for attachment in attachments_of(draft):
        delete_attachment(attachment, actor=actor)
    audit.record("case_draft.discarded", draft, actor=actor, item=draft.item)
    draft.delete()


def _lock(draft: Draft) -> Draft:
    found = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if found is None:
        raise Refused("cases.draft_gone", gettext_noop("这份草稿已经删除。请重新填写。"))
    return found
