"""All firms meeting the criteria: computed from the register's columns, piece by piece, with the reasons.

The register may hold a million firms, so a page goes through it from a place to a place: columns that a
plain condition names are filtered by the database, the engine judges what is left. When a stretch reaches the
end at once it also says how many firms there are and at which condition they dropped out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Q
from django.db.models.functions import Substr

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.enterprises.catalogue import columns, from_cell, to_cell
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.statements import catalogue
from huiqi.lists.criteria import Finding, examine
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import Entry, EntryState, ListBatch
from huiqi.rules import ir
from huiqi.rules.catalogue import Fact, Facts, Value
from huiqi.rules.emit_python import needed_facts
from huiqi.rules.policy import Leaf, leaves

PAGE = 50
MOST_EXAMINED = 5_000
GROUP = 3  # digits of a group 中类 of GB/T 4754: "related" is the same group
OUT = (EntryState.REJECTED, EntryState.REMOVED)


class Width(StrEnum):
    """Whom to show: who meets everything; also who may, of industries that are on such lists; of any."""

    SURE = ""
    RELATED = "1"
    ALL = "all"


@dataclass(frozen=True)
class Candidate:
    """A firm that meets the criteria, or may."""

    firm: Enterprise
    finding: Finding


@dataclass(frozen=True)
class Sieved:
    """A plain condition over the whole scope: how many firms meet it, do not, or lack the fact of `owner`."""

    text: str
    owner: str
    meets: int
    fails: int
    unknown: int


@dataclass(frozen=True)
class Scope:
    """All firms looked through: how many, how many the plain conditions left, how each of these divides them;
    `unrelated` are those that lack data only, but are of an industry of which nobody is on such a list."""

    total: int
    left: int
    sieve: tuple[Sieved, ...]
    unrelated: int


@dataclass(frozen=True)
class Candidates:
    """One stretch of the register: firms found, how many were judged one by one, where to go on (None: the
    end). `next_skip` goes on within the stretch. `stopped_by`: conditions that stopped those judged, as
    (text, not met, unknown). `scope` is counted when the whole scope was one stretch."""

    found: tuple[Candidate, ...]
    examined: int
    next_after: int | None
    next_skip: int | None
    stopped_by: tuple[tuple[str, int, int], ...]
    scope: Scope | None


@dataclass(frozen=True)
class Asked:
    """Where to begin and whom to show."""

    width: Width = Width.SURE
    after: int = 0
    skip: int = 0


def candidates(
    batch: ListBatch, kind: ListKind, asked: Asked, *, user: User, on: date, today: date
) -> Candidates:
    """Firms of the person's scope that meet the criteria and are not on the batch; the nearest first.

    Wider than SURE also those that fail nothing and lack data: nothing unknown drops out of sight silently.
    """
    there = batch.entries.order_by().values("enterprise")
    firms = Enterprise.objects.changeable_by(user, Power.RECOMMEND_FOR_LISTS, today).exclude(pk__in=there)
    groups = _groups(kind) if asked.width is Width.RELATED else []
    wanted = _wanted(kind)
    ranked: list[tuple[tuple[int, int, int], int]] = []
    stops: Counter[tuple[str, str]] = Counter()
    examined, last = 0, asked.after
    for firm in (
        _sifted(firms, kind, asked, groups).only(*(fact.id for fact in wanted)).iterator(chunk_size=500)
    ):
        examined, last = examined + 1, firm.pk
        finding = examine(kind, _facts(firm, wanted), on)
        stops.update(
            [("failed", one) for one in finding.failed] + [("unknown", one) for one in finding.unknown]
        )
        if finding.result is True or (asked.width and finding.result is None):
            ranked.append((_distance(firm.pk, finding), firm.pk))
        if not asked.width and len(ranked) == PAGE:
            break
    ended = examined < MOST_EXAMINED and (bool(asked.width) or len(ranked) < PAGE)
    ranked.sort()
    shown = [pk for _rank, pk in ranked[asked.skip : asked.skip + PAGE]]
    is_whole = ended and not asked.after
    return Candidates(
        _shown(shown, kind, wanted, on),
        examined,
        None if ended else last,
        asked.skip + PAGE if len(ranked) > asked.skip + PAGE else None,
        _worded(kind, stops),
        _scope(firms, kind, asked, groups) if is_whole else None,
    )


def _distance(pk: int, finding: Finding) -> tuple[int, int, int]:
    """Fewest open conditions first, then the most points that may come."""
    return len(finding.unknown), -(finding.score_most or 0), pk


def _sifted(
    firms: EnterpriseQuerySet, kind: ListKind, asked: Asked, groups: Sequence[str]
) -> EnterpriseQuerySet:
    """What the database leaves, up to the most that one page judges."""
    left = firms.filter(_sieve(kind, bool(asked.width)), pk__gt=asked.after)
    return _related(left, kind, groups).order_by("pk")[:MOST_EXAMINED]


def _related(firms: EnterpriseQuerySet, kind: ListKind, groups: Sequence[str]) -> EnterpriseQuerySet:
    """Those of the groups, and those that meet the plain conditions whatever they make; all if no groups."""
    if not groups:
        return firms
    near = firms.alias(group=Substr("gb4754", 1, GROUP))
    sure = _sieve(kind, open_too=False)
    return near.filter(Q(group__in=groups) | sure) if sure else near.filter(group__in=groups)


def _groups(kind: ListKind) -> list[str]:
    """The industry groups of firms on batches of this kind, sorted."""
    rows = Entry.objects.filter(batch__kind=kind.id).exclude(state__in=OUT).order_by()
    codes = rows.exclude(enterprise__gb4754=None).values_list("enterprise__gb4754", flat=True).distinct()
    return sorted({(code or "")[:GROUP] for code in codes})


def _shown(pks: Sequence[int], kind: ListKind, wanted: Sequence[Fact], on: date) -> tuple[Candidate, ...]:
    firms = Enterprise.objects.in_bulk(pks)
    return tuple(
        Candidate(firms[pk], examine(kind, _facts(firms[pk], wanted), on)) for pk in pks if pk in firms
    )


def _worded(kind: ListKind, stops: Counter[tuple[str, str]]) -> tuple[tuple[str, int, int], ...]:
    """Conditions that stopped somebody, in the order of the criteria."""
    found = leaves(kind.criteria) if kind.criteria else ()
    rows = ((leaf.text, stops["failed", leaf.id], stops["unknown", leaf.id]) for leaf in found)
    return tuple(row for row in rows if row[1] or row[2])


def _scope(firms: EnterpriseQuerySet, kind: ListKind, asked: Asked, groups: Sequence[str]) -> Scope:
    """Counted in one query, and one more where industries narrow it."""
    plain = list(_plain_leaves(kind))
    sieve = _sieve(kind, bool(asked.width))
    counts = {"total": Count("pk"), "left": Count("pk", filter=sieve) if sieve else Count("pk")}
    for place, (_leaf, name, wanted) in enumerate(plain):
        counts[f"meets_{place}"] = Count("pk", filter=Q(**{name: wanted}))
        counts[f"fails_{place}"] = Count("pk", filter=Q(**{name: not wanted}))
    got = firms.order_by().aggregate(**counts)
    sieved = (
        Sieved(leaf.text, catalogue().facts[name].owner, meets, fails, got["total"] - meets - fails)
        for place, (leaf, name, _wanted) in enumerate(plain)
        for meets, fails in [(got[f"meets_{place}"], got[f"fails_{place}"])]
    )
    near = _related(firms.filter(sieve), kind, groups).count() if groups else got["left"]
    return Scope(got["total"], near, tuple(sieved), got["left"] - near)


def _facts(firm: Enterprise, wanted: Sequence[Fact]) -> Facts:
    values: dict[str, Value] = {}
    for fact in wanted:
        value = getattr(firm, fact.id)
        if value is not None:
            values[fact.id] = from_cell(fact, to_cell(fact, value) if fact.type != "ratio" else value)
    return catalogue().facts_of(values, {})


def _wanted(kind: ListKind) -> tuple[Fact, ...]:
    """The facts the criteria rest on that have a column."""
    nodes = [leaf.ir for leaf in leaves(kind.criteria)] if kind.criteria else []
    needed = needed_facts(catalogue(), [*nodes, *(score.leaf.ir for score in kind.scoring)])
    return tuple(fact for fact in columns(catalogue()) if fact.id in needed)


def _sieve(kind: ListKind, open_too: bool) -> Q:
    """What the database can already say of plain conditions: a column that must be true, or must not be."""
    asked = Q()
    for _leaf, name, wanted in _plain_leaves(kind):
        sure = Q(**{name: wanted})
        asked &= sure | Q(**{f"{name}__isnull": True}) if open_too else sure
    return asked


def _plain_leaves(kind: ListKind) -> Iterable[tuple[Leaf, str, bool]]:
    """Conditions that must all hold and are one column that must be true, or must not be."""
    group = kind.criteria
    for child in group.children if group is not None and group.kind == "all" else ():
        if isinstance(child, Leaf) and (plain := _plain(child)) is not None:
            yield child, *plain


def _plain(leaf: Leaf) -> tuple[str, bool] | None:
    node, wanted = leaf.ir, True
    if isinstance(node, ir.Not):
        node, wanted = node.operand, False
    names = {fact.id for fact in columns(catalogue())}
    if isinstance(node, ir.FactRef) and node.type.kind is ir.Kind.BOOL and node.name in names:
        return node.name, wanted
    return None
