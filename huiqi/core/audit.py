"""The audit trail: who did what to which record, in the same transaction as the act itself."""

from typing import Any

from django.db import connection
from django.db.models import Model

from huiqi.core.models import AuditRecord, AuditResult


def record(
    act: str,
    subject: Model | None,
    *,
    actor: Model | None,
    on_behalf: Model | None = None,
    result: str = AuditResult.DONE,
    **details: str | int | bool | None,
) -> AuditRecord:
    """Write one audit row; must be called inside the command's transaction.

    `act` is `app.verb_past` (`check.started`). `actor` None means a visitor without an account;
    `on_behalf` is the absent colleague for whom a deputy acts. `result` is an AuditResult.
    `details` holds codes and counts only: never names, numbers of persons, answers or tokens.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record belongs inside the command's transaction")
    return AuditRecord.objects.create(
        act=act,
        actor_id=_public_id(actor),
        on_behalf_id=_public_id(on_behalf),
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=_public_id(subject),
        result=result,
        details=details,
    )


def _public_id(record: Any) -> str:
    return getattr(record, "public_id", "") if record is not None else ""
