"""Whom an item keeps the requester from: one rule for lists, search, exports, the desk and the case's page.

An item may keep who asks from the units it complains of (`masks_requester`). Whoever sees such a case only
because it was given to their unit reads it without the requester's name, firm, code and number; the region's
offices and the case's own desk read it whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with, units_with
from huiqi.accounts.scope import Scope
from huiqi.cases.models import Case, ItemEdition

STARS = "＊＊"
_DESK_POWERS = (Power.DISPATCH_CASES, Power.REVIEW_ANSWERS, Power.CALL_BACK, Power.SUPERVISE_CASES)
_NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Veil:
    """What one person may not learn: editions of items that keep the requester, and where they do not."""

    editions: frozenset[int]
    scope: Scope
    desks: frozenset[int]

    def hides(self, case: Case) -> bool:
        """Whether the person reads this case without who asks."""
        if case.edition_id not in self.editions or case.desk_id in self.desks:
            return False
        return not self.scope.admits(case.prefecture or None, case.park_id)

    def rows(self) -> Q:
        """The cases that `hides` is true of: what a search finds among them would tell who asks."""
        if not self.editions or self.scope.is_whole:
            return _NOBODY
        return Q(edition__in=self.editions) & ~Q(desk__in=self.desks) & ~self.scope.rows()

    def titles(self, cases: Iterable[Case]) -> dict[int, str]:
        """Titles by key for those the person reads veiled; one query when there are any, else none."""
        hidden = {case.pk: case.title for case in cases if self.hides(case)}
        if not hidden:
            return {}
        said = Case.objects.filter(pk__in=hidden).order_by("pk")
        wanted = ("firm_name", "credit_code", "requester_name", "requester_phone", "enterprise__name")
        named = {row[0]: row[1:] for row in said.values_list("pk", *wanted)}
        return {key: starred(title, named[key]) for key, title in hidden.items()}

    def title(self, case: Case) -> str:
        """The title as the person reads it."""
        return self.titles([case]).get(case.pk, case.title)


def veil_of(user: User, today: date) -> Veil:
    """The veil before this person; one query, kept on the user object, which lives as long as one request."""
    kept: dict[date, Veil] = user.__dict__.setdefault("_veils", {})
    if today not in kept:
        kept[today] = _veil(user, today)
    return kept[today]


def _veil(user: User, today: date) -> Veil:
    scope = scope_with(user, Power.VIEW_CASES, today)
    if scope.is_whole:
        return Veil(frozenset(), scope, frozenset())
    kept = ItemEdition.objects.filter(content__masks_requester=True).order_by("pk")
    desks = {key for power in _DESK_POWERS for key in units_with(user, power, today)}
    return Veil(frozenset(kept.values_list("pk", flat=True)), scope, frozenset(desks))


def veiled(case: Case, text: str) -> str:
    """A text without the requester's own name, firm, code and number."""
    firm = case.enterprise.name if case.enterprise_id and case.enterprise else ""
    return starred(text, (case.firm_name, case.credit_code, case.requester_name, case.requester_phone, firm))


def veiled_answers(case: Case, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of the form without them."""
    return {key: veiled(case, each) if isinstance(each, str) else each for key, each in answers.items()}


def starred(text: str, said: Iterable[str | None]) -> str:
    """A text with these words replaced; the longest first, so that no part of one is left standing."""
    for word in sorted(filter(None, said), key=len, reverse=True):
        text = text.replace(word, STARS)
    return text
