"""What arrears offers to the page of a case and to the desk."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.gates import user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.arrears.commands.claims import KIND
from huiqi.arrears.models import Claim, LedgerUnit
from huiqi.arrears.queries.claims import claim_reader, open_claims_against, reckon_claim, standing_of
from huiqi.arrears.queries.ledger import due_of, missing_of
from huiqi.cases.models import Case
from huiqi.core import clock

MOST_TASKS = 5


def claim_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The claim on the staff's page of a late-payment case; the way to make one where it has none."""
    case: Case = subject
    if case.edition.definition.kind != KIND:
        return None
    today = clock.today()
    claim = Claim.objects.filter(case=case).select_related("case__edition").first()
    if claim is None:
        mine = Case.objects.desk_of(request.user, Power.DISPATCH_CASES, today)
        mine |= Case.objects.handled_by(request.user, today)
        may_open = case.accepted_at is not None and mine.filter(pk=case.pk).exists()
        return {"claim": None, "may_open": may_open}
    return {
        "claim": claim,
        "standing": standing_of(claim),
        "reckoning": reckon_claim(claim, until=today),
        "reader": claim_reader(claim, user_of(request), today),
    }


def own_claim_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The claim on the creditor's own page; nothing for who only proved a phone, since a claim needs an
    account to be seen."""
    user = request.user
    if not isinstance(user, User) or not may(user, Power.ACT_FOR_FIRM, clock.today()):
        return None
    claim = Claim.objects.asked_by(user).filter(case=subject).select_related("case__edition").first()
    return {"claim": claim, "standing": standing_of(claim)} if claim is not None else None


def desk_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """What waits: the oldest month not reported by the person's units, claims against them to answer."""
    user, today = user_of(request), clock.today()
    if not may(user, Power.HANDLE_CASES, today):
        return None
    missing = missing_of(LedgerUnit.objects.reported_by(user, today), today)
    asked = open_claims_against(user, today).select_related("case")[:MOST_TASKS]
    return {
        "missing": [(duty, month, due_of(month, today).due) for duty, month in missing],
        "asked": list(asked),
    }
