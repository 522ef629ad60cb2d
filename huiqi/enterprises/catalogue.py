"""Which facts the register keeps, and how a value becomes a cell of a statement or of the projection.

Pure: the catalogue is an argument, so that tests can bring one of their own.

A cell is what the database holds: whole numbers for counts, money (fen), scaled ratios, booleans (0, 1) and
dates (day number since 0001-01-01), text for codes and enumerations.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import lru_cache

from huiqi.rules.catalogue import Catalogue, Fact, Value

Cell = int | str
SIZE_CLASS = "size_class"
SIZE_INPUTS = ("gb4754", "employees", "revenue", "assets")
# Derived, but looked for on every list of firms, hence kept in the projection.
PROJECTED_DERIVATIONS = (SIZE_CLASS,)

# Facts that lists kept here prove (`feeds` and `implies` of rulebook/lists.yaml; a test of the lists holds
# them equal). The catalogue has them from an authority's list, and a list is an object with issuer, document,
# batch, first and last day: they come from the lists and from no other door.
MEMBERSHIPS = frozenset(
    {
        "key_supplier_national",
        "key_supplier_local",
        "tax_key_supplier_list",
        "provincial_key_contact",
        "provincial_sme_title",
        "provincial_title_valid",
        "chain_backbone",
        "five_hundred_project",
        "severe_dishonesty",
    }
)


def is_statable(fact: Fact) -> bool:
    """Whether the register may hold statements of the fact: never figures not ours to keep, and nothing
    that follows from other facts, the size class excepted, which an office may settle."""
    return fact.kept and (not fact.derived or fact.id in PROJECTED_DERIVATIONS)


@lru_cache(maxsize=4)
def columns(catalogue: Catalogue) -> tuple[Fact, ...]:
    """The facts that have a column in the current projection, in the catalogue's order."""
    return tuple(fact for fact in catalogue.facts.values() if is_statable(fact))


def settled_together(facts: Iterable[str]) -> frozenset[str]:
    """These facts and those without which their columns cannot be told: of the size class and what it follows
    from all or none."""
    named, size = frozenset(facts), {SIZE_CLASS, *SIZE_INPUTS}
    return named if named.isdisjoint(size) else named | size


def to_cell(fact: Fact, value: Value) -> Cell:
    """The stored form of a value; a ratio finer than its scale is rounded half up, as catalogued."""
    if isinstance(value, bool):
        return int(value)
    if fact.type == "ratio":
        scaled = Fraction(value) * fact.scale  # type: ignore[arg-type]
        return (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, str) else int(value)


def from_cell(fact: Fact, cell: Cell) -> Value:
    """The value that `to_cell` stored."""
    if fact.type == "bool":
        return bool(cell)
    if fact.type == "ratio":
        return Fraction(int(cell), fact.scale)
    if fact.type == "date":
        return date.fromordinal(int(cell))
    return cell


def to_column(fact: Fact, cell: Cell | None) -> bool | date | int | str | None:
    """What the projection's column holds: as the cell, but booleans and dates in the database's own types."""
    if cell is None:
        return None
    if fact.type == "bool":
        return bool(cell)
    return date.fromordinal(int(cell)) if fact.type == "date" else cell
