"""Public notices and published public lists for everybody; objections raised and decided."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.adapters import AccountAdapter
from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.sign_in import address_digest
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.ids import token_digest
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.core.personal import mask_name, mask_phone
from huiqi.lists.commands.objections import (
    admit_objection,
    decide_objection,
    prove_objection,
    raise_objection,
    reveal_objector,
    send_objection_code,
)
from huiqi.lists.forms.objections import AdmissionForm, CodeForm, DecisionForm, ObjectionForm, RevealForm
from huiqi.lists.models import BatchState, ListBatch, Objection
from huiqi.lists.queries.book import kinds
from huiqi.lists.queries.notices import notice_is_over, notice_words, public_entries
from huiqi.lists.views.batches import batch_crumbs
from huiqi.lists.views.opening import is_publisher, open_batch, when
from huiqi.reference.queries import code_tables

PUBLIC_PAGE = 100
_WAITING_FIRST = Case(When(state="open", then=0), When(state="unverified", then=1), default=2)


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """The notices running now and the public lists, without signing in."""
    rows = ListBatch.objects.shown_to_public()
    noticing = rows.filter(state=BatchState.NOTICING).order_by("notice_until", "pk")
    page = paginate(
        rows.exclude(state=BatchState.NOTICING).order_by("-published_on", "-pk"), request.GET.get("page")
    )
    book, on = kinds(), clock.today()
    context = {
        "noticing": [(batch, book.get(batch.kind), notice_words(batch, on)) for batch in noticing],
        "page": page,
        "published": [(batch, book.get(batch.kind)) for batch in page],
    }
    return render(request, "lists/public.html", context)


def _public_batch(public_id: str) -> ListBatch:
    return get_object_or_404(ListBatch.objects.shown_to_public().select_related("unit"), public_id=public_id)


@require_safe
def public_batch(request: HttpRequest, public_id: str) -> HttpResponse:
    """One notice or published list: names and counties, nothing else of a firm."""
    batch = _public_batch(public_id)
    on = clock.today()
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    entries = public_entries(batch)
    shown = entries.filter(enterprise__name__contains=words) if words else entries
    page = paginate(shown, request.GET.get("page"), PUBLIC_PAGE)
    divisions = code_tables().divisions
    context = {
        "batch": batch,
        "kind": kinds().get(batch.kind),
        "page": page,
        "rows": [(row, getattr(divisions.get(row.enterprise.prefecture or ""), "name", "")) for row in page],
        "words": words,
        "notice": notice_words(batch, on),
        "takes_objections": batch.state == BatchState.NOTICING and not notice_is_over(batch, on),
    }
    return render(request, "lists/public_batch.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, public_id: str) -> HttpResponse:
    """Raise an objection; the receipt is behind a private link."""
    batch = _public_batch(public_id)
    now = when()
    if batch.state != BatchState.NOTICING or notice_is_over(batch, now["on"]):
        return redirect("lists:public_batch", batch.public_id)
    entries = {row.public_id: row for row in public_entries(batch)}
    chosen = request.GET.get("entry", "")
    initial = {"entry": chosen if chosen in entries else ""}
    form = ObjectionForm(request.POST or None, entries=entries.values(), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        entry = entries.get(given.pop("entry"))
        actor = request.user if request.user.is_authenticated else None
        given["address"] = address_digest(AccountAdapter(request).get_client_ip(request))
        try:
            objection, token = raise_objection(
                batch, entry=entry, on=now["on"], at=now["at"], wall=clock.wall_now(), actor=actor, **given
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            _send_code(request, objection)
            return redirect("lists:objection_code", token)
    context = {
        "batch": batch,
        "kind": kinds().get(batch.kind),
        "form": form,
        "notice": notice_words(batch, now["on"]),
    }
    return render(request, "lists/objection_form.html", context, status=422 if form.errors else 200)


def _send_code(request: HttpRequest, objection: Objection) -> None:
    try:
        sent = send_objection_code(objection, at=clock.wall_now())
    except Refused as refusal:
        messages.warning(request, worded(refusal.said))
    else:
        messages.success(request, _("验证码已发到 %(phone)s。") % {"phone": sent.to})


def _of_token(token: str) -> Objection:
    rows = Objection.objects.select_related("batch__unit", "entry__enterprise")
    return get_object_or_404(rows, token_digest=token_digest(token))


def _private(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def objection_code(request: HttpRequest, token: str) -> HttpResponse:
    """The code that proves the objector's telephone; afterwards the objection holds its firm."""
    objection = _of_token(token)
    if objection.state != Objection.State.UNVERIFIED:
        return _private(redirect("lists:objection_receipt", token))
    is_checked = request.method == "POST" and request.POST.get("do") != "send"
    if request.method == "POST" and not is_checked:
        _send_code(request, objection)
        return _private(redirect("lists:objection_code", token))
    form = CodeForm(request.POST if is_checked else None)
    if form.is_bound and form.is_valid() and _proved(form, objection):
        return _private(redirect("lists:objection_receipt", token))
    context = {
        "objection": objection,
        "batch": objection.batch,
        "form": form,
        "phone": mask_phone(objection.phone),
        "token": token,
    }
    response = render(request, "lists/objection_code.html", context, status=422 if form.errors else 200)
    return _private(response)


def _proved(form: CodeForm, objection: Objection) -> bool:
    now = when()
    try:
        code = form.cleaned_data["code"]
        verdict = prove_objection(objection, code, on=now["on"], at=now["at"], wall=clock.wall_now())
    except Refused as refusal:
        form.add_error(None, worded(refusal.said))
        return False
    if not verdict.ok:
        form.add_error("code", worded(verdict.said))
    return verdict.ok


@require_safe
@never_cache
def objection_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Where an objection stands, for whoever holds its link; names nobody."""
    objection = _of_token(token)
    context = {
        "objection": objection,
        "batch": objection.batch,
        "kind": kinds().get(objection.batch.kind),
        "token": token,
    }
    return _private(render(request, "lists/objection_receipt.html", context))


# --- the office's side ----------------------------------------------------------------------------


@power_required(Power.PUBLISH_LISTS)
@require_safe
@never_cache
def objections(request: HttpRequest, public_id: str) -> HttpResponse:
    """The objections to a batch."""
    batch = open_batch(request, public_id)
    if not is_publisher(request):
        raise Http404
    rows = Objection.objects.filter(batch=batch).select_related("entry__enterprise")
    context = {
        "batch": batch,
        "page": paginate(rows.order_by(_WAITING_FIRST, "made_at", "pk"), request.GET.get("page")),
        "crumbs": batch_crumbs(batch, (_("公示异议"), "")),
    }
    return render(request, "lists/objections.html", context)


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Decide one objection with its reason."""
    batches = ListBatch.objects.visible_to(request.user, clock.today()).order_by()
    rows = Objection.objects.filter(batch__in=batches).select_related("batch", "entry__enterprise")
    objection = get_object_or_404(rows, public_id=public_id)
    if not is_publisher(request):
        raise Http404
    is_shown = _revealed(request, objection)
    make = AdmissionForm if objection.state == Objection.State.UNVERIFIED else DecisionForm
    form = make(None if is_shown else request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            _settle(objection, form, user_of(request))
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            messages.success(request, _("已处理，异议人凭回执可以看到。"))
            return redirect("lists:objections", objection.batch.public_id)
    crumbs = batch_crumbs(
        objection.batch,
        (_("公示异议"), f"/lists/batches/{objection.batch.public_id}/objections/"),
        (_("处理"), ""),
    )
    context = {
        "objection": objection,
        "form": form,
        "reveal": RevealForm(),
        "is_shown": is_shown,
        "name": objection.name if is_shown else mask_name(objection.name),
        "phone": objection.phone if is_shown else mask_phone(objection.phone),
        "crumbs": crumbs,
    }
    return render(request, "lists/decide.html", context, status=422 if form.errors else 200)


def _settle(objection: Objection, form: AdmissionForm | DecisionForm, actor: User) -> None:
    """Admit it, refuse to, or decide it, as the form says."""
    given, now = form.cleaned_data, when()
    day: Any = {"actor": actor, "today": now["today"], "at": now["at"]}
    if isinstance(form, DecisionForm):
        decide_objection(objection, upheld=given["upheld"] == "yes", decision=given["decision"], **day)
    elif given["admit"] == "yes":
        admit_objection(objection, reason=given["reason"], **day)
    else:
        decide_objection(objection, upheld=False, decision=given["reason"], **day)


def _revealed(request: HttpRequest, objection: Objection) -> bool:
    """Whether this request asks, with a reason, who objected; it is recorded then."""
    if request.method != "POST" or request.POST.get("do") != "reveal":
        return False
    form = RevealForm(request.POST)
    if not form.is_valid():
        raise Http404
    reveal_objector(objection, reason=form.cleaned_data["reason"], actor=user_of(request))
    return True
