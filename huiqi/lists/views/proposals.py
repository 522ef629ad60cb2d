"""Proposing firms for a batch: looked up, pasted, in a table, or found by the criteria."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries import register
from huiqi.enterprises.wanted import Wanted, asked_in_address
from huiqi.files.tables.problems import TableRefused
from huiqi.lists.commands import entries as commands
from huiqi.lists.forms.entries import CodesForm, TableForm
from huiqi.lists.models import BatchState, Entry, ListBatch
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.candidates import Asked, Width
from huiqi.lists.queries.candidates import candidates as candidates_of
from huiqi.lists.queries.matching import match
from huiqi.lists.queries.offices import Desk, desks_of
from huiqi.lists.queries.readiness import can_propose, extension
from huiqi.lists.tables import Given, firms_in, pasted
from huiqi.lists.views.batches import batch_crumbs
from huiqi.lists.views.opening import open_batch, when
from huiqi.lists.views.telling import tell
from huiqi.reference.queries import code_tables


@power_required(Power.RECOMMEND_FOR_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Propose firms: looked up, pasted as codes, or in a table."""
    row = open_batch(request, public_id)
    if not can_propose(row, _desks(request)):
        raise Http404
    late = {"is_noticing": row.state == BatchState.NOTICING}
    forms = {"codes_form": CodesForm(**late), "table_form": TableForm(**late)}
    if request.method != "POST":
        return _show_propose(request, row, forms)
    by = request.POST.get("by", "")
    try:
        if by == "chosen":
            return _propose_chosen(request, row)
        name = "codes_form" if by == "codes" else "table_form"
        form = (
            CodesForm(request.POST, **late)
            if by == "codes"
            else TableForm(request.POST, request.FILES, **late)
        )
        forms[name] = form
        if not form.is_valid():
            return _show_propose(request, row, forms, 422)
        given = pasted(form.cleaned_data["codes"]) if by == "codes" else firms_in(form.cleaned_data["file"])
        return _propose_given(request, row, given, by, form.cleaned_data["reason"])
    except TableRefused as refusal:
        forms["table_form"].add_error("file", worded(refusal.said))
    except Refused as refusal:
        if by == "chosen":
            return _show_propose(request, row, forms, 422, worded(refusal.said))
        forms["codes_form" if by == "codes" else "table_form"].add_error(None, worded(refusal.said))
    return _show_propose(request, row, forms, 422)


def _desks(request: HttpRequest) -> tuple[Desk, ...]:
    return desks_of(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())


def _show_propose(
    request: HttpRequest, row: ListBatch, forms: dict[str, Any], status: int = 200, fault: str = ""
) -> HttpResponse:
    """The page; with a `fault` of the firms chosen they stand there again, still ticked."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    firms, ids = _scope(request), _chosen(request) if fault else []
    if words and not ids:
        wanted = Wanted(question=asked_in_address(words))
        ids = list(register.find(firms, wanted, clock.today()).ids)
    found = register.rows_of(ids, code_tables())
    there = Entry.objects.filter(batch=row, enterprise__in=ids)
    context = {
        "batch": row,
        "kind": kind_called(row.kind),
        "crumbs": batch_crumbs(row, (_("推荐企业"), "")),
        "words": words,
        "found": found,
        "there": set(there.order_by("pk").values_list("enterprise_id", flat=True)),
        "fault": fault,
        "extended_to": extension(row, clock.today()),
        **forms,
    }
    return render(request, "lists/propose.html", context, status=status)


def _scope(request: HttpRequest) -> EnterpriseQuerySet:
    return Enterprise.objects.changeable_by(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())


def _chosen(request: HttpRequest) -> list[int]:
    """Keys of the firms ticked, of the person's scope."""
    firms = _scope(request).filter(public_id__in=request.POST.getlist("firm")[:500])
    return list(firms.order_by("pk").values_list("pk", flat=True))


def _propose_chosen(request: HttpRequest, row: ListBatch) -> HttpResponse:
    keys = _chosen(request)
    if not keys:
        messages.warning(request, _("请先勾选企业。"))
        return redirect("lists:propose", row.public_id)
    door = Entry.Door.CRITERIA if request.POST.get("door") == "criteria" else Entry.Door.SEARCH
    reason = request.POST.get("reason", "")[: commands.LONGEST_REASON]
    outcome = commands.propose_firms(row, keys, door=door, actor=user_of(request), reason=reason, **when())
    tell(request, outcome)
    return redirect("lists:batch", row.public_id)


def _propose_given(request: HttpRequest, row: ListBatch, given: Given, by: str, reason: str) -> HttpResponse:
    """Propose the firms found; good lines are kept, the others listed with their place and reason."""
    matched = match(given.lines, among=_scope(request))
    keys = [one.enterprise_id for one in matched if one.enterprise_id is not None]
    door = Entry.Door.CODES if by == "codes" else Entry.Door.TABLE
    outcome = commands.propose_firms(row, keys, door=door, actor=user_of(request), reason=reason, **when())
    context = {
        "batch": row,
        "crumbs": batch_crumbs(row, (_("推荐结果"), "")),
        "outcome": outcome,
        "problems": given.problems,
        "unmatched": [one for one in matched if one.enterprise_id is None],
    }
    return render(request, "lists/proposed.html", context)


@power_required(Power.RECOMMEND_FOR_LISTS)
@require_safe
@never_cache
def candidates(request: HttpRequest, public_id: str) -> HttpResponse:
    """The firms of one's region that meet the criteria, with the result of each condition."""
    row = open_batch(request, public_id)
    kind = kind_called(row.kind)
    if kind.criteria is None or not can_propose(row, _desks(request)):
        raise Http404
    asked = _asked(request)
    today = clock.today()
    stretch = candidates_of(row, kind, asked, user=user_of(request), on=today, today=today)
    divisions = code_tables().divisions
    context = {
        "batch": row,
        "kind": kind,
        "crumbs": batch_crumbs(row, (_("按条件找企业"), "")),
        "stretch": stretch,
        "rows": [
            (one, getattr(divisions.get(one.firm.prefecture or ""), "name", "")) for one in stretch.found
        ],
        "asked": asked,
        "widths": [(width.value, words, width is asked.width) for width, words in WIDTHS.items()],
        "extended_to": extension(row, today),
    }
    return render(request, "lists/candidates.html", context)


def _asked(request: HttpRequest) -> Asked:
    """The place and width of an address; nonsense begins anew."""
    width = request.GET.get("open", "")
    after, skip = (
        int(text) if text.isascii() and text.isdigit() and len(text) < most else 0
        for text, most in ((request.GET.get("after", ""), 18), (request.GET.get("skip", ""), 6))
    )
    return Asked(Width(width) if width in list(Width) else Width.SURE, after, skip)


WIDTHS = {
    Width.SURE: gettext_lazy("条件都符合的"),
    Width.RELATED: gettext_lazy("也看只缺数据的"),
    Width.ALL: gettext_lazy("只缺数据的，不论行业"),
}
