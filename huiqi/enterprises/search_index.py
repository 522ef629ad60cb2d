"""The inverted index behind `Enterprise.search_text` (models/search_field.py).

PostgreSQL: a GIN index over the grams as an array. No extension is needed and no text parser has a say: what
counts as a word in the server's locale does not matter. The function in it is string_to_array under another
name, to tell the planner what splitting a row costs: it took the bare one for free and read whole tables
(measured with a million firms: 146 ms against 25 ms for a word that an eighth of them have). SQLite: an
FTS5 table that holds the index alone (the
text stays in the column), kept up by triggers. A migration that rebuilds the table on SQLite drops its
triggers: `install` is called again after every migrate (apps.py).
"""

from typing import Any

TABLE, COLUMN, INDEX = "enterprises_enterprise", "search_text", "enterprises_search"
FUNCTION = "huiqi_grams"
_SPLIT = (
    f"CREATE OR REPLACE FUNCTION {FUNCTION}(text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT "
    "PARALLEL SAFE COST 50 AS $$ BEGIN RETURN string_to_array($1, ' '); END $$"
)
_GIN = f"CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} USING gin ({FUNCTION}({COLUMN}))"
_FTS = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5({COLUMN}, content='{TABLE}', content_rowid='id', "
    "detail='none', columnsize=0, tokenize=\"ascii tokenchars '_'\")"
)
_ADD = f"INSERT INTO {INDEX}(rowid, {COLUMN}) VALUES (new.id, new.{COLUMN})"
_DROP = f"INSERT INTO {INDEX}({INDEX}, rowid, {COLUMN}) VALUES ('delete', old.id, old.{COLUMN})"
_TRIGGERS = {
    f"{INDEX}_insert": f"AFTER INSERT ON {TABLE} BEGIN {_ADD}; END",
    f"{INDEX}_delete": f"AFTER DELETE ON {TABLE} BEGIN {_DROP}; END",
    f"{INDEX}_update": f"AFTER UPDATE OF {COLUMN} ON {TABLE} "
    f"WHEN old.{COLUMN} IS NOT new.{COLUMN} BEGIN {_DROP}; {_ADD}; END",
}


def install(connection: Any) -> None:
    """Create what is not there; on SQLite the index is filled anew when a trigger had been lost."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_SPLIT)
            cursor.execute(_GIN)
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", [f"{INDEX}%"])
        present = {name for (name,) in cursor.fetchall()}
        if {INDEX, *_TRIGGERS} <= present:
            return
        cursor.execute(_FTS)
        for name, body in _TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")
        cursor.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")


def remove(connection: Any) -> None:
    """Drop it: for undoing the migration, and around a bulk load, which fills it quicker at the end."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")
            return
        for name in _TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DROP TABLE IF EXISTS {INDEX}")
