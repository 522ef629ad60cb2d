"""Taking the list of firms along: for a purpose, in the columns one may have, at once or as a job."""

import tempfile
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit, UnitKind
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.htmx import render_page
from huiqi.core.messages import gettext_noop
from huiqi.core.models import Job
from huiqi.enterprises.commands.exports import MOST_AT_ONCE, begin_export, note_download, write_export
from huiqi.enterprises.forms.exports import ExportForm
from huiqi.enterprises.models import ExportRun
from huiqi.enterprises.queries.exports import (
    FORMS,
    export_columns,
    firms_for,
    is_still_theirs,
    takes_contacts,
)
from huiqi.enterprises.register_form import RegisterForm
from huiqi.enterprises.wanted import Kind, Wanted
from huiqi.files.downloads import file_response
from huiqi.files.xlsx_writer import CONTENT_TYPE
from huiqi.reference.queries import code_tables

exporter = power_required(Power.EXPORT_FIRMS)


@exporter
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def export(request: HttpRequest) -> HttpResponseBase:
    """Ask what for and which columns; a POST makes the file. The filters are those of the list's address."""
    user, today = user_of(request), clock.today()
    listed = _listed(request.GET)
    wanted = listed.wanted()
    if wanted.question.kind is Kind.PHONE:
        raise Refused("enterprises.export_by_phone", gettext_noop("按电话号码查到的结果不能导出。"))
    firms = firms_for(user, wanted, today=today, on=today)
    offered = export_columns(with_contacts=takes_contacts(user, today))
    form = ExportForm(request.POST if request.method == "POST" else None, offered)
    if request.method == "POST" and form.is_valid():
        return _made(request, form, firms, wanted)
    context = {
        "form": form,
        "count": firms.count(),
        "most_at_once": MOST_AT_ONCE,
        "chosen": [words for _name, _value, words in listed.chosen()],
        "question": wanted.question.text,
        "query": request.GET.urlencode(),
    }
    return render(request, "enterprises/export.html", context, status=422 if form.errors else 200)


def _listed(data: Any) -> RegisterForm:
    parks = Unit.objects.filter(kind=UnitKind.PARK, is_active=True).order_by("region", "name")
    form = RegisterForm(data, tables=code_tables(), parks=parks.values_list("pk", "name"))
    form.is_valid()
    return form


def _made(request: HttpRequest, form: ExportForm, firms: Any, wanted: Wanted) -> HttpResponseBase:
    run = begin_export(
        firms,
        form.chosen,
        actor=user_of(request),
        purpose=form.cleaned_data["purpose"].strip(),
        form=form.cleaned_data["form"],
        wanted=wanted,
        at=clock.now(),
        wall=clock.wall_now(),
    )
    if run.job_id:
        return redirect("enterprises:export_run", run.public_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    for _progress in write_export(run, firms, form.chosen, file):
        pass
    file.seek(0)
    return file_response(file, _name(run), _content_type(run))


def _name(run: ExportRun) -> str:
    return f"{_('企业名单')}{run.created_at:%Y%m%d}-{run.rows}{FORMS[run.form].suffix}"


def _content_type(run: ExportRun) -> str:
    form = FORMS[run.form]
    return CONTENT_TYPE if form.is_xlsx else f"text/csv; charset={form.encoding}"


def _mine(request: HttpRequest, public_id: str) -> ExportRun:
    run = get_object_or_404(ExportRun.objects.open_to(request.user, clock.wall_now()), public_id=public_id)
    if not is_still_theirs(run, user_of(request), clock.today()):
        raise Http404
    return run


@exporter
@require_safe
@never_cache
def export_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a long export is, then the way to its file."""
    run = _mine(request, public_id)
    job = Job.objects.filter(public_id=run.job_id).order_by("pk").first()
    context = {"run": run, "job": job, "is_moving": job is not None and not job.is_finished}
    return render_page(request, "enterprises/export_run.html", "enterprises/_export_run.html", context)


@exporter
@require_POST
def export_file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The file, for its owner, until it expires."""
    run = _mine(request, public_id)
    if not run.file:
        raise Http404
    note_download(run, actor=user_of(request))
    return file_response(run.file.open("rb"), _name(run), _content_type(run))
