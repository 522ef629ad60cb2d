"""The green channel: entering what other authorities decided and what the pass's issuer said."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiqi.accounts.gates import user_of
from huiqi.cases.commands import permits as commands
from huiqi.cases.forms.permits import MakeGoodForm, PassCheckForm, PermitForm
from huiqi.cases.models import Case, Permit
from huiqi.cases.queries.permits import has_permits, may_record_permits, permits_of
from huiqi.cases.views.case import open_case_page, reads_cases
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded


def _recorded_case(request: HttpRequest, public_id: str) -> Case:
    """The case if this person enters permits for it, else 404."""
    case, reader = open_case_page(request, public_id)
    if not (has_permits(case) and may_record_permits(case, reader)):
        raise Http404
    return case


@reads_cases
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_permit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter a permit sought for the case."""
    case, form = _recorded_case(request, public_id), PermitForm(_sent(request))

    def run() -> object:
        return commands.record_permit(case, form.words(), actor=user_of(request), at=clock.now())

    return _answer(request, case, form, run, title=_("登记审批事项"))


@reads_cases
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def permit(request: HttpRequest, public_id: str, permit_id: str) -> HttpResponse:
    """Enter how a permit goes on; papers made good have a form of their own beside it."""
    case = _recorded_case(request, public_id)
    found = get_object_or_404(case.permits, public_id=permit_id)
    form = PermitForm(_sent(request), initial=_initial(found))

    def run() -> object:
        return commands.update_permit(found, form.words(), actor=user_of(request), at=clock.now())

    good = MakeGoodForm(None, initial={"on": clock.today()}) if found.owes_papers else None
    return _answer(request, case, form, run, title=_("更新审批进度"), permit=found, good=good)


@reads_cases
@require_POST
@never_cache
def permit_good(request: HttpRequest, public_id: str, permit_id: str) -> HttpResponse:
    """The promised papers were handed in."""
    case = _recorded_case(request, public_id)
    found = get_object_or_404(case.permits, public_id=permit_id)
    good = MakeGoodForm(request.POST)

    def run() -> object:
        on = good.cleaned_data["on"]
        return commands.make_good(found, on=on, actor=user_of(request), at=clock.now())

    shown = PermitForm(None, initial=_initial(found))
    return _answer(request, case, good, run, title=_("更新审批进度"), permit=found, good=good, form=shown)


@reads_cases
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pass_check(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter what the issuer said of the carrier's pass."""
    case = _recorded_case(request, public_id)
    form = PassCheckForm(_sent(request), initial=_pass_named(case))

    def run() -> object:
        given = form.cleaned_data
        return commands.record_pass_check(case, **given, actor=user_of(request), at=clock.now())

    return _answer(request, case, form, run, title=_("核对通行证"), checks=permits_of(case)[1])


def _answer(
    request: HttpRequest, case: Case, sent: forms.Form, run: Callable[[], object], **shown: Any
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if sent.is_valid():
            try:
                run()
                messages.success(request, _("已保存，企业在“我的诉求”里能看到进度。"))
                return redirect("cases:case", case.public_id)
            except Refused as refusal:
                status = 409
                sent.add_error(None, worded(refusal.said))
    page = reverse("cases:case", args=[case.public_id])
    crumbs = [(_("诉求"), reverse("cases:queue")), (case.spoken_number, page), (shown["title"], "")]
    context = {"case": case, "form": sent, "sent": sent, "crumbs": crumbs, **shown}
    return render(request, "cases/permit.html", context, status=status)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _initial(found: Permit) -> dict[str, Any]:
    return {name: getattr(found, name) for name in PermitForm.base_fields}


def _pass_named(case: Case) -> dict[str, Any]:
    """The pass as the requester gave it, or as it was last checked."""
    last = case.pass_checks.order_by("-checked_at", "-pk").first()
    if last is not None:
        return {"number": last.number, "issuer": last.issuer, "valid_until": last.valid_until}
    given = case.answers
    names = {"number": "pass_number", "issuer": "pass_issuer", "valid_until": "pass_until"}
    return {name: given.get(field, "") for name, field in names.items()}
