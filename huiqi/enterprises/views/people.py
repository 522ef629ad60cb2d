"""A firm's people: my firms, claiming one, inviting and handing over."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.ids import token_digest
from huiqi.core.language import worded
from huiqi.enterprises.commands import membership as commands
from huiqi.enterprises.commands.lookups import look_up_firm
from huiqi.enterprises.forms.people import FindFirmForm, InviteForm, StartClaimForm
from huiqi.enterprises.models import Enterprise, MemberInvitation, Membership
from huiqi.enterprises.ports import identity_port
from huiqi.enterprises.queries import people

NEWEST_CLAIMS = 10


@power_required(Power.ACT_FOR_FIRM)
@require_safe
@never_cache
def my_firms(request: HttpRequest) -> HttpResponse:
    """The firms this person acts for, and the claims on their way."""
    user = user_of(request)
    context = {
        "memberships": people.memberships_of(user),
        "claims": people.open_claims_of(user)[:NEWEST_CLAIMS],
    }
    return render(request, "enterprises/my_firms.html", context)


@power_required(Power.ACT_FOR_FIRM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find_firm(request: HttpRequest) -> HttpResponse:
    """Which firm does the person act for?"""
    form = FindFirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["credit_code"]
        try:
            firm = look_up_firm(code, actor=user_of(request), at=clock.wall_now())
        except Refused as refusal:
            form.add_error("credit_code", worded(refusal.said))
        else:
            if firm is not None:
                return redirect("enterprises:claim_firm", firm.public_id)
            unknown = _("企业档案里还没有这家企业。请拨打服务热线或到企业服务窗口登记，再来认领。")
            form.add_error("credit_code", unknown)
    status = 422 if form.is_bound else 200
    return render(request, "enterprises/find_firm.html", {"form": form}, status=status)


@power_required(Power.ACT_FOR_FIRM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def claim_firm(request: HttpRequest, public_id: str) -> HttpResponse:
    """In which part, and by what proof?"""
    firm = get_object_or_404(Enterprise.objects.present(), public_id=public_id)
    offered = people.proofs_for(firm)
    form = StartClaimForm(request.POST or None, offered=offered, port=identity_port())
    if request.method == "POST" and form.is_valid():
        claim = commands.start_claim(firm, actor=user_of(request), at=clock.now(), **form.cleaned_data)
        return redirect("enterprises:claim", claim.public_id)
    context = {"form": form, "firm": firm}
    return render(request, "enterprises/claim_firm.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
@never_cache
def members(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who acts for the firm."""
    firm, own = _firm_of_mine(request, public_id)
    return render(request, "enterprises/members.html", _members_context(firm, own, InviteForm()))


@login_required
@require_POST
@never_cache
def invite(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make a link for a clerk or a successor; it is shown once, on the answer to this request."""
    firm, own = _firm_of_mine(request, public_id, part=Membership.Part.OWNER)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return render(request, "enterprises/members.html", _members_context(firm, own, form), status=422)
    token = commands.invite_member(
        firm, part=form.cleaned_data["part"], actor=user_of(request), at=clock.wall_now()
    )
    context = _members_context(firm, own, InviteForm())
    context["link"] = request.build_absolute_uri(reverse("enterprises:join", args=[token]))
    context["link_part"] = form.cleaned_data["part"]
    return render(request, "enterprises/members.html", context)


@login_required
@require_POST
def revoke_invitation(request: HttpRequest, public_id: str, invitation_id: str) -> HttpResponse:
    """Make an open invitation useless."""
    firm, _own = _firm_of_mine(request, public_id, part=Membership.Part.OWNER)
    row = get_object_or_404(MemberInvitation.objects.filter(enterprise=firm), public_id=invitation_id)
    commands.revoke_invitation(row, actor=user_of(request), at=clock.wall_now())
    messages.success(request, _("邀请已撤回。"))
    return redirect("enterprises:members", firm.public_id)


@login_required
@require_POST
def end_membership(request: HttpRequest, public_id: str, membership_id: str) -> HttpResponse:
    """The owner ends a clerk's part, or a clerk leaves."""
    firm, own = _firm_of_mine(request, public_id)
    rows = Membership.objects.filter(enterprise=firm)
    if own.part != Membership.Part.OWNER:
        rows = rows.filter(user=own.user)
    row = get_object_or_404(rows, public_id=membership_id)
    commands.end_membership(row, actor=user_of(request), at=clock.now())
    if row.user_id == own.user_id:
        messages.success(request, _("您已退出这家企业。"))
        return redirect("enterprises:my_firms")
    messages.success(request, _("已移除这位经办人。"))
    return redirect("enterprises:members", firm.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest, link: str) -> HttpResponse:
    """What the link invites to; a POST accepts. Who has no account yet is told what it is about, and comes
    back here after signing up or in."""
    rows = MemberInvitation.objects.select_related("enterprise", "invited_by")
    invitation = get_object_or_404(rows, token_digest=token_digest(link))
    wall = clock.wall_now()
    is_over = bool(invitation.accepted_at or invitation.revoked_at or invitation.expires_at < wall)
    if not request.user.is_authenticated:
        return _invited(request, invitation, is_over, "enterprises/join_visitor.html")
    if not user_of(request).can(Power.ACT_FOR_FIRM):
        raise Http404
    if request.method == "POST":
        joined = commands.accept_invitation(invitation, actor=user_of(request), at=clock.now(), wall=wall)
        messages.success(request, _("您已加入%(firm)s。") % {"firm": joined.enterprise.name})
        return redirect("enterprises:my_firms")
    return _invited(request, invitation, is_over, "enterprises/join.html")


def _invited(
    request: HttpRequest, invitation: MemberInvitation, is_over: bool, template: str
) -> HttpResponse:
    context = {"invitation": invitation, "is_over": is_over, "here": request.path}
    response = render(request, template, context, status=410 if is_over else 200)
    # `no-referrer` would make browsers send `Origin: null`, which the CSRF check refuses.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _firm_of_mine(
    request: HttpRequest, public_id: str, part: str | None = None
) -> tuple[Enterprise, Membership]:
    """The firm and the person's part in it, or 404; with `part` only for people of that part."""
    firm = get_object_or_404(Enterprise.objects.present(), public_id=public_id)
    own = people.membership_in(user_of(request), firm)
    if own is None or (part is not None and own.part != part):
        raise Http404
    return firm, own


def _members_context(firm: Enterprise, own: Membership, form: InviteForm) -> dict[str, Any]:
    is_owner = own.part == Membership.Part.OWNER
    return {
        "firm": firm,
        "own": own,
        "is_owner": is_owner,
        "members": people.members_of(firm),
        "former": people.former_members_of(firm)[:20],
        "invitations": people.open_invitations(firm, clock.wall_now()) if is_owner else [],
        "form": form,
        "link": "",
        "link_part": "",
    }
