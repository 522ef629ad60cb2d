"""Prepared lists for pages: which firms they are made of, what stands in them, what may be chosen."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from huiqi.accounts.models import Unit, UnitKind
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.enterprises.models import Enterprise, Registration
from huiqi.enterprises.queries.register import matching
from huiqi.enterprises.wanted import Wanted
from huiqi.reach.amounts import is_decided_by_others
from huiqi.reach.models import Listed, Preparation, Verdict
from huiqi.reference.fields import class_range
from huiqi.reference.judging import judge, rulebook
from huiqi.reference.queries import code_tables
from huiqi.rules.policy import Policy

HANDED_TO = (UnitKind.AUTHORITY, UnitKind.BANK, UnitKind.GUARANTEE)


def firms_of(row: Preparation, today: date) -> QuerySet[Enterprise]:
    """The firms a list is judged over: of the preparer's scope and the list's filters, in business and with a
    credit code, without which no authority could find them."""
    scope = scope_with(row.prepared_by, Power.PREPARE_REACH, today)
    wanted = Wanted(
        region=row.region,
        industries=class_range(code_tables(), row.industry) if row.industry else None,
        sizes=tuple(row.sizes),
        registration=Registration.ACTIVE,
    )
    firms = Enterprise.objects.present().filter(scope.rows(), matching(wanted, today))
    return firms.filter(credit_code__isnull=False).order_by("pk")


def policy_of(policy_id: str) -> Policy | None:
    """The policy as the rulebook has it today; None for one that was taken out."""
    return rulebook().policies.get(policy_id)


def title_of(policy_id: str) -> str:
    """What a policy is called."""
    policy = policy_of(policy_id)
    return policy.title if policy is not None else policy_id


def authority_words(policy_id: str) -> str:
    """Who decides, as the policy names it."""
    policy = policy_of(policy_id)
    return policy.authority if policy is not None else ""


def policies_of_others(on: date) -> list[Policy]:
    """Those in force on a day that others decide: what lists are prepared for."""
    plans = judge(on).plans.values()
    live = [plan.policy for plan in plans if plan.edition is not None and plan.status is None]
    return sorted((policy for policy in live if is_decided_by_others(policy)), key=lambda one: one.title)


def receivers() -> QuerySet[Unit]:
    """Whom a list may be handed to."""
    return Unit.objects.filter(kind__in=HANDED_TO, is_active=True).order_by("region", "name")


@dataclass(frozen=True)
class ListCounts:
    """How many firms stand in a list, and on what they rest."""

    eligible: int
    unknown: int
    listed: int
    confirmed: int
    claimed: int


def counts_of(row: Preparation) -> ListCounts:
    """Counted in one query; the standings are those of the eligible."""
    eligible = Q(status=Verdict.ELIGIBLE)
    found = row.lines.aggregate(
        eligible=Count("pk", filter=eligible),
        unknown=Count("pk", filter=Q(status=Verdict.UNKNOWN)),
        listed=Count("pk", filter=eligible & Q(assurance="listed")),
        confirmed=Count("pk", filter=eligible & Q(assurance="confirmed")),
        claimed=Count("pk", filter=eligible & Q(assurance="claimed")),
    )
    return ListCounts(**found)


def lines_of(row: Preparation, *, q: str = "", status: str = "", assurance: str = "") -> QuerySet[Listed]:
    """The firms of a list as filtered, by name or code where words are given."""
    rows = row.lines.select_related("enterprise")
    if q:
        rows = rows.filter(
            Q(enterprise__name__icontains=q) | Q(enterprise__credit_code__startswith=q.upper())
        )
    if status:
        rows = rows.filter(status=status)
    if assurance:
        rows = rows.filter(assurance=assurance)
    return rows.order_by("status", "pk")
