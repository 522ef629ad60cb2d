"""The list of cases: what waits, claim, filters, search, saved views, many at once, export."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.cases.commands.desk import accept_case, classify_case
from huiqi.cases.commands.handling import hand_on, sign_order, take_on
from huiqi.cases.commands.lookups import note_export, note_phone_search
from huiqi.cases.forms.queue import LONGEST_QUERY, BulkForm, ExportForm, QueueForm, ViewForm
from huiqi.cases.models import OPEN_ORDERS, Case, CaseQuerySet
from huiqi.cases.queries.handlers import colleagues_of
from huiqi.cases.queries.queue import (
    CAP,
    PAGE_SIZE,
    counts_of,
    found_by_phone,
    in_order,
    is_phone,
    keys_of,
    matching,
    tab_rows,
    tabs_of,
)
from huiqi.cases.queries.rows import Row, for_rows, rows_of, rows_with
from huiqi.cases.queries.veil import veil_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.enterprises.commands.saved_views import delete_view, save_view
from huiqi.enterprises.models import SavedView
from huiqi.files.downloads import xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text

PAGE = "cases"
READERS = (Power.VIEW_CASES, Power.HANDLE_CASES)
MOST_AT_ONCE = 50
reads_cases = power_required(*READERS)


@reads_cases
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """One of the lists, by the filters of the address.

    The search box posts. Words go back into the address; a telephone number never does and is answered at
    once, the look recorded.
    """
    if request.method != "POST":
        return _show(request, request.GET)
    typed = request.POST.get("q", "")
    data = request.GET.copy()
    for name in ("q", "page"):
        data.pop(name, None)
    if is_phone(typed):
        note_phone_search(actor=user_of(request))
        return _show(request, data, phone=typed)
    if typed.strip():
        data["q"] = typed.strip()
        data.setdefault("tab", "all")
    return redirect(f"{request.path}?{data.urlencode()}" if data else request.path)


def _tab(request: HttpRequest, data: QueryDict) -> tuple[str, dict[str, Any]]:
    tabs = tabs_of(user_of(request), clock.today())
    asked = data.get("tab", "")
    return (asked if asked in tabs else next(iter(tabs))), tabs


def _rows(request: HttpRequest, tab: str, form: QueueForm, phone: str = "") -> CaseQuerySet:
    user, today, at = user_of(request), clock.today(), clock.now()
    if phone:
        return found_by_phone(phone, user, today)
    return matching(tab_rows(tab, user, today, at), form.wanted(), at, veil_of(user, today))


def _show(request: HttpRequest, data: QueryDict, *, phone: str = "", status: int = 200) -> HttpResponse:
    form = QueueForm(data)
    form.is_valid()
    tab, tabs = _tab(request, data)
    tab = "all" if phone else tab
    hides = is_phone(data.get("q", "")) and not phone
    rows = Case.objects.none() if hides else _rows(request, tab, form, phone)
    keys = keys_of(rows, tab)
    count = len(keys)
    page = Paginator(keys[:CAP], PAGE_SIZE).get_page(data.get("page"))
    query = _query(data, without=("page",))
    is_narrowed = bool(form.chosen() or data.get("q") or phone)
    context = {
        "form": form,
        "tab": tab,
        "tabs": _tab_links(request, tabs, tab, None if is_narrowed else count),
        "rows": rows_with(list(page.object_list), clock.now(), user_of(request), form.names),
        "page": page,
        "count": min(count, CAP),
        "is_capped": count > CAP,
        "by_phone": bool(phone),
        "hides_phone": hides,
        "typed": "" if hides else data.get("q", ""),
        "chips": _chips(form, data),
        "clear_url": f"?tab={tab}",
        "query": query,
        "search_query": _query(data, without=("page", "q")),
        "is_filtered": is_narrowed,
        "is_folded": not form.chosen() and not form.errors,
        "views": SavedView.objects.filter(owner=user_of(request), page=PAGE),
        "bulk": _bulk_form(request, None),
        "here": f"{request.path}?{query}" if query else request.path,
        "crumbs": [(_("诉求"), "")],
    }
    return render(request, "cases/queue.html", context, status=status)


def _tab_links(
    request: HttpRequest, tabs: dict[str, Any], current: str, known: int | None
) -> list[dict[str, Any]]:
    """The lists with how many lie there; those that grow without end are not counted, and the present one
    not again when its number is `known`."""
    asked = [name for name in tabs if name != "all" and (name != current or known is None)]
    counts: dict[str, int | None] = dict(counts_of(asked, user_of(request), clock.today(), clock.now()))
    if current != "all" and known is not None:
        counts[current] = known
    return [
        {
            "name": name,
            "title": title,
            "url": f"?tab={name}",
            "is_current": name == current,
            "count": counts.get(name),
        }
        for name, title in tabs.items()
    ]


def _query(data: QueryDict, without: tuple[str, ...] = ()) -> str:
    """The address's filters, empty ones and telephone numbers left out."""
    kept = [(key, one) for key, values in data.lists() if key not in without for one in values if one]
    return urlencode([(key, one) for key, one in kept if not (key == "q" and is_phone(one))])


def _chips(form: QueueForm, data: QueryDict) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    chips = [(words, "?" + _query(data, without=(name, "page"))) for name, words in form.chosen()]
    typed = str(data.get("q", ""))
    if typed and not is_phone(typed):
        chips.insert(0, (_("搜索：%s") % typed, "?" + _query(data, without=("q", "page"))))
    return chips


# --- many at once -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of one row of an act on many."""

    row: Row
    is_done: bool
    said: str


def _bulk_form(request: HttpRequest, data: Any) -> BulkForm | None:
    user, today = user_of(request), clock.today()
    handles, dispatches = may(user, Power.HANDLE_CASES, today), may(user, Power.DISPATCH_CASES, today)
    if not (handles or dispatches):
        return None
    unit = user.unit
    people = list(colleagues_of(unit, user)) if handles and unit is not None else []
    return BulkForm(data, colleagues=people, dispatches=dispatches, handles=handles)


@reads_cases
@require_POST
@never_cache
def bulk(request: HttpRequest) -> HttpResponse:
    """One act on the rows ticked; each is done or refused for itself, and told for itself."""
    form = _bulk_form(request, request.POST)
    if form is None:
        raise Http404
    picked = dict(_picked(value) for value in request.POST.getlist("case")[:MOST_AT_ONCE])
    back = request.POST.get("back", "")
    back = back if back.startswith(reverse("cases:queue")) else reverse("cases:queue")
    if not form.is_valid() or not picked:
        missing = "".join(map(str, form.non_field_errors())) or _("请选择要做什么。")
        messages.error(request, missing if picked else _("请先勾选要办的诉求。"))
        return redirect(back)
    seen = Case.objects.visible_to(user_of(request), clock.today()).filter(public_id__in=picked)
    cases = list(for_rows(seen).select_related("edition", "lead", "desk", "handler").order_by("pk"))
    rows = {row.case.pk: row for row in rows_of(cases, clock.now(), user_of(request))}
    outcomes = [_one(request, form, rows[case.pk], picked[case.public_id]) for case in cases]
    context = {
        "outcomes": outcomes,
        "done": sum(each.is_done for each in outcomes),
        "label": dict(form.fields["do"].choices)[form.cleaned_data["do"]],  # type: ignore[attr-defined]
        "back": back,
        "crumbs": [(_("诉求"), back), (_("批量办理结果"), "")],
    }
    return render(request, "cases/bulk.html", context)


def _picked(value: str) -> tuple[str, int]:
    """`public id:version` of a ticked row."""
    public_id, _colon, typed = value.partition(":")
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 9
    return public_id[:16], int(typed) if is_number else -1


def _one(request: HttpRequest, form: BulkForm, row: Row, version: int) -> Outcome:
    try:
        _do(request, form, row.case, version)
    except Refused as refusal:
        return Outcome(row, False, worded(refusal.said))
    return Outcome(row, True, _("已办"))


def _do(request: HttpRequest, form: BulkForm, case: Case, version: int) -> None:
    user, today, do = user_of(request), clock.today(), form.cleaned_data["do"]
    how: dict[str, Any] = {"actor": user, "at": clock.now(), "expected": version}
    if do in {"classify", "accept"}:
        if case.desk_id not in units_with(user, Power.DISPATCH_CASES, today):
            raise Refused("cases.not_your_desk", _("不是您单位受理的，不能办这一步。"))
        if do == "accept":
            accept_case(case, **how)
        else:
            classify_case(case, topic=case.topic, urgency=form.cleaned_data["urgency"], **how)
        return
    units = units_with(user, Power.HANDLE_CASES, today)
    order = case.orders.filter(unit__in=units, state__in=OPEN_ORDERS).select_related("unit", "case").first()
    if order is None:
        raise Refused("cases.no_order", _("没有派给您单位的在办件，不能办这一步。"))
    if do == "sign":
        sign_order(order, **how)
    elif do == "take_on":
        take_on(order, **how)
    else:
        hand_on(order, colleague=form.people[form.cleaned_data["colleague"]], **how)


# --- saved views --------------------------------------------------------------------------------------


@reads_cases
@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filters in force under a name."""
    data = QueryDict(request.POST.get("query", "")[:LONGEST_QUERY])
    form = ViewForm(request.POST)
    query = _query(data, without=("page",))
    if not form.is_valid():
        messages.error(request, _("请给视图起个名字，最多30个字。"))
    else:
        save_view(user_of(request), page=PAGE, name=form.cleaned_data["name"], query=query)
        messages.success(request, _("已保存到“我的视图”。"))
    return redirect(reverse("cases:queue") + (f"?{query}" if query else ""))


@reads_cases
@require_POST
def view_delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forget one of one's own views."""
    view = get_object_or_404(SavedView, public_id=public_id, owner=user_of(request), page=PAGE)
    delete_view(view, actor=user_of(request))
    return redirect("cases:queue")


# --- export -------------------------------------------------------------------------------------------

_COLUMNS = (
    Column("编号", Kind.CODE),
    Column("标题"),
    Column("单位名称"),
    Column("事项"),
    Column("主题"),
    Column("县市区"),
    Column("渠道"),
    Column("紧急程度"),
    Column("状态"),
    Column("办结方式"),
    Column("受理单位"),
    Column("主办单位"),
    Column("经办人"),
    Column("登记时间"),
    Column("期限"),
    Column("办结时间"),
    Column("退回次数", Kind.NUMBER),
    Column("办理轮次", Kind.NUMBER),
    Column("诉求人评价"),
    Column("满意度", Kind.NUMBER),
    Column("是否剔除"),
)


@power_required(Power.VIEW_CASES)
@require_POST
@never_cache
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as .xlsx with a watermark: neither numbers nor names of requesters."""
    data = QueryDict(request.POST.get("query", "")[:LONGEST_QUERY])
    form, asked = QueueForm(data), ExportForm(request.POST)
    form.is_valid()
    if not asked.is_valid():
        messages.error(request, _("请写明导出用途，最多60个字。"))
        return redirect(reverse("cases:queue") + f"?{_query(data)}")
    tab, _tabs = _tab(request, data)
    listed = in_order(for_rows(_rows(request, tab, form)), tab)[:CAP]
    found = rows_of(listed, clock.now(), user_of(request))
    user, purpose = user_of(request), asked.cleaned_data["purpose"].strip()
    note_export(rows=len(found), purpose=purpose, actor=user)
    unit: Unit | None = user.unit
    mark = watermark_text(
        who=user.name, unit=unit.name if unit else "", at=clock.now(), purpose=purpose, rows=len(found)
    )
    return xlsx_response(f"诉求{clock.today():%Y%m%d}", _COLUMNS, map(_cells, found), watermark=mark)


def _cells(row: Row) -> tuple[object, ...]:
    case = row.case
    return (
        case.number,
        row.title,
        row.firm,
        row.item,
        row.topic,
        row.county,
        case.get_channel_display(),
        case.get_urgency_display(),
        case.get_state_display(),
        row.ending,
        case.desk.name,
        case.lead.name if case.lead else "",
        case.handler.name if case.handler else "",
        case.opened_at,
        case.due_at,
        case.ended_at,
        case.bounces,
        case.round,
        case.get_word_display() if case.word else "",
        case.rating,
        case.excluded_at is not None,
    )
