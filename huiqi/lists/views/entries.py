"""A batch with its firms, one firm of it, proposing firms, and the acts of the chain."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries import register
from huiqi.enterprises.wanted import Wanted, asked_in_address
from huiqi.files.tables.problems import TableRefused
from huiqi.lists.chain import Act, Place, acts_at
from huiqi.lists.commands import entries as commands
from huiqi.lists.commands.publication import remove_entry
from huiqi.lists.forms.entries import ACTS, ActForm, CodesForm, RemovalForm, TableForm
from huiqi.lists.models import BatchState, Entry, EntryState, ListBatch
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.candidates import candidates as candidates_of
from huiqi.lists.queries.matching import match
from huiqi.lists.queries.notices import notice_words
from huiqi.lists.queries.offices import Ways, desk_for, desks_of
from huiqi.lists.queries.pages import EntryFilters, counts_by_state, entries_of
from huiqi.lists.tables import Given, firms_in, pasted
from huiqi.lists.views.batches import batch_crumbs
from huiqi.lists.views.opening import is_publisher, open_batch, open_entry, version_of, when
from huiqi.reference.queries import code_tables

PAGE = 50
MOST_SHOWN = 50


# --- the batch ------------------------------------------------------------------------------------


def read_filters(request: HttpRequest) -> EntryFilters:
    """The filters of an address; what nobody knows is dropped."""
    state, county = request.GET.get("state", ""), request.GET.get("county", "")
    return EntryFilters(
        state if state in EntryState.values else "",
        county if county.isdigit() and len(county) == 6 else "",
        request.GET.get("q", "").replace("\x00", "").strip()[:60],
        request.GET.get("mine") == "1",
    )


@power_required(Power.VIEW_LISTS)
@require_safe
@never_cache
def batch(request: HttpRequest, public_id: str) -> HttpResponse:
    """A batch: where it stands, its firms, and what the person can do."""
    return show_batch(request, open_batch(request, public_id))


def show_batch(request: HttpRequest, row: ListBatch, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a batch; `more` brings the outcome of an act."""
    user, today = user_of(request), clock.today()
    filters, kind = read_filters(request), kind_called(row.kind)
    page = paginate(entries_of(row, user, filters, today), request.GET.get("page"), PAGE)
    divisions = code_tables().divisions
    desks = desks_of(user, Power.RECOMMEND_FOR_LISTS, today)
    counts = counts_by_state(row, user, today)
    context = {
        "batch": row,
        "kind": kind,
        "crumbs": batch_crumbs(row),
        "page": page,
        "rows": [_row(entry, divisions, desks) for entry in page],
        "filters": filters,
        "states": [(value, label, counts.get(value, 0)) for value, label in EntryState.choices],
        "total": sum(counts.values()),
        "counties": [
            (code, found.name)
            for code, found in sorted(divisions.items())
            if code[4:] != "00" or code[2:4] != "00"
        ],
        "acts": ACTS.items(),
        "can_act": bool(desks),
        "can_propose": _can_propose(row, {desk.level for desk in desks}),
        "can_export": may(user, Power.EXPORT_FIRMS, today),
        "is_publisher": is_publisher(request),
        "notice": notice_words(row, today),
        "bulk_fault": "",
        "bulk_reason": "",
        **more,
    }
    return render(request, "lists/batch.html", context, status=status)


def _can_propose(row: ListBatch, levels: set[str]) -> bool:
    if row.is_import or not levels:
        return False
    late = row.state in (BatchState.REVIEWING, BatchState.NOTICING) and "province" in levels
    return row.state == BatchState.COLLECTING or late


def _row(entry: Entry, divisions: Any, desks: Any) -> dict[str, Any]:
    county = divisions.get(entry.enterprise.prefecture or "")
    firm = entry.enterprise
    is_turn = entry.state in ("proposed", "returned", "recommended") and desk_for(
        desks, entry.level, firm.prefecture, firm.park_id
    )
    return {
        "entry": entry,
        "county": county.name if county else "",
        "is_turn": bool(is_turn),
        "result": entry.finding.get("result"),
        "has_criteria": entry.finding.get("has_criteria", False),
    }


@power_required(Power.RECOMMEND_FOR_LISTS)
@require_POST
def act_on_entries(request: HttpRequest, public_id: str) -> HttpResponse:
    """One act on the ticked firms; what cannot be done to one is named and does not stop the others."""
    row = open_batch(request, public_id)
    form = ActForm(request.POST)
    versions = _ticked(request, row)
    if not form.is_valid() or not versions:
        said = _("请先勾选企业，再选怎么办。") if not versions else _("请选择怎么办。")
        return show_batch(request, row, 422, bulk_fault=said)
    try:
        outcome = commands.act_on_entries(
            row,
            versions,
            Act(form.cleaned_data["act"]),
            actor=user_of(request),
            reason=form.cleaned_data["reason"],
            **when(),
        )
    except Refused as refusal:
        return show_batch(request, row, 422, bulk_fault=worded(refusal.said), bulk_reason=form.data["reason"])
    _tell(request, outcome)
    return redirect(_back(request, row))


def _ticked(request: HttpRequest, row: ListBatch) -> dict[int, int]:
    """Primary keys with the version each was shown at, of entries the person sees."""
    shown = {}
    for text in request.POST.getlist("entry")[:500]:
        public_id, _sign, version = text.partition(":")
        if version.isdigit() and len(version) < 9:
            shown[public_id] = int(version)
    seen = Entry.objects.visible_to(request.user, clock.today()).filter(batch=row, public_id__in=shown)
    return {pk: shown[public_id] for pk, public_id in seen.order_by("pk").values_list("pk", "public_id")}


def _tell(request: HttpRequest, outcome: commands.Outcome) -> None:
    if outcome.done:
        count = len(outcome.done)
        messages.success(
            request, ngettext("已办%(count)s家。", "已办%(count)s家。", count) % {"count": count}
        )
    for name, why in outcome.refused[:MOST_SHOWN]:
        messages.warning(request, f"{name}：{worded(why)}" if name else worded(why))


def _back(request: HttpRequest, row: ListBatch) -> str:
    query = request.POST.get("query", "")
    safe = query if query.startswith("?") and len(query) < 400 and "\n" not in query else ""
    return f"/lists/batches/{row.public_id}/{safe}"


# --- proposing ------------------------------------------------------------------------------------


@power_required(Power.RECOMMEND_FOR_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Propose firms: looked up, pasted as codes, or in a table."""
    row = open_batch(request, public_id)
    if not _can_propose(row, {desk.level for desk in _desks(request)}):
        raise Http404
    forms = {"codes_form": CodesForm(), "table_form": TableForm()}
    if request.method != "POST":
        return _show_propose(request, row, forms)
    by = request.POST.get("by", "")
    try:
        if by == "chosen":
            return _propose_chosen(request, row)
        name = "codes_form" if by == "codes" else "table_form"
        form = CodesForm(request.POST) if by == "codes" else TableForm(request.POST, request.FILES)
        forms[name] = form
        if not form.is_valid():
            return _show_propose(request, row, forms, 422)
        given = pasted(form.cleaned_data["codes"]) if by == "codes" else firms_in(form.cleaned_data["file"])
        return _propose_given(request, row, given, by, form.cleaned_data["reason"])
    except TableRefused as refusal:
        forms["table_form"].add_error("file", worded(refusal.said))
    except Refused as refusal:
        forms["codes_form" if by == "codes" else "table_form"].add_error(None, worded(refusal.said))
    return _show_propose(request, row, forms, 422)


def _desks(request: HttpRequest) -> Any:
    return desks_of(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())


def _show_propose(
    request: HttpRequest, row: ListBatch, forms: dict[str, Any], status: int = 200
) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found: list[register.Row] = []
    if words:
        firms = Enterprise.objects.changeable_by(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())
        wanted = Wanted(question=asked_in_address(words))
        found = register.rows_of(register.find(firms, wanted, clock.today()).ids, code_tables())
    there = Entry.objects.filter(batch=row, enterprise__in=[one.firm.pk for one in found])
    context = {
        "batch": row,
        "kind": kind_called(row.kind),
        "crumbs": batch_crumbs(row, (_("推荐企业"), "")),
        "words": words,
        "found": found,
        "there": set(there.order_by("pk").values_list("enterprise_id", flat=True)),
        **forms,
    }
    return render(request, "lists/propose.html", context, status=status)


def _propose_chosen(request: HttpRequest, row: ListBatch) -> HttpResponse:
    ids = request.POST.getlist("firm")[:500]
    firms = Enterprise.objects.changeable_by(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())
    keys = list(firms.filter(public_id__in=ids).order_by("pk").values_list("pk", flat=True))
    if not keys:
        messages.warning(request, _("请先勾选企业。"))
        return redirect("lists:propose", row.public_id)
    door = Entry.Door.CRITERIA if request.POST.get("door") == "criteria" else Entry.Door.SEARCH
    reason = request.POST.get("reason", "")[: commands.LONGEST_REASON]
    outcome = commands.propose_firms(row, keys, door=door, actor=user_of(request), reason=reason, **when())
    _tell(request, outcome)
    return redirect("lists:batch", row.public_id)


def _propose_given(request: HttpRequest, row: ListBatch, given: Given, by: str, reason: str) -> HttpResponse:
    """Propose the firms found; good lines are kept, the others listed with their place and reason."""
    firms = Enterprise.objects.changeable_by(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())
    matched = match(given.lines, among=firms)
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
    if kind.criteria is None or not _can_propose(row, {desk.level for desk in _desks(request)}):
        raise Http404
    after = request.GET.get("after", "")
    open_too = request.GET.get("open") == "1"
    stretch = candidates_of(
        row,
        kind,
        user=user_of(request),
        on=clock.today(),
        today=clock.today(),
        after=int(after) if after.isdigit() and len(after) < 18 else 0,
        open_too=open_too,
    )
    divisions = code_tables().divisions
    context = {
        "batch": row,
        "kind": kind,
        "crumbs": batch_crumbs(row, (_("按条件找企业"), "")),
        "stretch": stretch,
        "rows": [
            (one, getattr(divisions.get(one.firm.prefecture or ""), "name", "")) for one in stretch.found
        ],
        "open_too": open_too,
    }
    return render(request, "lists/candidates.html", context)


# --- one entry ------------------------------------------------------------------------------------


@power_required(Power.VIEW_LISTS)
@require_safe
@never_cache
def entry(request: HttpRequest, public_id: str) -> HttpResponse:
    """One firm of a batch: criteria against facts, the way so far, what to do now."""
    return show_entry(request, open_entry(request, public_id))


def show_entry(request: HttpRequest, row: Entry, status: int = 200, **more: Any) -> HttpResponse:
    """The page of an entry; `more` brings a form with its faults."""
    firm, kind = row.enterprise, kind_called(row.batch.kind)
    desk = desk_for(_desks(request), row.level, firm.prefecture, firm.park_id)
    way = Ways().of(kind.chain, firm.prefecture, firm.park_id)
    acts = acts_at(Place(row.state, row.level, row.origin), way, row.batch.state) if desk else ()
    levels = dict(Entry._meta.get_field("level").choices or ())
    context = {
        "entry": row,
        "batch": row.batch,
        "kind": kind,
        "crumbs": batch_crumbs(row.batch, (firm.name, "")),
        "county": getattr(code_tables().divisions.get(firm.prefecture or ""), "name", ""),
        "steps": row.steps.select_related("unit", "actor", "on_behalf").order_by("number"),
        "act_words": STEP_WORDS,
        "acts": [(act, ACTS[act]) for act in acts],
        "way": [levels[level] for level in way],
        "removal_form": RemovalForm(initial={"removed_on": clock.today()}),
        "can_remove": row.state == EntryState.PUBLISHED and is_publisher(request),
        "objections": row.objections.order_by("made_at", "pk"),
        "may_publish": is_publisher(request),
        "typed_reason": request.POST.get("reason", ""),
        "act_fault": "",
        "judged_on": _day(row.finding.get("on")),
        "known_on": _day(row.finding.get("known_on")),
        **more,
    }
    return render(request, "lists/entry.html", context, status=status)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


STEP_WORDS = {
    Act.PROPOSE.value: gettext_lazy("提出"),
    Act.RECOMMEND.value: gettext_lazy("推荐上报"),
    Act.RETURN.value: gettext_lazy("退回补正"),
    Act.ACCEPT.value: gettext_lazy("同意列入"),
    Act.REJECT.value: gettext_lazy("不列入"),
    Act.RECONSIDER.value: gettext_lazy("重新审核"),
    Act.OBJECT.value: gettext_lazy("公示期收到异议"),
    Act.UPHOLD.value: gettext_lazy("异议成立"),
    Act.DISMISS.value: gettext_lazy("异议不成立"),
    Act.IMPORT.value: gettext_lazy("从外部名单接收"),
    Act.PUBLISH.value: gettext_lazy("发布"),
    Act.REMOVE.value: gettext_lazy("移出"),
}


@power_required(Power.RECOMMEND_FOR_LISTS)
@require_POST
def act_on_entry(request: HttpRequest, public_id: str) -> HttpResponse:
    """One act on one firm; an outdated page is a conflict, never an overwrite."""
    row = open_entry(request, public_id)
    form = ActForm(request.POST)
    if not form.is_valid():
        return show_entry(request, row, 422, act_fault=_("请选择怎么办。"))
    try:
        commands.act_on_entry(
            row,
            Act(form.cleaned_data["act"]),
            actor=user_of(request),
            reason=form.cleaned_data["reason"],
            expected=version_of(request),
            **when(),
        )
    except Refused as refusal:
        if refusal.code != "lists.needs_reason":
            raise
        return show_entry(request, row, 422, act_fault=worded(refusal.said))
    messages.success(request, _("已办。"))
    return redirect("lists:entry", row.public_id)


@power_required(Power.PUBLISH_LISTS)
@require_POST
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a firm off a published list, with the reason."""
    row = open_entry(request, public_id)
    if not is_publisher(request):
        raise Http404
    form = RemovalForm(request.POST)
    if form.is_valid():
        try:
            remove_entry(
                row, actor=user_of(request), expected=version_of(request), **when(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            messages.success(request, _("已移出名单，企业档案已更新。"))
            return redirect("lists:entry", row.public_id)
    return show_entry(request, row, 422, removal_form=form)
