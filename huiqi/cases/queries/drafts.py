"""Half-filled requests: by private link, by account, by a phone that proved itself."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from huiqi.cases.models import Case, Draft
from huiqi.core.ids import PUBLIC_ID_LENGTH, token_digest

# step → name of the field → what was typed; the receipt keeps the query code for a while.
Typed = dict[str, dict[str, list[str]]]
RECEIPT = "receipt"
# The code is shown on the receipt only so long: long enough to survive a lost line or a reload.
CODE_SHOWN_FOR = timedelta(minutes=30)
_TOKEN = re.compile(r"[A-Za-z0-9_:.-]{16,300}")
_SALT = "cases.draft"


def is_mobile(phone: str) -> bool:
    """Whether a number can receive a text message."""
    return len(phone) == len("13800000000") and phone.startswith("1")


def find_draft(token: str, user: Any, at: datetime) -> Draft | None:
    """The draft of a link: the account's own by its public id, anybody's by the private token or by a link
    that `resume_token` made. None when it is unknown, somebody else's or over."""
    if not _TOKEN.fullmatch(token):
        return None
    rows = Draft.objects.filter(expires_at__gt=at).order_by("pk")
    if len(token) == PUBLIC_ID_LENGTH:
        return rows.filter(public_id=token, user=user).first() if user.is_authenticated else None
    if ":" in token:
        return rows.filter(public_id=_signed(token), user=None).first()
    return rows.filter(token_digest=token_digest(token), user=None).first()


def resume_token(draft: Draft) -> str:
    """A private link to a visitor's draft for another device; the first one stays good."""
    return signing.dumps(draft.public_id, salt=_SALT)


def _signed(token: str) -> str:
    try:
        return str(signing.loads(token, salt=_SALT))
    except signing.BadSignature:
        return ""


def typed_in(draft: Draft) -> Typed:
    """What the draft holds, by step; nothing when a lost key makes it unreadable."""
    try:
        found: Typed = json.loads(draft.payload) if draft.payload else {}
    except ValueError:
        return {}
    return found


def own_drafts(user: Any, at: datetime) -> list[Draft]:
    """The account's drafts that are not sent, the newest first."""
    return list(Draft.objects.of_person(user).filter(expires_at__gt=at).order_by("-saved_at", "-pk"))


def drafts_of_phone(phone: str, at: datetime) -> list[Draft]:
    """Visitors' drafts with this number that are not sent. Only for who proved to hold the phone."""
    rows = Draft.objects.filter(phone_index__finds=phone, user=None, sent_at=None, expires_at__gt=at)
    return list(rows.order_by("-saved_at", "-pk")[:20])


def code_of_receipt(draft: Draft, at: datetime) -> str:
    """The query code, while the receipt still shows it; "" afterwards."""
    if draft.sent_at is None or at > draft.sent_at + CODE_SHOWN_FOR:
        return ""
    return typed_in(draft).get(RECEIPT, {}).get("code", [""])[0]


def case_of(draft: Draft) -> Case | None:
    """What a sent draft became."""
    rows = Case.objects.select_related("edition", "desk", "enterprise")
    return rows.filter(number=draft.case_number).first() if draft.sent_at else None
