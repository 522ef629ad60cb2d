"""Registering an address and ending it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.ids import new_token
from huiqi.webhooks.line import read_address
from huiqi.webhooks.models import Event, Hook, Sending

_MARK = "whs_"


@transaction.atomic
def make_hook(
    name: str, address: str, events: Collection[Event], *, actor: User, at: datetime
) -> tuple[Hook, str]:
    """The hook and its secret, for the one time it is shown. Refused: `webhooks.address`."""
    read_address(address)
    secret = _MARK + new_token()
    hook = Hook.objects.create(
        name=name.strip()[:60],
        address=address.strip(),
        events=sorted(events),
        secret=secret,
        made_by=actor,
        made_at=at,
    )
    audit.record("webhook.made", hook, actor=actor, events=" ".join(hook.events))
    return hook, secret


@transaction.atomic
def end_hook(hook: Hook, *, actor: User, at: datetime) -> None:
    """Nothing is sent there any more, what waits neither; doing it again changes nothing."""
    if Hook.objects.filter(pk=hook.pk, ended_at=None).update(ended_at=at):
        waiting = Sending.objects.filter(hook=hook, state=Sending.State.WAITING)
        waiting.update(state=Sending.State.FAILED, ended_at=at, fault="ended")
        audit.record("webhook.ended", hook, actor=actor)
