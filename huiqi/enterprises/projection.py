"""The current projection: what the columns of a firm hold, worked out from its statements. Pure.

The rule that a property test holds: the columns always equal a rebuild from the statements.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from huiqi.enterprises.catalogue import SIZE_CLASS, columns, is_statable, to_column
from huiqi.enterprises.resolution import FOREVER, Resolved, Stated, next_change, resolve
from huiqi.rules.catalogue import Catalogue, Fact

Column = bool | date | int | str | None


@dataclass(frozen=True)
class Projected:
    """All columns of one firm, and the last day on which they hold without another write."""

    columns: Mapping[str, Column]
    until: date


class Projector:
    """Projects firms for one day.

    Firms resemble each other: most facts of most firms have one statement, of the same day and period as the
    next firm's. What follows from such a lone statement is worked out once.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        on: date,
        size_class_of: Callable[[Mapping[str, Resolved]], str | None],
    ) -> None:
        self.catalogue, self.on, self.size_class_of = catalogue, on, size_class_of
        self._blank: dict[str, Column] = {fact.id: None for fact in columns(catalogue)}
        self._lone: dict[tuple[object, ...], tuple[date | None, date]] = {}

    def project(self, by_fact: Mapping[str, list[Stated]]) -> Projected:
        """The projection of one firm from everything recorded about it."""
        resolved, until = self._settled(by_fact)
        return Projected(self._columns(self._blank, resolved), until)

    def amend(
        self, until: date, before: Mapping[str, list[Stated]], after: Mapping[str, list[Stated]]
    ) -> Projected | None:
        """The columns of the facts of `after`, and the last day of the whole projection with them.

        `until` is the last day of the projection that stands, which must hold for this day; `before` is what
        was recorded of these facts then. The size class and what it follows from come together or not at all.
        None when only all facts of the firm can tell the last day: one of these set it, and no longer does.
        """
        resolved, last = self._settled(after)
        if last > until and self._settled(before)[1] <= until:
            return None
        return Projected(self._columns(dict.fromkeys(after), resolved), min(until, last))

    def _settled(self, by_fact: Mapping[str, list[Stated]]) -> tuple[dict[str, Resolved], date]:
        """The statements that count, and the last day on which all of them do and no other."""
        resolved: dict[str, Resolved] = {}
        change = FOREVER
        for fact_id, statements in by_fact.items():
            fact = self.catalogue.facts.get(fact_id)
            if fact is None or not is_statable(fact):
                continue
            found, changes_on = self._settle(fact, statements)
            change = min(change, changes_on)
            if found is not None:
                resolved[fact_id] = found
        return resolved, change if change == FOREVER else date.fromordinal(change.toordinal() - 1)

    def _columns(self, blank: Mapping[str, Column], resolved: Mapping[str, Resolved]) -> Mapping[str, Column]:
        made = dict(blank)
        for fact_id, found in resolved.items():
            made[fact_id] = to_column(self.catalogue.facts[fact_id], found.stated.cell)
        if SIZE_CLASS in made:
            made[SIZE_CLASS] = self.size_class_of(resolved)
        return made

    def _settle(self, fact: Fact, statements: list[Stated]) -> tuple[Resolved | None, date]:
        """The statement that counts, and the day on which that may change by itself."""
        if len(statements) != 1 or statements[0].retracted_on is not None:
            return resolve(fact, statements, self.on, FOREVER), next_change(fact, statements, self.on)
        (one,) = statements
        key = (fact.id, one.period, one.as_of, one.expires_on, one.cell is None)
        known = self._lone.get(key)
        if known is None:
            found = resolve(fact, statements, self.on, FOREVER)
            known = (found.until if found else None), next_change(fact, statements, self.on)
            self._lone[key] = known
        until, change = known
        return (None if until is None else Resolved(one, until)), change


def project(
    catalogue: Catalogue,
    by_fact: Mapping[str, list[Stated]],
    on: date,
    size_class_of: Callable[[Mapping[str, Resolved]], str | None],
) -> Projected:
    """The projection of one firm for `on` from everything recorded about it."""
    return Projector(catalogue, on, size_class_of).project(by_fact)
