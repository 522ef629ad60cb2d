"""What policies offer to other pages: what a firm is entitled to, what is missing; hits of the search."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.core import clock
from huiqi.core.slots import Hit
from huiqi.enterprises.fact_groups import OF_THE_AREA
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import LIST_FACTS
from huiqi.enterprises.queries.firm_page import days_shown, known_once
from huiqi.enterprises.queries.stating import statable
from huiqi.lists.queries.membership import with_lists
from huiqi.policies.queries import catalogue, wording
from huiqi.policies.queries.fact_words import fact_label
from huiqi.policies.queries.question_book import question_book
from huiqi.policies.queries.result import ELIGIBLE, INELIGIBLE, LATER, NEAR, UNKNOWN, Result, result_of
from huiqi.policies.questions import QuestionBook
from huiqi.reference import judging
from huiqi.rules.catalogue import Fact, Facts
from huiqi.rules.explain import Explanation

MOST_ASKED = 8


@dataclass(frozen=True)
class FirmStanding:
    """A firm of the register before the policies of a day, as known on another."""

    on: date
    known_on: date
    facts: Facts

    @property
    def book(self) -> QuestionBook:
        """The questions of the check: they name what a firm can say of itself."""
        return question_book()

    @cached_property
    def explanations(self) -> list[Explanation]:
        """Every policy's verdict with its reasons."""
        return judging.explain_all(self.facts, self.on, self.known_on)


@dataclass(frozen=True)
class Asked:
    """A fact that would settle something: its name, how many policies wait for it, who states it."""

    fact: Fact
    label: str
    policies: int
    is_statable: bool
    is_of_list: bool


def entitlements_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """可享政策 on a firm's page, judged for the day the page shows; nothing of it is stored."""
    firm: Enterprise = subject
    days = days_shown(firm, clock.today())
    known = known_once(firm, days)
    user: User = request.user  # type: ignore[assignment]
    facts = with_lists({firm.pk: known.facts}, days.on, days.known_on)[firm.pk]
    result = result_of(FirmStanding(days.on, days.known_on or days.on, facts))
    return {
        "result": result,
        "groups": [(name, result.groups[name]) for name in (ELIGIBLE, NEAR, UNKNOWN)],
        "others": len(result.groups[INELIGIBLE]) + len(result.groups[LATER]),
        "asked": [] if days.is_past else _asked(result, statable(user, firm, clock.today())),
        "days": days,
    }


def find_policies(request: HttpRequest, words: str, limit: int) -> list[Hit]:
    """Policies by title, pinyin, document number or text, as they stand on the reference date; no query."""
    rows = catalogue.find(catalogue.Filters(q=words), clock.today()).rows
    return [
        Hit(
            row.policy.title,
            reverse("policies:policy", args=[row.policy.id]),
            " · ".join([row.policy.authority, wording.term(wording.STATES, row.state)]),
        )
        for row in rows[:limit]
    ]


def _asked(result: Result, statable_here: frozenset[str]) -> list[Asked]:
    """The facts that most open policies wait for; what only the firm's own papers tell comes as it comes."""
    facts = judging.rulebook().catalogue.facts
    counts = Counter(
        fact.id
        for row in result.groups[UNKNOWN]
        for fact in (*row.firm_facts, *row.certified)
        if fact.kept and fact.id not in OF_THE_AREA
    )
    ranked = sorted(counts, key=lambda name: (-counts[name], judging.rulebook().catalogue.slots[name]))
    return [
        Asked(facts[name], fact_label(facts[name]), counts[name], name in statable_here, name in LIST_FACTS)
        for name in ranked[:MOST_ASKED]
    ]
