"""Which edition of a policy counts on a day, as far as was known on another, and with which figures."""

from collections.abc import Collection, Iterable
from datetime import date

from huiqi.rules.emit_python import Binding
from huiqi.rules.policy import Edition, Policy


def choose(policy: Policy, on: date, known_on: date) -> Edition | None:
    """The edition known by `known_on`, not superseded by a known one, and in force on `on`.

    A successor takes the place of the old edition from its own first day: a regulation amended in
    March with effect from June leaves the old text in force until May. Of several editions the one
    known last counts, then the one written last; None: not in force.
    """
    standing = candidates(policy.editions, on, known_on)
    return max(reversed(standing), key=lambda edition: edition.known_since or date.min, default=None)


def candidates(editions: Iterable[Edition], on: date, known_on: date) -> list[Edition]:
    """The editions in force on the day that no known edition has superseded by then."""
    known = [edition for edition in editions if edition.is_known(known_on)]
    superseded = {edition.supersedes for edition in known if edition.from_ is None or edition.from_ <= on}
    return [edition for edition in known if edition.id not in superseded and edition.covers(on)]


def rivals(editions: Collection[Edition]) -> tuple[Edition, Edition, date] | None:
    """Two editions in force on the same day, as known on the same day, and the first such day.

    Editions come into force only on their first days and become known only on theirs, so no other
    days need be tried.
    """
    for on in sorted({edition.from_ or date.min for edition in editions}):
        for known_on in sorted({edition.known_since or date.min for edition in editions}):
            standing = candidates(editions, on, known_on)
            if len(standing) > 1:
                return standing[0], standing[1], on
    return None


def bind(edition: Edition, on: date, known_on: date) -> Binding:
    """The value of every parameter on the day; None for a gap and for a figure not known yet."""
    values: dict[str, object] = {}
    for parameter in edition.parameters.values():
        entry = parameter.at(on, known_on)
        values[parameter.id] = None if entry is None else entry.value
    return values  # type: ignore[return-value]
