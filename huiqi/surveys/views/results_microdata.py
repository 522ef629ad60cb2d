"""Answers of single firms to take along: for a purpose, anonymised or not, made by a job, open a day."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.language import worded
from huiqi.files.downloads import file_response
from huiqi.files.xlsx_writer import CONTENT_TYPE
from huiqi.surveys.commands.microdata import Asked, ask_microdata, note_microdata_taken, unsealed_copy
from huiqi.surveys.forms.results import MicrodataForm
from huiqi.surveys.microdata import Format
from huiqi.surveys.models import MicrodataRun
from huiqi.surveys.queries.results_wave import message_of
from huiqi.surveys.views.results import Place, place_of, with_results

takes_microdata = power_required(Power.EXPORT_FIRMS)
_FILES = {
    Format.XLSX: (".xlsx", CONTENT_TYPE),
    Format.PARQUET: (".parquet", "application/vnd.apache.parquet"),
    Format.CSV: (".csv.zip", "application/zip"),
    Format.CSV_GB18030: (".csv.zip", "application/zip"),
    Format.SPSS: (".sav.zip", "application/zip"),
}


@takes_microdata
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def microdata(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for a file; the ones asked for before."""
    place, snapshot = with_results(request, public_id)
    user = user_of(request)
    form = MicrodataForm(request.POST if request.method == "POST" else None, initial={"form": Format.XLSX})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        asked = Asked(given["purpose"].strip(), given["form"], given["is_anonymised"], given["least_alike"])
        run = ask_microdata(snapshot, asked, actor=user, at=clock.now(), wall=clock.wall_now())
        return redirect("surveys:results_microdata_run", public_id, run.public_id)
    mine = MicrodataRun.objects.open_to(user, clock.wall_now()).filter(snapshot__wave__survey=place.survey)
    context = place.context(_("导出数据"), form=form, runs=list(mine.order_by("-created_at", "-pk")[:20]))
    return render(request, "surveys/results_microdata.html", context, status=422 if form.errors else 200)


def _mine(request: HttpRequest, public_id: str, run_id: str) -> tuple[Place, MicrodataRun]:
    place = place_of(request, public_id)
    rows = MicrodataRun.objects.open_to(request.user, clock.wall_now())
    rows = rows.filter(snapshot__wave__survey=place.survey).select_related(
        "snapshot__wave__survey", "owner__unit"
    )
    return place, get_object_or_404(rows, public_id=run_id)


@takes_microdata
@require_safe
@never_cache
def microdata_run(request: HttpRequest, public_id: str, run_id: str) -> HttpResponse:
    """How far it is, what was done so that firms cannot be told apart, the way to the file."""
    place, run = _mine(request, public_id, run_id)
    job = run.job
    context = place.context(
        _("导出数据"),
        run=run,
        job=job,
        is_moving=job is not None and not job.is_finished,
        report=[worded(message_of(one)) for one in run.report],
    )
    return render(request, "surveys/results_microdata_run.html", context)


@takes_microdata
@require_POST
def microdata_file(request: HttpRequest, public_id: str, run_id: str) -> HttpResponseBase:
    """The file, for who asked for it, until it expires."""
    place, run = _mine(request, public_id, run_id)
    if not run.file:
        raise Http404
    file = unsealed_copy(run)
    note_microdata_taken(run, actor=user_of(request))
    ending, kind = _FILES[Format(run.form)]
    marked = _("匿名") if run.is_anonymised else _("内部")
    return file_response(file, f"{place.survey.title}-{marked}{ending}", kind)
