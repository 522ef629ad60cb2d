"""The builder in the browser: begin, add, change, order, undo, try out, keep as a version."""

import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.language import worded
from huiqi.files.downloads import file_response
from huiqi.questionnaires.builder import editing
from huiqi.questionnaires.builder.offering import offers_of
from huiqi.questionnaires.builder.plan import Item, Plan
from huiqi.questionnaires.builder.writing import write_book
from huiqi.questionnaires.commands import sketches as commands
from huiqi.questionnaires.commands.sketches import Step
from huiqi.questionnaires.forms.builder import HeadForm, ItemForm
from huiqi.questionnaires.models import Questionnaire, Sketch
from huiqi.questionnaires.queries import ready
from huiqi.questionnaires.queries.sketches import (
    checked,
    plan_in,
    read_version,
    sketch_of,
    template_plan,
)
from huiqi.questionnaires.queries.versions import versions_of
from huiqi.questionnaires.views.building import Screen, screen_context
from huiqi.questionnaires.views.preview import preview_of
from huiqi.questionnaires.xlsform.readable import to_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
makes_questionnaires = power_required(Power.EDIT_QUESTIONNAIRES)


def _own(request: HttpRequest, public_id: str) -> Questionnaire:
    own = Questionnaire.objects.editable_by(user_of(request), clock.today()).select_related("owner")
    return get_object_or_404(own, public_id=public_id)


def _sketch(request: HttpRequest, public_id: str) -> Sketch:
    found = sketch_of(_own(request, public_id))
    if found is None:
        raise Http404
    return found


def _here(public_id: str, item: str = "") -> str:
    address = reverse("questionnaires:build", args=[public_id])
    return f"{address}?item={item}#card-{item}" if item else address


# --- beginning ----------------------------------------------------------------------------------------


@makes_questionnaires
@require_POST
@never_cache
def build_start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin: blank, with a questionnaire of the site, or with a version, when all of it can be shown."""
    found, user = _own(request, public_id), user_of(request)
    source = request.POST.get("source", "")
    version = None
    plan: Plan | None
    if source.startswith("version:"):
        version = get_object_or_404(versions_of(found).defer(None), public_id=source.partition(":")[2])
        read = read_version(version)
        if read.unknown:
            context = {
                "found": found,
                "version": version,
                "unknown": read.unknown[:50],
                "crumbs": _crumbs(found),
            }
            return render(request, "questionnaires/unknown.html", context, status=409)
        plan = read.plan
    else:
        plan = template_plan(source.removeprefix("template:")) if source else Plan(title=found.name)
    if plan is None:
        raise Http404
    try:
        commands.start_sketch(found, plan, actor=user, at=clock.now(), begun_from=version)
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    return redirect("questionnaires:build", public_id)


def _crumbs(found: Questionnaire) -> list[tuple[str, str]]:
    return [
        (_("问卷"), reverse("questionnaires:questionnaires")),
        (found.name, reverse("questionnaires:questionnaire", args=[found.public_id])),
        (_("在网页上编辑"), ""),
    ]


# --- the page -----------------------------------------------------------------------------------------


@makes_questionnaires
@require_safe
@never_cache
def build(request: HttpRequest, public_id: str) -> HttpResponse:
    """The questions in a row, the one being edited opened, and beside them what a firm will see."""
    found = _own(request, public_id)
    sketch = sketch_of(found)
    if sketch is None:
        return redirect("questionnaires:questionnaire", public_id)
    return _show(request, found, sketch, Screen(request.GET.get("item", "")))


def _show(
    request: HttpRequest, found: Questionnaire, sketch: Sketch, screen: Screen, status: int = 200
) -> HttpResponse:
    context = screen_context(request, sketch, screen)
    context |= {"found": found, "crumbs": _crumbs(found)}
    return render(request, "questionnaires/builder.html", context, status=status)


# --- acts ---------------------------------------------------------------------------------------------


@makes_questionnaires
@require_POST
@never_cache
def build_act(request: HttpRequest, public_id: str) -> HttpResponse:
    """One act on the sketch, named by `do`; `item` says which question, `seen` how it looked."""
    acts: dict[str, Callable[[HttpRequest, Sketch], HttpResponse]] = {
        "add": _add,
        "save": _save,
        "head": _head,
        "up": _place,
        "down": _place,
        "duplicate": _place,
        "remove": _place,
        "undo": _undo,
        "keep": _keep,
        "discard": _discard,
    }
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    sketch = _sketch(request, public_id)
    try:
        return act(request, sketch)
    except VersionConflict as conflict:
        return _conflict(request, sketch, conflict)
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
        return redirect(_here(public_id, request.POST.get("item", "")))


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": user_of(request), "at": clock.wall_now()}


def _add(request: HttpRequest, sketch: Sketch) -> HttpResponse:
    key, after = request.POST.get("kind", "") or request.POST.get("more", ""), request.POST.get("after", "")
    if not ready.is_offered(key):
        return redirect(_here(sketch.questionnaire.public_id, after))
    made: list[Item] = []

    def change(plan: Plan) -> Plan:
        listed, item = ready.added(plan, key)
        made.append(item)
        return editing.insert(listed, item, after)

    commands.change_sketch(sketch, change, Step(f"add {after}"), **_who(request))
    return redirect(_here(sketch.questionnaire.public_id, made[-1].name))


def _place(request: HttpRequest, sketch: Sketch) -> HttpResponse:
    """Up, down, once more, away."""
    act, name = request.POST["do"], request.POST.get("item", "")
    opened = [name]

    def change(plan: Plan) -> Plan:
        if act == "duplicate":
            after, copy = editing.duplicate(plan, name)
            opened[0] = copy
            return after
        if act == "remove":
            opened[0] = ""
            return editing.remove(plan, name)
        return editing.move(plan, name, is_up=act == "up")

    seen = request.POST.get("seen", "") if act == "remove" else ""
    commands.change_sketch(sketch, change, Step(f"{act} {name}", name, seen), **_who(request))
    if act == "remove":
        messages.success(request, _("已删除。点“撤销”可以恢复。"))
    return redirect(_here(sketch.questionnaire.public_id, opened[0]))


def _save(request: HttpRequest, sketch: Sketch) -> HttpResponse:
    plan, name = plan_in(sketch), request.POST.get("item", "")
    item = plan.find(name)
    if item is None:
        raise VersionConflict
    form = ItemForm(item, plan, request.POST)
    is_quiet = bool(request.POST.get("quiet"))
    if not form.is_valid():
        return _swapped(_show(request, sketch.questionnaire, sketch, Screen(name, form), 422))
    step = Step(f"save {name}", name, request.POST.get("seen", ""))
    saved = commands.change_sketch(sketch, form.apply, step, **_who(request))
    opened = form.cleaned_data["name"]
    if not is_quiet:
        return redirect(_here(sketch.questionnaire.public_id, opened))
    after = plan_in(saved)
    has_other_offers = len(offers_of(plan, name)) != len(offers_of(after, opened))
    if has_other_offers or _needs_redraw(item, after.find(opened)):
        return _swapped(_show(request, sketch.questionnaire, saved, Screen(opened)))
    context = screen_context(request, saved, Screen(opened)) | {
        "found": sketch.questionnaire,
        "is_quick": True,
    }
    return render(request, "questionnaires/_saved.html", context)


def _swapped(answer: HttpResponse) -> HttpResponse:
    """An autosave swaps nothing; here the builder has to be drawn anew."""
    answer["HX-Retarget"], answer["HX-Reswap"], answer["HX-Reselect"] = "#builder", "outerHTML", "#builder"
    return answer


def _needs_redraw(before: Item, after: Item | None) -> bool:
    """True when the editor itself looks otherwise now: another type, name, or comparison."""
    if after is None:
        return True
    return _shape(before) != _shape(after)


def _shape(item: Item) -> tuple[object, ...]:
    parts = item.condition.parts if item.condition else ()
    compared = tuple((part.of, part.how) for part in parts)
    return item.kind, item.name, item.list_name, item.parent, compared, item.formula


def _head(request: HttpRequest, sketch: Sketch) -> HttpResponse:
    form = HeadForm(request.POST)
    if not form.is_valid():
        return _show(request, sketch.questionnaire, sketch, Screen("", head=form), 422)
    step = Step("save", "", request.POST.get("seen", ""))
    commands.change_sketch(sketch, form.apply, step, **_who(request))
    return redirect(_here(sketch.questionnaire.public_id, request.POST.get("item", "")))


def _undo(request: HttpRequest, sketch: Sketch) -> HttpResponse:
    seen = request.POST.get("version", "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
    commands.undo_sketch(sketch, seen=number, **_who(request))
    return redirect(_here(sketch.questionnaire.public_id, request.POST.get("item", "")))


def _keep(request: HttpRequest, sketch: Sketch) -> HttpResponse:
    public_id = sketch.questionnaire.public_id
    if checked(plan_in(sketch)).faults:
        return _show(request, sketch.questionnaire, sketch, Screen("", is_kept=True), 422)
    made = commands.keep_sketch(sketch, actor=user_of(request), at=clock.now())
    if made.version is None:
        return _show(request, sketch.questionnaire, sketch, Screen("", is_kept=True), 422)
    messages.success(request, _("已存成第%(n)s版。看过没有问题就发布。") % {"n": made.version.number})
    return redirect("questionnaires:version", public_id, made.version.public_id)


def _discard(request: HttpRequest, sketch: Sketch) -> HttpResponse:
    seen = request.POST.get("version", "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
    commands.discard_sketch(sketch, seen=number, actor=user_of(request))
    messages.success(request, _("底稿已放弃。已有的版本没有动。"))
    return redirect("questionnaires:questionnaire", sketch.questionnaire.public_id)


def _conflict(request: HttpRequest, sketch: Sketch, conflict: VersionConflict) -> HttpResponse:
    """Both versions: what the other person made of it, and what was typed here, still in the boxes."""
    again = sketch_of(sketch.questionnaire)
    if again is None:
        messages.error(request, worded(conflict.said))
        return redirect("questionnaires:questionnaire", sketch.questionnaire.public_id)
    name = request.POST.get("item", "")
    plan = plan_in(again)
    item = plan.find(name)
    typed = ItemForm(item, plan, request.POST) if item and request.POST["do"] == "save" else None
    screen = Screen(name if item else "", typed, conflict=worded(conflict.said), is_gone=item is None)
    return _swapped(_show(request, sketch.questionnaire, again, screen, 409))


# --- trying out, taking along -------------------------------------------------------------------------


@makes_questionnaires
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def build_preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """The questionnaire as a firm fills it in, on the width of a phone or of a desktop. Keeps nothing."""
    found = _own(request, public_id)
    sketch = sketch_of(found)
    if sketch is None:
        raise Http404
    form = checked(plan_in(sketch)).form
    shown = preview_of(form, request, request.GET.get("item", "")) if form is not None else None
    context = {
        "found": found,
        "title": plan_in(sketch).title,
        "preview": shown,
        "preview_url": request.path,
        "back_url": _here(public_id),
        "crumbs": [*_crumbs(found)[:-1], (_("试填"), "")],
    }
    template = "questionnaires/_preview.html" if request.htmx else "questionnaires/preview.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@makes_questionnaires
@require_safe
@never_cache
def build_file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """What was built so far as an XLSForm, finished or not."""
    sketch = _sketch(request, public_id)
    plan = plan_in(sketch)
    return file_response(io.BytesIO(to_xlsx(write_book(plan).book)), f"{plan.title or 'huiqi'}.xlsx", XLSX)
