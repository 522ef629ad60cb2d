"""Triggers that keep the audit tables append-only, and put each new record into the sealer's queue.

They stop mistakes, raw SQL and a stolen application account; whoever owns the database can remove them,
which `huiqi audit verify` reports. On SQLite a migration that rebuilds one of these tables drops its
triggers: it must call `install` again (a test demands that all are there).
"""

from typing import Any

GUARDED = ("core_auditrecord", "core_auditlink")
REFUSAL = "audit rows are written once"

_SQLITE = {
    f"{table}_no_{verb}": f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table in GUARDED
    for verb in ("update", "delete")
}
# INSERT OR REPLACE removes the old row without asking the delete trigger.
_SQLITE |= {
    f"{table}_no_replace": f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
    f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table, key in (("core_auditrecord", "id"), ("core_auditlink", "number"))
}
_SQLITE["core_auditrecord_waits"] = (
    "CREATE TRIGGER core_auditrecord_waits AFTER INSERT ON core_auditrecord "
    "BEGIN INSERT INTO core_auditwaiting (record_id) VALUES (NEW.id); END"
)

_FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION huiqi_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE OR REPLACE FUNCTION huiqi_audit_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO core_auditwaiting (record_id) VALUES (NEW.id); RETURN NULL; END $$",
)
_POSTGRESQL = {
    f"{table}_no_{verb}": f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION huiqi_audit_refuse()"
    for table in GUARDED
    for verb in ("update", "delete", "truncate")
}
_POSTGRESQL["core_auditrecord_waits"] = (
    "CREATE TRIGGER core_auditrecord_waits AFTER INSERT ON core_auditrecord "
    "FOR EACH ROW EXECUTE FUNCTION huiqi_audit_wait()"
)


def install(connection: Any) -> None:
    """Create the triggers that are not there."""
    absent = missing(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function in _FUNCTIONS:
                cursor.execute(function)
        for name in absent:
            cursor.execute(_wanted(connection)[name])


def remove(connection: Any) -> None:
    """Drop the triggers: for undoing the migration, and for the test suite, which empties all tables."""
    absent = set(missing(connection))
    with connection.cursor() as cursor:
        for name in _wanted(connection):
            if name in absent:
                continue
            table = name.rpartition("_no_")[0] or "core_auditrecord"
            cursor.execute(
                f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")
            )


def missing(connection: Any) -> list[str]:
    """Names of the triggers that are not there, or switched off."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        # 'O' fires in ordinary sessions; 'D' is switched off, 'R' fires for replication only.
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in _wanted(connection) if name not in present]


def _wanted(connection: Any) -> dict[str, str]:
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
