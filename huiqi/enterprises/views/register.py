"""The list of firms: search, filters, saved views."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit, UnitKind
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.htmx import render_page
from huiqi.core.language import worded
from huiqi.enterprises.commands.contacts import note_phone_search
from huiqi.enterprises.commands.saved_views import delete_view, rename_view, save_view
from huiqi.enterprises.models import SavedView
from huiqi.enterprises.queries.picture import INDUSTRY, PLACE, WIDTH, picture
from huiqi.enterprises.queries.register import (
    CAP,
    NOTHING,
    PAGE_SIZE,
    Hits,
    find,
    firm_label,
    firms_named,
    rows_of,
    seen_by,
)
from huiqi.enterprises.register_form import LONGEST_QUERY, RegisterForm, SavedViewForm
from huiqi.enterprises.wanted import Kind, read_question
from huiqi.reference.queries import code_tables

PAGE = "register"
MOST_NAMES = 20


@power_required(Power.VIEW_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """The firms this person may see, by the filters of the address.

    The search box posts. Words go back into the address, so that a search can be linked and kept; a
    telephone number is personal, never enters an address (histories, proxies, logs) and is answered at once.
    """
    if request.method != "POST":
        return _show(request, request.GET)
    typed = request.POST.get("q", "")
    data = request.GET.copy()
    for name in ("q", "page"):
        data.pop(name, None)
    if read_question(typed).kind is Kind.PHONE:
        data["q"] = typed
        note_phone_search(actor=user_of(request))
        return _show(request, data, by_phone=True)
    if typed.strip():
        data["q"] = typed.strip()
    return redirect(f"{request.path}?{data.urlencode()}" if data else request.path)


@power_required(Power.VIEW_REGISTER)
@require_safe
@never_cache
def firm_names(request: HttpRequest) -> JsonResponse:
    """Firms for the type-ahead boxes, code first, among those this person may see."""
    firms = seen_by(user_of(request), clock.today())
    found = firms_named(firms, read_question(request.GET.get("q", "")[:60]), MOST_NAMES)
    return JsonResponse([{"value": firm.public_id, "label": firm_label(firm)} for firm in found], safe=False)


def _show(request: HttpRequest, data: QueryDict, *, by_phone: bool = False) -> HttpResponse:
    form = _form(request, data)
    form.is_valid()
    wanted, on = form.wanted(), clock.today()
    hides_phone = wanted.question.kind is Kind.PHONE and not by_phone
    firms = seen_by(user_of(request), on)
    hits = NOTHING if hides_phone else find(firms, wanted, on, form.order(), _number(data.get("page")))
    query = _query(data, without=("page", *(("q",) if wanted.question.kind is Kind.PHONE else ())))
    context = {
        "form": form,
        "hits": hits,
        "rows": rows_of(hits.ids, form.tables),
        "page": Paginator(range(hits.count), PAGE_SIZE).get_page(hits.number),
        "said": _said(hits),
        "cap": CAP,
        "by_phone": by_phone,
        "hides_phone": hides_phone,
        "typed": "" if wanted.question.kind is Kind.PHONE else data.get("q", ""),
        "chips": _chips(form, data),
        "clear_url": "?",
        "query": query,
        "search_query": _query(data, without=("page", "q")),
        "is_filtered": bool(query),
        "views": SavedView.objects.filter(owner=user_of(request), page=PAGE),
        "sizes": dict(form.fields["size"].choices),  # type: ignore[attr-defined]
        "lists": dict(form.fields["on_list"].choices),  # type: ignore[attr-defined]
        "chosen": _chosen(form),
        "has_parks": len(form.fields["park"].choices) > 1,  # type: ignore[attr-defined]
        "may_export": may(user_of(request), Power.EXPORT_FIRMS, clock.today()),
        "no_code": _("没有统一社会信用代码"),
        # A telephone number stands in no address, hence has no picture; one firm needs none.
        "has_picture": hits.count > 1 and wanted.question.kind is not Kind.PHONE,
    }
    return render(request, "enterprises/register.html", context)


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


def _form(request: HttpRequest, data: QueryDict) -> RegisterForm:
    parks = Unit.objects.filter(kind=UnitKind.PARK, is_active=True).order_by("region", "name")
    scope = scope_of(user_of(request), clock.today())
    return RegisterForm(data, tables=code_tables(), parks=parks.values_list("pk", "name"), scope=scope)


def _query(data: QueryDict, without: tuple[str, ...] = ()) -> str:
    """The address's filters, empty ones left out."""
    kept = [(key, one) for key, values in data.lists() if key not in without for one in values if one]
    return urlencode(kept)


def _chips(form: RegisterForm, data: QueryDict) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    chips = []
    if data.get("q") and read_question(str(data["q"])).kind is not Kind.PHONE:
        chips.append((_("搜索：%s") % data["q"], "?" + _query(data, without=("q", "page"))))
    for name, value, words in form.chosen():
        kept = data.copy()
        kept.setlist(
            name, [one for one in data.getlist(name) if one != value and name in {"size", "on_list"}]
        )
        chips.append((words, "?" + _query(kept, without=("page",))))
    return chips


def _chosen(form: RegisterForm) -> dict[str, Any]:
    """What is ticked, and whether one of the filters folded away is in force."""
    chosen = [(name, value) for name, value, _words in form.chosen()]
    ticked = {field: {value for name, value in chosen if name == field} for field in ("size", "on_list")}
    return {
        **ticked,
        "more": any(name in {"state", "kind", "gap", "park", "synthetic"} for name, _ in chosen),
    }


def _said(hits: Hits) -> str:
    if hits.is_capped:
        return _("超过%(n)s家") % {"n": f"{CAP:,}"}
    return ngettext("共%(n)s家", "共%(n)s家", hits.count) % {"n": f"{hits.count:,}"}


# --- the picture ----------------------------------------------------------------------------------


@power_required(Power.VIEW_REGISTER)
@require_safe
@never_cache
def picture_page(request: HttpRequest) -> HttpResponse:
    """How the firms of the list's filters divide by size class and place or industry; the list loads it."""
    form = _form(request, request.GET)
    form.is_valid()
    wanted, on, by = form.wanted(), clock.today(), request.GET.get("by")
    if wanted.question.kind is Kind.PHONE:
        raise Http404
    if by not in {PLACE, INDUSTRY}:
        by = PLACE if form.has_regions and len(wanted.region) != 6 else INDUSTRY
    parameter = "region" if by == PLACE else "industry"
    firms = seen_by(user_of(request), on)
    context = {
        "picture": picture(firms, wanted, on, by, form.tables),
        "ways": [(PLACE, _("按地区")), (INDUSTRY, _("按行业"))],
        "parameter": parameter,
        "width": WIDTH,
        "query": _query(request.GET, without=("page", "by")),
        "sizeless": _query(request.GET, without=("page", "by", "size")),
        "groupless": _query(request.GET, without=("page", "by", parameter)),
        "chips": _chips(form, request.GET),
        "crumbs": [(_("企业档案"), reverse("enterprises:register")), (_("规模分布"), "")],
        "is_page": not request.htmx,  # type: ignore[attr-defined]
    }
    return render_page(request, "enterprises/picture.html", "enterprises/_picture.html", context)


# --- saved views ----------------------------------------------------------------------------------


def _crumbs() -> list[tuple[str, str]]:
    return [(_("企业档案"), reverse("enterprises:register")), (_("我的视图"), "")]


def _back(query: str) -> HttpResponse:
    return redirect(reverse("enterprises:register") + (f"?{query}" if query else ""))


@power_required(Power.VIEW_REGISTER)
@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filters in force under a name."""
    data = QueryDict(request.POST.get("query", "")[:LONGEST_QUERY])
    query = _query(data, without=("page",))
    form = SavedViewForm(request.POST)
    if not form.is_valid() or read_question(data.get("q", "")).kind is Kind.PHONE:
        context = {"form": form, "query": query, "views": (), "refused": "", "crumbs": _crumbs()}
        return render(request, "enterprises/register_views.html", context, status=422)
    save_view(user_of(request), page=PAGE, name=form.cleaned_data["name"], query=query)
    return _back(query)


@power_required(Power.VIEW_REGISTER)
@require_http_methods(["GET", "HEAD"])
@never_cache
def views(request: HttpRequest) -> HttpResponse:
    """One's saved views: open, rename, delete."""
    found = SavedView.objects.filter(owner=user_of(request), page=PAGE)
    context = {"form": None, "query": "", "views": found, "refused": "", "crumbs": _crumbs()}
    return render(request, "enterprises/register_views.html", context)


@power_required(Power.VIEW_REGISTER)
@require_POST
def view_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rename or delete one of one's own views."""
    view = get_object_or_404(SavedView, public_id=public_id, owner=user_of(request), page=PAGE)
    act = request.POST.get("act")
    if act == "delete":
        delete_view(view, actor=user_of(request))
        return redirect("enterprises:register_views")
    if act != "rename":
        raise Http404
    form = SavedViewForm(request.POST)
    found = SavedView.objects.filter(owner=user_of(request), page=PAGE)
    refused = ""
    if form.is_valid():
        try:
            rename_view(view, name=form.cleaned_data["name"], actor=user_of(request))
            return redirect("enterprises:register_views")
        except Refused as refusal:
            refused = worded(refusal.said)
    context: dict[str, Any] = {"form": form, "query": "", "views": found, "refused": refused}
    context["crumbs"] = _crumbs()
    return render(request, "enterprises/register_views.html", context, status=422)
