"""Triggers that note which firms were written, so that a snapshot need read no others.

Every write is met, past the ORM too. PostgreSQL notes each firm once a statement; a row is only ever added,
so that writers never wait for each other, and a snapshot deletes exactly the rows it has read. SQLite, with
one writer at a time, keeps the newest row of a firm. A migration that rebuilds a table on SQLite drops its
triggers: the app calls `install` again after every migrate, and then everything counts as changed.
"""

from collections.abc import Iterator
from typing import Any

LOG, MARK = "enterprises_changedfirm", "enterprises_snapshotmark"
# Table and the column that names the firm.
WATCHED = (("enterprises_enterprise", "id"), ("enterprises_statement", "enterprise_id"))
VERBS = ("insert", "update")


def install(connection: Any) -> None:
    """Create what is not there. When one had been lost, the next snapshot is made whole."""
    tables = connection.introspection.table_names()
    if not {LOG, MARK, *(table for table, _column in WATCHED)} <= {*tables}:
        return
    with connection.cursor() as cursor:
        absent = [
            (name, body) for name, body in _wanted(connection) if name not in _present(cursor, connection)
        ]
        for _name, body in absent:
            cursor.execute(body)
        if absent:
            cursor.execute(f"DELETE FROM {MARK}")  # noqa: S608  a name of this file


def remove(connection: Any) -> None:
    """Drop them: for undoing the migration, and around a bulk load that a whole snapshot follows."""
    with connection.cursor() as cursor:
        for table, _column in WATCHED:
            for verb in VERBS:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_noted_{verb}{on}")


def _present(cursor: Any, connection: Any) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    cursor.execute(query)
    return {name for (name,) in cursor.fetchall()}


def _wanted(connection: Any) -> Iterator[tuple[str, str]]:
    for table, column in WATCHED:
        for verb in VERBS:
            name = f"{table}_noted_{verb}"
            if connection.vendor == "postgresql":
                yield name, _function(table, column) + _postgresql(name, table, verb)
            else:
                yield name, _sqlite(name, table, column, verb)


# Table and column names are this file's.


def _sqlite(name: str, table: str, column: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {name} AFTER {verb.upper()} ON {table} BEGIN "
        f"DELETE FROM {LOG} WHERE firm_id = NEW.{column}; "  # noqa: S608
        f"INSERT INTO {LOG} (firm_id) VALUES (NEW.{column}); END"
    )


def _function(table: str, column: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {table}_noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO {LOG} (firm_id) SELECT DISTINCT {column} FROM written; RETURN NULL; END $$; "  # noqa: S608
    )


def _postgresql(name: str, table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {name} AFTER {verb.upper()} ON {table} REFERENCING NEW TABLE AS written "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_noted()"
    )
