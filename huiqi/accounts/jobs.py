"""Proving the audit trail, as a job the audit administrator starts from the page."""

from collections.abc import Generator
from typing import Any

from django.db import transaction

from huiqi.accounts.queries.trail import PROVE_TRAIL, PROVED
from huiqi.core import audit
from huiqi.core.jobs import Progress, job_kind, told
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import AuditResult
from huiqi.core.trail.sealer import anchor_path
from huiqi.core.trail.verification import Broken, verify_trail


@job_kind(PROVE_TRAIL)
def prove_trail(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Check every link; the outcome is itself an audit record."""
    yield 0, 1
    try:
        found = verify_trail(anchor_path())
    except Broken as broken:
        _note(AuditResult.FAILED, number=broken.number, kind=broken.kind)
        yield 1, 1
        return {"summary": broken.message, "is_good": False, "columns": [], "rows": []}
    _note(AuditResult.DONE, number=found.sealed)
    yield 1, 1
    said = Message(
        gettext_noop("审计记录完好：已封存%(sealed)s条，等待封存%(waiting)s条。"),
        {"sealed": found.sealed, "waiting": found.waiting},
    )
    return told(said)


@transaction.atomic
def _note(result: AuditResult, **details: Any) -> None:
    audit.record(PROVED, None, actor=None, result=result, **details)
