"""What tests of the audit trail do: write records, and forge the database behind the product's back."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from huiqi.core import audit
from huiqi.core.models import AuditRecord
from huiqi.core.trail import guard

AT = datetime(2020, 3, 1, 9, 0, tzinfo=UTC)


def record_acts(count: int, *, act: str = "test.act") -> list[AuditRecord]:
    """`count` records, each in a transaction of its own."""
    rows = []
    for number in range(count):
        with transaction.atomic():
            rows.append(audit.record(act, None, actor=None, n=number))
    return rows


def forge(sql: str, *params: Any) -> None:
    """Run `sql` as somebody would who owns the database: no trigger and no foreign key stops it."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, params)
        return
    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute(sql, params)
        cursor.execute("PRAGMA foreign_keys = ON")
    guard.install(connection)
