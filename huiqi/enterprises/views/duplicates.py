"""Officers look at pairs that may be one firm and decide."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.jobs import start_job
from huiqi.core.pagination import paginate
from huiqi.enterprises.commands.duplicates import (
    FIND,
    Decision,
    PairDecided,
    decide_distinct,
    decide_same,
    undo_decision,
)
from huiqi.enterprises.forms.duplicates import SAME, PairForm, UndoForm
from huiqi.enterprises.models import DuplicatePair
from huiqi.enterprises.queries.duplicates import firms_of, open_pairs, pairs_for, side_by_side

State = DuplicatePair.State
SIGNAL_LABELS: dict[str, Promise] = {
    "name": gettext_lazy("名称相同"),
    "core": gettext_lazy("字号相同"),
    "sound": gettext_lazy("名称读音相同"),
    "near": gettext_lazy("名称只差一字"),
    "code_body": gettext_lazy("组织机构代码相同"),
    "phone": gettext_lazy("联系电话相同"),
    "former": gettext_lazy("与对方的曾用名或原代码相同"),
    "place": gettext_lazy("同一县市区、同一行业"),
    "park": gettext_lazy("同一园区"),
}
SHOWN = {"open": State.OPEN, "merged": State.MERGED, "distinct": State.DISTINCT}


def _labels(pair: DuplicatePair) -> list[Promise]:
    return [SIGNAL_LABELS[signal] for signal in pair.signals if signal in SIGNAL_LABELS]


@power_required(Power.MERGE_FIRMS)
@require_safe
@never_cache
def duplicates(request: HttpRequest) -> HttpResponse:
    """The pairs of this officer's firms: those that wait, or those decided."""
    user, today = user_of(request), clock.today()
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "open"
    rows = open_pairs(user, today)
    if shown != "open":
        rows = pairs_for(user, today).filter(state=SHOWN[shown]).order_by("-decided_at", "pk")
    page = paginate(rows, request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(pair, _labels(pair)) for pair in page],
        "shown": shown,
        "tabs": [("open", _("待判断")), ("merged", _("已合并")), ("distinct", _("不是同一家"))],
    }
    return render(request, "enterprises/duplicates.html", context)


@power_required(Power.MERGE_FIRMS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def duplicate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Both rows side by side; a POST decides."""
    pair = _pair(request, public_id)
    if request.method != "POST":
        return _show(request, pair, PairForm(pair))
    form = PairForm(pair, request.POST)
    if pair.state != State.OPEN:
        return _show(request, pair, form, conflict=True)
    if not form.is_valid():
        return _show(request, pair, form, status=422)
    decision = _decision(request, form.cleaned_data["reason"])
    try:
        if form.cleaned_data["verdict"] == SAME:
            decide_same(pair, kept=firms_of(pair)[form.cleaned_data["kept"]], decision=decision)
            messages.success(request, _("已合并。发现不对，可以在本页撤销。"))
        else:
            decide_distinct(pair, decision=decision)
            messages.success(request, _("已记为不是同一家，以后不再提出。"))
    except PairDecided:
        return _show(request, _pair(request, public_id), form, conflict=True)
    return redirect("enterprises:duplicate", public_id)


@power_required(Power.MERGE_FIRMS)
@require_POST
def duplicate_undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a decision back, with a reason."""
    pair = _pair(request, public_id)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _show(request, pair, PairForm(pair), undo=form, status=422)
    try:
        undo_decision(pair, decision=_decision(request, form.cleaned_data["reason"]))
    except PairDecided:
        return _show(request, _pair(request, public_id), PairForm(pair), conflict=True)
    messages.success(request, _("已撤销，两条记录恢复原样。"))
    return redirect("enterprises:duplicate", public_id)


@power_required(Power.MERGE_FIRMS)
@require_POST
def duplicates_find(request: HttpRequest) -> HttpResponse:
    """Look for pairs now; leads to the job's progress."""
    user = user_of(request)
    job = start_job(FIND, {"actor": user.public_id}, actor=user)
    return redirect("core:job", job.public_id)


def _pair(request: HttpRequest, public_id: str) -> DuplicatePair:
    return get_object_or_404(pairs_for(user_of(request), clock.today()), public_id=public_id)


def _decision(request: HttpRequest, reason: str) -> Decision:
    return Decision(request.user, reason, clock.now(), clock.today())


def _show(
    request: HttpRequest,
    pair: DuplicatePair,
    form: PairForm,
    *,
    undo: UndoForm | None = None,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "pair": pair,
        "labels": _labels(pair),
        "form": form,
        "undo": undo or UndoForm(),
        "conflict": conflict,
        "beside": side_by_side(pair, clock.today()),
        "codes_differ": _codes_differ(pair),
    }
    return render(request, "enterprises/duplicate.html", context, status=409 if conflict else status)


def _codes_differ(pair: DuplicatePair) -> bool:
    codes = pair.first.credit_code, pair.second.credit_code
    return all(codes) and codes[0] != codes[1]
