"""Size disputes: whose they are to decide, whose to follow, and how long they have waited."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.enterprises.catalogue import SIZE_CLASS, SIZE_INPUTS
from huiqi.enterprises.models import Enterprise, SizeDispute
from huiqi.enterprises.queries.people import membership_in
from huiqi.enterprises.queries.statements import (
    catalogue,
    facts_on,
    size_class_of,
    size_figures,
)
from huiqi.reference.queries import explain_size_class
from huiqi.reference.size_class import Figures, SizeClass
from huiqi.reference.working_days import Basis, working_days_between

State = SizeDispute.State
FIGURES = SIZE_INPUTS[1:]


def disputes_for(user: User, today: date) -> QuerySet[SizeDispute]:
    """Disputes this officer may decide."""
    scope = scope_with(user, Power.CONFIRM_FACTS, today)
    rows = SizeDispute.objects.filter(scope.rows("enterprise__"))
    return rows.select_related("enterprise", "raised_by", "decided_by")


def dispute_seen_by(user: User, public_id: str, today: date) -> SizeDispute | None:
    """The dispute, for those who may decide it and for the firm's own people; None for all others."""
    mine = disputes_for(user, today).filter(public_id=public_id).first()
    if mine is not None:
        return mine
    found = SizeDispute.objects.select_related("enterprise__merged_into", "raised_by", "decided_by")
    row = found.filter(public_id=public_id).first()
    if row is None or not is_member(user, row.enterprise.merged_into or row.enterprise):
        return None
    return row


def is_member(user: User, firm: Enterprise) -> bool:
    """Whether the person acts for the firm now, as its owner or a clerk."""
    return membership_in(user, firm) is not None


def firm_of_member(user: User, public_id: str, today: date) -> Enterprise | None:
    """The firm, if the person acts for it; officers who merely see it do not."""
    firm = Enterprise.objects.visible_to(user, today).filter(public_id=public_id).first()
    return firm if firm is not None and is_member(user, firm) else None


def disputes_of(firm: Enterprise) -> QuerySet[SizeDispute]:
    """The firm's disputes, newest first."""
    rows = SizeDispute.objects.filter(enterprise=firm).select_related("decided_by")
    return rows.order_by("-raised_at", "pk")


def waited(dispute: SizeDispute, today: date) -> int:
    """Working days of offices since it was raised, counted from the next day."""
    raised = timezone.localdate(dispute.raised_at)
    return max(0, working_days_between(raised, today, Basis(known_on=today))) if raised < today else 0


def judged_on(dispute: SizeDispute, on: date) -> date:
    """The day by which the dispute is judged on `on`: that day, but not beyond the year it was raised in.

    It is about the figures of the year before it was raised, also when it is decided after New Year. A site
    with a fixed reference date judges on that date, though disputes are raised on later ones.
    """
    raised = min(timezone.localdate(dispute.raised_at), on)
    return min(on, date(raised.year, 12, 31))


def class_on(firm: Enterprise, on: date) -> str | None:
    """The size class by what the register holds for that day; of a merged row that of the firm it became."""
    return size_class_of(facts_on(firm.merged_into or firm, on).resolved)


def explain_now(firm: Enterprise, on: date) -> SizeClass:
    """The class that follows from what the register holds, and why."""
    return _explain(size_figures(facts_on(firm, on).resolved))


def explain_claimed(dispute: SizeDispute, on: date) -> SizeClass:
    """The class that would follow from the firm's figures, where it gave any, and why."""
    held = size_figures(facts_on(dispute.enterprise, on).resolved)
    given = dispute.figures
    if held is None:
        return _explain(None)
    values = (given.get(name, held.get(name)) for name in FIGURES)
    return _explain(Figures(held.gb4754, *values))


def _explain(figures: Figures | None) -> SizeClass:
    if figures is None:
        return explain_size_class("", None, None, None)
    return explain_size_class(figures.gb4754 or "", figures.employees, figures.revenue, figures.assets)


@dataclass(frozen=True)
class Figure:
    """One figure of the dispute beside what the register holds."""

    label: str
    held: str
    claimed: str

    @property
    def differs(self) -> bool:
        return self.held != self.claimed


def figures_of(dispute: SizeDispute, on: date) -> list[Figure]:
    """The firm's figures in words, those it left out not listed."""
    facts = catalogue().facts
    held = facts_on(dispute.enterprise, on).facts
    return [
        Figure(
            facts[name].label, facts[name].format(held.get(name)), facts[name].format(dispute.figures[name])
        )
        for name in FIGURES
        if name in dispute.figures
    ]


def class_label(key: str) -> str:
    """小型 for small; 尚不能判定 when nothing is known."""
    return catalogue().facts[SIZE_CLASS].values.get(key, "尚不能判定")
