"""What firms asked for in their answers, for who takes requests: the list, one of them, turned into cases."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.questionnaires.xform.snapshot import snapshot_of
from huiqi.surveys.commands.helping import Caller, caller_of, turn_into_case, turn_many
from huiqi.surveys.forms.helping import TURNED, CallerForm, WishFilter
from huiqi.surveys.models import Wish
from huiqi.surveys.queries.filling import session_of
from huiqi.surveys.queries.outcomes import surveys_asked, wishes_for
from huiqi.surveys.queries.wordings import county_words

PAGE = 30
MOST_AT_ONCE = 100
takes_requests = power_required(Power.TAKE_REQUESTS)


@takes_requests
@require_safe
@never_cache
def wishes(request: HttpRequest) -> HttpResponse:
    """What firms of the person's region asked for, newest first."""
    user, today = user_of(request), clock.today()
    rows = wishes_for(user, today)
    form = WishFilter(request.GET or None, surveys=surveys_asked(rows))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        rows = rows.filter(case__isnull=given["state"] != TURNED) if given["state"] else rows
        rows = rows.filter(may_contact=True) if given["consent"] else rows
        rows = rows.filter(response__survey__public_id=given["survey"]) if given["survey"] else rows
    page = paginate(rows, request.GET.get("page"), PAGE)
    shown = [(row, county_words(row.prefecture)) for row in page.object_list]
    context = {"page": page, "rows": shown, "form": form, "here": request.get_full_path()}
    return render(request, "surveys/wishes.html", context)


@takes_requests
@require_POST
@never_cache
def turn_wishes(request: HttpRequest) -> HttpResponse:
    """Turn the ticked ones into cases, each for itself; what could not be turned is listed with why."""
    user = user_of(request)
    seen = wishes_for(user, clock.today()).filter(public_id__in=request.POST.getlist("wish")[:MOST_AT_ONCE])
    turned = turn_many(list(seen), actor=user, at=clock.now())
    faults = [(row, worded(refusal.said)) for row, refusal in turned.refused]
    context = {"cases": turned.cases, "faults": faults}
    return render(request, "surveys/wishes_turned.html", context, status=200 if not faults else 409)


@takes_requests
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def wish(request: HttpRequest, public_id: str) -> HttpResponse:
    """One wish with the answers of its firm; a POST turns it into a case."""
    user = user_of(request)
    found = get_object_or_404(wishes_for(user, clock.today()), public_id=public_id)
    caller = caller_of(found.response, clock.now())
    posted = request.POST if request.method == "POST" else None
    form = CallerForm(posted, initial={"name": caller.name, "phone": caller.phone})
    status = 200
    if posted is not None:
        status = 422
        if form.is_valid():
            try:
                given = Caller(form.cleaned_data["name"], form.cleaned_data["phone"])
                case = turn_into_case(found, given, actor=user, at=clock.now())
                said = _("已转成诉求，编号%(number)s。") % {"number": case.spoken_number}
                messages.success(request, said)
                return redirect("surveys:wish", public_id)
            except Refused as refusal:
                form.add_error(None, worded(refusal.said))
                status = 409
    return render(request, "surveys/wish.html", _wish_context(found, form), status=status)


def _wish_context(found: Wish, form: CallerForm) -> dict[str, Any]:
    session = session_of(found.response, today=clock.today(), now=clock.now())
    others = found.response.wishes.exclude(pk=found.pk).select_related("case").order_by("pk")
    crumbs = [(_("问卷中的困难"), reverse("surveys:wishes")), (found.title, "")]
    return {
        "wish": found,
        "sheet": snapshot_of(session),
        "form": form,
        "county": county_words(found.prefecture),
        "crumbs": crumbs,
        "others": others,
    }
