"""The audit trail as it is read: by act, person, subject and time, newest first; and written out whole."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Model

from huiqi.core.models import AppendOnlyQuerySet, AuditLink, AuditRecord
from huiqi.core.trail.chain import FIELDS

CHUNK = 2000


def audit_trail(
    *,
    act: str = "",
    actor_id: str = "",
    subject: Model | type[Model] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AppendOnlyQuerySet[AuditRecord]:
    """The records that fit, newest first; every filter and the order have an index.

    `actor_id` is a public id. `subject` is a row, or a model for all its rows. From `since` on, before
    `until`. Who may read the trail is the caller's to decide: records are not cut down to a scope.
    """
    wanted: dict[str, Any] = {
        "act": act,
        "actor_id": actor_id,
        "subject_type": subject._meta.label_lower if subject else "",
        "subject_id": getattr(subject, "public_id", "") if isinstance(subject, Model) else "",
        "at__gte": since,
        "at__lt": until,
    }
    filled = {name: value for name, value in wanted.items() if value}
    found: AppendOnlyQuerySet[AuditRecord] = AuditRecord.objects.filter(**filled).order_by("-at", "-pk")
    return found


def sealed_rows() -> Iterator[dict[str, Any]]:
    """Every sealed record with number, previous and digest of its link, in the order of the chain."""
    number = 0
    while True:
        links = AuditLink.objects.filter(number__gt=number).order_by("number")
        record = {name: F(f"record__{name}") for name in FIELDS}
        rows: list[dict[str, Any]] = [
            dict(row) for row in links.values("number", "previous", "digest", **record)[:CHUNK]
        ]
        if not rows:
            return
        number = rows[-1]["number"]
        yield from rows
