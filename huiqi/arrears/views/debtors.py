"""Who owes: the debtors of the claims one sees, each with all that is open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.arrears.models import PARTIES, Claim
from huiqi.arrears.queries import claims as found
from huiqi.core import clock
from huiqi.core.pagination import paginate

A_PAGE = 50


@power_required(Power.VIEW_CASES)
@require_safe
def debtors(request: HttpRequest) -> HttpResponse:
    """The debtors of open claims in the reader's region, the largest first."""
    seen = Claim.objects.visible_to(user_of(request), clock.today())
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    rows = found.debtors(seen, words)
    first = {
        row.debtor_key: row.public_id for row in seen.open().order_by("pk").only("debtor_key", "public_id")
    }
    context = {
        "page": paginate([(row, first[row.key]) for row in rows], request.GET.get("page"), A_PAGE),
        "words": words,
        "count": len(rows),
        "claims": sum(row.count for row in rows),
        "open": sum(row.open for row in rows),
        "parties": dict(PARTIES),
    }
    return render(request, "arrears/debtors.html", context)


@power_required(Power.VIEW_CASES)
@require_safe
def debtor(request: HttpRequest, public_id: str) -> HttpResponse:
    """All claims against one debtor that the reader sees, by any of them."""
    user, today = user_of(request), clock.today()
    seen = Claim.objects.visible_to(user, today)
    one = get_object_or_404(seen, public_id=public_id)
    rows = list(found.claims_of_debtor(seen, one.debtor_key).select_related("case__edition", "case__desk"))
    lines = [(row, found.standing_of(row), found.claim_reader(row, user, today)) for row in rows[:A_PAGE]]
    context = {
        "debtor": one,
        "rows": lines,
        "count": len(rows),
        "crumbs": [(_("欠款投诉"), reverse("arrears:debtors")), (one.debtor_name, "")],
    }
    return render(request, "arrears/debtor.html", context)
