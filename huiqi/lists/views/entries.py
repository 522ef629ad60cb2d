"""A batch with its firms, one firm of it, and the acts of the chain."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.lists.chain import Act, Place, acts_at
from huiqi.lists.commands import entries as commands
from huiqi.lists.commands.publication import remove_entry
from huiqi.lists.forms.entries import ACTS, ActForm, RemovalForm
from huiqi.lists.models import Entry, EntryState, ListBatch
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.entry_forms import form_offered, session_of_entry
from huiqi.lists.queries.notices import notice_words
from huiqi.lists.queries.offices import Desk, Ways, desk_for, desks_of
from huiqi.lists.queries.pages import OPEN, EntryFilters, counts_by_state, entries_of
from huiqi.lists.queries.readiness import UNDECIDED, Steps, extension, steps_of
from huiqi.lists.views.batches import batch_crumbs
from huiqi.lists.views.opening import is_publisher, open_batch, open_entry, version_of, when
from huiqi.lists.views.telling import act_words, tell, tell_extension
from huiqi.questionnaires.xform.snapshot import Snapshot, snapshot_of
from huiqi.reference.queries import code_tables

PAGE = 50


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
    desks = desks_of(user, Power.RECOMMEND_FOR_LISTS, today)
    counts = counts_by_state(row, user, today)
    rows = _rows(request, list(page), row, desks)
    steps = steps_of(row, kind, desks, is_publisher=is_publisher(request), on=today)
    context = {
        "batch": row,
        "kind": kind,
        "crumbs": batch_crumbs(row),
        "page": page,
        "rows": rows,
        "filters": filters,
        "states": [(value, label, counts.get(value, 0)) for value, label in EntryState.choices],
        "total": sum(counts.values()),
        "counties": _counties(),
        "steps": steps,
        "acts": _offered(rows, steps),
        "may_act": bool(desks),
        "can_export": may(user, Power.EXPORT_FIRMS, today),
        "notice": notice_words(row, today),
        "bulk_fault": "",
        "bulk_act": request.POST.get("act", ""),
        "bulk_reason": request.POST.get("reason", ""),
        **_addresses(request),
        **more,
    }
    return render(request, "lists/batch.html", context, status=status)


def _counties() -> list[tuple[str, str]]:
    divisions = sorted(code_tables().divisions.items())
    return [(code, found.name) for code, found in divisions if code[4:] != "00" or code[2:4] != "00"]


def _addresses(request: HttpRequest) -> dict[str, Any]:
    """The page as it is filtered, with and without all rows ticked: ticking all needs no script."""
    plain = request.GET.copy()
    is_ticked = plain.pop("tick", None) is not None
    ticked = plain.copy()
    ticked["tick"] = "1"
    return {
        "query": f"?{plain.urlencode()}" if plain else "",
        "tick_all": f"?{ticked.urlencode()}",
        "is_ticked": is_ticked,
    }


def _rows(request: HttpRequest, entries: list[Entry], row: ListBatch, desks: Sequence[Desk]) -> list[Any]:
    """The entries as the table shows them, with what the person may do to each now."""
    divisions, ways, chain = code_tables().divisions, Ways(), kind_called(row.kind).chain
    given = {text.partition(":")[0] for text in request.POST.getlist("entry")}
    found = []
    for entry in entries:
        firm = entry.enterprise
        is_turn = entry.state in OPEN and desk_for(desks, entry.level, firm.prefecture, firm.park_id)
        way = ways.of(chain, firm.prefecture, firm.park_id)
        place = Place(entry.state, entry.level, entry.origin)
        county = divisions.get(firm.prefecture or "")
        found.append(
            {
                "entry": entry,
                "county": county.name if county else "",
                "is_turn": bool(is_turn),
                "acts": acts_at(place, way, row.state) if is_turn else (),
                "is_given": entry.public_id in given,
                "result": entry.finding.get("result"),
                "has_criteria": entry.finding.get("has_criteria", False),
            }
        )
    return found


def _offered(rows: list[Any], steps: Steps) -> list[tuple[str, str]]:
    """The acts that some row of the page takes from this person, as the menu words them."""
    taken = {act for row in rows for act in row["acts"]}
    return [(act.value, act_words(act, steps.extended_to)) for act in ACTS if act in taken]


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
        return show_batch(request, row, 422, bulk_fault=worded(refusal.said))
    tell(request, outcome)
    tell_extension(request, row)
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


def _back(request: HttpRequest, row: ListBatch) -> str:
    query = request.POST.get("query", "")
    safe = query if query.startswith("?") and len(query) < 400 and "\n" not in query else ""
    return f"/lists/batches/{row.public_id}/{safe}"


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
    desks = desks_of(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())
    desk = desk_for(desks, row.level, firm.prefecture, firm.park_id)
    extended_to = extension(row.batch, clock.today())
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
        "acts": [(act, act_words(act, extended_to)) for act in acts],
        "may_accept": Act.ACCEPT in acts,
        "extended_to": extended_to,
        "way": [levels[level] for level in way],
        "removal_form": RemovalForm(initial={"removed_on": clock.today()}),
        "can_remove": row.state == EntryState.PUBLISHED and is_publisher(request),
        "objections": row.objections.order_by("made_at", "pk"),
        "may_publish": is_publisher(request),
        "typed_reason": request.POST.get("reason", ""),
        "act_fault": "",
        "sheet": _sheet(row),
        "has_form": form_offered(kind) is not None,
        "may_fill": desk is not None and row.state in UNDECIDED,
        "judged_on": _day(row.finding.get("on")),
        "known_on": _day(row.finding.get("known_on")),
        **more,
    }
    return render(request, "lists/entry.html", context, status=status)


def _sheet(row: Entry) -> Snapshot | None:
    """The kind's questionnaire as it was filled in, in words."""
    session = session_of_entry(row, clock.now(), get_language() or "")
    return snapshot_of(session) if session is not None else None


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
    tell_extension(request, row.batch)
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
