"""The firms of a run by policy and status, and taking them along."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.core import clock
from huiqi.files.downloads import csv_response, xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.reference.judging import rulebook
from huiqi.reference.queries import code_tables
from huiqi.reference.tiles import counties_of
from huiqi.runs.commands.exporting import MOST_ROWS, note_export
from huiqi.runs.forms.runs import ExportForm
from huiqi.runs.models import Run
from huiqi.runs.queries.firms import (
    PAGE_SIZE,
    STATUSES,
    Sought,
    export_rows,
    hits,
    named_firms,
    page_of,
    shown,
)
from huiqi.runs.queries.rejudged import rejudged_of
from huiqi.runs.views.runs import done_run, scope_here, viewer

STATUS_LENGTH = 6


def _sought(request: HttpRequest, policy: str) -> Sought:
    """The filters of the address; what is no filter is left out."""
    status, region = request.GET.get("status", ""), request.GET.get("region", "")
    is_place = region.isascii() and region.isdigit() and len(region) in (4, 6)
    return Sought(
        policy,
        status if status in STATUSES else "eligible",
        region if is_place else "",
        request.GET.get("q", "")[:60],
    )


def status_names() -> dict[str, str]:
    """The lists of a policy."""
    return {
        "eligible": _("初步符合"),
        "unknown": _("缺数据"),
        "near": _("最接近达标"),
        "ineligible": _("不符合"),
    }


@viewer
@require_safe
@never_cache
def firms(request: HttpRequest, public_id: str, policy: str) -> HttpResponse:
    """One page of the firms of a status."""
    row, sought, user, today = (
        done_run(public_id, policy),
        _sought(request, policy),
        user_of(request),
        clock.today(),
    )
    scope = scope_here(request)
    number = request.GET.get("page", "1")
    asked = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    total, page, found = page_of(row, sought, scope, named_firms(user, sought.words, today), asked)
    tables = code_tables()
    counties = [one for one in counties_of(tables) if scope.admits(one.code, None)]
    context = {
        **_context(row, policy, _("企业")),
        "sought": sought,
        "again": rejudged_of(row, scope).count(),
        "statuses": list(status_names().items()),
        "rows": shown(row, sought, found, user, today),
        "total": total,
        "page": Paginator(range(total), PAGE_SIZE).get_page(page),
        "counties": counties,
        "may_export": total and may(user, Power.EXPORT_FIRMS, today),
        "query": request.GET.urlencode(),
    }
    return render(request, "runs/firms.html", context)


def _context(row: Run, policy: str, title: str) -> dict[str, Any]:
    book = rulebook().policies.get(policy)
    name = book.title if book else policy
    return {
        "run": row,
        "policy": policy,
        "title": name,
        "authority": book.authority if book else "",
        "crumbs": [
            (_("全省测算"), reverse("runs:runs")),
            (row.purpose, reverse("runs:run", args=[row.public_id])),
            (name, reverse("runs:policy", args=[row.public_id, policy])),
            (title, ""),
        ],
    }


@power_required(Power.EXPORT_FIRMS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def firms_export(request: HttpRequest, public_id: str, policy: str) -> HttpResponseBase:
    """Ask what for, then hand the list out: only firms of posts that may export and see runs."""
    row, sought, user, today = (
        done_run(public_id, policy),
        _sought(request, policy),
        user_of(request),
        clock.today(),
    )
    scope = scope_with(user, Power.EXPORT_FIRMS, today)
    places = list(hits(row, sought, scope, named_firms(user, sought.words, today)))
    rows = sum(len(found) for _number, found in places)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"].strip()
        note_export(row, policy=policy, status=sought.status, rows=rows, purpose=purpose, actor=user)
        mark = watermark_text(
            who=user.name,
            unit=user.unit.name if user.unit else "—",
            at=clock.now(),
            purpose=purpose,
            rows=rows,
        )
        write = csv_response if form.cleaned_data["form"] == "csv" else xlsx_response
        name = f"{_('测算名单')}-{policy}-{sought.status}"
        return write(name, _columns(), export_rows(row, sought, places, scope), watermark=mark)
    context = {
        **_context(row, policy, _("导出")),
        "form": form,
        "count": rows,
        "most": MOST_ROWS,
        "status_name": status_names()[sought.status],
        "query": request.GET.urlencode(),
    }
    return render(request, "runs/export.html", context, status=422 if form.errors else 200)


def _columns() -> list[Column]:
    return [
        Column("企业名称"),
        Column("统一社会信用代码", Kind.CODE),
        Column("所在县市区"),
        Column("行业"),
        Column("划型结果"),
        Column("结论"),
        Column("依据"),
        Column("金额（万元）", Kind.WAN),
        Column("不符合或缺少"),
    ]
