"""Pairs that may be one firm, for the officers whose both firms they are, and the two side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core.personal import mask_phone
from huiqi.enterprises.catalogue import from_cell
from huiqi.enterprises.models import Contact, DuplicatePair, Enterprise, Membership, Statement
from huiqi.enterprises.queries.statements import ByFact, catalogue, resolve_all, stated_of
from huiqi.enterprises.resolution import Resolved, Stated
from huiqi.reference.queries import division, industry
from huiqi.rules.catalogue import Fact

State = DuplicatePair.State


def _place(code: str) -> str:
    found = division(code)
    return found.full_name if found else ""


def _trade(code: str) -> str:
    found = industry(code)
    return found.label if found else ""


_NAMED = {"province": _place, "prefecture": _place, "gb4754": _trade}


def pairs_for(user: User, today: date) -> QuerySet[DuplicatePair]:
    """Pairs of which this person may decide: both firms lie in the scope, and none is merged elsewhere."""
    scope = scope_with(user, Power.MERGE_FIRMS, today)
    mine = DuplicatePair.objects.filter(scope.rows("first__"), scope.rows("second__"))
    elsewhere = ~Q(state=State.MERGED) & (
        Q(first__merged_into__isnull=False) | Q(second__merged_into__isnull=False)
    )
    return mine.exclude(elsewhere).select_related("first__park", "second__park", "kept", "decided_by")


def open_pairs(user: User, today: date) -> QuerySet[DuplicatePair]:
    """Those that wait for a decision, those with most signals first."""
    return pairs_for(user, today).filter(state=State.OPEN).order_by("-found_at", "pk")


@dataclass(frozen=True)
class FactPair:
    """One fact of both rows, and what would count if they were one."""

    fact: Fact
    first: Resolved | None
    second: Resolved | None
    together: Resolved | None

    @property
    def first_shown(self) -> str:
        return self._shown(self.first)

    @property
    def second_shown(self) -> str:
        return self._shown(self.second)

    @property
    def together_shown(self) -> str:
        return self._shown(self.together)

    @property
    def differs(self) -> bool:
        """Whether the rows say different things; silence of one is no contradiction."""
        return self.first is not None and self.second is not None and self.first_shown != self.second_shown

    @property
    def brought_by(self) -> str:
        """Whose statement would count: first, second or "" (none, or both say the same)."""
        if self.together is None or self.first_shown == self.second_shown:
            return ""
        return "first" if self.first and self.first.stated.id == self.together.stated.id else "second"

    def _shown(self, found: Resolved | None) -> str:
        if found is None or found.stated.cell is None:
            return self.fact.format(None)
        cell = found.stated.cell
        if self.fact.id in _NAMED:  # a code says little to a reader
            return _NAMED[self.fact.id](str(cell)) or str(cell)
        return self.fact.format(from_cell(self.fact, cell))


@dataclass(frozen=True)
class Weight:
    """How much hangs on a row: helps to choose the one to keep."""

    statements: int
    members: int
    phone: str


@dataclass(frozen=True)
class SideBySide:
    """Both rows in all that can differ."""

    facts: tuple[FactPair, ...]
    first: Weight
    second: Weight


def side_by_side(pair: DuplicatePair, on: date) -> SideBySide:
    """The facts of both rows and of the firm they would be, on a day; the same number of queries always."""
    own = stated_of([pair.first_id, pair.second_id])
    first: ByFact = own[pair.first_id]
    second: ByFact = own[pair.second_id]
    if pair.state == State.MERGED:  # the kept row reads the other's statements: tell them apart again
        first, second = _apart(pair, own)
    both: dict[str, list[Stated]] = {
        fact: [*first.get(fact, []), *second.get(fact, [])] for fact in {**first, **second}
    }
    found = [resolve_all(rows, on, None) for rows in (first, second, both)]
    order = catalogue()
    facts = tuple(
        FactPair(order.facts[fact], *(resolved.get(fact) for resolved in found))
        for fact in order.in_order(fact for resolved in found for fact in resolved)
    )
    weights = _weights(pair)
    return SideBySide(facts, weights[pair.first_id], weights[pair.second_id])


def _apart(pair: DuplicatePair, own: Mapping[int, ByFact]) -> tuple[ByFact, ByFact]:
    of_first = Statement.objects.filter(enterprise=pair.first_id).order_by("pk")
    mine = set(of_first.values_list("pk", flat=True))
    first: dict[str, list[Stated]] = {}
    second: dict[str, list[Stated]] = {}
    for rows in own.values():
        for one in (one for statements in rows.values() for one in statements):
            (first if one.id in mine else second).setdefault(one.fact, []).append(one)
    return first, second


def _weights(pair: DuplicatePair) -> dict[int, Weight]:
    ids = [pair.first_id, pair.second_id]
    statements = _counts(Statement.objects.filter(enterprise__in=ids))
    members = _counts(Membership.objects.current().filter(enterprise__in=ids))
    phones: dict[int, str] = {}
    for contact in Contact.objects.filter(enterprise__in=ids).order_by("is_main", "-pk"):
        phones[contact.enterprise_id] = mask_phone(contact.phone)
    return {pk: Weight(statements.get(pk, 0), members.get(pk, 0), phones.get(pk, "")) for pk in ids}


def _counts(rows: QuerySet[Statement] | QuerySet[Membership]) -> dict[int, int]:
    counted = rows.order_by().values(pk_=F("enterprise_id")).annotate(number=Count("pk"))
    return {row["pk_"]: row["number"] for row in counted}


def firms_of(pair: DuplicatePair) -> dict[str, Enterprise]:
    """Both rows by public id."""
    return {pair.first.public_id: pair.first, pair.second.public_id: pair.second}
