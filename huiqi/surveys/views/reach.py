"""How far policies reached firms, by their own words in surveys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.surveys.analysis.suppression import LEAST_SHOWN
from huiqi.surveys.models import Reach, Survey
from huiqi.surveys.queries.outcomes import newest_words, reach_rows


@power_required(Power.EDIT_QUESTIONNAIRES)
@require_safe
@never_cache
def reach(request: HttpRequest) -> HttpResponse:
    """Policy by policy, or by county with `?by=county`; of the surveys of the own units."""
    surveys = Survey.objects.visible_to(user_of(request), clock.today()).order_by()
    by_county = request.GET.get("by") == "county"
    rows = newest_words().filter(wave__survey__in=surveys)
    context = {
        "rows": reach_rows(rows, by_county=by_county),
        "standings": Reach.labels,
        "by_county": by_county,
        "least": LEAST_SHOWN,
    }
    return render(request, "surveys/reach.html", context)
