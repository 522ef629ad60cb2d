"""Finding pairs that share something, in the database and without comparing each firm with each.

Every firm gives a few keys (its name in one writing, the body of its code, its telephone's blind index …)
into a temporary table; rows that share a key are joined. A key that many share says nothing and is left out.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

from huiqi.core.jobs import Progress
from huiqi.enterprises.likeness import Regions, Traits, same_writing
from huiqi.enterprises.models import Contact, Enterprise, FormerIdentity
from huiqi.reference.pinyin import pinyin_of
from huiqi.reference.queries import divisions

# A telephone or name that more firms share is an agent's, a market's, a chain's.
CROWD = 20
STEP = 2000
ROWS_AT_ONCE = 500
# Characters 9 to 17 of a credit code are the organisation code, which outlives a change of the others.
BODY = slice(8, 17)
TABLE, SHARED = "huiqi_likeness", "huiqi_likeness_shared"


class Key(NamedTuple):
    """One reason why a firm may be met: kind of key, the key, the firm, 1 for a former name or code."""

    kind: str
    key: str
    firm: int
    past: int = 0


class Meeting(NamedTuple):
    """Two firms, the smaller key first, and the kinds of keys they share."""

    first: int
    second: int
    signals: tuple[str, ...]


def gather_keys() -> Iterator[Progress]:
    """Fill the temporary table with the keys of all firms; yields (done, total)."""
    regions = Regions.of(divisions().order_by("code").values_list("name", flat=True))
    firms = Enterprise.objects.present()
    done, after, total = 0, 0, firms.count()
    with connection.cursor() as cursor:
        for table in (TABLE, SHARED):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} (kind text, k text, firm bigint, past smallint)")
    while True:
        rows = firms.filter(pk__gt=after).order_by("pk")
        batch = list(rows.values_list("pk", "name", "credit_code", "prefecture")[:STEP])
        if not batch:
            return
        after = batch[-1][0]
        _insert(_keys(batch, regions))
        done += len(batch)
        yield done, total


def _keys(batch: list[tuple[int, str, str | None, str | None]], regions: Regions) -> list[Key]:
    keys = []
    for firm, name, code, county in batch:
        keys += [Key("name", same_writing(name), firm), Key("core", regions.core(name), firm)]
        if county:
            keys.append(Key("sound", f"{county}{pinyin_of(same_writing(name))[0]}", firm))
        if code:
            keys.append(Key("code_body", code[BODY], firm))
    pks = [row[0] for row in batch]
    phones = Contact.objects.filter(enterprise__in=pks).exclude(phone_index="").order_by("pk")
    keys += [Key("phone", index, firm) for firm, index in phones.values_list("enterprise_id", "phone_index")]
    past = FormerIdentity.objects.filter(enterprise__in=pks, kind__in=["name", "credit_code"]).order_by("pk")
    for firm, kind, value in past.values_list("enterprise_id", "kind", "value"):
        is_name = kind == FormerIdentity.Kind.NAME
        keys.append(
            Key("name" if is_name else "code_body", same_writing(value) if is_name else value[BODY], firm, 1)
        )
    return [key for key in dict.fromkeys(keys) if key.key]


def _insert(keys: list[Key]) -> None:
    """Some hundred rows a statement: each statement is a transaction of its own, none stays open."""
    with connection.cursor() as cursor:
        for start in range(0, len(keys), ROWS_AT_ONCE):
            piece = keys[start : start + ROWS_AT_ONCE]
            places = ", ".join(["(%s, %s, %s, %s)"] * len(piece))
            values = [value for key in piece for value in key]
            cursor.execute(f"INSERT INTO {TABLE} VALUES {places}", values)  # noqa: S608


def meetings() -> Iterator[Meeting]:
    """The pairs that share a key; one firm's former name that is the other's present one is `former`."""
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {TABLE}_keys ON {TABLE} (kind, k)")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {SHARED} AS SELECT kind, k FROM {TABLE} "  # noqa: S608
            f"GROUP BY kind, k HAVING count(*) BETWEEN 2 AND {CROWD}"
        )
        cursor.execute(
            f"SELECT a.firm, b.firm, a.kind, max(a.past + b.past) FROM {SHARED} s "  # noqa: S608
            f"JOIN {TABLE} a ON a.kind = s.kind AND a.k = s.k "
            f"JOIN {TABLE} b ON b.kind = s.kind AND b.k = s.k AND a.firm < b.firm "
            "WHERE a.past + b.past < 2 GROUP BY a.firm, b.firm, a.kind"
        )
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            for first, second, kind, past in rows:
                found[first, second].add("former" if past else kind)
        for table in (SHARED, TABLE):
            cursor.execute(f"DROP TABLE {table}")
    for (first, second), signals in sorted(found.items()):
        yield Meeting(first, second, tuple(sorted(signals)))


def traits_of(pks: set[int]) -> dict[int, Traits]:
    """What is compared of these firms."""
    rows = Enterprise.objects.filter(pk__in=pks).order_by("pk")
    return {
        pk: Traits(name, county, industry, park)
        for pk, name, county, industry, park in rows.values_list(
            "pk", "name", "prefecture", "gb4754", "park_id"
        )
    }
