"""Calls: list, draft, page, opening, closing, firms without application, rounds."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_act
from huiqi.core.pagination import paginate
from huiqi.grants.commands import calls as commands
from huiqi.grants.commands.deciding import prepare_application
from huiqi.grants.commands.rounds import form_round
from huiqi.grants.forms.applying import NothingForm
from huiqi.grants.forms.calls import CallForm, PrepareForm, RoundForm
from huiqi.grants.models import Call, CallKind
from huiqi.grants.queries.judging import policy_title
from huiqi.grants.queries.listing import by_state
from huiqi.grants.workflow import State
from huiqi.reference.queries import counties

views_grants = power_required(Power.VIEW_GRANTS)


@views_grants
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """All calls, newest first."""
    user, today = user_of(request), clock.today()
    page = paginate(Call.objects.visible_to(user, today).select_related("unit"), request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(call, policy_title(call.policy)) for call in page],
        "may_make": _makes(request),
    }
    return render(request, "grants/calls.html", context)


def _makes(request: HttpRequest) -> bool:
    user = user_of(request)
    return user.unit is not None and user.can(Power.MAKE_GRANTS)


@power_required(Power.MAKE_GRANTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def call_new(request: HttpRequest) -> HttpResponse:
    """Draft a call of one's own unit."""
    user = user_of(request)
    if user.unit is None or not _makes(request):
        raise Http404
    form = CallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given.pop("version")
        treasuries = given.pop("treasuries")
        call = commands.make_call(given, unit=user.unit, treasuries=treasuries, actor=user, at=clock.now())
        messages.success(request, _("已建立草稿，请由另一个人开放。"))
        return redirect("grants:call", call.public_id)
    return _form(request, form, None)


def _form(request: HttpRequest, form: CallForm, call: Call | None, status: int = 0) -> HttpResponse:
    title = call.title if call else _("新建申报批次")
    context = {
        "form": form,
        "call": call,
        "crumbs": [(_("申报批次"), reverse("grants:calls")), (title, "")],
    }
    status = status or (422 if form.errors else 200)
    return render(request, "grants/call_form.html", context, status=status)


@power_required(Power.MAKE_GRANTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def call_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a draft."""
    user = user_of(request)
    mine = Call.objects.made_by(user, clock.today()).filter(state="draft")
    call = get_object_or_404(mine, public_id=public_id)
    form = CallForm(request.POST if request.method == "POST" else None, call=call)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        expected, treasuries = given.pop("version") or 0, given.pop("treasuries")
        try:
            commands.change_call(call, given, treasuries=treasuries, actor=user, expected=expected)
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            return _form(request, form, call, 409)
        messages.success(request, _("已保存。"))
        return redirect("grants:call", public_id)
    return _form(request, form, call)


def _seen(request: HttpRequest, public_id: str) -> Call:
    rows = Call.objects.visible_to(user_of(request), clock.today()).select_related("unit", "made_by")
    return get_object_or_404(rows, public_id=public_id)


@views_grants
@require_safe
@never_cache
def call(request: HttpRequest, public_id: str) -> HttpResponse:
    """One call: money, quota, where its applications stand, its rounds."""
    return _show(request, _seen(request, public_id))


def _show(
    request: HttpRequest, row: Call, kept: tuple[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    user, today = user_of(request), clock.today()
    may_make = Call.objects.made_by(user, today).filter(pk=row.pk).exists()
    may_check = Call.objects.checked_by(user, today).filter(pk=row.pk).exists()
    names = {county.code: county.name for county in counties()}
    agreed = row.applications.filter(state=State.AGREED, outcome="grant")
    context = {
        "call": row,
        "policy_title": policy_title(row.policy),
        "may_make": may_make,
        "may_open": may_check and row.state == "draft" and row.made_by_id != user.pk,
        "states": by_state(row),
        "rounds": list(row.rounds.order_by("-made_at", "-pk")),
        "agreed": agreed.count(),
        "round_form": _kept(kept, "round", RoundForm),
        "prepare_form": _kept(kept, "prepare", PrepareForm) if row.kind == CallKind.WITHOUT else None,
        "treasuries": [(names.get(each.county, _("其他")), each.title) for each in row.treasuries.all()],
        "share": f"{row.share_bp / 100:g}%" if row.share_bp else "",
        "kept": kept[1] if kept else None,
        "crumbs": [(_("申报批次"), reverse("grants:calls")), (row.title, "")],
    }
    return render(request, "grants/call.html", context, status=status)


def _kept(kept: tuple[str, forms.Form] | None, name: str, kind: type[forms.Form]) -> forms.Form:
    return kept[1] if kept and kept[0] == name else kind(auto_id=f"{name}-%s")


@power_required(Power.MAKE_GRANTS, Power.CHECK_GRANTS)
@require_POST
@never_cache
def call_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Open (checker), close, put a firm on a call without application, form a round (maker)."""
    row, user, today = _seen(request, public_id), user_of(request), clock.today()
    rows = Call.objects.checked_by(user, today) if name == "open" else Call.objects.made_by(user, today)
    if name not in ("open", "close", "prepare", "round") or not rows.filter(pk=row.pk).exists():
        raise Http404
    kind = {"prepare": PrepareForm, "round": RoundForm}.get(name, NothingForm)
    form = kind(request.POST, auto_id=f"{name}-%s")

    def show(status: int) -> HttpResponse:
        return _show(request, _seen(request, public_id), (name, form), status)

    at = clock.now()
    acts: dict[str, PageAct] = {
        "open": PageAct(lambda: commands.open_call(row, actor=user, at=at), _("批次已开放。")),
        "close": PageAct(lambda: commands.close_call(row, actor=user, on=today), _("批次已结束。")),
        "prepare": PageAct(
            lambda: prepare_application(row, form.cleaned_data["credit_code"], actor=user, on=today, at=at),
            _("已列入。"),
            form=form,
            show=show,
        ),
        "round": PageAct(
            lambda: _form_round(row, form, user, at), _("已建立拨付批次。"), form=form, show=show
        ),
    }
    return do_act(request, acts[name], lambda: redirect("grants:call", public_id))


def _form_round(row: Call, form: forms.Form, user: Any, at: Any) -> None:
    ready = list(row.applications.filter(state=State.AGREED, outcome="grant").order_by("pk"))
    form_round(row, ready, title=form.cleaned_data["title"], actor=user, at=at)
