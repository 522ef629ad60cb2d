"""Units and invitations: the system administrator's pages; joining and signing up: everybody's."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.adapters import AccountAdapter
from huiqi.accounts.commands import invitations, people, tries, units
from huiqi.accounts.forms.people import InvitationForm, InvitationsForm, NewAccountForm, UnitForm
from huiqi.accounts.gates import power_required
from huiqi.accounts.models import Invitation, Unit, UnitKind
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.directory import invitations_shown, unit_tree
from huiqi.accounts.queries.sign_in import address_digest, sign_up_digest
from huiqi.accounts.roles import Role
from huiqi.core import clock
from huiqi.core.language import worded
from huiqi.core.pagination import paginate

LONGEST_WORDS = 60


@power_required(Power.MANAGE_UNITS)
@require_safe
def units_list(request: HttpRequest) -> HttpResponse:
    """The tree of units."""
    words = request.GET.get("q", "").strip()[:LONGEST_WORDS]
    return render(request, "accounts/units.html", {"branches": unit_tree(words), "words": words})


@power_required(Power.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def unit_add(request: HttpRequest) -> HttpResponse:
    """A new unit."""
    form = UnitForm(request.POST or None, province=settings.HUIQI_PROVINCE)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        units.add_unit(
            name=got["name"],
            kind=UnitKind(got["kind"]),
            region=got["region"],
            parent=got["parent"],
            actor=request.user,  # type: ignore[arg-type]
        )
        return redirect("accounts:units")
    return _unit_page(request, form, None)


@power_required(Power.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def unit_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Name, region and superior of a unit."""
    unit = get_object_or_404(Unit.objects.select_related("parent"), public_id=public_id)
    initial = {
        "name": unit.name,
        "region": unit.region,
        "parent": unit.parent.public_id if unit.parent else "",
    }
    form = UnitForm(request.POST or None, initial=initial, unit=unit, province=settings.HUIQI_PROVINCE)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        units.edit_unit(
            unit,
            name=got["name"],
            region=got["region"],
            parent=got["parent"],
            actor=request.user,  # type: ignore[arg-type]
        )
        return redirect("accounts:units")
    return _unit_page(request, form, unit)


def _unit_page(request: HttpRequest, form: UnitForm, unit: Unit | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "accounts/unit.html", {"form": form, "unit": unit}, status=status)


@power_required(Power.MANAGE_UNITS)
@require_POST
def unit_switch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Off when it is on, on when it is off."""
    unit = get_object_or_404(Unit, public_id=public_id)
    units.switch_unit(unit, is_active=not unit.is_active, actor=request.user)  # type: ignore[arg-type]
    return redirect("accounts:units")


# --- invitations -------------------------------------------------------------------------------------


@power_required(Power.MANAGE_UNITS)
@require_safe
def invitations_list(request: HttpRequest) -> HttpResponse:
    """Invitations and what became of them."""
    page = paginate(invitations_shown(clock.wall_now()), request.GET.get("page"))
    return render(request, "accounts/invitations.html", {"page_obj": page, "now": clock.wall_now()})


@power_required(Power.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """One person, or a list of people; the links are shown on the answer, once."""
    one, many = InvitationForm(prefix="one"), InvitationsForm()
    if request.method != "POST":
        return render(request, "accounts/invite.html", {"one": one, "many": many})
    if "many" in request.POST:
        many = InvitationsForm(request.POST, request.FILES)
    else:
        one = InvitationForm(request.POST, prefix="one")
    bound: Any = many if many.is_bound else one
    if not bound.is_valid():
        return render(request, "accounts/invite.html", {"one": one, "many": many}, status=422)
    wanted = bound.cleaned_data.get("invitees") or [_invitee(bound.cleaned_data)]
    issued = invitations.invite(wanted, actor=request.user, at=clock.wall_now())  # type: ignore[arg-type]
    links = [
        (each.invitation, request.build_absolute_uri(reverse("accounts:join", args=[each.token])))
        for each in issued
    ]
    return render(request, "accounts/invited.html", {"links": links})


def _invitee(got: dict[str, Any]) -> invitations.Invitee:
    return invitations.Invitee(got["name"], got["unit"], Role(got["role"]))


@power_required(Power.MANAGE_UNITS)
@require_POST
def invitation_revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """The link stops working."""
    row = get_object_or_404(Invitation, public_id=public_id)
    invitations.revoke_invitation(row, actor=request.user, at=clock.wall_now())  # type: ignore[arg-type]
    return redirect("accounts:invitations")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link of an invitation: set name, account, phone and password."""
    digest = invitations.token_digest(token)
    found = (
        Invitation.objects.open(clock.wall_now()).select_related("unit").filter(token_digest=digest).first()
    )
    if found is None:
        raise Http404
    form = NewAccountForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        invitations.accept_invitation(found, **form.cleaned_data, at=clock.wall_now())
        return redirect("accounts:sign_in")
    context = {"form": form, "invitation": found}
    response = render(request, "accounts/join.html", context, status=422 if form.is_bound else 200)
    response["X-Robots-Tag"] = "noindex"
    # `no-referrer` would make browsers send `Origin: null`, which the CSRF check refuses.
    response["Referrer-Policy"] = "strict-origin"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Somebody of a firm makes an account, and goes on to where they were sent here from."""
    if request.user.is_authenticated:
        return redirect(_onward(request))
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _not_too_many(request, form):
        user = people.sign_up_firm_person(**form.cleaned_data, at=clock.wall_now())
        AccountAdapter(request).login(request, user)
        return redirect(_onward(request))
    onward = _onward(request)
    context = {
        "form": form,
        "next": onward if "next" in request.GET else "",
        # A link of a firm's invitation (enterprises lies above): its page says more.
        "is_invited": onward.startswith("/join/"),
    }
    return render(request, "accounts/sign_up.html", context, status=422 if form.is_bound else 200)


def _onward(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()})
    return target if is_ours else str(settings.LOGIN_REDIRECT_URL)


def _not_too_many(request: HttpRequest, form: NewAccountForm) -> bool:
    address = address_digest(AccountAdapter(request).get_client_ip(request))
    try:
        tries.begin_try(sign_up_digest(), address, user=None, at=clock.wall_now(), everywhere=False)
    except tries.TryLater as refusal:
        form.add_error(None, worded(refusal.said))
        return False
    return True
