"""Size disputes: the firm raises and withdraws, an officer decides."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.enterprises.commands.disputes import (
    DisputeClosed,
    Ruling,
    raise_size_dispute,
    reject_size_dispute,
    uphold_size_dispute,
    withdraw_size_dispute,
)
from huiqi.enterprises.forms.disputes import UPHOLD, DisputeForm, RulingForm
from huiqi.enterprises.models import SizeDispute
from huiqi.enterprises.queries import disputes as queries

State = SizeDispute.State
SHOWN = {"open": [State.OPEN], "closed": [State.UPHELD, State.REJECTED, State.WITHDRAWN]}


# --- the firm ---------------------------------------------------------------------------------------


@power_required(Power.ACT_FOR_FIRM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def dispute_raise(request: HttpRequest, public_id: str) -> HttpResponse:
    """The present class with its reasons, and the form; while one is open, that one instead."""
    firm = queries.firm_of_member(user_of(request), public_id, clock.today())
    if firm is None:
        raise Http404
    on = clock.today()
    waiting = queries.disputes_of(firm).filter(state=State.OPEN).first()
    if waiting is not None and request.method != "POST":
        return redirect("enterprises:dispute", waiting.public_id)
    data = request.POST if request.method == "POST" else None
    form = DisputeForm(firm.size_class or "", on.year - 1, data)
    if form.is_bound and form.is_valid():
        made = raise_size_dispute(firm, objection=form.objection, actor=request.user, at=clock.now())
        messages.success(request, _("已提出划型异议，处理结果会显示在本页。"))
        return redirect("enterprises:dispute", made.public_id)
    context = {
        "firm": firm,
        "form": form,
        "shown": queries.class_label(firm.size_class or ""),
        "why": queries.explain_now(firm, on),
    }
    return render(request, "enterprises/dispute_raise.html", context, status=422 if form.is_bound else 200)


@power_required(Power.ACT_FOR_FIRM)
@require_POST
def dispute_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """The firm takes it back."""
    dispute = _dispute(request, public_id)
    if not queries.is_member(user_of(request), dispute.enterprise):
        raise Http404
    try:
        withdraw_size_dispute(dispute, actor=request.user, at=clock.now())
    except DisputeClosed:
        return _show(request, _dispute(request, public_id), None, conflict=True)
    messages.success(request, _("已撤回。"))
    return redirect("enterprises:dispute", public_id)


# --- both -------------------------------------------------------------------------------------------


@power_required(Power.CONFIRM_FACTS, Power.ACT_FOR_FIRM)
@require_safe
@never_cache
def dispute(request: HttpRequest, public_id: str) -> HttpResponse:
    """One dispute, for the firm and for those who decide it."""
    return _show(request, _dispute(request, public_id), None)


# --- the office -------------------------------------------------------------------------------------


@power_required(Power.CONFIRM_FACTS)
@require_safe
@never_cache
def disputes(request: HttpRequest) -> HttpResponse:
    """Those of this officer's firms: the open ones, the longest waiting first, or those closed."""
    today = clock.today()
    shown = "closed" if request.GET.get("show") == "closed" else "open"
    rows = queries.disputes_for(user_of(request), today).filter(state__in=SHOWN[shown])
    rows = rows.order_by("raised_at", "pk") if shown == "open" else rows.order_by("-decided_at", "pk")
    page = paginate(rows, request.GET.get("page"))
    context = {
        "page_obj": page,
        "shown": shown,
        "tabs": [("open", _("待处理")), ("closed", _("已结束"))],
        "rows": [
            {
                "dispute": row,
                "waited": queries.waited(row, today),
                "before": queries.class_label(row.shown_class),
                "after": queries.class_label(row.claimed_class),
            }
            for row in page
        ],
    }
    return render(request, "enterprises/disputes.html", context)


@power_required(Power.CONFIRM_FACTS)
@require_POST
def dispute_decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Uphold or reject, with an opinion the firm reads."""
    rows = queries.disputes_for(user_of(request), clock.today())
    found = get_object_or_404(rows, public_id=public_id)
    form = RulingForm(found, request.POST)
    if found.state != State.OPEN:
        return _show(request, found, form, conflict=True)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    try:
        _decide(form, Ruling(request.user, form.cleaned_data["opinion"], clock.now(), clock.today()))
    except DisputeClosed:
        return _show(request, _dispute(request, public_id), form, conflict=True)
    except Refused as refusal:
        form.add_error("adopt", worded(refusal.said))
        return _show(request, found, form, status=422)
    messages.success(request, _("已处理，企业可以看到结果。"))
    return redirect("enterprises:dispute", public_id)


def _decide(form: RulingForm, ruling: Ruling) -> None:
    if form.cleaned_data["verdict"] == UPHOLD:
        uphold_size_dispute(form.dispute, adopt=form.cleaned_data["adopt"], ruling=ruling)
    else:
        reject_size_dispute(form.dispute, ruling=ruling)


def _dispute(request: HttpRequest, public_id: str) -> SizeDispute:
    found = queries.dispute_seen_by(user_of(request), public_id, clock.today())
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    found: SizeDispute,
    form: RulingForm | None,
    *,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    today, user = clock.today(), user_of(request)
    on = queries.judged_on(found, clock.today())
    decides = queries.disputes_for(user, today).filter(pk=found.pk).exists()
    context = {
        "dispute": found,
        "firm": found.enterprise,
        "before": queries.class_label(found.shown_class),
        "after": queries.class_label(found.claimed_class),
        "figures": queries.figures_of(found, on),
        "why": queries.explain_now(found.enterprise, on),
        "then": queries.explain_claimed(found, on),
        "waited": queries.waited(found, today),
        "may_decide": decides and found.state == State.OPEN,
        "may_withdraw": found.state == State.OPEN and queries.is_member(user, found.enterprise),
        "form": form or RulingForm(found),
        "conflict": conflict,
    }
    return render(request, "enterprises/dispute.html", context, status=409 if conflict else status)


# --- panels -----------------------------------------------------------------------------------------
