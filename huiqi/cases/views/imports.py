"""Bringing a file of the 12345 hotline in: upload and check, let the good rows in, mend the others."""

import io
import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import View, power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.cases.commands.file_12345 import (
    MOST_BYTES,
    set_request_columns,
    start_requests,
    stop_requests,
    upload_requests,
)
from huiqi.cases.forms.imports import RequestColumnsForm, RequestFileForm
from huiqi.cases.models import RequestImport
from huiqi.cases.queries.request_tables import MOST_ROWS, rejected_requests
from huiqi.cases.sheet_rows import LABELS, NEEDED, missing
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.htmx import render_page
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.files.downloads import file_response
from huiqi.files.sheets import Column, Kind
from huiqi.files.xlsx_writer import CONTENT_TYPE, write_xlsx

RECENT, FAULTS_A_PAGE = 10, 50
State = RequestImport.State


def importer(view: View) -> View:
    """Who both takes requests and sits at a desk."""
    return power_required(Power.TAKE_REQUESTS)(power_required(Power.DISPATCH_CASES)(view))


def _mine(request: HttpRequest, public_id: str) -> RequestImport:
    return get_object_or_404(RequestImport.objects.visible_to(request.user), public_id=public_id)


@importer
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def imports(request: HttpRequest) -> HttpResponse:
    """Choose a file, whose rows a job checks; beside it one's latest imports."""
    form = RequestFileForm(request.POST, request.FILES) if request.method == "POST" else RequestFileForm()
    if form.is_valid():
        instants: dict[str, datetime] = {"at": clock.now(), "wall": clock.wall_now()}
        try:
            run = upload_requests(form.cleaned_data["file"], actor=user_of(request), **instants)
        except Refused as refused:
            form.add_error("file", worded(refused.said))
        else:
            return redirect("cases:import_run", run.public_id)
    context = {
        "form": form,
        "runs": RequestImport.objects.visible_to(request.user)[:RECENT],
        "most_mb": MOST_BYTES // 1_000_000,
        "most_rows": f"{MOST_ROWS:,}",
        "needed": "、".join(_(LABELS[key]) for key in NEEDED),
        "others": "、".join(_(label) for key, label in LABELS.items() if key not in NEEDED),
    }
    return render(request, "cases/import_start.html", context, status=422 if form.errors else 200)


@importer
@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    """An empty workbook with the headings that are recognised."""
    file = io.BytesIO()
    note = _("从第3行起填写，每行一件诉求。没有的列可以删掉。")
    columns = [Column(label, Kind.CODE) for label in LABELS.values()]
    write_xlsx(file, columns, [], watermark=note, title="诉求")
    file.seek(0)
    return file_response(file, f"{_('诉求导入模板')}.xlsx", CONTENT_TYPE)


@importer
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_columns(request: HttpRequest, public_id: str) -> HttpResponse:
    """What each column is: as recognised or remembered, and as the person says."""
    run = _mine(request, public_id)
    if not run.may_set_columns or not run.seen:
        return redirect("cases:import_run", public_id)
    form = RequestColumnsForm(
        request.POST if request.method == "POST" else None, json.loads(run.seen), run.mapping
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_request_columns(run, form.mapping, actor=user_of(request), at=clock.now())
            return redirect("cases:import_run", public_id)
        except Refused as refused:
            form.add_error(None, worded(refused.said))
    context = {"run": run, "form": form, "lacking": [_(label) for label in missing(run.mapping)]}
    return render(request, "cases/import_columns.html", context, status=422 if form.errors else 200)


@importer
@require_safe
@never_cache
def import_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """The run as it stands: being checked, checked, going in, done. htmx asks again while it moves."""
    run = _mine(request, public_id)
    if run.state == State.UPLOADED:
        return redirect("cases:import_columns", public_id)
    context = {
        "run": run,
        "columns": [(heading, _(LABELS[key])) for heading, key in run.mapping.items()],
        "preview": json.loads(run.preview) if run.preview and run.state == State.READY else [],
        "faults": paginate(run.faults.order_by("row", "pk"), request.GET.get("page"), FAULTS_A_PAGE),
    }
    return render_page(request, "cases/import_run.html", "cases/_import_run.html", context)


@importer
@require_POST
def import_go(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the rows in, or go on where it was stopped."""
    start_requests(_mine(request, public_id), actor=user_of(request))
    return redirect("cases:import_run", public_id)


@importer
@require_POST
def import_stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop; cases that were opened stay."""
    run = _mine(request, public_id)
    stop_requests(run, actor=user_of(request), at=clock.now(), wall=clock.wall_now())
    return redirect("cases:import_run", public_id)


@importer
@require_safe
@never_cache
def import_rejected(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The rows that did not go in, as they stood, with a column of reasons: mend them and upload again."""
    run = _mine(request, public_id)
    if not run.file or not run.faults.exists():
        raise Refused("cases.import_file_gone", _("没有可下载的行：文件已按期删除，或没有未导入的行。"))
    columns, rows = rejected_requests(run)
    file = io.BytesIO()
    note = _("改正后可直接上传本文件；最后一列是未导入的原因，上传时不读取。")
    write_xlsx(file, columns, rows, watermark=note, title="未导入")
    file.seek(0)
    stem = run.file_name.rpartition(".")[0] or run.file_name
    return file_response(file, f"{_('未导入的行')}-{stem}.xlsx", CONTENT_TYPE)
