"""Wishes and reach for pages: what a form offers, what officers see, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from huiqi.cases.models import Case
from huiqi.cases.workflow import Ending
from huiqi.questionnaires.xform.requests import Offer, offers_in
from huiqi.questionnaires.xform.session import Session
from huiqi.reference.judging import rulebook
from huiqi.reference.queries import division
from huiqi.surveys.analysis.suppression import hidden
from huiqi.surveys.models import PolicyReach, Reach, Response, Survey, Wish
from huiqi.surveys.models.outcomes import WishQuerySet


def wishes_of(response: Response) -> list[Wish]:
    """What a response asks for, in the order of the questionnaire, with the cases they became."""
    return list(response.wishes.select_related("case", "case__desk").order_by("pk"))


def plain_offers(session: Session) -> list[Offer]:
    """What an anonymous form offers: a plain request, told nothing of the answers."""
    unique = {(one.item, one.topic): one for one in offers_in(session)}
    return list(unique.values())


def wishes_for(user: Any, today: date) -> WishQuerySet:
    """The wishes a person may see, newest first, with what a list shows."""
    rows = Wish.objects.visible_to(user, today)
    return rows.select_related(
        "response__survey", "response__version", "case", "response__enterprise"
    ).order_by("-made_on", "-pk")


def surveys_asked(rows: WishQuerySet) -> list[tuple[str, str]]:
    """(public id, title) of the surveys these wishes come from, for a filter."""
    found = (
        Survey.objects.filter(responses__wishes__in=rows.order_by()).distinct().order_by("-made_at", "-pk")
    )
    return list(found.values_list("public_id", "title"))


@dataclass(frozen=True)
class Became:
    """What became of a survey's wishes: all, those that are cases, and the ended ones by how they ended."""

    wishes: int
    cases: int
    open: int
    endings: Sequence[tuple[str, int]]


def became_of(survey: Survey) -> Became:
    """One count for the survey's page and its results; two queries."""
    rows = Wish.objects.filter(response__survey=survey)
    counts = rows.aggregate(
        wishes=Count("pk"), cases=Count("case"), ended=Count("case", filter=Q(case__state="ended"))
    )
    ended = Case.objects.filter(wish__in=rows.order_by()).exclude(ending="")
    found = ended.order_by("ending").values_list("ending").annotate(n=Count("pk"))
    endings = [(str(Ending(name).label), number) for name, number in found]
    return Became(counts["wishes"], counts["cases"], counts["cases"] - counts["ended"], endings)


@dataclass(frozen=True)
class ReachRow:
    """One policy in one county (or everywhere): n, and how many gave each standing; None is not shown."""

    policy: str
    title: str
    county: str
    n: int | None
    counts: tuple[int | None, ...]

    @property
    def cells(self) -> list[tuple[str, int | None]]:
        """Each standing with its count, for a table that stacks on telephones."""
        return list(zip(map(str, Reach.labels), self.counts, strict=True))


def reach_rows(rows: "QuerySet[PolicyReach]", *, by_county: bool) -> list[ReachRow]:
    """How far policies reached, by policy and county. Small cells are hidden, and what would give them away
    (analysis.suppression). The rows of a policy add up to what is shown of the policy."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    columns = ("policy", "prefecture", "standing")
    for policy, county, standing, number in (
        rows.order_by(*columns).values_list(*columns).annotate(n=Count("pk"))
    ):
        cells = found.setdefault(policy, {}).setdefault(county if by_county else "", {})
        cells[standing] = cells.get(standing, 0) + number
    return [row for policy, counties in found.items() for row in _guarded(policy, counties)]


def _guarded(policy: str, counties: dict[str, dict[str, int]]) -> list[ReachRow]:
    counts = np.array([[cell.get(name, 0) for name in Reach.values] for cell in counties.values()])
    veil = hidden(counts, has_column_totals=len(counties) > 1)
    known = rulebook().policies.get(policy)
    return [
        ReachRow(
            policy,
            known.title if known is not None else policy,
            _county_name(county),
            None if veil.rows[at] else int(counts[at].sum()),
            tuple(None if veil.cells[at][of] else int(counts[at][of]) for of in range(len(Reach.values))),
        )
        for at, county in enumerate(counties)
    ]


def _county_name(code: str) -> str:
    found = division(code) if code else None
    return found.full_name if found is not None else ""


def newest_words() -> "QuerySet[PolicyReach]":
    """Of every firm its newest word on each policy; anonymous rows all count."""
    same = PolicyReach.objects.filter(enterprise=OuterRef("enterprise"), policy=OuterRef("policy"))
    later = same.filter(Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), pk__gt=OuterRef("pk")))
    return PolicyReach.objects.filter(Q(enterprise=None) | ~Exists(later.order_by()))
