"""Who may state which facts of a firm on its page: an officer for the office, or the firm of itself."""

from datetime import date

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.enterprises.catalogue import columns
from huiqi.enterprises.fact_groups import OF_THE_AREA
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import LIST_FACTS
from huiqi.enterprises.queries.people import membership_in
from huiqi.enterprises.queries.statements import catalogue
from huiqi.rules.catalogue import Fact

OFFICE, FIRM = "office", "firm"


def can_be_stated(fact: Fact, *, by_office: bool) -> bool:
    """Whether an officer, or else the firm itself, may state the fact on the page.

    Membership of lists comes from the lists alone, a settled size class from a decided
    dispute, and a figure of the place from whoever publishes it.
    """
    if fact.derived or fact.id in LIST_FACTS or fact.id in OF_THE_AREA:
        return False
    return by_office or fact.stated_by == "firm"


def part_in(user: User, firm: Enterprise, today: date) -> str:
    """For whom this person speaks of a firm they see: OFFICE, FIRM, or "" (only reads).

    Kept on the object, which lives as long as one request: the page and its panels ask.
    """
    kept: dict[int, str] = firm.__dict__.setdefault("_parts", {})
    if user.pk not in kept:
        able = scope_with(user, Power.CONFIRM_FACTS, today).admits(firm.prefecture, firm.park_id)
        kept[user.pk] = OFFICE if able else FIRM if membership_in(user, firm) else ""
    return kept[user.pk]


def statable(user: User, firm: Enterprise, today: date) -> frozenset[str]:
    """Ids of the facts this person may state of this firm."""
    part = part_in(user, firm, today)
    if not part:
        return frozenset()
    facts = columns(catalogue())
    return frozenset(fact.id for fact in facts if can_be_stated(fact, by_office=part == OFFICE))
