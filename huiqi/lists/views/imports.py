"""Other authorities' lists: taking them in, and matching by hand what found no firm."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries import register
from huiqi.enterprises.wanted import Wanted, asked_in_address
from huiqi.lists.commands.imports import match_line as match_line_command
from huiqi.lists.commands.imports import take_in_lines
from huiqi.lists.forms.entries import TableForm
from huiqi.lists.models import ImportLine, ListBatch
from huiqi.lists.queries.book import kind_called
from huiqi.lists.tables import firms_in
from huiqi.lists.views.batches import batch_crumbs
from huiqi.lists.views.opening import is_publisher, open_batch, when
from huiqi.reference.queries import code_tables


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """Upload the list another authority published."""
    batch = open_batch(request, public_id)
    if not batch.is_import or not is_publisher(request):
        raise Http404
    form = TableForm(request.POST or None, request.FILES or None)
    outcome, problems = None, ()
    if request.method == "POST" and form.is_valid():
        now = when()
        try:
            given = firms_in(form.cleaned_data["file"])
            outcome = take_in_lines(
                batch, given.lines, actor=user_of(request), today=now["today"], at=now["at"]
            )
            problems = given.problems  # type: ignore[assignment]
        except Refused as refusal:
            form.add_error("file", worded(refusal.said))
    context = {
        "batch": batch,
        "kind": kind_called(batch.kind),
        "form": form,
        "outcome": outcome,
        "problems": problems,
        "crumbs": batch_crumbs(batch, (_("接收名单"), "")),
    }
    return render(request, "lists/take_in.html", context, status=422 if form.errors else 200)


@power_required(Power.PUBLISH_LISTS)
@require_safe
def lines(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lines nobody matched yet."""
    batch = open_batch(request, public_id)
    if not is_publisher(request):
        raise Http404
    rows = ImportLine.objects.filter(batch=batch, state=ImportLine.State.OPEN).order_by("row", "pk")
    context = {
        "batch": batch,
        "page": paginate(rows, request.GET.get("page"), 50),
        "crumbs": batch_crumbs(batch, (_("待匹配"), "")),
    }
    return render(request, "lists/lines.html", context)


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def match_line(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say which firm a line means."""
    batches = ListBatch.objects.visible_to(request.user, clock.today()).order_by()
    rows = ImportLine.objects.filter(batch__in=batches).select_related("batch")
    line = get_object_or_404(rows, public_id=public_id)
    if not is_publisher(request):
        raise Http404
    firms = Enterprise.objects.visible_to(request.user, clock.today())
    if request.method == "POST":
        chosen = request.POST.get("firm", "")
        firm = get_object_or_404(firms, public_id=chosen) if chosen else None
        match_line_command(line, firm, actor=user_of(request), **when())
        messages.success(request, _("已处理。"))
        return redirect("lists:lines", line.batch.public_id)
    words = request.GET.get("q", line.name).replace("\x00", "").strip()[:60]
    question = asked_in_address(words)
    found = register.find(firms, Wanted(question=question), clock.today()).ids if words else ()
    context = {
        "line": line,
        "words": words,
        "found": register.rows_of(found, code_tables()),
        "crumbs": batch_crumbs(
            line.batch,
            (_("待匹配"), f"/lists/batches/{line.batch.public_id}/lines/"),
            (line.name or line.credit_code, ""),
        ),
    }
    return render(request, "lists/match_line.html", context)
