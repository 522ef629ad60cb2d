"""All firms meeting the criteria: computed from the register's columns, piece by piece, with the reasons.

The register may hold a million firms, so a page goes through it from a place to a place: columns that a
plain condition names are filtered by the database, the engine judges what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.enterprises.catalogue import columns, from_cell, to_cell
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.statements import catalogue
from huiqi.lists.criteria import Finding, examine
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import ListBatch
from huiqi.rules import ir
from huiqi.rules.catalogue import Fact, Facts, Value
from huiqi.rules.emit_python import needed_facts
from huiqi.rules.policy import Leaf, leaves

PAGE = 50
MOST_EXAMINED = 5_000


@dataclass(frozen=True)
class Candidate:
    """A firm that meets the criteria, or may."""

    firm: Enterprise
    finding: Finding


@dataclass(frozen=True)
class Candidates:
    """One stretch of the register: firms found, how many were examined, where to go on (None: the end)."""

    found: tuple[Candidate, ...]
    examined: int
    next_after: int | None


def candidates(  # noqa: PLR0913  each narrows the search
    batch: ListBatch,
    kind: ListKind,
    *,
    user: User,
    on: date,
    today: date,
    after: int = 0,
    open_too: bool = False,
) -> Candidates:
    """Firms of the person's scope that meet the criteria and are not on the batch, from `after` on.

    `open_too` adds those for which something is missing: nothing unknown drops out of sight silently.
    """
    firms = Enterprise.objects.changeable_by(user, Power.RECOMMEND_FOR_LISTS, today)
    firms = firms.filter(_sieve(kind, open_too), pk__gt=after)
    firms = firms.exclude(pk__in=batch.entries.order_by().values("enterprise"))
    found: list[Candidate] = []
    wanted = _wanted(kind)
    examined, last = 0, after
    for firm in firms.order_by("pk")[:MOST_EXAMINED].iterator(chunk_size=500):
        examined, last = examined + 1, firm.pk
        finding = examine(kind, _facts(firm, wanted), on)
        if finding.result is True or (open_too and finding.result is None):
            found.append(Candidate(firm, finding))
        if len(found) == PAGE:
            break
    ended = examined < MOST_EXAMINED and len(found) < PAGE
    return Candidates(tuple(found), examined, None if ended else last)


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
    group = kind.criteria
    for child in group.children if group is not None and group.kind == "all" else ():
        if isinstance(child, Leaf) and (plain := _plain(child)) is not None:
            name, wanted = plain
            sure = Q(**{name: wanted})
            asked &= sure | Q(**{f"{name}__isnull": True}) if open_too else sure
    return asked


def _plain(leaf: Leaf) -> tuple[str, bool] | None:
    node, wanted = leaf.ir, True
    if isinstance(node, ir.Not):
        node, wanted = node.operand, False
    names = {fact.id for fact in columns(catalogue())}
    if isinstance(node, ir.FactRef) and node.type.kind is ir.Kind.BOOL and node.name in names:
        return node.name, wanted
    return None
