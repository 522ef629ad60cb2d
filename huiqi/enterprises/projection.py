"""The current projection: what the columns of a firm hold, worked out from its statements. Pure.

The rule that a property test holds: the columns always equal a rebuild from the statements.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from huiqi.enterprises.catalogue import columns, is_statable, to_column
from huiqi.enterprises.resolution import FOREVER, Resolved, Stated, next_change, resolve
from huiqi.rules.catalogue import Catalogue

Column = bool | date | int | str | None


@dataclass(frozen=True)
class Projected:
    """All columns of one firm, and the last day on which they hold without another write."""

    columns: Mapping[str, Column]
    until: date


def project(
    catalogue: Catalogue,
    by_fact: Mapping[str, list[Stated]],
    on: date,
    size_class_of: Callable[[Mapping[str, Resolved]], str | None],
) -> Projected:
    """The projection of one firm for `on` from everything recorded about it."""
    resolved: dict[str, Resolved] = {}
    until = FOREVER
    for fact_id, statements in by_fact.items():
        fact = catalogue.facts.get(fact_id)
        if fact is None or not is_statable(fact):
            continue
        found = resolve(fact, statements, on, FOREVER)
        if found is not None:
            resolved[fact_id] = found
        until = min(until, next_change(fact, statements, on))
    made: dict[str, Column] = {}
    for fact in columns(catalogue):
        found = resolved.get(fact.id)
        made[fact.id] = to_column(fact, found.stated.cell) if found else None
    made["size_class"] = size_class_of(resolved)
    return Projected(made, until if until == FOREVER else date.fromordinal(until.toordinal() - 1))
