"""The staff's page of one case: left the matter, right the flow; and every act upon it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit
from huiqi.accounts.powers import Power
from huiqi.cases.commands.desk import assign_case
from huiqi.cases.commands.reveal import reveal_requester
from huiqi.cases.forms.acts import REASONS, ActForm, DispatchForm, RevealForm
from huiqi.cases.items.answers import answers_in_words
from huiqi.cases.models import Case, OrderMode, Supervision
from huiqi.cases.queries.answer_templates import text_for
from huiqi.cases.queries.clock_lines import clock_lines, nearest
from huiqi.cases.queries.items import topic_of
from huiqi.cases.queries.load import candidates
from huiqi.cases.queries.mandates import mode_for
from huiqi.cases.queries.offers import (
    RULES,
    approval_acted_on,
    for_unit,
    letter_acted_on,
    may_dispatch,
    next_step,
    offered,
    order_acted_on,
    waiting_approvals,
)
from huiqi.cases.queries.page import (
    Reader,
    files_for,
    firm_is_seen,
    last_event,
    read_by,
    reader_on,
    since,
    timeline,
)
from huiqi.cases.queries.reviewers import answer_waits_for_nobody, lacks_reviewer
from huiqi.cases.queries.rows import county_name, state_look
from huiqi.cases.queries.sheets import sheets_of
from huiqi.cases.queries.similar import similar
from huiqi.cases.queries.suggestions import suggest_topics_of
from huiqi.cases.queries.veil import veiled, veiled_answers
from huiqi.cases.views.act_specs import SPECS, Doing, Spec
from huiqi.cases.workflow import State
from huiqi.core import clock
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.language import worded
from huiqi.core.personal import mask_name, mask_phone
from huiqi.core.slots import SLOTS, render_panels
from huiqi.files.downloads import serve_attachment

READERS = (Power.VIEW_CASES, Power.HANDLE_CASES)
NEVER_SEEN = -1
MOST_NAMES = 12
reads_cases = power_required(*READERS)


@dataclass(frozen=True)
class Offer:
    """One act as the page offers it: its words, its form, on what."""

    name: str
    spec: Spec
    form: ActForm
    target_id: str = ""


@dataclass(frozen=True)
class Kept:
    """An act that did not happen: the form with what was typed, why, and what happened meanwhile."""

    offer: Offer
    since: list[Any]
    status: int


def open_case_page(request: HttpRequest, public_id: str) -> tuple[Case, Reader]:
    """The case, if this person may see it, else 404."""
    user, today = user_of(request), clock.today()
    # What few cases have (a park, a knot, another case) is read when it is shown: with ten tables to join the
    # database plans longer than it reads.
    seen = Case.objects.visible_to(user, today).select_related(
        "edition", "enterprise", "desk", "lead", "handler"
    )
    case = get_object_or_404(seen, public_id=public_id)
    return case, reader_on(case, user, today)


@reads_cases
@require_safe
@never_cache
def case_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One case, as this person may see it and act on it."""
    case, reader = open_case_page(request, public_id)
    return _show(request, case, reader)


def _show(
    request: HttpRequest, case: Case, reader: Reader, kept: Kept | None = None, *, shows: bool = False
) -> HttpResponse:
    names, flow = offered(case, reader), _flow(case, reader)
    first = next_step(case, reader, names)
    offers = {name: _offer(name, case, reader, _target(name, case, reader, "")) for name in names}
    context = {
        **_matter(case, reader, shows=shows),
        **flow,
        "kept": kept,
        # What is being typed stands at the head; the same form below would say what was there before.
        "first": None if _is_kept(kept, offers.get(first)) else offers.get(first),
        "is_kept_first": _is_kept(kept, offers.get(first)),
        "may_dispatch": may_dispatch(case, reader),
        "dispatches_first": first == "dispatch",
        "others": [
            offer
            for name, offer in offers.items()
            if name != first
            and (kept is None or (name, offer.target_id) != (kept.offer.name, kept.offer.target_id))
        ],
        "version": case.version,
        "panels": render_panels(SLOTS.case, request, case),
        "last_event": max((line.key for line in flow["timeline"]), default=0),
        "next": request.GET.get("next", ""),
        "crumbs": [(_("诉求"), reverse("cases:queue")), (case.spoken_number, "")],
    }
    return render(request, "cases/case.html", context, status=kept.status if kept else 200)


def _is_kept(kept: Kept | None, offer: Offer | None) -> bool:
    """Whether the form at the head of the page is this one, with what was typed."""
    if kept is None or offer is None:
        return False
    return (kept.offer.name, kept.offer.target_id) == (offer.name, offer.target_id)


def _offer(name: str, case: Case, reader: Reader, target: Any, data: Any = None, files: Any = None) -> Offer:
    spec, mark = SPECS[name], f"-{target.public_id}" if target is not None else ""
    made: dict[str, Any] = {"case": case, "reader": reader, "target": target}
    form = spec.form(data, **made, auto_id=f"{name}{mark}-%s", **({"files": files} if files else {}))
    return Offer(name, spec, form, target.public_id if target is not None else "")


def _target(name: str, case: Case, reader: Reader, public_id: str) -> Any:
    """What the act is about; without an id the reader's own open order."""
    of = RULES[name].of
    if of == "case":
        return None
    if not public_id:
        return reader.open_order
    if of in {"order", "any_order"}:
        return order_acted_on(case, reader, public_id, any_unit=of == "any_order")
    return approval_acted_on(case, public_id) if of == "approval" else letter_acted_on(case, public_id)


# --- left: the matter ---------------------------------------------------------------------------------


def _matter(case: Case, reader: Reader, *, shows: bool) -> dict[str, Any]:
    definition = case.edition.definition
    private = _private(case) if shows else None
    hides = reader.is_masked and not shows
    given = veiled_answers(case, case.answers) if hides else case.answers
    answers = answers_in_words(definition, given, private)
    return {
        "case": case,
        "reader": reader,
        "definition": definition,
        "topic": topic_of(definition, case.topic),
        "look": state_look(case.state),
        "title": veiled(case, case.title) if hides else case.title,
        "text": veiled(case, case.text) if hides else case.text,
        "answer": veiled(case, case.answer) if hides else case.answer,
        "rating_text": veiled(case, case.rating_text) if hides else case.rating_text,
        "answers": answers,
        # Answers of a questionnaire name who asks in ways nobody can veil.
        "sheets": [] if hides else sheets_of(case),
        "has_private": bool(case.private_answers) and not shows,
        "name": case.requester_name if shows else mask_name(case.requester_name),
        "phone": case.requester_phone if shows else mask_phone(case.requester_phone),
        "shows": shows,
        "hides": hides,
        "may_reveal": reader.may_reveal(case) and not shows,
        "reasons": REASONS,
        "county": county_name(case.prefecture),
        "firm_is_seen": firm_is_seen(case, reader),
        "files": [read_by(reader, case, file, "name") for file in files_for(case, reader)],
        "similar": similar(case, reader, clock.now()),
        "merged": list(case.merged.exclude(reader.veil.rows()).order_by("pk")[:MOST_NAMES]),
    }


def _private(case: Case) -> Mapping[str, Any]:
    try:
        found = json.loads(case.private_answers or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# --- right: the flow ----------------------------------------------------------------------------------


def _flow(case: Case, reader: Reader) -> dict[str, Any]:
    lines = clock_lines(case, clock.now())
    orders = [
        (
            read_by(reader, case, order, "instruction", "answer"),
            _cancel(case, reader, order),
            [_offer(name, case, reader, order) for name in for_unit(order, case, reader)],
        )
        for order in case.orders.select_related("unit", "handler", "proposed_unit").order_by("pk")
    ]
    return {
        "clock": nearest(lines),
        "clocks": lines,
        "topic_hint": _topic_hint(case, reader),
        "waits_for_nobody": answer_waits_for_nobody(case, reader.today),
        "timeline": timeline(case, reader),
        "orders": orders,
        "enters_for": next((order.unit for order, _cancelled, entries in orders if entries), None),
        "approvals": [
            (
                read_by(reader, case, row, "reason"),
                _decision(case, reader, row),
                _withdrawal(case, reader, row),
                lacks_reviewer(case.desk, row.asked_by, reader.today),
            )
            for row in waiting_approvals(case)
        ],
        "letters": [
            (read_by(reader, case, row, "text", "answer"), _letter_offers(case, reader, row))
            for row in case.supervisions.select_related("unit")
        ],
    }


def _topic_hint(case: Case, reader: Reader) -> Any:
    """The topic suggested to who takes the case up, with its reason; a person decides."""
    if case.state != State.REGISTERED or Power.DISPATCH_CASES not in reader.desk:
        return None
    found = suggest_topics_of(case, at=clock.now())
    return found[0] if found else None


def _cancel(case: Case, reader: Reader, order: Any) -> Offer | None:
    rule = RULES["cancel_order"]
    if order.part == "co" and order.is_open and rule.may(reader) and rule.fits(case, reader):
        return _offer("cancel_order", case, reader, order)
    return None


def _decision(case: Case, reader: Reader, row: Any) -> Offer | None:
    if RULES["decide"].may(reader) and row.asked_by_id != reader.user.pk:
        return _offer("decide", case, reader, row)
    return None


def _withdrawal(case: Case, reader: Reader, row: Any) -> Offer | None:
    return _offer("take_back", case, reader, row) if row.asked_by_id == reader.user.pk else None


def _letter_offers(case: Case, reader: Reader, row: Supervision) -> list[Offer]:
    names: list[str] = []
    if row.state == Supervision.State.DRAFTED and RULES["issue"].may(reader):
        names = ["issue", "drop"]
    elif row.state == Supervision.State.ISSUED and _is_of(reader, row):
        names = ["answer_letter"]
    return [_offer(name, case, reader, row) for name in names]


def _is_of(reader: Reader, row: Supervision) -> bool:
    """Whether the letter went to the reader's own unit."""
    return any(order.unit_id == row.unit_id for order in reader.orders)


# --- acts ---------------------------------------------------------------------------------------------


@reads_cases
@require_POST
@never_cache
def act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Do one thing to the case. What was typed is kept when it cannot be done: 422 when something is
    missing, 409 when the case moved on meanwhile, with what happened since."""
    case, reader = open_case_page(request, public_id)
    if name not in SPECS or not RULES[name].may(reader):
        raise Http404
    target = _target(name, case, reader, request.POST.get("target", ""))
    if RULES[name].of != "case" and (target is None or not _may_touch(name, case, reader, target)):
        raise Http404
    if name == "answer" and "insert" in request.POST:
        return _with_template(request, case, reader, target)
    offer = _offer(name, case, reader, target, request.POST, request.FILES)
    if not offer.form.is_valid():
        return _show(request, case, reader, Kept(offer, [], 422))
    given, expected = offer.form.cleaned_data, _number(request.POST.get("version"))
    try:
        offer.spec.run(Doing(case, target, given, user_of(request), clock.now(), expected))
    except Refused as refusal:
        return _kept(request, public_id, offer, refusal)
    messages.success(request, offer.spec.done)
    return _onwards(request, public_id)


def _with_template(request: HttpRequest, case: Case, reader: Reader, target: Any) -> HttpResponse:
    """The page with a template put after what was typed. Nothing is written, nothing is sent."""
    offer = _offer("answer", case, reader, target)
    form, posted = offer.form, request.POST
    typed, chosen = posted.get("text", "").strip(), posted.get("template", "")
    form.initial.update({"text": typed, "ending": posted.get("ending", ""), "template": chosen})
    found = getattr(form, "templates", {}).get(chosen)
    try:
        added = text_for(found, case, reader.today) if found else ""
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    else:
        form.initial["text"] = f"{typed}\n\n{added}".strip()
        messages.info(request, _("已套用，请改定后提交。") if added else _("请先选一个模板。"))
    return _show(request, case, reader, Kept(offer, [], 200))


def _may_touch(name: str, case: Case, reader: Reader, target: Any) -> bool:
    if name == "answer_letter":
        return _is_of(reader, target)
    if name in {"answer_for", "contact_for"}:
        return name in for_unit(target, case, reader)
    return name != "take_back" or target.asked_by_id == reader.user.pk


def _kept(request: HttpRequest, public_id: str, offer: Offer, refusal: Refused) -> HttpResponse:
    """The page as it is now, with the form as it was sent."""
    offer.form.add_error(None, worded(refusal.said))
    case, reader = open_case_page(request, public_id)
    seen = _number(request.POST.get("seen"))
    news = since(case, reader, seen) if isinstance(refusal, VersionConflict) and seen >= 0 else []
    return _show(request, case, reader, Kept(offer, news, 409))


def _number(typed: str | None) -> int:
    """A number of a hidden field; one that is missing or no number matches no version."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else NEVER_SEEN


def _onwards(request: HttpRequest, public_id: str) -> HttpResponse:
    """Back to where the act was begun: a list of ours, or the case; where it is no longer seen, the queue."""
    url = request.POST.get("next", "")
    if url and url_has_allowed_host_and_scheme(url, None) and url.startswith("/cases/"):
        return redirect(url)
    seen = Case.objects.visible_to(user_of(request), clock.today()).filter(public_id=public_id)
    return redirect("cases:case", public_id) if seen.exists() else redirect("cases:queue")


@reads_cases
@require_POST
@never_cache
def reveal(request: HttpRequest, public_id: str) -> HttpResponse:
    """The requester in full, for a reason that is recorded; shown once, on a page that is not kept."""
    case, reader = open_case_page(request, public_id)
    if not reader.may_reveal(case):
        raise Http404
    form = RevealForm(request.POST, case=case, reader=reader, target=None)
    if not form.is_valid():
        return _show(request, case, reader)
    reason = form.cleaned_data["reason"]
    reveal_requester(case, reason=reason, actor=user_of(request), at=clock.now(), wall=clock.wall_now())
    return _show(request, case, reader, shows=True)


@reads_cases
@require_safe
@never_cache
def case_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """A file of the case."""
    case, reader = open_case_page(request, public_id)
    found = get_object_or_404(files_for(case, reader), public_id=file_id)
    return serve_attachment(found, reader=user_of(request))


@reads_cases
@require_safe
@never_cache
def unit_names(request: HttpRequest) -> JsonResponse:
    """Names of units for the type-ahead boxes, from a part of the name or its initials."""
    typed = request.GET.get("q", "").strip()[:30]
    rows = Unit.objects.filter(is_active=True, name__contains=typed).order_by("name", "pk") if typed else ()
    found = [{"value": unit.public_id, "label": unit.name} for unit in rows[:MOST_NAMES]]
    return JsonResponse(found, safe=False)


# --- giving a case to units ---------------------------------------------------------------------------


@power_required(Power.DISPATCH_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def dispatch(request: HttpRequest, public_id: str) -> HttpResponse:
    """To whom the case goes: what is suggested and why, how much each has on hand, by what right."""
    case, reader = open_case_page(request, public_id)
    if Power.DISPATCH_CASES not in reader.desk:
        raise Http404
    rows = candidates(case, at=clock.now())
    data = request.POST if request.method == "POST" else None
    first = next((row.unit.public_id for row in rows if row.reason is not None), "")
    made: dict[str, Any] = {"case": case, "reader": reader, "target": None, "initial": {"lead": first}}
    form = DispatchForm(data, units=[row.unit for row in rows], **made)
    status, news = 200, []
    if data is not None and not form.is_valid():
        status = 422
    elif data is not None:
        try:
            return _dispatched(request, case, form)
        except Refused as refusal:
            status = 409
            form.add_error(None, worded(refusal.said))
            case, reader = open_case_page(request, public_id)
            if isinstance(refusal, VersionConflict):
                news = since(case, reader, max(_number(request.POST.get("seen")), 0))
    context = {
        "case": case,
        "title": case.title,
        "look": state_look(case.state),
        "topic": topic_of(case.edition.definition, case.topic),
        "rows": rows,
        "chosen": form["lead"].value(),
        "form": form,
        "news": news,
        "version": case.version,
        "last_event": last_event(case),
        "fits": may_dispatch(case, reader),
        "next": request.GET.get("next", ""),
        "crumbs": [
            (_("派单台"), reverse("cases:desk")),
            (case.spoken_number, reverse("cases:case", args=[public_id])),
            (_("派单"), ""),
        ],
    }
    return render(request, "cases/dispatch.html", context, status=status)


def _dispatched(request: HttpRequest, case: Case, form: DispatchForm) -> HttpResponse:
    given = form.cleaned_data
    unit, mandate = given["unit"], given["mandate"]
    mode = given["mode"]
    if mode == "auto":
        mode = OrderMode.ASSIGN if mandate else mode_for(case.desk, unit, None)
    assign_case(
        case,
        lead=unit,
        co=given["co"],
        mode=mode,
        mandate=mandate,
        instruction=given["instruction"],
        actor=user_of(request),
        at=clock.now(),
        expected=_number(request.POST.get("version")),
    )
    said = _("已派给%(unit)s（%(mode)s），对方会收到通知。")
    messages.success(request, said % {"unit": unit.name, "mode": OrderMode(mode).label})
    return _onwards(request, case.public_id)
