"""Public notices and published public lists for everybody; objections raised and decided."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.ids import token_digest
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.core.personal import mask_name, mask_phone
from huiqi.lists.commands.objections import decide_objection, raise_objection, reveal_objector
from huiqi.lists.forms.objections import DecisionForm, ObjectionForm, RevealForm
from huiqi.lists.models import BatchState, ListBatch, Objection
from huiqi.lists.queries.book import kinds
from huiqi.lists.queries.notices import notice_is_over, notice_words, public_entries
from huiqi.lists.views.batches import batch_crumbs
from huiqi.lists.views.opening import is_publisher, open_batch, user_of, when
from huiqi.reference.queries import code_tables

PUBLIC_PAGE = 100


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """The notices running now and the public lists, without signing in."""
    rows = ListBatch.objects.shown_to_public()
    noticing = rows.filter(state=BatchState.NOTICING).order_by("notice_until", "pk")
    page = paginate(
        rows.exclude(state=BatchState.NOTICING).order_by("-published_on", "-pk"), request.GET.get("page")
    )
    book, on = kinds(), clock.reference_date()
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
    on = clock.reference_date()
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
        try:
            _objection, token = raise_objection(
                batch, entry=entry, on=now["on"], at=now["at"], actor=actor, **given
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            return redirect("lists:objection_receipt", token)
    context = {
        "batch": batch,
        "kind": kinds().get(batch.kind),
        "form": form,
        "notice": notice_words(batch, now["on"]),
    }
    return render(request, "lists/objection_form.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
def objection_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Where an objection stands, for whoever holds its link; names nobody."""
    rows = Objection.objects.select_related("batch__unit", "entry__enterprise")
    objection = get_object_or_404(rows, token_digest=token_digest(token))
    context = {"objection": objection, "batch": objection.batch, "kind": kinds().get(objection.batch.kind)}
    response = render(request, "lists/objection_receipt.html", context)
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


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
        "page": paginate(rows.order_by("-state", "made_at", "pk"), request.GET.get("page")),
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
    form = DecisionForm(None if is_shown else request.POST or None)
    if form.is_bound and form.is_valid():
        now = when()
        try:
            decide_objection(
                objection,
                upheld=form.cleaned_data["upheld"] == "yes",
                decision=form.cleaned_data["decision"],
                actor=user_of(request),
                today=now["today"],
                at=now["at"],
            )
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


def _revealed(request: HttpRequest, objection: Objection) -> bool:
    """Whether this request asks, with a reason, who objected; it is recorded then."""
    if request.method != "POST" or request.POST.get("do") != "reveal":
        return False
    form = RevealForm(request.POST)
    if not form.is_valid():
        raise Http404
    reveal_objector(objection, reason=form.cleaned_data["reason"], actor=user_of(request))
    return True
