"""Status files of authorities: the blank to be filled in, receiving one, what became of it."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.files.downloads import csv_response, xlsx_response
from huiqi.files.sheets import GB18030, Column, Kind, watermark_text
from huiqi.files.tables.problems import TableRefused
from huiqi.reach.commands.handing import handed_lines, note_export
from huiqi.reach.commands.statuses import take_status
from huiqi.reach.forms.following import StatusForm
from huiqi.reach.models import ListState, Preparation, StatusFile
from huiqi.reach.queries.preparations import authority_words, title_of
from huiqi.reach.status_rows import AMOUNT, CODE, DAY, NAME, REASON, RESULT
from huiqi.reach.status_rules import WORDS
from huiqi.reach.steps import RefusalCode

maker = power_required(Power.PREPARE_REACH)
viewer = power_required(Power.VIEW_REACH)
FAULTS_A_PAGE = 50


def _handed(request: HttpRequest, public_id: str) -> Preparation:
    rows = Preparation.objects.prepared_by(user_of(request), clock.today())
    rows = rows.filter(state=ListState.HANDED).select_related("unit", "authority")
    return get_object_or_404(rows, public_id=public_id)


@maker
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def receive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Upload what the authority sent back."""
    row = _handed(request, public_id)
    posted = request.method == "POST"
    form = StatusForm(
        request.POST if posted else None, request.FILES if posted else None, keeps_amount=row.keeps_amount
    )
    if posted and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file = take_status(
                row,
                upload,
                form.cover(),
                name=upload.name or "",
                actor=user_of(request),
                today=clock.today(),
                at=clock.now(),
            )
        except TableRefused as refused:
            form.add_error("file", " ".join([worded(refused.said), worded(refused.problem.advice)]))
        except Refused as refusal:
            form.add_error("file", worded(refusal.said))
        else:
            return redirect("reach:status_file", file.public_id)
    context = {
        "row": row,
        "form": form,
        "title": title_of(row.policy),
        "decides": authority_words(row.policy),
        "results": list(dict.fromkeys(WORDS)),
        "codes": RefusalCode.choices,
    }
    return render(request, "reach/receive.html", context, status=422 if posted else 200)


@maker
@require_POST
@never_cache
def blank(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The table the authority fills in: codes and names, empty columns; nothing else about the firms."""
    row, user = _handed(request, public_id), user_of(request)
    count = note_export(row, actor=user, today=clock.today())
    columns = [Column(CODE, Kind.CODE), Column(NAME), Column(RESULT), Column(REASON), Column(DAY)]
    columns += [Column(AMOUNT)] if row.keeps_amount else []
    spare = [None] * (len(columns) - 2)
    lines = handed_lines(row).order_by("pk").values_list("enterprise__credit_code", "enterprise__name")
    cells = ([code, name, *spare] for code, name in lines.iterator(chunk_size=5000))
    mark = watermark_text(
        who=user.name,
        unit=str(user.unit or ""),
        at=clock.now(),
        purpose=f"{row.purpose}（{row.document}）",
        rows=count,
    )
    name = f"回执表-{title_of(row.policy)}"
    if request.POST.get("as") == "csv":
        return csv_response(name, columns, cells, watermark=mark, encoding=GB18030)
    return xlsx_response(name, columns, cells, watermark=mark)


@viewer
@require_safe
@never_cache
def status_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """What became of a file, and the lines that were not taken."""
    files = StatusFile.objects.visible_to(user_of(request), clock.today()).select_related(
        "actor", "authority"
    )
    file = get_object_or_404(files, public_id=public_id)
    rows = Preparation.objects.visible_to(user_of(request), clock.today())
    back = rows.filter(policy=file.policy, edition=file.edition, unit=file.unit_id, state=ListState.HANDED)
    context = {
        "file": file,
        "title": title_of(file.policy),
        "back": back.order_by("-handed_at", "-pk").first(),
        "page": paginate(file.faults.order_by("row", "pk"), request.GET.get("page"), FAULTS_A_PAGE),
    }
    return render(request, "reach/status_file.html", context)
