"""List comparison: preparing a request, sending codes, taking the answer; both sides of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import start_job
from huiqi.core.language import worded
from huiqi.core.models import Job
from huiqi.core.pagination import paginate
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.register import matching
from huiqi.files.commands import receive_upload
from huiqi.files.downloads import csv_response, serve_attachment, xlsx_response
from huiqi.files.queries import attachments_of
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.lists.answers import CODE_HEADER
from huiqi.lists.commands import comparison as commands
from huiqi.lists.comparison_jobs import APPLY_ANSWER
from huiqi.lists.forms.comparison import SCAN_KINDS, AnswerForm, ComparisonForm, FirmsForm, SendForm
from huiqi.lists.models import AnswerRun, Comparison, ComparisonState
from huiqi.lists.queries import comparison as queries
from huiqi.lists.tables import pasted

asker = power_required(Power.COMPARE_LISTS)
either = power_required(Power.COMPARE_LISTS, Power.ANSWER_COMPARISONS)
FAULTS_A_PAGE = 50


def _own(request: HttpRequest, public_id: str) -> Comparison:
    """The comparison of the asker's own unit."""
    return get_object_or_404(queries.comparisons_of(user_of(request), clock.today()), public_id=public_id)


def _seen(request: HttpRequest, public_id: str) -> Comparison:
    """The comparison as one of its two sides sees it."""
    user, today = user_of(request), clock.today()
    own = queries.comparisons_of(user, today).filter(public_id=public_id).first()
    return own or get_object_or_404(queries.comparisons_asked_of(user, today), public_id=public_id)


def _unit(request: HttpRequest) -> Unit:
    unit = user_of(request).unit
    if unit is None:
        raise Http404
    return unit


@either
@require_safe
@never_cache
def comparisons(request: HttpRequest) -> HttpResponse:
    """What my office asks, or what my authority is asked."""
    user, today = user_of(request), clock.today()
    may_ask = may(user, Power.COMPARE_LISTS, today)
    rows = queries.comparisons_of(user, today) if may_ask else queries.comparisons_asked_of(user, today)
    context = {"page": paginate(rows, request.GET.get("page")), "may_ask": may_ask}
    return render(request, "lists/comparisons.html", context)


@asker
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def comparison_new(request: HttpRequest) -> HttpResponse:
    """Draft a request."""
    form = ComparisonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        names = ("title", "authority", "purpose", "basis", "questions", "expires_on")
        values = {name: form.cleaned_data[name] for name in names}
        try:
            row = commands.draft_comparison(
                **values,
                actor=user_of(request),
                unit=_unit(request),
                today=clock.today(),
                at=clock.now(),
            )
        except Refused as refusal:
            form.add_error("expires_on", worded(refusal.said))
        else:
            return redirect("lists:comparison", row.public_id)
    return render(request, "lists/comparison_new.html", {"form": form}, status=422 if form.is_bound else 200)


@either
@require_safe
@never_cache
def comparison(request: HttpRequest, public_id: str) -> HttpResponse:
    """The request: what is asked, of whom, how far it is, and the next step."""
    return _show(request, _seen(request, public_id))


def _show(request: HttpRequest, row: Comparison, status: int = 200, **forms: Any) -> HttpResponse:
    today = clock.today()
    is_own = queries.comparisons_of(user_of(request), today).filter(pk=row.pk).exists()
    context = {
        "comparison": row,
        "is_own": is_own,
        "questions": queries.questions_of(row),
        "progress": queries.progress_of(row),
        "counts": queries.answer_counts(row) if row.state == ComparisonState.ANSWERED else [],
        "runs": row.runs.select_related("actor").order_by("-created_at", "-pk"),
        "is_expired": row.expires_on < clock.today(),
        "firms_form": FirmsForm(),
        "send_form": SendForm(),
        "answer_form": AnswerForm(initial={"as_of": clock.today()}, on_behalf=_on_behalf(request, row)),
        **forms,
    }
    return render(request, "lists/comparison.html", context, status=status)


@asker
@require_POST
@never_cache
def comparison_firms(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add firms of the asker's own area."""
    row = _own(request, public_id)
    form = FirmsForm(request.POST)
    if form.is_valid():
        scope = Enterprise.objects.changeable_by(user_of(request), Power.COMPARE_LISTS, clock.today())
        try:
            firms = _wanted(scope, form)
        except ValidationError as error:
            form.add_error("codes", error)
        else:
            added = commands.choose_firms(row, firms, actor=user_of(request))
            said = _("加入%(added)s家企业。没有信用代码、不在您负责区域的企业不会加入。")
            messages.success(request, said % {"added": f"{added:,}"})
            return redirect("lists:comparison", row.public_id)
    return _show(request, row, 422, firms_form=form)


def _wanted(scope: QuerySet[Enterprise], form: FirmsForm) -> QuerySet[Enterprise]:
    if form.cleaned_data["codes"]:
        given = pasted(form.cleaned_data["codes"])
        if given.problems:
            raise ValidationError([worded(one) for one in given.problems[:10]])  # type: ignore[arg-type]
        return scope.filter(credit_code__in=[line.credit_code for line in given.lines])
    return scope.filter(matching(form.wanted(), clock.today()))


@asker
@require_POST
def comparison_clear(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose the firms anew."""
    row = _own(request, public_id)
    commands.clear_firms(row, actor=user_of(request))
    messages.success(request, _("已清空，请重新选择企业。"))
    return redirect("lists:comparison", row.public_id)


@asker
@require_POST
@never_cache
def comparison_send(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand the request over to the authority."""
    row = _own(request, public_id)
    form = SendForm(request.POST)
    if form.is_valid():
        try:
            commands.send_comparison(
                row, document=form.cleaned_data["document"], actor=user_of(request), at=clock.now()
            )
        except Refused as refusal:
            if refusal.code == "lists.comparison_moved":
                raise
            form.add_error("document", worded(refusal.said))
        else:
            messages.success(request, _("已发出。比对部门登录后可以下载代码、上传答复。"))
            return redirect("lists:comparison", row.public_id)
    return _show(request, row, 422, send_form=form)


@asker
@require_POST
def comparison_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the request."""
    row = _own(request, public_id)
    commands.withdraw_comparison(row, actor=user_of(request), on=clock.today(), at=clock.now())
    messages.success(request, _("已撤回，答复不再使用。"))
    return redirect("lists:comparison", row.public_id)


@either
@require_POST
def comparison_codes(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The table to be filled in: credit codes and empty columns, nothing else about the firms."""
    row, user = _seen(request, public_id), user_of(request)
    commands.note_export(row, actor=user)
    labels = [question.label for question in queries.questions_of(row)]
    columns = [Column(CODE_HEADER, Kind.CODE), *(Column(label) for label in labels)]
    blank = [None] * len(labels)
    codes = row.lines.order_by("code").values_list("code", flat=True)
    rows = ([code, *blank] for code in codes.iterator(chunk_size=5000))
    mark = watermark_text(
        who=user.name,
        unit=str(user.unit or ""),
        at=clock.now(),
        purpose=row.purpose,
        rows=codes.count(),
    )
    make = csv_response if request.POST.get("as") == "csv" else xlsx_response
    return make(row.title, columns, rows, watermark=mark)


def _on_behalf(request: HttpRequest, row: Comparison) -> bool:
    """Whether the reader would answer for the authority and not as one of its people."""
    asked = queries.comparisons_asked_of(user_of(request), clock.today())
    return not asked.filter(pk=row.pk).exists()


@either
@require_POST
@never_cache
def comparison_answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the answer: read at the door, then applied as a job."""
    row = _seen(request, public_id)
    form = AnswerForm(request.POST, request.FILES, on_behalf=_on_behalf(request, row))
    if not form.is_valid():
        return _show(request, row, 422, answer_form=form)
    wanted, actor, wall = form.cleaned_data, user_of(request), clock.wall_now()
    try:
        scan = wanted.get("scan")
        sealed = receive_upload(scan, actor=actor, at=wall, kinds=SCAN_KINDS) if scan else None
        run = commands.receive_answer(
            row,
            wanted["file"],
            document=wanted["document"],
            as_of=wanted["as_of"],
            actor=actor,
            at=clock.now(),
            wall=wall,
            scan=sealed,
        )
    except Refused as refusal:
        form.add_error("file", worded(refusal.said))
        return _show(request, row, 422, answer_form=form)
    job = start_job(APPLY_ANSWER, {"run": run.public_id}, actor=actor)
    commands.note_job(run, job)
    return redirect("lists:comparison_run", row.public_id, run.public_id)


@either
@require_safe
@never_cache
def comparison_run(request: HttpRequest, public_id: str, run_id: str) -> HttpResponse:
    """How an answer went in, and the rows that did not."""
    row = _seen(request, public_id)
    run = get_object_or_404(AnswerRun.objects.filter(comparison=row), public_id=run_id)
    faults = paginate(run.faults.order_by("row", "pk"), request.GET.get("page"), FAULTS_A_PAGE)
    job = Job.objects.visible_to(request.user).filter(public_id=run.job_id).first()
    context = {"comparison": row, "run": run, "page": faults, "job": job, "scans": attachments_of(run)}
    return render(request, "lists/comparison_run.html", context)


@either
@require_safe
def comparison_scan(request: HttpRequest, public_id: str, run_id: str, scan_id: str) -> HttpResponseBase:
    """The sealed answer, for both sides."""
    run = get_object_or_404(AnswerRun.objects.filter(comparison=_seen(request, public_id)), public_id=run_id)
    scan = get_object_or_404(attachments_of(run), public_id=scan_id)
    return serve_attachment(scan, reader=user_of(request))
