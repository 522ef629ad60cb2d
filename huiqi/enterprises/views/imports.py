"""Bringing a table of firms in: upload, say how it is read, see the check, watch it go in, mend the rest."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.htmx import render_page
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.enterprises.commands.imports import MOST_BYTES, choose, set_columns, start, stop, upload
from huiqi.enterprises.forms.imports import ChoicesForm, ColumnsForm, UploadForm
from huiqi.enterprises.models import ImportFault, ImportRun, Standing
from huiqi.enterprises.queries.import_files import rejected_table, template_table
from huiqi.enterprises.queries.imports import MOST_ROWS, default_year, guesses, home_of
from huiqi.files.downloads import csv_response, file_response
from huiqi.files.sheets import UTF8
from huiqi.files.tables.problems import TableRefused
from huiqi.files.xlsx_writer import CONTENT_TYPE, write_xlsx
from huiqi.reference.queries import division

State = ImportRun.State
RECENT = 10
FAULTS_A_PAGE = 50
REMARKS_SHOWN = 200
importer = power_required(Power.IMPORT_FIRMS)


def _mine(request: HttpRequest, public_id: str) -> ImportRun:
    runs = ImportRun.objects.visible_to(request.user).select_related("unit", "filing")
    return get_object_or_404(runs, public_id=public_id)


def _instants() -> dict[str, datetime]:
    return {"at": clock.now(), "wall": clock.wall_now()}


@importer
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_start(request: HttpRequest) -> HttpResponse:
    """Choose a file; below it one's latest imports."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        try:
            run = upload(form.cleaned_data["file"], actor=user_of(request), **_instants())
        except Refused as refused:
            form.add_error("file", worded(refused.said))
        else:
            return redirect("enterprises:import_columns", run.public_id)
    context = {
        "form": form,
        "runs": ImportRun.objects.visible_to(request.user)[:RECENT],
        "most_mb": MOST_BYTES // 1_000_000,
        "most_rows": f"{MOST_ROWS:,}",
        "home": _home_words(user_of(request)),
    }
    return render(request, "enterprises/import_start.html", context, status=422 if form.errors else 200)


@importer
@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    """A workbook with the right headings and a line that shows how they are filled in."""
    columns, rows = template_table()
    file = io.BytesIO()
    note = _("第3行是示例，填写时请删去。不需要的列可以删掉，也可以另加档案中有的其他内容。")
    write_xlsx(file, columns, rows, watermark=note, title="企业")
    file.seek(0)
    return file_response(file, f"{_('企业导入模板')}.xlsx", CONTENT_TYPE)


@importer
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_columns(request: HttpRequest, public_id: str) -> HttpResponse:
    """What each column means, and what the whole file speaks of."""
    run = _mine(request, public_id)
    if not run.may_set_columns or not run.seen:
        return redirect("enterprises:import_run", public_id)
    seen = json.loads(run.seen)
    if seen["sheets"] or seen["questions"]:
        return _ask_choices(request, run, seen)
    form = _columns_form(request, run, seen)
    if request.method == "POST" and form.is_valid():
        mapping = {heading: meaning.as_json() for heading, meaning in form.mapping.items()}
        set_columns(run, mapping, form.about, actor=user_of(request))
        return redirect("enterprises:import_run", public_id)
    context = {
        "run": run,
        "form": form,
        "seen": seen,
        "choices": _merged_form(seen),
        "home": "" if form.names_place else _home_words(user_of(request)),
    }
    return render(request, "enterprises/import_columns.html", context, status=422 if form.errors else 200)


def _columns_form(request: HttpRequest, run: ImportRun, seen: Mapping[str, Any]) -> ColumnsForm:
    user, day = user_of(request), clock.today()
    initial = {"year": run.year or default_year(day), "as_of": run.as_of or day}
    initial |= {"standing": run.standing or Standing.CLAIMED, "document": run.document}
    return ColumnsForm(
        request.POST if request.method == "POST" else None,
        guesses(seen, run.unit),
        today=day,
        may_confirm=may(user, Power.CONFIRM_FACTS, day),
        initial=initial,
    )


def _merged_form(seen: Mapping[str, Any]) -> ChoicesForm | None:
    """The offer to fill merged cells, made beside the columns."""
    return ChoicesForm(None, {**seen, "sheets": [], "questions": []}) if seen.get("has_merged") else None


def _ask_choices(request: HttpRequest, run: ImportRun, seen: dict[str, Any]) -> HttpResponse:
    context = {"run": run, "form": ChoicesForm(None, seen), "seen": seen}
    return render(request, "enterprises/import_choices.html", context)


@importer
@require_POST
def import_choices(request: HttpRequest, public_id: str) -> HttpResponse:
    """Decide on sheet, hidden rows, merged cells; the file is looked at again."""
    run = _mine(request, public_id)
    seen = json.loads(run.seen or '{"sheets": [], "questions": []}')
    form = ChoicesForm(request.POST, seen)
    if form.is_valid():
        try:
            choose(run, form.cleaned_data, actor=user_of(request))
            return redirect("enterprises:import_columns", public_id)
        except TableRefused as refused:
            form.add_error(None, worded(refused.said))
    context = {"run": run, "form": form, "seen": seen}
    return render(request, "enterprises/import_choices.html", context, status=422)


@importer
@require_safe
@never_cache
def import_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """The run as it stands: being checked, ready, going in, done. htmx asks again while it moves."""
    run = _mine(request, public_id)
    if run.state == State.UPLOADED:
        return redirect("enterprises:import_columns", public_id)
    context = {
        "run": run,
        "preview": json.loads(run.preview) if run.preview else None,
        "faults": _faults(request, run),
        "remarks": run.faults.filter(is_remark=True).order_by("row", "pk")[:REMARKS_SHOWN],
        "remark_count": run.faults.filter(is_remark=True).count(),
        "total": max(run.total_rows - run.left_out, run.done_rows),
    }
    return render_page(request, "enterprises/import_run.html", "enterprises/_import_run.html", context)


def _faults(request: HttpRequest, run: ImportRun) -> Page[ImportFault]:
    return paginate(
        run.faults.filter(is_remark=False).order_by("row", "pk"), request.GET.get("page"), FAULTS_A_PAGE
    )


@importer
@require_POST
def import_go(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the rows in, or go on where it was stopped."""
    start(_mine(request, public_id), actor=user_of(request), at=clock.now())
    return redirect("enterprises:import_run", public_id)


@importer
@require_POST
def import_stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop; what is in stays in."""
    stop(_mine(request, public_id), actor=user_of(request), **_instants())
    return redirect("enterprises:import_run", public_id)


@importer
@require_safe
@never_cache
def import_rejected(request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
    """The rows that did not go in, as they stood, with a column of reasons: mend them and upload again."""
    run = _mine(request, public_id)
    if not run.file or not run.faults.filter(is_remark=False).exists():
        raise Refused("enterprises.import_file_gone", _("没有可下载的行：文件已按期删除，或没有未导入的行。"))
    columns, rows = rejected_table(run)
    name = f"{_('未导入的行')}-{run.file_name.rpartition('.')[0] or run.file_name}"
    note = _("改正后可直接上传本文件；最后一列是未导入的原因，上传时不读取。")
    if kind == "csv":
        return csv_response(name, columns, rows, watermark=note, encoding=UTF8)
    file = io.BytesIO()
    write_xlsx(file, columns, rows, watermark=note)
    file.seek(0)
    return file_response(file, f"{name}.xlsx", CONTENT_TYPE)


def _home_words(user: User) -> str:
    """Where firms are put whose rows name no county, in words; "" when rows must name one."""
    county, park = home_of(user.unit)
    if county is None or user.unit is None:
        return ""
    found = division(county)
    return user.unit.name if park else (found.name if found else county)
