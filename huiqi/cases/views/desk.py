"""The dispatcher's desk: take up, give, put together what is one matter, and knots."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.cases.commands.knots import confirm_knot, dismiss_knot, untie_knot
from huiqi.cases.forms.knots import ConfirmKnotForm, KnotTextForm
from huiqi.cases.models import Case, CaseQuerySet, ItemEdition, Knot
from huiqi.cases.queries import desk as queries
from huiqi.cases.queries.load import desk_loads, hints
from huiqi.cases.queries.rows import firsts_of, for_rows, rows_of, rows_with
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded

DESK = (Power.DISPATCH_CASES, Power.SUPERVISE_CASES)


@dataclass(frozen=True)
class Part:
    """A part of the desk: its rows, how many in all, where the rest is."""

    key: str
    title: Any
    rows: list[Any]
    count: int
    url: str
    empty: Any


# Title, its cases, the filters of the list that has all of them, what to say when there is none.
_PARTS: Mapping[str, tuple[Any, Callable[[User, date], CaseQuerySet], str, Any]] = {
    "accept": (
        gettext_lazy("待受理"),
        queries.to_accept,
        "tab=desk&state=registered",
        gettext_lazy("没有待受理的。"),
    ),
    "dispatch": (
        gettext_lazy("待派单"),
        queries.to_dispatch,
        "tab=desk&state=accepted",
        gettext_lazy("没有待派单的。"),
    ),
    "review": (
        gettext_lazy("待审核答复"),
        queries.to_review,
        "tab=all&state=answered",
        gettext_lazy("没有待审核的答复。"),
    ),
    "call_back": (
        gettext_lazy("待回访"),
        queries.to_call_back,
        "tab=all&state=calling_back",
        gettext_lazy("没有待回访的。"),
    ),
    "resting": (gettext_lazy("等补正或暂缓"), queries.resting, "tab=desk", gettext_lazy("没有在等的。")),
}


def _parts(request: HttpRequest) -> list[Part]:
    """All parts; the rows of all of them are read at once."""
    user, today = user_of(request), clock.today()
    lists = [queries.first_due(cases(user, today)) for _title, cases, _query, _empty in _PARTS.values()]
    found = dict(zip(_PARTS, firsts_of(lists, queries.MOST_SHOWN), strict=True))
    rows = rows_with([key for keys, _count in found.values() for key in keys], clock.now(), user)
    by_key = {row.case.pk: row for row in rows}
    return [
        Part(
            key,
            title,
            [by_key[pk] for pk in found[key][0] if pk in by_key],
            found[key][1],
            f"{reverse('cases:queue')}?{query}",
            empty,
        )
        for key, (title, _cases, query, empty) in _PARTS.items()
    ]


@power_required(Power.DISPATCH_CASES)
@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Everything the desk does, with the load of the units it gives to."""
    user, today, at = user_of(request), clock.today(), clock.now()
    parts = _parts(request)
    given = parts[1].rows
    context = {
        "parts": parts,
        "hints": _hints([row.case for row in given], at),
        "approvals": queries.approvals(user, today),
        "pairs": queries.pairs(user, today, at),
        "knots": queries.knots_of(user, today),
        "loads": desk_loads(_own_open(request), at),
        "here": request.path,
        "crumbs": [(_("派单台"), "")],
    }
    return render(request, "cases/desk.html", context)


def _own_open(request: HttpRequest) -> CaseQuerySet:
    return Case.objects.desk_of(user_of(request), Power.DISPATCH_CASES, clock.today()).open()


def _hints(cases: list[Any], at: Any) -> dict[int, Any]:
    keys = {case.edition_id for case in cases}
    editions = ItemEdition.objects.filter(pk__in=keys).order_by("pk")
    return hints(cases, {edition.pk: edition.definition for edition in editions}, at)


# --- knots --------------------------------------------------------------------------------------------


def _knot(request: HttpRequest, public_id: str) -> Knot:
    """A knot of the person's region, else 404."""
    found = get_object_or_404(Knot.objects.select_related("owner", "decided_by"), public_id=public_id)
    if found.pk not in {knot.pk for knot in queries.knots_seen(user_of(request), clock.today())}:
        raise Http404
    return found


@power_required(*DESK)
@require_safe
@never_cache
def knot(request: HttpRequest, public_id: str) -> HttpResponse:
    """Many alike: its cases, and to find that it is a knot, or not, or untied."""
    return _show_knot(request, _knot(request, public_id), {})


def _show_knot(request: HttpRequest, found: Knot, bound: dict[str, Any], status: int = 200) -> HttpResponse:
    cases = queries.cases_of_knot(found, clock.now(), user_of(request), clock.today())
    context = {
        "knot": found,
        "rows": rows_of(for_rows(cases)[: queries.MOST_KNOT], clock.now(), user_of(request)),
        "confirm": bound.get("confirm") or ConfirmKnotForm(None),
        "dismiss": bound.get("dismiss") or KnotTextForm(None, auto_id="dismiss-%s"),
        "untie": bound.get("untie") or KnotTextForm(None, auto_id="untie-%s"),
        "version": found.version,
        "crumbs": [(_("派单台"), reverse("cases:desk")), (_("堵点"), "")],
    }
    return render(request, "cases/knot.html", context, status=status)


@power_required(*DESK)
@require_POST
@never_cache
def knot_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Confirm, dismiss or untie."""
    found = _knot(request, public_id)
    if name not in {"confirm", "dismiss", "untie"}:
        raise Http404
    form: Any = (
        ConfirmKnotForm(request.POST)
        if name == "confirm"
        else KnotTextForm(request.POST, auto_id=f"{name}-%s")
    )
    if not form.is_valid():
        return _show_knot(request, found, {name: form}, 422)
    typed = request.POST.get("version", "")
    expected = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1
    try:
        how = {"actor": user_of(request), "at": clock.now(), "expected": expected}
        _decide(found, name, form.cleaned_data, how)
    except Refused as refusal:
        form.add_error(None, worded(refusal.said))
        return _show_knot(request, _knot(request, public_id), {name: form}, 409)
    messages.success(request, _("已记录。"))
    return redirect("cases:desk")


def _decide(found: Knot, name: str, given: dict[str, Any], how: dict[str, Any]) -> None:
    if name == "confirm":
        words = {key: given[key] for key in ("owner", "cause", "task", "due_on")}
        confirm_knot(found, **words, **how)
    elif name == "dismiss":
        dismiss_knot(found, reason=given["text"], **how)
    else:
        untie_knot(found, result=given["text"], **how)
