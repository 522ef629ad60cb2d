"""Runs: the list, starting one, how far it is, what it found."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.accounts.scope import Scope
from huiqi.core import clock
from huiqi.core.language import day_words
from huiqi.enterprises import snapshot_files
from huiqi.enterprises.commands.snapshots import snapshot_root
from huiqi.policies.queries import wording
from huiqi.reference.judging import rulebook
from huiqi.runs.commands.running import Asked, begin_run, resume_run
from huiqi.runs.forms.runs import StartForm
from huiqi.runs.models import Run, RunState
from huiqi.runs.queries.rejudged import rejudged_of
from huiqi.runs.queries.totals import MONEY, NATURES, county_map, missing_facts, policy_lines, policy_totals

viewer = power_required(Power.VIEW_RUNS)
maker = power_required(Power.MAKE_RUNS)
LISTED = 50


def scope_here(request: HttpRequest) -> Scope:
    """The firms whose figures the person sees: of posts with the power."""
    return scope_with(user_of(request), Power.VIEW_RUNS, clock.today())


@viewer
@require_safe
@never_cache
def runs(request: HttpRequest) -> HttpResponse:
    """The runs, newest first."""
    rows = list(Run.objects.select_related("actor")[:LISTED])
    context = {"runs": rows, "may_make": may(user_of(request), Power.MAKE_RUNS, clock.today())}
    return render(request, "runs/runs.html", context)


@maker
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Judge the register anew, in the background."""
    names = snapshot_files.names(snapshot_root())[::-1]
    form = StartForm(
        request.POST if request.method == "POST" else None, [(name, _taken(name)) for name in names]
    )
    if request.method == "POST" and form.is_valid():
        today = clock.today()
        asked = Asked(form.cleaned_data["purpose"].strip(), today, today, form.cleaned_data["snapshot"])
        run = begin_run(asked, actor=user_of(request), at=clock.now())
        return redirect("runs:run", run.public_id)
    context = {
        "form": form,
        "today": clock.today(),
        "policies": len(rulebook().policies),
        "crumbs": _crumbs(_("开始测算")),
    }
    return render(request, "runs/start.html", context, status=422 if form.errors else 200)


def _taken(name: str) -> str:
    manifest = snapshot_files.read_manifest(snapshot_root() / name)
    at = timezone.localtime(timezone.datetime.fromisoformat(manifest.made_at))  # type: ignore[attr-defined]
    said = _("%(day)s %(time)s 的快照（%(firms)s家）")
    return said % {"day": day_words(at.date()), "time": f"{at:%H:%M}", "firms": f"{manifest.firms:,}"}


def _crumbs(*steps: Any) -> list[tuple[str, str]]:
    found = [(_("全省测算"), reverse("runs:runs"))]
    return found + [step if isinstance(step, tuple) else (step, "") for step in steps]


@viewer
@require_safe
@never_cache
def run(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a run is; when it is done, its policies, one nature of benefit at a time."""
    row = get_object_or_404(Run.objects.select_related("actor"), public_id=public_id)
    context: dict[str, Any] = {"run": row, "crumbs": _crumbs(row.purpose)}
    if row.state != RunState.DONE:
        context["job"] = row.job
        context["may_resume"] = row.state in (RunState.CANCELLED, RunState.FAILED) and may(
            user_of(request), Power.MAKE_RUNS, clock.today()
        )
        return render(request, "runs/progress.html", context)
    lines = policy_lines(row, scope_here(request))
    held = [nature for nature in NATURES if any(line.nature == nature for line in lines)]
    asked = request.GET.get("nature", "")
    nature = asked if asked in held else next(iter(held), "")
    of_nature = [line for line in lines if line.nature == nature]
    judged = sorted((one for one in of_nature if one.status is None), key=lambda one: -one.counts.eligible)
    context |= {
        "natures": [(name, wording.term(wording.NATURES, name)) for name in held],
        "nature": nature,
        "sentence": wording.sentence(wording.NATURES, nature),
        "has_money": nature in MONEY,
        "lines": judged,
        "others": [line for line in of_nature if line.status is not None],
        "firms": max((line.counts.firms for line in lines), default=0),
        "amount_fen": sum(line.counts.amount_fen for line in judged),
        "is_whole": scope_here(request).is_whole,
        "again": rejudged_of(row, scope_here(request)).count(),
    }
    return render(request, "runs/run.html", context)


@maker
@require_POST
def resume(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go on with a run that was stopped."""
    row = get_object_or_404(Run, public_id=public_id)
    resume_run(row, actor=user_of(request))
    return redirect("runs:run", public_id)


def done_run(public_id: str, policy: str) -> Run:
    """A finished run that judged the policy, or 404."""
    row = get_object_or_404(Run.objects.done(), public_id=public_id)
    if policy not in row.policies or row.plan_of(policy)["status"] is not None:
        raise Http404
    return row


@viewer
@require_safe
@never_cache
def policy(request: HttpRequest, public_id: str, policy: str) -> HttpResponse:
    """What a run found of one policy: map, tables, what is missing."""
    row, scope = done_run(public_id, policy), scope_here(request)
    totals = policy_totals(row, policy, scope)
    by = request.GET.get("by", "")
    names = {"city": _("市州"), "county": _("县市区"), "section": _("行业门类"), "size": _("企业规模")}
    by = by if by in names else "city"
    counts = totals.line.counts
    context = {
        "run": row,
        "line": totals.line,
        "counts": counts,
        "map": county_map(totals.tables["county"], scope),
        "by": by,
        "names": list(names.items()),
        "heading": names[by],
        "rows": totals.tables[by],
        "again": rejudged_of(row, scope).count(),
        "missing": missing_facts(row, policy, scope),
        "nature": wording.term(wording.NATURES, totals.line.nature),
        "crumbs": _crumbs(
            (row.purpose, f"{reverse('runs:run', args=[public_id])}?nature={totals.line.nature}"),
            totals.line.title,
        ),
    }
    return render(request, "runs/policy.html", context)
