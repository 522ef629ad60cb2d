"""One-time codes by text message: what proves that somebody holds a phone."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare

from huiqi.accounts.models import User
from huiqi.core import audit, crypto
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.personal import index_of, mask_phone, plain_phone
from huiqi.messages.commands.deliveries import queue_message
from huiqi.messages.models import CodeGate, Delivery, OneTimeCode
from huiqi.messages.wording import code_text

VALID_FOR = timedelta(minutes=10)
MOST_FAILURES = 5
PAUSE = timedelta(seconds=60)
DAY = timedelta(hours=24)
MOST_A_DAY = 5
DIGITS = 6


@dataclass(frozen=True)
class CodeSent:
    """What may be shown: the masked number and until when the code holds."""

    to: str
    expires_at: datetime


@dataclass(frozen=True)
class CodeVerdict:
    """Whether the code was right; if not, the sentence for the person and the tries that are left."""

    ok: bool
    said: Message | str = ""
    tries_left: int = 0


@transaction.atomic
def send_code(
    phone: str, purpose: str, *, at: datetime, user: User | None = None, words: str = "身份核验"
) -> CodeSent:
    """Send a new code to `phone`; an earlier one for the same purpose is void from now on.

    `purpose` tells codes apart (`firm_claim`), `words` says in the message what it is for (认领企业).
    Refused (`messages.too_soon`, `messages.too_many`, `messages.no_phone`): at most one a minute and five in
    24 hours for a phone, and the same for an account, whatever the purposes.
    """
    if not plain_phone(phone):
        raise Refused("messages.no_phone", gettext_noop("没有可以接收短信的号码。"))
    indexes = crypto.blind_indexes(plain_phone(phone), "phone")
    _lock(indexes, user)
    _check_pace(Q(phone_index__in=indexes), at)
    if user is not None:
        _check_pace(Q(user=user), at)
    _open(purpose, indexes, user).update(closed_at=at)
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    row = OneTimeCode(
        purpose=purpose,
        phone_index=index_of(phone, "phone"),
        user=user,
        made_at=at,
        expires_at=at + VALID_FOR,
    )
    row.code_digest = crypto.blind_index(f"{row.public_id}:{code}", "one-time-code")
    row.save()
    text = code_text(code, words, int(VALID_FOR.total_seconds() // 60))
    queue_message(
        Delivery(purpose="code", user=user, phone=phone, text=text, made_at=at, not_after=row.expires_at)
    )
    audit.record("code.sent", row, actor=user, purpose=purpose)
    return CodeSent(mask_phone(phone), row.expires_at)


@transaction.atomic(durable=True)
def check_code(phone: str, purpose: str, code: str, *, at: datetime, user: User | None = None) -> CodeVerdict:
    """Whether `code` is the open code of this phone, purpose and account; a right one is used up.

    A transaction of its own (durable: Django refuses to nest it), so that a failure stays counted whatever
    happens afterwards. Look at the verdict first, then act in the next transaction.
    """
    found = _open(purpose, crypto.blind_indexes(plain_phone(phone), "phone"), user)
    row = found.select_for_update(of=("self",)).order_by("-made_at", "-pk").first()
    if row is None or row.expires_at < at:
        return CodeVerdict(False, gettext_noop("验证码已过期或已失效，请重新获取。"))
    if _matches(row, code):
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        audit.record("code.accepted", row, actor=user, purpose=purpose)
        return CodeVerdict(True)
    return _wrong(row, at, user)


def _wrong(row: OneTimeCode, at: datetime, user: User | None) -> CodeVerdict:
    row.failures += 1
    left = MOST_FAILURES - row.failures
    if left <= 0:
        row.closed_at = at
        audit.record("code.exhausted", row, actor=user, purpose=row.purpose)
    row.save(update_fields=["failures", "closed_at"])
    if left <= 0:
        return CodeVerdict(False, gettext_noop("验证码连续5次不对，已作废，请重新获取。"))
    wrong = gettext_noop("验证码不对，还可以再试%(left)s次。请核对最新一条短信里的6位数字。")
    return CodeVerdict(False, Message(wrong, {"left": left}), left)


def _matches(row: OneTimeCode, code: str) -> bool:
    """Compared in constant time, under each key of the ring: the key may have changed in between."""
    typed = plain_phone(code)[:20]
    digests = crypto.blind_indexes(f"{row.public_id}:{typed}", "one-time-code")
    return any(constant_time_compare(digest, row.code_digest) for digest in digests)


def _open(purpose: str, indexes: list[str], user: User | None) -> Any:
    return OneTimeCode.objects.filter(
        purpose=purpose, phone_index__in=indexes, user=user, closed_at=None
    ).order_by("pk")


def _lock(indexes: list[str], user: User | None) -> None:
    """One at a time for this phone and this account, always in the same order."""
    keys = sorted([f"phone {indexes[0]}", *([f"user {user.pk}"] if user else [])])
    CodeGate.objects.bulk_create([CodeGate(key=key) for key in keys], ignore_conflicts=True)
    list(CodeGate.objects.select_for_update(of=("self",)).filter(key__in=keys).order_by("key"))


def _check_pace(whose: Q, at: datetime) -> None:
    recent = list(
        OneTimeCode.objects.filter(whose, made_at__gt=at - DAY)
        .order_by("-made_at")
        .values_list("made_at", flat=True)
    )
    if recent and recent[0] > at - PAUSE:
        wait = int((recent[0] + PAUSE - at).total_seconds()) + 1
        soon = gettext_noop("刚刚发过验证码，请%(seconds)s秒后再试。")
        raise Refused("messages.too_soon", Message(soon, {"seconds": min(wait, 60)}))
    if len(recent) >= MOST_A_DAY:
        many = gettext_noop("24小时内最多发送5次验证码。请明天再试，或改用上传材料的方式。")
        raise Refused("messages.too_many", many)
