"""Triggers that note which cases changed, for the account's packed rows (models/figure_blocks.py).

In the database and not in the commands: a change by any way (an act, a recalculation in bulk, a mend by
hand) is noted in the same transaction, or the figures would be wrong and nobody would know. A migration that
rebuilds a table on SQLite drops its triggers: `install` is called again after every migrate (apps.py), and
since nobody knows what was written meanwhile, all blocks are forgotten then.
"""

import hashlib
from typing import Any

CHANGES, BLOCKS = "cases_figurechange", "cases_figureblock"
# The columns that figures rest on, and the column that says whose they are.
WATCHED: dict[str, tuple[str, tuple[str, ...]]] = {
    "cases_case": (
        "id",
        (
            "opened_at", "ended_at", "excluded_at", "ending", "word", "rating", "round", "item", "topic",
            "prefecture", "park_id", "channel", "lead_id", "credit_code", "phone_index",
        ),
    ),
    "cases_order": (
        "case_id", ("case_id", "unit_id", "part", "state", "sent_at", "signed_at", "contacted_at"),
    ),
    "cases_clock": (
        "case_id",
        (
            "case_id", "order_id", "stage", "unit_id", "round", "limit_unit", "extensions", "is_reference",
            "stopped_at", "due_at", "is_paused", "was_late", "used_minutes",
        ),
    ),
}  # fmt: skip
_PREFIX = "cases_figures"
_ACTS = ("insert", "update", "delete")


def install(connection: Any) -> None:
    """Have just these triggers; when one was missing or another, every block is forgotten."""
    wanted = _triggers(connection.vendor)
    with connection.cursor() as cursor:
        present = _present(connection.vendor, cursor)
        if set(present) == set(wanted):
            return
        _drop(connection.vendor, cursor, present)
        for key in {key for key, _columns in WATCHED.values()} if _is_postgres(connection.vendor) else ():
            cursor.execute(_function(key))
        for name, body in wanted.items():
            cursor.execute(f"CREATE TRIGGER {name} {body}")
        cursor.execute(f"DELETE FROM {BLOCKS}")


def remove(connection: Any) -> None:
    """Drop them: for undoing the migration."""
    with connection.cursor() as cursor:
        _drop(connection.vendor, cursor, _present(connection.vendor, cursor))


def _is_postgres(vendor: str) -> bool:
    return vendor == "postgresql"


def _drop(vendor: str, cursor: Any, present: dict[str, str]) -> None:
    for name, table in present.items():
        cursor.execute(f"DROP TRIGGER {name} ON {table}" if _is_postgres(vendor) else f"DROP TRIGGER {name}")


def _present(vendor: str, cursor: Any) -> dict[str, str]:
    """The triggers there are, with their tables."""
    if _is_postgres(vendor):
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
        )
    else:
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    return {name: table for name, table in cursor.fetchall() if name.startswith(_PREFIX)}


def _triggers(vendor: str) -> dict[str, str]:
    """Names and bodies. A name carries the digest of its body, so that another body is another trigger."""
    found = {}
    for table, (key, columns) in WATCHED.items():
        for act in _ACTS:
            body = _body(vendor, table, act, key, columns)
            said = body + (_function(key) if _is_postgres(vendor) else "")
            mark = hashlib.blake2b(said.encode(), digest_size=4).hexdigest()
            found[f"{_PREFIX}_{table.removeprefix('cases_')}_{act}_{mark}"] = body
    return found


def _body(vendor: str, table: str, act: str, key: str, columns: tuple[str, ...]) -> str:
    differs = "IS DISTINCT FROM" if _is_postgres(vendor) else "IS NOT"
    changed = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in columns)
    when = f"WHEN ({changed}) " if act == "update" else ""
    begin = f"AFTER {act.upper()} ON {table} FOR EACH ROW {when}"
    if _is_postgres(vendor):
        return f"{begin}EXECUTE FUNCTION {_PREFIX}_by_{key}()"
    row = "OLD" if act == "delete" else "NEW"
    notes = f"INSERT INTO {CHANGES} (case_id) VALUES ({row}.{key});"
    if act == "update":  # a row that goes over to another case is noted for both
        notes += f" INSERT INTO {CHANGES} (case_id) SELECT OLD.{key} WHERE OLD.{key} IS NOT NEW.{key};"
    return f"{begin}BEGIN {notes} END"


def _function(key: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION {_PREFIX}_by_{key}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO {CHANGES} (case_id) VALUES (OLD.{key});
        RETURN NULL;
    END IF;
    INSERT INTO {CHANGES} (case_id) VALUES (NEW.{key});
    IF TG_OP = 'UPDATE' THEN
        IF OLD.{key} <> NEW.{key} THEN
            INSERT INTO {CHANGES} (case_id) VALUES (OLD.{key});
        END IF;
    END IF;
    RETURN NULL;
END $$
"""
