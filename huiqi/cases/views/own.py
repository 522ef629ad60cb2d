"""我的诉求: the requests of somebody signed in and of the own firms."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import user_of
from huiqi.cases.forms.own import FORMS
from huiqi.cases.models import Case
from huiqi.cases.public_words import public_word
from huiqi.cases.queries.drafts import own_drafts
from huiqi.cases.queries.items import offered_items
from huiqi.cases.queries.own import own_cases
from huiqi.cases.views.own_acts import Addresses, do_act, own_page, send_file
from huiqi.core import clock
from huiqi.core.ids import PUBLIC_ID_LENGTH
from huiqi.core.pagination import paginate

PAGE = 20


@login_required
@require_safe
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """The own requests, newest first, and the drafts that wait to be sent."""
    page = paginate(own_cases(user_of(request)), request.GET.get("page"), PAGE)
    titles = {row.item: row.definition.title for row in offered_items(public_only=False)}
    drafts = own_drafts(request.user, clock.wall_now())
    context = {
        "rows": [(case, public_word(case)) for case in page.object_list],
        "page_obj": page,
        "drafts": [(row, titles.get(row.item, "")) for row in drafts],
    }
    return render(request, "cases/own.html", context)


def _own(request: HttpRequest, public_id: str) -> Case:
    well_formed = len(public_id) == PUBLIC_ID_LENGTH and public_id.isalnum()
    found = own_cases(user_of(request)).filter(public_id=public_id).first() if well_formed else None
    if found is None:
        raise Http404
    return found


def _addresses(case: Case) -> Addresses:
    return Addresses(
        page=reverse("cases:own_case", args=[case.public_id]),
        acts={act: reverse("cases:own_act", args=[case.public_id, act]) for act in FORMS},
        file=lambda file_id: reverse("cases:own_file", args=[case.public_id, file_id]),
    )


@login_required
@require_safe
@never_cache
def own_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """One own request: where it stands, what comes next and by when, what one may do."""
    case = _own(request, public_id)
    return own_page(request, case, _addresses(case))


@login_required
@require_safe
@never_cache
def own_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """A file that the requester's side put in."""
    return send_file(_own(request, public_id), file_id, reader=user_of(request))


@login_required
@require_POST
@never_cache
def own_act(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Supplement, message, withdraw, rate, reopen."""
    case = _own(request, public_id)
    return do_act(request, case, act, actor=user_of(request), addresses=_addresses(case))
