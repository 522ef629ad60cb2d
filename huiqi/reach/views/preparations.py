"""Prepared lists: making one, looking through it, review, hand-over, telling."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import start_job
from huiqi.core.language import worded
from huiqi.core.models import Job
from huiqi.core.pagination import paginate
from huiqi.files.downloads import csv_response, xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.reach import jobs
from huiqi.reach.commands import handing, preparing
from huiqi.reach.forms.preparing import HandForm, LinesForm, PrepareForm, ReviewForm
from huiqi.reach.models import Listed, ListState, Preparation, StatusFile
from huiqi.reach.queries import preparations as queries
from huiqi.reach.words import assurance_words, missing_words, place_namer

viewer = power_required(Power.VIEW_REACH)
maker = power_required(Power.PREPARE_REACH)
LINES_A_PAGE = 25
COLUMNS = (
    Column("统一社会信用代码", Kind.CODE),
    Column("企业名称"),
    Column("县市区"),
    Column("判断"),
    Column("依据"),
    Column("缺的情况"),
)


def _seen(request: HttpRequest, public_id: str) -> Preparation:
    rows = Preparation.objects.visible_to(user_of(request), clock.today())
    rows = rows.select_related("unit", "authority", "prepared_by", "reviewed_by", "comparison")
    return get_object_or_404(rows, public_id=public_id)


@viewer
@require_safe
@never_cache
def preparations(request: HttpRequest) -> HttpResponse:
    """The lists of my office, newest first."""
    user, today = user_of(request), clock.today()
    rows = Preparation.objects.visible_to(user, today).select_related("authority", "prepared_by")
    page = paginate(rows.order_by("-prepared_at", "-pk"), request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, queries.title_of(row.policy)) for row in page],
        "may_prepare": may(user, Power.PREPARE_REACH, today),
    }
    return render(request, "reach/preparations.html", context)


@maker
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Order a list; it is made as a job."""
    user, today = user_of(request), clock.today()
    scope = scope_with(user, Power.PREPARE_REACH, today)
    chosen = {"policy": request.GET.get("policy", "")}
    form = PrepareForm(request.POST or None, on=today, scope=scope, initial=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            row = preparing.prepare_list(
                form.wish(), actor=user, unit=_unit(request), on=today, at=clock.now()
            )
        except Refused as refusal:
            name = "keeps_amount" if refusal.code == "reach.amount_not_ours" else "policy"
            form.add_error(name, worded(refusal.said))
        else:
            preparing.note_job(row, start_job(jobs.JUDGE, {"preparation": row.public_id}, actor=user))
            return redirect("reach:preparation", row.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "reach/new.html", {"form": form}, status=status)


def _unit(request: HttpRequest) -> Unit:
    unit = user_of(request).unit
    if unit is None:
        raise Http404
    return unit


@viewer
@require_safe
@never_cache
def preparation(request: HttpRequest, public_id: str) -> HttpResponse:
    """A list: how far it is, its firms, and the next step."""
    return _show(request, _seen(request, public_id))


def _show(request: HttpRequest, row: Preparation, status: int = 200, **forms: Any) -> HttpResponse:
    user, today = user_of(request), clock.today()
    lines_form = LinesForm(request.GET)
    lines_form.is_valid()
    chosen = {name: lines_form.cleaned_data.get(name) or "" for name in ("q", "status", "assurance")}
    page = paginate(queries.lines_of(row, **chosen), request.GET.get("page"), LINES_A_PAGE)
    name = place_namer()
    is_maker = Preparation.objects.prepared_by(user, today).filter(pk=row.pk).exists()
    job = Job.objects.visible_to(user).filter(public_id=row.job_id).first()
    context = {
        "row": row,
        "title": queries.title_of(row.policy),
        "decides": queries.authority_words(row.policy),
        "counts": queries.counts_of(row),
        "page": page,
        "lines": [_told(line, name) for line in page],
        "lines_form": lines_form,
        "is_filtered": any(chosen.values()),
        "is_maker": is_maker,
        "may_review": Preparation.objects.reviewable_by(user, today).filter(pk=row.pk).exists(),
        "job": job if job is not None and not (job.is_finished and row.state != ListState.JUDGING) else None,
        "region_name": name(row.region),
        "review_form": ReviewForm(),
        "hand_form": HandForm(),
        "is_expired": row.expires_on is not None and row.expires_on < today,
        "files": StatusFile.objects.visible_to(user, today)
        .filter(policy=row.policy, edition=row.edition, unit=row.unit)
        .order_by("-at", "-pk")[:10],
        **forms,
    }
    return render(request, "reach/preparation.html", context, status=status)


def _told(line: Listed, name: Callable[[str | None], str]) -> dict[str, Any]:
    return {
        "line": line,
        "assurance": assurance_words(line.assurance),
        "missing": missing_words(line.missing),
        "county": name(line.enterprise.prefecture),
    }


@viewer
@require_POST
@never_cache
def act(request: HttpRequest, public_id: str, name: str) -> HttpResponseBase:
    """One step with a list; who may not take it is told that there is none."""
    row = _seen(request, public_id)
    acts = {
        "review": _review,
        "return": _review,
        "hand": _hand,
        "tell": _tell,
        "compare": _compare,
        "withdraw": _withdraw,
    }
    if name not in acts:
        raise Http404
    if name not in {"review", "return"} and not _makes(request, row):
        raise Http404
    return acts[name](request, row)


def _makes(request: HttpRequest, row: Preparation) -> bool:
    return Preparation.objects.prepared_by(user_of(request), clock.today()).filter(pk=row.pk).exists()


def _review(request: HttpRequest, row: Preparation) -> HttpResponse:
    user, today = user_of(request), clock.today()
    if not may(user, Power.REVIEW_REACH, today):
        raise Http404
    form = ReviewForm(request.POST)
    passes = request.path.endswith("/review/")
    decide = preparing.review_list if passes else preparing.return_list
    if form.is_valid():
        try:
            decide(row, actor=user, remark=form.cleaned_data["remark"], at=clock.now())
        except Refused as refusal:
            if refusal.code != "reach.no_remark":
                raise
            form.add_error("remark", worded(refusal.said))
        else:
            messages.success(request, _("已通过复核。") if passes else _("已退回。"))
            return redirect("reach:preparation", row.public_id)
    return _show(request, row, 422, review_form=form)


def _hand(request: HttpRequest, row: Preparation) -> HttpResponse:
    form, user = HandForm(request.POST), user_of(request)
    if form.is_valid():
        try:
            handing.hand_over(
                row, handing.Letter(**form.cleaned_data), actor=user, today=clock.today(), at=clock.now()
            )
        except Refused as refusal:
            if refusal.code == "reach.list_moved":
                raise
            name = "expires_on" if refusal.code == "reach.expired_already" else "document"
            form.add_error(name, worded(refusal.said))
        else:
            preparing.note_job(row, start_job(jobs.HAND, {"preparation": row.public_id}, actor=user))
            messages.success(request, _("已移送。请导出名单交给认定机关，再告知企业。"))
            return redirect("reach:preparation", row.public_id)
    return _show(request, row, 422, hand_form=form)


def _tell(request: HttpRequest, row: Preparation) -> HttpResponse:
    if row.state != ListState.HANDED:
        raise Http404
    user = user_of(request)
    arguments = {"preparation": row.public_id, "actor": user.public_id}
    job = start_job(jobs.TELL, arguments, actor=user)
    return redirect("core:job", job.public_id)


def _compare(request: HttpRequest, row: Preparation) -> HttpResponse:
    made = handing.make_comparison(row, actor=user_of(request), today=clock.today(), at=clock.now())
    messages.success(request, _("已转为名单比对草稿，请在那里发出。"))
    return redirect("lists:comparison", made.public_id)


def _withdraw(request: HttpRequest, row: Preparation) -> HttpResponse:
    preparing.withdraw_list(row, actor=user_of(request), at=clock.now())
    messages.success(request, _("已撤回。"))
    return redirect("reach:preparation", row.public_id)


@maker
@require_POST
@never_cache
def export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The file for the authority: firms, verdict, what it rests on; purpose, number and term on top."""
    rows = Preparation.objects.prepared_by(user_of(request), clock.today()).select_related("unit")
    row, user = get_object_or_404(rows, public_id=public_id), user_of(request)
    count = handing.note_export(row, actor=user, today=clock.today())
    lines = handing.handed_lines(row).select_related("enterprise").order_by("status", "pk")
    mark = watermark_text(
        who=user.name,
        unit=str(user.unit or ""),
        at=clock.now(),
        purpose=f"{row.purpose}（{row.document}，用至{row.expires_on}）",
        rows=count,
    )
    make = csv_response if request.POST.get("as") == "csv" else xlsx_response
    name = place_namer()
    cells = (_cells(line, name) for line in lines.iterator(chunk_size=2000))
    return make(f"直达名单-{queries.title_of(row.policy)}", COLUMNS, cells, watermark=mark)


def _cells(line: Listed, name: Callable[[str | None], str]) -> list[object]:
    firm = line.enterprise
    return [
        firm.credit_code,
        firm.name,
        name(firm.prefecture),
        str(line.get_status_display()),
        assurance_words(line.assurance),
        missing_words(line.missing),
    ]
