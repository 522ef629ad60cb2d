"""How answers are weighted: the set-up, what came of it, and the counts of the register behind it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiqi.accounts.gates import user_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.surveys.analysis.guarded import PREFECTURE
from huiqi.surveys.commands.results import ask_snapshot, has_design, set_weights
from huiqi.surveys.forms.results import WeightsForm
from huiqi.surveys.models import Weighting
from huiqi.surveys.queries.results_figures import figures_of
from huiqi.surveys.queries.results_register import register_counts
from huiqi.surveys.queries.results_strata import SECTION, SIZE
from huiqi.surveys.views.results import Place, place_of, sees_results


@sees_results
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def weights(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose the steps; saving sums the answers up anew."""
    place = place_of(request, public_id)
    known = Weighting.objects.filter(survey=place.survey).first()
    counts = register_counts(place.survey, clock.today())
    labels = {SECTION: _("行业门类"), SIZE: _("企业规模"), PREFECTURE: _("市州")}
    margins = [(name, labels[name]) for name in counts.margins]
    initial = {
        "uses_design": known.uses_design if known else False,
        "uses_response": known.uses_response if known else False,
        "margins": known.margins if known else [],
        "merge_below": known.merge_below if known else 10,
    }
    data = request.POST if request.method == "POST" else None
    form = WeightsForm(data, initial=initial, has_design=has_design(place.survey), margins=margins)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                return _saved(request, place, form)
            except Refused as refusal:
                status = 409
                form.add_error(None, worded(refusal.said))
    context = place.context(
        _("权重"),
        form=form,
        counts=counts,
        known=known,
        has_design=has_design(place.survey),
        figures=figures_of(place.snapshot) if place.snapshot else None,
    )
    return render(request, "surveys/results_weights.html", context, status=status)


def _saved(request: HttpRequest, place: Place, form: WeightsForm) -> HttpResponse:
    user = user_of(request)
    set_weights(place.survey, form.weights(), actor=user, at=clock.now())
    try:
        ask_snapshot(place.wave, actor=user, at=clock.now(), wall=clock.wall_now())
        messages.success(request, _("已保存，正在按新的权重汇总。"))
    except Refused as refusal:
        messages.warning(request, _("已保存，下次汇总时生效。%s") % worded(refusal.said))
    return redirect(place.address("results"))
