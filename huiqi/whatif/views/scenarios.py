"""Scenarios: the list, beginning one, changing it with live checking, estimating, review."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.whatif.commands import estimates
from huiqi.whatif.commands import scenarios as commands
from huiqi.whatif.forms.scenario import BeginForm, ChangeForm, CopyForm, ReviewForm
from huiqi.whatif.models import Scenario
from huiqi.whatif.queries.figures import facts_offered
from huiqi.whatif.queries.sources import newest_snapshot
from huiqi.whatif.words import is_ours, policy_title

estimator = power_required(Power.ESTIMATE_POLICIES)


def seen(request: HttpRequest, public_id: str) -> Scenario:
    """A scenario of the person's offices, else 404."""
    rows = Scenario.objects.visible_to(user_of(request), clock.today())
    return get_object_or_404(rows.select_related("unit", "author", "reviewed_by"), public_id=public_id)


def _own(request: HttpRequest, public_id: str) -> Scenario:
    rows = Scenario.objects.changeable_by(user_of(request), clock.today())
    return get_object_or_404(rows.select_related("unit", "author"), public_id=public_id)


def _unit(request: HttpRequest) -> Unit:
    unit = user_of(request).unit
    if unit is None:
        raise Http404
    return unit


@estimator
@require_safe
@never_cache
def scenarios(request: HttpRequest) -> HttpResponse:
    """The scenarios of my offices, last changed first; some may be set side by side."""
    rows = Scenario.objects.visible_to(user_of(request), clock.today()).select_related("author")
    page = paginate(rows.order_by("-changed_at", "-pk"), request.GET.get("page"))
    context = {"page": page, "rows": [(row, policy_title(row.policy)) for row in page]}
    return render(request, "whatif/scenarios.html", context)


@estimator
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Copy an edition."""
    form = BeginForm(request.POST or None, today=clock.today())
    if request.method == "POST" and form.is_valid():
        wish = commands.Begin(**form.cleaned_data)
        try:
            row = commands.begin_scenario(
                wish, actor=user_of(request), unit=_unit(request), at=clock.wall_now()
            )
        except Refused as refusal:
            form.add_error("policy", worded(refusal.said))
        else:
            return redirect("whatif:edit", row.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "whatif/new.html", {"form": form}, status=status)


@estimator
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change figures and conditions; saving estimates at once when the register is small enough."""
    row = _own(request, public_id)
    form = ChangeForm(request.POST or None, scenario=row)
    if request.method == "POST" and form.is_valid() and _saved(request, row, form):
        return redirect("whatif:scenario", row.public_id)
    return _edit_page(request, row, form, 422 if request.method == "POST" else 200)


def _saved(request: HttpRequest, row: Scenario, form: ChangeForm) -> bool:
    values = {name: form.cleaned_data[name] for name in ("title", "notes")}
    try:
        row = commands.change_scenario(
            row,
            values,
            form.changes,
            expected=form.cleaned_data["version"],
            actor=user_of(request),
            at=clock.wall_now(),
        )
    except VersionConflict as conflict:
        form.add_error(None, worded(conflict.said))
        return False
    if newest_snapshot() is not None:
        estimates.estimate_scenario(row, actor=user_of(request))
    return True


def _edit_page(request: HttpRequest, row: Scenario, form: ChangeForm, status: int) -> HttpResponse:
    context = {
        "row": row,
        "form": form,
        "rows": form.rows(),
        "policy": policy_title(row.policy),
        "ours": is_ours(row),
        "facts": facts_offered(row),
    }
    return render(request, "whatif/edit.html", context, status=status)


@estimator
@require_POST
@never_cache
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the rulebook says of the form as it stands; nothing is kept."""
    form = ChangeForm(request.POST, scenario=_own(request, public_id))
    form.is_valid()
    faults = [(form[name] if name in form.fields else None, texts) for name, texts in form.errors.items()]
    warnings = [(form[name] if name in form.fields else None, texts) for name, texts in form.warnings.items()]
    changed = 0 if form.errors else _count(form)
    context = {"faults": faults, "warnings": warnings, "changed": changed}
    return render(request, "whatif/_checked.html", context)


def _count(form: ChangeForm) -> int:
    made = form.changes
    several = (made.parameters, made.added, made.conditions, made.added_conditions)
    return sum(len(one) for one in several) + (made.amount is not None)


@estimator
@require_POST
@never_cache
def copy(request: HttpRequest, public_id: str) -> HttpResponse:
    """One's own copy of anybody's scenario."""
    row, form = seen(request, public_id), CopyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请给新方案起个名称。"))
        return redirect("whatif:scenario", row.public_id)
    made = commands.copy_scenario(
        row,
        title=form.cleaned_data["title"],
        actor=user_of(request),
        unit=_unit(request),
        at=clock.wall_now(),
    )
    return redirect("whatif:edit", made.public_id)


@estimator
@require_POST
@never_cache
def estimate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Judge the register anew, by the newest snapshot."""
    row = seen(request, public_id)
    estimates.estimate_scenario(row, actor=user_of(request))
    return redirect("whatif:scenario", row.public_id)


@estimator
@require_POST
@never_cache
def propose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a second person."""
    row = _own(request, public_id)
    commands.propose_scenario(row, actor=user_of(request), at=clock.wall_now())
    messages.success(request, _("已送复核。请本单位另一位同事打开这个方案复核。"))
    return redirect("whatif:scenario", row.public_id)


@estimator
@require_POST
@never_cache
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """The second person's word."""
    user = user_of(request)
    rows = Scenario.objects.reviewable_by(user, clock.today())
    row, form = get_object_or_404(rows, public_id=public_id), ReviewForm(request.POST)
    passes = request.POST.get("do") != "return"
    words: Any = _("已通过复核。") if passes else _("已退回。")
    if form.is_valid():
        remark = form.cleaned_data["remark"]
        commands.review_scenario(row, passes=passes, remark=remark, actor=user, at=clock.wall_now())
        messages.success(request, words)
    return redirect("whatif:scenario", row.public_id)
