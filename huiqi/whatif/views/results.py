"""What scenarios come to: base against scenario, side by side, the firms that change, curves and budgets."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_of_offices, scope_with
from huiqi.accounts.scope import Scope
from huiqi.core import clock
from huiqi.core.models import Job
from huiqi.core.pagination import paginate
from huiqi.whatif.forms.scenario import CopyForm, CurveForm, ReviewForm
from huiqi.whatif.models import Scenario
from huiqi.whatif.queries import curves, maps, results
from huiqi.whatif.queries.figures import conditions_of, figures_of, stepped
from huiqi.whatif.queries.sources import newest_snapshot
from huiqi.whatif.values import show_value
from huiqi.whatif.views.scenarios import estimator, seen
from huiqi.whatif.words import MOVES, PLAIN, STATUSES, is_ours, policy_title

MOST_BESIDE = 4
LEAST_BESIDE = 2
HEADINGS: dict[str, Any] = {
    "county": gettext_lazy("县市区"),
    "city": gettext_lazy("市州"),
    "section": gettext_lazy("行业"),
    "size": gettext_lazy("规模"),
}
SHOWN: dict[str, Any] = {maps.FIRMS: gettext_lazy("企业数"), maps.MONEY: gettext_lazy("金额")}


def scope_of(request: HttpRequest) -> Scope:
    """The firms whose sums the person may see: all of the office's area, whatever is seen of single firms."""
    return scope_of_offices(user_of(request), Power.ESTIMATE_POLICIES, clock.today())


def told(row: Scenario) -> dict[str, Any]:
    """What every page of a scenario says of it."""
    return {
        "row": row,
        "policy": policy_title(row.policy),
        "ours": is_ours(row),
        "authority": row.content.get("authority", ""),
        "nature": row.content["benefit"]["nature"],
        "has_money": row.content["benefit"]["nature"] in results.MONEY,
    }


@estimator
@require_safe
@never_cache
def scenario(request: HttpRequest, public_id: str) -> HttpResponse:
    """A scenario: what is changed, what it comes to, what to do next."""
    row, user, today = seen(request, public_id), user_of(request), clock.today()
    changes = row.changed
    context = {
        **told(row),
        "figures": [one for one in figures_of(row, changes) if one.is_changed],
        "conditions": [one for one in conditions_of(row, changes) if one.is_changed],
        "added": changes.added_conditions,
        "amount": changes.amount,
        "may_change": Scenario.objects.changeable_by(user, today).filter(pk=row.pk).exists(),
        "may_review": Scenario.objects.reviewable_by(user, today).filter(pk=row.pk).exists(),
        "review_form": ReviewForm(),
        "copy_form": CopyForm(initial={"title": _("%s（副本）") % row.title}),
        "job": Job.objects.visible_to(user).filter(public_id=row.job_id).first() if row.job_id else None,
        "has_snapshot": newest_snapshot() is not None,
    }
    if results.has_result(row):
        context |= _found(request, row, bool(context["has_money"]))
    return render(request, "whatif/scenario.html", context)


def _found(request: HttpRequest, row: Scenario, has_money: bool) -> dict[str, Any]:
    """The result by what was asked for: narrowed to a city, size ..., split by a dimension, on the map."""
    asked, scope = request.GET, scope_of(request)
    by = asked.get("by", "")
    by = by if by in results.DIMENSIONS else "city"
    show = maps.MONEY if has_money and asked.get("show") == maps.MONEY else maps.FIRMS
    narrow = {name: asked[name] for name in results.DIMENSIONS if asked.get(name)}
    found = results.result_of(row, scope, narrow)
    return {
        "whole": found.whole,
        "lines": found.tables[by],
        "bars": bars(found.tables[by]),
        "bars_height": len(found.tables[by]) * 28 + 4,
        "moved": _moved(found.whole),
        "sums_open": show == maps.MONEY and not found.whole.has_sums,
        "map": maps.county_map(found.tables["county"], scope, show),
        "show": show,
        "shows": list(SHOWN.items()) if has_money else [],
        "by": by,
        "dimensions": list(HEADINGS.items()),
        "heading": HEADINGS[by],
        "narrow": narrow,
        "offered": [
            (name, HEADINGS[name], found.offered[name], narrow.get(name, ""))
            for name in ("city", "section", "size")
        ],
    }


def _moved(whole: results.Line) -> list[tuple[str, Any, int]]:
    """Winners and losers always, what turns on gaps where there is any."""
    return [
        (code, words, whole.moves[code])
        for code, words in MOVES.items()
        if code in PLAIN or whole.moves[code]
    ]


def bars(lines: Sequence[results.Line]) -> list[dict[str, Any]]:
    """Base and scenario as widths of a hundred, for the drawing above the table."""
    most = max((max(one.base.eligible, one.scenario.eligible) for one in lines), default=0)
    return [
        {
            "line": one,
            "y": at * 28,
            "base": one.base.eligible * 300 // most if most else 0,
            "scenario": one.scenario.eligible * 300 // most if most else 0,
        }
        for at, one in enumerate(lines)
    ]


@estimator
@require_safe
@never_cache
def firms(request: HttpRequest, public_id: str) -> HttpResponse:
    """The firms whose answer or sum changes, with the condition that did it.

    Names and sums take VIEW_REGISTER; others, as a policy's approver, see place, change and reason.
    """
    row, user = seen(request, public_id), user_of(request)
    if not results.has_result(row):
        raise Http404
    move = request.GET.get("move", "")
    move = move if move in MOVES else ""
    today = clock.today()
    is_named = may(user, Power.VIEW_REGISTER, today)
    scope = scope_with(user, Power.VIEW_REGISTER, today) if is_named else scope_of(request)
    found = results.changed_firms(row, scope, move)
    page = paginate(range(found.height), request.GET.get("page"), results.PAGE_SIZE)
    some = found.slice(page.start_index() - 1 if found.height else 0, results.PAGE_SIZE)
    context = {
        **told(row),
        "page": page,
        "lines": [
            (one, MOVES[one.move], STATUSES[one.before], STATUSES[one.after])
            for one in (results.told(row, some, user, today) if is_named else results.told_unnamed(row, some))
        ],
        "move": move,
        "moves": MOVES,
        "is_named": is_named,
        "may_export": may(user, Power.EXPORT_FIRMS, today),
    }
    return render(request, "whatif/firms.html", context)


@estimator
@require_safe
@never_cache
def side_by_side(request: HttpRequest) -> HttpResponse:
    """Two to four scenarios in one table, each with its difference from the edition in force."""
    ids = list(dict.fromkeys(request.GET.getlist("s")))
    rows = Scenario.objects.visible_to(user_of(request), clock.today()).select_related("author")
    by_id = {row.public_id: row for row in rows.filter(public_id__in=ids).order_by("pk")}
    chosen = [by_id[one] for one in ids if one in by_id][:MOST_BESIDE]
    scope = scope_of(request)
    shown = [
        {**told(row), "whole": results.result_of(row, scope).whole if results.has_result(row) else None}
        for row in chosen
    ]
    context = {"shown": shown, "too_few": len(shown) < LEAST_BESIDE, "too_many": len(ids) > MOST_BESIDE}
    context["other_base"] = len({(row.policy, row.edition, row.on, row.snapshot) for row in chosen}) > 1
    return render(request, "whatif/compare.html", context)


@estimator
@require_safe
@never_cache
def curve(request: HttpRequest, public_id: str) -> HttpResponse:
    """How firms and money follow one figure; with a budget, which value spends it."""
    row = seen(request, public_id)
    figures = stepped(figures_of(row, row.changed))
    asked = bool(request.GET.get("figure"))
    form = CurveForm(request.GET if asked else None, figures=figures)
    context = {**told(row), "form": form, "figures": figures}
    status = 200
    if asked and form.is_valid():
        context |= _drawn(request, row, form)
    elif asked:
        status = 422
    return render(request, "whatif/curve.html", context, status=status)


def _drawn(request: HttpRequest, row: Scenario, form: CurveForm) -> dict[str, Any]:
    chosen = form.cleaned_data
    name, low, high = chosen["figure"], chosen["low"], chosen["high"]
    trial = curves.Trial(row, name, form.units[name], scope_of(request))
    found = None
    if chosen["budget"] not in (None, ""):
        found = curves.spend(trial, low, high, chosen["budget"])
    points = curves.curve(trial, low, high, chosen["points"] or 9)
    figure = next(one for one in figures_of(row, row.changed) if one.id == name)
    return {
        "points": points,
        "found": found,
        "budget": chosen["budget"],
        "figure": figure,
        "now": show_value(figure.unit, figure.new),
        "has_open": found is not None and any(one.sum.open for one in found.points),
        "drawing": _drawing(points, row.content["benefit"]["nature"] in results.MONEY, chosen["budget"]),
    }


def _drawing(points: Sequence[curves.Point], has_money: bool, budget: Any) -> dict[str, Any]:
    """A line over a box of 600 by 200: places for the points, the values for their labels, the budget's."""
    values = [one.sum.amount_fen if has_money else one.sum.eligible for one in points]
    most, last = max(values, default=0) or 1, max(len(points) - 1, 1)
    places = [(20 + at * 560 // last, 190 - value * 170 // most) for at, value in enumerate(values)]
    return {
        "line": " ".join(f"{x},{y}" for x, y in places),
        "dots": [{"x": x, "y": y} for x, y in places],
        "most": most,
        "is_money": has_money,
        "first": points[0].text,
        "last": points[-1].text,
        "budget_y": 190 - budget * 170 // most if has_money and budget and budget <= most else 0,
    }
