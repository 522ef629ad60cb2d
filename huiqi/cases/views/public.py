"""查进度: anybody with number and code sees how a case stands; who also holds its phone may read and act.

What number and code open is in the address only as a signed token that ends by itself; every page is kept
from caches, search engines and other sites.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.commands import tries
from huiqi.accounts.queries.sign_in import address_digest
from huiqi.cases.commands.proving import prove_code, renew_code
from huiqi.cases.forms.asking import CodeForm
from huiqi.cases.forms.own import FORMS
from huiqi.cases.forms.public import LostForm, ProgressForm
from huiqi.cases.models import Case
from huiqi.cases.queries.drafts import is_mobile
from huiqi.cases.queries.own import case_for_progress, own_case_of
from huiqi.cases.views.own_acts import Addresses, do_act, own_page, send_file
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.hushed import hushed
from huiqi.core.language import worded
from huiqi.messages.commands.codes import check_code, send_code

# As long as a person needs to read and write; then number and code are asked again.
GOOD_FOR = 30 * 60
_SALT = "cases.progress"
CODE, PHONE = "code", "phone"  # what was proved
PUBLIC = "progress"
View = Callable[..., HttpResponseBase]


def _token(case: Case, proved: str) -> str:
    return signing.dumps([case.public_id, proved], salt=_SALT)


def proving(*enough: str) -> Callable[[View], View]:
    """A page for who proved one of these; others get 404, as does whoever comes too late."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, token: str, **arguments: Any) -> HttpResponseBase:
            try:
                public_id, proved = signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
            except signing.SignatureExpired:
                return hushed(redirect(f"{reverse('cases:progress')}?over=1"))
            except signing.BadSignature as error:
                raise Http404 from error
            case = case_for_progress(public_id) if proved in enough else None
            if case is None:
                raise Http404
            return hushed(view(request, case, token=token, **arguments))

        return guarded

    return guard


@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """Number and query code; a wrong number and a wrong code are told apart by nobody."""
    form = ProgressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            case = _find(request, form.cleaned_data["number"], form.cleaned_data["code"])
        except tries.TryLater as later:
            form.add_error(None, _too_many(later))
            return hushed(render(request, "cases/public_progress.html", {"form": form}, status=429))
        if case is not None:
            return hushed(redirect("cases:progress_case", _token(case, CODE)))
        wrong = _("编号和查询码对不上。请核对这两项；查询码忘了的，可以用登记的手机重新收一个。")
        form.add_error(None, wrong)
    context = {"form": form, "is_over": "over" in request.GET and not form.is_bound}
    status = 422 if form.is_bound else 200
    return hushed(render(request, "cases/public_progress.html", context, status=status))


def _find(request: HttpRequest, typed: str, code: str) -> Case | None:
    """The case that number and code name, or None; every try is counted, for the number and the address."""
    address = address_digest(get_adapter(request).get_client_ip(request))
    return prove_code(typed, code, address=address, at=clock.wall_now())


def _too_many(later: tries.TryLater) -> str:
    seconds = (later.until - clock.wall_now()).total_seconds()
    minutes = max(1, -(-int(seconds) // 60))
    said = _("试的次数太多，请%(minutes)s分钟后再查，或打服务热线报编号查询。")
    return said % {"minutes": minutes}


@require_safe
@proving(CODE, PHONE)
def progress_case(request: HttpRequest, case: Case, *, token: str) -> HttpResponse:
    """Status, office, dates, whether there is an answer: no text, no name, no phone, no firm."""
    return _shown(request, case, token)


def _shown(
    request: HttpRequest, case: Case, token: str, form: CodeForm | None = None, status: int = 200
) -> HttpResponse:
    own = own_case_of(case, clock.now())
    context = {
        "own": own,
        "case": case,
        "token": token,
        "form": form,
        "can_text": is_mobile(case.requester_phone),
    }
    return render(request, "cases/public_case.html", context, status=status)


@require_POST
@proving(CODE, PHONE)
def progress_code(request: HttpRequest, case: Case, *, token: str) -> HttpResponse:
    """Send a code to the registered phone, or check it: then the answer can be read and rated."""
    if not is_mobile(case.requester_phone):
        raise Http404
    purpose = f"case:{case.public_id}"
    if request.POST.get("do") != "open":
        form = CodeForm()
        try:
            send_code(case.requester_phone, purpose, at=clock.wall_now(), words="查看诉求答复")
        except Refused as refusal:
            form = CodeForm({"code": ""})
            form.errors.clear()
            form.add_error(None, worded(refusal.said))
            return _shown(request, case, token, form, 409)
        return _shown(request, case, token, form)
    form = CodeForm(request.POST)
    if form.is_valid():
        code = form.cleaned_data["code"]
        verdict = check_code(case.requester_phone, purpose, code, at=clock.wall_now())
        if verdict.ok:
            return redirect("cases:progress_own", _token(case, PHONE))
        form.add_error("code", worded(verdict.said))
    return _shown(request, case, token, form, 422)


def _addresses(token: str) -> Addresses:
    return Addresses(
        page=reverse("cases:progress_own", args=[token]),
        acts={act: reverse("cases:progress_act", args=[token, act]) for act in FORMS},
        file=lambda file_id: reverse("cases:progress_file", args=[token, file_id]),
    )


@require_safe
@proving(PHONE)
def progress_own(request: HttpRequest, case: Case, *, token: str) -> HttpResponse:
    """The whole own page, for half an hour."""
    return own_page(request, case, _addresses(token))


@require_safe
@proving(PHONE)
def progress_file(request: HttpRequest, case: Case, *, token: str, file_id: str) -> HttpResponseBase:
    """A file that the requester's side put in; number and code alone never open one."""
    return send_file(case, file_id, reader=None)


@require_POST
@proving(PHONE)
def progress_act(request: HttpRequest, case: Case, *, token: str, act: str) -> HttpResponse:
    """The acts of the own page; nobody is signed in, so that the actor is a visitor."""
    return do_act(request, case, act, actor=None, addresses=_addresses(token))


@require_http_methods(["GET", "HEAD", "POST"])
def progress_lost(request: HttpRequest) -> HttpResponse:
    """A new query code for who lost it: number and registered mobile phone. Whether they fit is told by
    the phone alone; the page says the same to everybody."""
    form = LostForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        address = address_digest(get_adapter(request).get_client_ip(request))
        try:
            renew_code(**form.cleaned_data, address=address, at=clock.wall_now())
        except tries.TryLater as later:
            form.add_error(None, _too_many(later))
            return hushed(render(request, "cases/public_lost.html", {"form": form}, status=429))
        return hushed(redirect(f"{reverse('cases:progress_lost')}?sent=1"))
    context = {"form": form, "is_sent": "sent" in request.GET and not form.is_bound}
    return hushed(render(request, "cases/public_lost.html", context, status=422 if form.is_bound else 200))
