"""The hash chain over the audit records: what exactly a digest covers. Pure.

    digest(n) = SHA-256( digest(n-1) LF n LF canonical JSON of the record )

The JSON holds every field of the record that is not empty, keys sorted, ASCII only, the time in UTC with
microseconds. Empty fields are left out so that a column added by a later release does not change what
older records say.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# Before the first link there is nothing.
START = "0" * 64
FIELDS = (
    "id",
    "act",
    "actor_id",
    "on_behalf_id",
    "subject_type",
    "subject_id",
    "result",
    "details",
    "at",
)


def canonical(record: Mapping[str, Any]) -> str:
    """The record's fields as the one text that is digested."""
    filled = {name: _plain(record[name]) for name in FIELDS if record[name] not in ("", None, {})}
    return json.dumps(filled, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def link_digest(previous: str, number: int, record: Mapping[str, Any]) -> str:
    """The digest of link `number` after the link whose digest is `previous`; 64 hexadecimal characters."""
    return hashlib.sha256(f"{previous}\n{number}\n{canonical(record)}".encode()).hexdigest()
