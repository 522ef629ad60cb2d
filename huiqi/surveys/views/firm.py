"""The first page: which firm answers, so that what is filed already need not be typed again."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from huiqi.accounts.models import User
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import memberships_of
from huiqi.surveys.commands.firms import answer_for, name_firm
from huiqi.surveys.forms.filling import FirmCodeForm
from huiqi.surveys.queries.prefill import code_places
from huiqi.surveys.views.opened import Fill, filling


def _own(request: HttpRequest) -> list[Enterprise]:
    """The firms the reader is signed in for."""
    if not isinstance(request.user, User):
        return []
    return [part.enterprise for part in memberships_of(request.user)]


def _must_be_asked(it: Fill) -> None:
    if it.survey.is_anonymous or it.response.invitation_id is not None or not code_places(it.session.form):
        raise Http404


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@filling
def firm(request: HttpRequest, it: Fill) -> HttpResponse:
    """The credit code, or that there is none. A code alone brings in what everybody may know of the firm."""
    _must_be_asked(it)
    typed = next((it.session.value(path) for path in code_places(it.session.form)), "")
    form = FirmCodeForm(request.POST if request.method == "POST" else None, initial={"credit_code": typed})
    status = 200
    if request.method == "POST":
        if request.POST.get("do") == "skip":
            return redirect("surveys:page", it.token, 1)
        status = 422
        if form.is_valid():
            try:
                code = form.cleaned_data["credit_code"]
                name_firm(it.response, code, today=clock.today(), at=clock.wall_now())
                return redirect("surveys:page", it.token, 1)
            except Refused as refusal:
                form.add_error(None, worded(refusal.said))
                status = 409
    context = {"survey": it.survey, "token": it.token, "form": form, "own": _own(request)}
    return render(request, "surveys/firm.html", context, status=status)


@require_POST
@filling
def own_firm(request: HttpRequest, it: Fill) -> HttpResponse:
    """Answer for a firm one is signed in for; unlike the other pages this takes a cookie's word, so it asks
    for the CSRF token: nobody else's page may bring a firm's facts into a form of theirs."""
    _must_be_asked(it)
    chosen = next((one for one in _own(request) if one.public_id == request.POST.get("firm")), None)
    if chosen is None or not isinstance(request.user, User):
        raise Http404
    answer_for(it.response, chosen, actor=request.user, today=clock.today(), at=clock.wall_now())
    return redirect("surveys:page", it.token, 1)
