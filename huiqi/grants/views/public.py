"""What everybody reads: notices with names and amounts, results, and objections."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.adapters import AccountAdapter
from huiqi.accounts.queries.sign_in import address_digest
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.ids import token_digest
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.grants.commands.objecting import raise_objection
from huiqi.grants.forms.deciding import ObjectionForm
from huiqi.grants.models import Objection, Round
from huiqi.grants.queries.judging import policy_title
from huiqi.grants.queries.rounds import members_of, total_of
from huiqi.reference.queries import counties

PUBLIC_PAGE = 100


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Notices that run, and results."""
    rows = Round.objects.shown_to_public().select_related("call__unit")
    page = paginate(rows.order_by("-notice_from", "-pk"), request.GET.get("page"))
    return render(request, "grants/notices.html", {"page": page, "today": clock.today()})


def _takes(row: Round) -> bool:
    return row.state == "noticing" and row.notice_until is not None and clock.today() <= row.notice_until


@require_safe
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """One notice: names, counties and amounts, nothing else."""
    row = get_object_or_404(Round.objects.shown_to_public().select_related("call__unit"), public_id=public_id)
    names = {county.code: county.name for county in counties()}
    page = paginate(members_of(row), request.GET.get("page"), PUBLIC_PAGE)
    context = {
        "round": row,
        "call": row.call,
        "policy_title": policy_title(row.call.policy),
        "page": page,
        "rows": [(each, names.get(each.enterprise.prefecture or "", "")) for each in page],
        "total": total_of(row),
        "takes": _takes(row),
    }
    return render(request, "grants/notice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def object_to(request: HttpRequest, public_id: str) -> HttpResponse:
    """Raise an objection; the receipt is behind a private link."""
    row = get_object_or_404(Round.objects.shown_to_public().select_related("call__unit"), public_id=public_id)
    if not _takes(row):
        return redirect("grants:notice", public_id)
    members = list(members_of(row))
    form = ObjectionForm(request.POST if request.method == "POST" else None, members=members)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        chosen = given.pop("firm")
        try:
            _objection, token = raise_objection(
                row,
                application=next((each for each in members if each.public_id == chosen), None),
                **given,
                on=clock.today(),
                at=clock.now(),
                wall=clock.wall_now(),
                address=address_digest(AccountAdapter(request).get_client_ip(request)),
                actor=request.user if request.user.is_authenticated else None,
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            status = 409
        else:
            return redirect("grants:objection_receipt", token)
    context = {"round": row, "call": row.call, "form": form}
    return render(request, "grants/objection_form.html", context, status=status)


@require_safe
@never_cache
def objection_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Where an objection stands, for whoever holds its link."""
    rows = Objection.objects.select_related("round__call__unit", "application__enterprise")
    row = get_object_or_404(rows, token_digest=token_digest(token))
    response = render(request, "grants/objection_receipt.html", {"objection": row, "call": row.round.call})
    response["Referrer-Policy"] = "no-referrer"
    return response
