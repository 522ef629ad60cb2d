"""The page of a claim: what is owed and why, interest line by line, payments, papers; and the acts on it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.arrears.commands import claims as commands
from huiqi.arrears.forms.claims import (
    AnswerForm,
    ClaimForm,
    CloseForm,
    PayForm,
    ReopenForm,
    SettleForm,
    TakeBackForm,
)
from huiqi.arrears.interest import percent
from huiqi.arrears.models import Claim, Payment, Settlement
from huiqi.arrears.queries import claims as found
from huiqi.arrears.regimes import book
from huiqi.cases.models import Case
from huiqi.cases.queries.veil import veiled
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_act
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.register import seen_by
from huiqi.files.commands import receive_upload
from huiqi.files.downloads import serve_attachment
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of

reads_claims = power_required(Power.VIEW_CASES, Power.HANDLE_CASES, Power.ACT_FOR_FIRM)
keeps_claims = power_required(Power.DISPATCH_CASES, Power.HANDLE_CASES)


@dataclass(frozen=True)
class Act:
    """One act on a claim as the page offers it. `by_debtor`: the debtor's own people may do it too."""

    label: Any
    done: Any
    form: type[forms.Form]
    run: Callable[[HttpRequest, Claim, dict[str, Any]], Any]
    by_debtor: bool = False


def _open_one(request: HttpRequest, public_id: str) -> tuple[Claim, found.ClaimReader]:
    user, today = user_of(request), clock.today()
    rows = found.open_to(user, today).select_related(
        "case__edition", "case__desk", "debtor_unit", "answered_by"
    )
    claim = get_object_or_404(rows, public_id=public_id)
    return claim, found.claim_reader(claim, user, today)


@reads_claims
@require_safe
@never_cache
def claim_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One claim, as this person may see it."""
    claim, reader = _open_one(request, public_id)
    return _show(request, claim, reader)


def _show(
    request: HttpRequest,
    claim: Claim,
    reader: found.ClaimReader,
    kept: tuple[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = clock.today()
    payments = list(claim.payments.order_by("on", "pk").select_related("recorded_by"))
    settlements = list(claim.settlements.order_by("signed_on", "pk"))
    reckoning = found.reckon_claim(claim, until=today)
    whole = found.reckon_claim(claim, until=today, disputed=True) if claim.disputed else None
    context = {
        "claim": claim,
        "reader": reader,
        "standing": found.standing_of(claim),
        "reckoning": reckoning,
        "rate_words": percent(reckoning.rate.rate) if reckoning.rate.rate is not None else "",
        "agreed_words": percent(Fraction(claim.agreed_rate)) if claim.agreed_rate else "",
        "whole": whole,
        "book": book(),
        "payments": [(row, list(attachments_of(row))) for row in payments],
        "settlements": [(row, list(attachments_of(row))) for row in settlements],
        "likes": found.likes_of(claim) if reader.may_keep else [],
        "track": found.track_lines(claim.case, today),
        "invoices": list(claim.invoices.all()),
        "offers": _offers(claim, reader, kept),
        "take_back": TakeBackForm(auto_id="take-back-%s"),
        "kept": kept[1] if kept else None,
        "may_see_case": _sees_case(request, claim),
        "debtor_url": _firm_url(request, claim),
        "title": veiled(claim.case, claim.contract_title) if reader.is_masked else claim.contract_title,
        "crumbs": [(_("欠款投诉"), _debtors_url(request)), (claim.debtor_name, "")],
    }
    return render(request, "arrears/claim.html", context, status=status)


def _debtors_url(request: HttpRequest) -> str:
    """The list, for whom it opens."""
    reads = may(user_of(request), Power.VIEW_CASES, clock.today())
    return reverse("arrears:debtors") if reads else ""


def _firm_url(request: HttpRequest, claim: Claim) -> str:
    """The debtor's page in the register, where the reader may open it; "" otherwise."""
    if claim.debtor_firm_id is None:
        return ""
    seen = Enterprise.objects.visible_to(user_of(request), clock.today())
    firm = seen.filter(pk=claim.debtor_firm_id).first()
    return reverse("enterprises:firm", args=[firm.public_id]) if firm is not None else ""


def _sees_case(request: HttpRequest, claim: Claim) -> bool:
    seen = Case.objects.visible_to(user_of(request), clock.today())
    return seen.filter(pk=claim.case_id).exists()


def _offers(
    claim: Claim, reader: found.ClaimReader, kept: tuple[str, forms.Form] | None
) -> list[tuple[str, Act, forms.Form]]:
    names = [name for name in ACTS if _fits(name, claim) and _may(name, reader)]
    offers = []
    for name in names:
        form = kept[1] if kept and kept[0] == name else None
        initial = {"version": claim.version, "on": clock.today(), "fen": None}
        offers.append((name, ACTS[name], form or ACTS[name].form(auto_id=f"{name}-%s", initial=initial)))
    return [row for row in offers if row[0] != "take-back"]


def _fits(name: str, claim: Claim) -> bool:
    return (claim.state == "closed") == (name == "reopen")


def _may(name: str, reader: found.ClaimReader) -> bool:
    return reader.may_keep or (ACTS[name].by_debtor and reader.is_debtor)


@reads_claims
@require_POST
@never_cache
def act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Do one thing to a claim; what was typed is kept when it cannot be done."""
    claim, reader = _open_one(request, public_id)
    if name not in ACTS or not _may(name, reader):
        raise Http404
    form = ACTS[name].form(request.POST, request.FILES, auto_id=f"{name}-%s")

    def show(status: int) -> HttpResponse:
        return _show(request, *_open_one(request, public_id), (name, form), status)

    asked = PageAct(
        lambda: ACTS[name].run(request, claim, form.cleaned_data), ACTS[name].done, form=form, show=show
    )
    return do_act(request, asked, lambda: redirect("arrears:claim", public_id))


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": user_of(request), "at": clock.now()}


def _received(request: HttpRequest, upload: Any) -> Attachment | None:
    if upload is None:
        return None
    return receive_upload(upload, actor=user_of(request), at=clock.wall_now())


def _pay(request: HttpRequest, claim: Claim, given: dict[str, Any]) -> None:
    upload = _received(request, given.pop("proof"))
    with transaction.atomic():
        commands.record_payment(claim, **given, proof=upload, wall=clock.wall_now(), **_by(request))


def _take_back(request: HttpRequest, claim: Claim, given: dict[str, Any]) -> None:
    payment = get_object_or_404(Payment, claim=claim, public_id=given["payment"])
    commands.take_back_payment(payment, reason=given["reason"], **_by(request))


def _settle(request: HttpRequest, claim: Claim, given: dict[str, Any]) -> None:
    paper = _received(request, given.pop("paper"))
    assert paper is not None  # the form asks for it
    commands.record_settlement(claim, **given, paper=paper, wall=clock.wall_now(), **_by(request))


def _answer(request: HttpRequest, claim: Claim, given: dict[str, Any]) -> None:
    commands.answer_claim(claim, expected=given.pop("version"), **given, **_by(request))


def _close(request: HttpRequest, claim: Claim, given: dict[str, Any]) -> None:
    commands.close_claim(claim, how=given["how"], expected=given["version"], **_by(request))


def _reopen(request: HttpRequest, claim: Claim, given: dict[str, Any]) -> None:
    commands.reopen_claim(claim, expected=given["version"], **_by(request))


ACTS: dict[str, Act] = {
    "pay": Act(gettext_lazy("登记收款"), gettext_lazy("已登记收款。"), PayForm, _pay),
    "take-back": Act(
        gettext_lazy("撤回收款登记"), gettext_lazy("已撤回这笔登记。"), TakeBackForm, _take_back
    ),
    "answer": Act(
        gettext_lazy("录入欠款单位答复"), gettext_lazy("已录入答复。"), AnswerForm, _answer, by_debtor=True
    ),
    "settle": Act(gettext_lazy("登记和解或还款协议"), gettext_lazy("已登记协议。"), SettleForm, _settle),
    "close": Act(gettext_lazy("了结"), gettext_lazy("这笔欠款已了结。"), CloseForm, _close),
    "reopen": Act(gettext_lazy("重启"), gettext_lazy("已重启。"), ReopenForm, _reopen),
}


@keeps_claims
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Correct what the claim says."""
    claim, reader = _open_one(request, public_id)
    if not reader.may_keep:
        raise Http404
    firms = seen_by(user_of(request), clock.today())
    form = ClaimForm(request.POST if request.method == "POST" else None, claim=claim, firms=firms)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        expected, invoices = given.pop("version"), given.pop("invoices")
        try:
            commands.change_claim(claim, given, invoices=invoices, expected=expected, **_by(request))
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            status = 409
        else:
            messages.success(request, _("已保存。"))
            return redirect("arrears:claim", public_id)
    context = {
        "claim": claim,
        "form": form,
        "crumbs": [
            (_("欠款投诉"), reverse("arrears:debtors")),
            (claim.debtor_name, reverse("arrears:claim", args=[public_id])),
            (_("修改"), ""),
        ],
    }
    return render(request, "arrears/claim_change.html", context, status=status)


@keeps_claims
@require_POST
@never_cache
def open_case_claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make the claim of a case that was accepted before claims were kept."""
    user, today = user_of(request), clock.today()
    mine = Case.objects.desk_of(user, Power.DISPATCH_CASES, today)
    mine |= Case.objects.handled_by(user, today)
    case = get_object_or_404(mine.select_related("edition"), public_id=public_id, accepted_at__isnull=False)
    claim = commands.open_claim(case, **_by(request))
    return redirect("arrears:claim", claim.public_id)


@reads_claims
@require_safe
@never_cache
def claim_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """A bank slip or a settlement. Not for whom the creditor is kept from: papers name both sides."""
    claim, reader = _open_one(request, public_id)
    if reader.is_masked:
        raise Http404
    owners = [*Payment.objects.filter(claim=claim), *Settlement.objects.filter(claim=claim)]
    for owner in owners:
        paper = attachments_of(owner).filter(public_id=file_id).first()
        if paper is not None:
            return serve_attachment(paper, reader=user_of(request))
    raise Http404
