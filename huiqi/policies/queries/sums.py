"""Sums on the result page: what one policy gives, also when a part of it is open, and what all give together.

Natures and periods are never added together, nor are benefits that the rules do not let a firm have both of.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from huiqi.rules import ir
from huiqi.rules.explain import PartAmount
from huiqi.rules.policy import Benefit

MONEY_NATURES = ("cash", "saving", "deferral", "credit")
# Money that is had part by part; of a deferral or a credit the parts may overlap.
ADDED_NATURES = frozenset({"cash", "saving"})


@dataclass(frozen=True)
class Amount:
    """A sum of one nature: `text` is for people; at_least when part of it is still open."""

    nature: str
    fen: int
    per: str
    at_least: bool


@dataclass(frozen=True)
class Total:
    """What all policies to be had give of one nature, by period.

    `open_count` have no figure yet; `excluded_count` cannot be had besides those counted.
    """

    nature: str
    amounts: tuple[Amount, ...]
    open_count: int
    excluded_count: int = 0


class Sum(Protocol):
    """What a row tells of its money."""

    @property
    def id(self) -> str: ...
    @property
    def benefit(self) -> Benefit: ...
    @property
    def amount(self) -> Amount | None: ...


def mutual_exclusions(benefits: Mapping[str, Benefit]) -> dict[str, tuple[str, ...]]:
    """For each of these policies those of them it cannot be had together with, whichever side says so."""
    pairs = {(one, other) for one, benefit in benefits.items() for other in benefit.excludes_policies}
    pairs = {(one, other) for one, other in pairs if other in benefits and one != other}
    pairs |= {(other, one) for one, other in pairs}
    return {one: tuple(other for other in benefits if (one, other) in pairs) for one, _ in pairs}


def left_out(rows: Iterable[Sum]) -> frozenset[str]:
    """Ids that do not count: of policies excluding each other the largest known amount counts, whatever its
    period; with no known amount, the first."""
    money = [row for row in rows if row.benefit.nature in MONEY_NATURES]
    exclusions = mutual_exclusions({row.id: row.benefit for row in money})
    out: set[str] = set()
    for row in sorted(money, key=lambda row: -row.amount.fen if row.amount else 1):
        if row.id not in out:
            out.update(exclusions.get(row.id, ()))
    return frozenset(out)


def totals_of(rows: Sequence[Sum]) -> list[Total]:
    """The sums of what can be had, by nature and period."""
    out = left_out(rows)
    return [total for nature in MONEY_NATURES if (total := _total(nature, rows, out))]


def _total(nature: str, rows: Iterable[Sum], out: frozenset[str]) -> Total | None:
    found = [row for row in rows if row.benefit.nature == nature]
    if not found:
        return None
    counted = [row for row in found if row.id not in out]
    sums: dict[str, Amount] = {}
    for amount in (row.amount for row in counted):
        if amount is not None:
            before = sums.get(amount.per, Amount(nature, 0, amount.per, False))
            at_least = before.at_least or amount.at_least
            sums[amount.per] = Amount(nature, before.fen + amount.fen, amount.per, at_least)
    open_count = sum(row.amount is None for row in counted)
    return Total(nature, tuple(sums.values()), open_count, len(found) - len(counted))


def open_parts(benefit: Benefit, parts: Sequence[PartAmount]) -> tuple[PartAmount, ...]:
    """The parts without a figure of a benefit that is the plain sum of its parts; else none."""
    return tuple(part for part in parts if part.amount_fen is None) if _is_sum_of_parts(benefit) else ()


def known_part(benefit: Benefit, parts: Sequence[PartAmount]) -> int | None:
    """What the known parts of a sum come to, in fen; None when there is nothing to name."""
    if not open_parts(benefit, parts):
        return None
    known = sum(part.amount_fen for part in parts if part.amount_fen is not None)
    return known if known > 0 else None


def _is_sum_of_parts(benefit: Benefit) -> bool:
    """Whether the formula is the parts added up, one by one: some parts are given besides the amount."""
    if benefit.ir is None or benefit.alternatives or benefit.nature not in ADDED_NATURES:
        return False
    return len(benefit.parts) > 1 and Counter(_addends(benefit.ir)) == Counter(
        part.ir for part in benefit.parts
    )


def _addends(node: ir.Node) -> list[ir.Node]:
    if isinstance(node, ir.Arithmetic) and node.op == "+":
        return [*_addends(node.left), *_addends(node.right)]
    return [node]


def useless_facts(benefit: Benefit, parts: Sequence[PartAmount], certified: Iterable[str]) -> frozenset[str]:
    """Facts that only enter parts resting on what an authority still has to certify: to state them would
    not bring any sum about."""
    irs, waiting = {part.id: part.ir for part in benefit.parts}, set(certified)
    blocked: set[str] = set()
    useful: set[str] = set()
    for part in open_parts(benefit, parts):
        names = set(ir.fact_names(irs[part.id]))
        (blocked if names & waiting else useful).update(names)
    return frozenset(blocked - useful)
