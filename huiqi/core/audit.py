"""The audit trail: who did what to which record, in the same transaction as the act itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Model

from huiqi.core.models import AuditRecord, AuditResult
from huiqi.core.slots import SLOTS

# For whom the person at work acts, asked with the actor and the subject of a record; None: nobody asks.
Behalf = Callable[[Model, Model | None], Model | None]
_BEHALF: ContextVar[Behalf | None] = ContextVar("huiqi_behalf", default=None)
# The access token by which a program acts for its person (its public id); "" for a person.
_TOKEN: ContextVar[str] = ContextVar("huiqi_token", default="")
# The door somebody came in by, in words that a later process understands (SLOTS.behalf_at).
_DOOR: ContextVar[str] = ContextVar("huiqi_door", default="")


class Unsaid(Enum):
    """A command that does not say for whom its actor acts leaves it to `acting`."""

    HERE = 0


@contextmanager
def acting(behalf: Behalf, door: str = "") -> Iterator[None]:
    """Records written inside name the absent colleague whom `behalf` finds, unless their command says.

    `door` says the same to work that goes on in another process: see `present_door` and `acting_as_then`.
    """
    tokens = _BEHALF.set(behalf), _DOOR.set(door)
    try:
        yield
    finally:
        _BEHALF.reset(tokens[0])
        _DOOR.reset(tokens[1])


def present_door() -> str:
    """The door of the page at work, to be kept with what it starts; "" outside of any."""
    return _DOOR.get()


@contextmanager
def acting_as_then(actor_id: str, door: str) -> Iterator[None]:
    """Records written inside name whom the actor (a public id) stood in for when they came in by `door`."""
    behalf = SLOTS.behalf_at(actor_id, door) if actor_id and door else None
    if behalf is None:
        yield
        return
    with acting(behalf, door):
        yield


def name_token(public_id: str) -> None:
    """Records of the request at work name this access token beside its person; "" at its beginning."""
    _TOKEN.set(public_id)


def record(
    act: str,
    subject: Model | None,
    *,
    actor: Model | None,
    on_behalf: Model | None | Unsaid = Unsaid.HERE,
    result: str = AuditResult.DONE,
    **details: str | int | bool | None,
) -> AuditRecord:
    """Write one audit row; must be called inside the command's transaction.

    `act` is `app.verb_past` (`check.started`). `actor` None means a visitor without an account;
    `on_behalf` is the absent colleague for whom a deputy acts; left out, the page's door knows.
    `result` is an AuditResult.
    `details` holds codes and counts only: never names, numbers of persons, answers or tokens.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record belongs inside the command's transaction")
    if isinstance(on_behalf, Unsaid):
        behalf = _BEHALF.get()
        on_behalf = behalf(actor, subject) if behalf is not None and actor is not None else None
    return AuditRecord.objects.create(
        act=act,
        actor_id=_public_id(actor),
        on_behalf_id=_public_id(on_behalf),
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=_public_id(subject),
        result=result,
        details={**details, "token": _TOKEN.get()} if _TOKEN.get() else details,
    )


def _public_id(record: Any) -> str:
    return getattr(record, "public_id", "") if record is not None else ""
