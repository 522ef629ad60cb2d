"""Writes that a client may retry: the same key gives the same answer, and the act happens once."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.core.models import IdempotencyKey


def once(scope: str, key: str, request: dict[str, Any], act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer of `act`, performed at most once for this `scope` and `key`.

    `request` is what the client asked for; the same key with another request is Refused
    (`core.idempotency_key_reused`). `act` must return something JSON can hold. The key row and the act share
    one transaction, so a crash leaves neither. Two simultaneous retries: one acts, the other gets its answer.
    """
    fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    known = _known(scope, key, fingerprint)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(scope=scope, key=key, fingerprint=fingerprint, answer={})
            answer = act()
            row.answer = answer
            row.save(update_fields=["answer"])
            return answer
    except IntegrityError:
        known = _known(scope, key, fingerprint)
        if known is None:
            raise
        return known


def _known(scope: str, key: str, fingerprint: str) -> dict[str, Any] | None:
    row = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        reused = gettext_noop("这个幂等键已用于另一项请求，请换一个新的幂等键再提交。")
        raise Refused("core.idempotency_key_reused", reused)
    known: dict[str, Any] = row.answer
    return known
