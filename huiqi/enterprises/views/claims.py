"""One claim: proving it, and deciding it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.core.personal import mask_phone
from huiqi.enterprises.commands import membership as commands
from huiqi.enterprises.commands.contacts import reveal_claim_phone
from huiqi.enterprises.forms.firm import REASONS, RevealForm
from huiqi.enterprises.forms.people import CodeForm, DecisionForm, IdentityForm, PaperForm
from huiqi.enterprises.models import Claim
from huiqi.enterprises.ports import identity_port
from huiqi.enterprises.queries import people
from huiqi.files.downloads import serve_attachment
from huiqi.files.queries import attachments_of
from huiqi.messages.queries import is_code_on_its_way

# Of the reasons for looking at a number, those that deciding a claim can have; the usual one first.
CLAIM_REASONS = ("verify", "case")


def _own_claim(request: HttpRequest, public_id: str) -> Claim:
    return get_object_or_404(people.open_claims_of(user_of(request)), public_id=public_id)


@power_required(Power.ACT_FOR_FIRM)
@require_safe
@never_cache
def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where the claim stands and what to do next."""
    return _show(request, _own_claim(request, public_id))


def _show(request: HttpRequest, row: Claim, status: int = 200, **more: Any) -> HttpResponse:
    port = identity_port()
    context = {
        "claim": row,
        "offered": people.proofs_for(row.enterprise),
        "port": port,
        "code_form": CodeForm(),
        "is_code_sent": _is_code_sent(row),
        "identity_form": IdentityForm(),
        "paper_form": PaperForm(),
        "papers": attachments_of(row),
        "identity_words": port.start(row.public_id) if port else "",
        **more,
    }
    return render(request, "enterprises/claim.html", context, status=status)


def _is_code_sent(row: Claim) -> bool:
    phone = people.registered_phone(row.enterprise)
    return bool(phone) and is_code_on_its_way(phone or "", commands.CLAIM_PURPOSE, row.user, clock.wall_now())


@power_required(Power.ACT_FOR_FIRM)
@require_POST
def claim_send_code(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the code to the registered phone."""
    row = _own_claim(request, public_id)
    try:
        sent = commands.send_claim_code(row, actor=user_of(request), at=clock.wall_now())
    except Refused as refusal:
        messages.warning(request, worded(refusal.said))
    else:
        messages.success(request, _("验证码已发到 %(phone)s。") % {"phone": sent.to})
    return redirect("enterprises:claim", row.public_id)


@power_required(Power.ACT_FOR_FIRM)
@require_POST
@never_cache
def claim_check_code(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check the code."""
    row = _own_claim(request, public_id)
    form = CodeForm(request.POST)
    if form.is_valid():
        code = form.cleaned_data["code"]
        verdict = commands.prove_by_code(
            row, code, actor=user_of(request), at=clock.now(), wall=clock.wall_now()
        )
        if verdict.ok:
            return redirect("enterprises:claim", row.public_id)
        form.add_error("code", worded(verdict.said))
    return _show(request, row, 422, code_form=form)


@power_required(Power.ACT_FOR_FIRM)
@require_POST
@never_cache
def claim_identity(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the identity provider's answer."""
    row, port = _own_claim(request, public_id), identity_port()
    if port is None:
        raise Http404
    form = IdentityForm(request.POST)
    if form.is_valid():
        answer = form.cleaned_data["answer"].strip().upper()
        if commands.prove_by_identity(row, answer, port, actor=user_of(request), at=clock.now()):
            return redirect("enterprises:claim", row.public_id)
        form.add_error("answer", _("认证的主体不是这家企业，请用本企业的电子营业执照重试，或改用其他方式。"))
    return _show(request, row, 422, identity_form=form)


@power_required(Power.ACT_FOR_FIRM)
@require_POST
@never_cache
def claim_add_paper(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one more paper."""
    row = _own_claim(request, public_id)
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            commands.add_paper(row, form.cleaned_data["paper"], actor=user_of(request), at=clock.wall_now())
        except Refused as refusal:
            form.add_error("paper", worded(refusal.said))
        else:
            return redirect("enterprises:claim", row.public_id)
    return _show(request, row, 422, paper_form=form)


@power_required(Power.ACT_FOR_FIRM)
@require_POST
def claim_remove_paper(request: HttpRequest, public_id: str, paper_id: str) -> HttpResponse:
    """Take a paper away."""
    row = _own_claim(request, public_id)
    paper = get_object_or_404(attachments_of(row), public_id=paper_id)
    commands.remove_paper(row, paper, actor=user_of(request))
    return redirect("enterprises:claim", row.public_id)


@power_required(Power.ACT_FOR_FIRM)
@require_POST
def claim_submit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand the papers in."""
    row = _own_claim(request, public_id)
    try:
        commands.submit_papers(row, actor=user_of(request))
    except Refused as refusal:
        if refusal.code != "enterprises.no_papers":
            raise
        messages.warning(request, worded(refusal.said))
    return redirect("enterprises:claim", row.public_id)


@power_required(Power.ACT_FOR_FIRM, Power.ADMIT_FIRM_PEOPLE)
@require_safe
def claim_paper(request: HttpRequest, public_id: str, paper_id: str) -> HttpResponseBase:
    """A paper, for the one who handed it in and the officer who decides."""
    user = user_of(request)
    own = people.open_claims_of(user).filter(public_id=public_id).first()
    row = own or get_object_or_404(people.claims_decidable_by(user, clock.today()), public_id=public_id)
    paper = get_object_or_404(attachments_of(row), public_id=paper_id)
    return serve_attachment(paper, reader=user)


@power_required(Power.ACT_FOR_FIRM)
@require_POST
def claim_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the claim back."""
    row = _own_claim(request, public_id)
    commands.withdraw_claim(row, actor=user_of(request), at=clock.now())
    messages.success(request, _("认领已撤回。"))
    return redirect("enterprises:my_firms")


# --- the officer's side ------------------------------------------------------------------------------


@power_required(Power.ADMIT_FIRM_PEOPLE)
@require_safe
@never_cache
def claims(request: HttpRequest) -> HttpResponse:
    """Claims on firms of the officer's area: those that wait first."""
    rows = people.claims_decidable_by(user_of(request), clock.today())
    shown = request.GET.get("state", "waiting")
    if shown == "done":
        rows = rows.exclude(state__in=commands.OPEN).order_by("-decided_at", "-pk")
    else:
        shown, rows = "waiting", rows.filter(state=Claim.State.WAITING)
    context = {"page": paginate(rows, request.GET.get("page")), "shown": shown}
    return render(request, "enterprises/claims.html", context)


@power_required(Power.ADMIT_FIRM_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def decide_claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """The claim with its papers; a POST decides."""
    rows = people.claims_decidable_by(user_of(request), clock.today())
    row = get_object_or_404(rows, public_id=public_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        granted, reason = form.cleaned_data["decision"] == "grant", form.cleaned_data["reason"]
        try:
            commands.decide_claim(row, granted=granted, reason=reason, actor=user_of(request), at=clock.now())
        except Refused as refusal:
            if refusal.code != "enterprises.reason_needed":
                raise
            form.add_error("reason", worded(refusal.said))
        else:
            messages.success(request, _("已通过。") if granted else _("已退回认领人。"))
            return redirect("enterprises:claims")
    return _decide_page(request, row, form, 422 if form.is_bound else 200)


def _decide_page(
    request: HttpRequest, row: Claim, form: DecisionForm, status: int, **more: Any
) -> HttpResponse:
    asked = people.people_to_ask(row)
    labels = {"claimant": _("认领人"), "owner": _("现任负责人")}
    context = {
        "claim": row,
        "form": form,
        "owner": asked.get("owner"),
        "phones": [
            (whose, labels[whose], person, mask_phone(person.phone)) for whose, person in asked.items()
        ],
        "reasons": {key: REASONS[key] for key in CLAIM_REASONS},
        "may_reveal": may(user_of(request), Power.REVEAL_CONTACTS, clock.today()),
        "papers": attachments_of(row),
        "lines": _lines(row),
        "shown": "",
        "shown_phone": "",
        **more,
    }
    return render(request, "enterprises/decide_claim.html", context, status=status)


@power_required(Power.REVEAL_CONTACTS)
@require_POST
@never_cache
def claim_phone(request: HttpRequest, public_id: str, whose: str) -> HttpResponse:
    """A number in full, beside the decision it is needed for; for a reason that is recorded."""
    rows = people.waiting_claims(user_of(request), clock.today())
    row = get_object_or_404(rows, public_id=public_id)
    person = people.people_to_ask(row).get(whose)
    may_here = scope_with(user_of(request), Power.REVEAL_CONTACTS, clock.today())
    firm = row.enterprise
    if person is None or not person.phone or not may_here.admits(firm.prefecture, firm.park_id):
        raise Http404
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _decide_page(request, row, DecisionForm(), 422)
    phone = reveal_claim_phone(
        row, person, reason=form.cleaned_data["reason"], actor=user_of(request), at=clock.wall_now()
    )
    return _decide_page(request, row, DecisionForm(), 200, shown=whose, shown_phone=phone)


def _lines(row: Claim) -> list[tuple[str, str, str]]:
    made = timezone.localtime(row.made_at).strftime("%Y-%m-%d %H:%M")
    return [
        (_("认领人"), f"{row.user.name}（{row.user.username}）", ""),
        (_("身份"), row.get_part_display(), ""),
        (_("证明方式"), row.get_proof_display(), ""),
        (_("统一社会信用代码"), row.enterprise.credit_code or "—", ""),
        (_("提交时间"), made, ""),
        (_("状态"), row.get_state_display(), ""),
    ]
