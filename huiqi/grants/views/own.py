"""The firm's pages: open calls with a check beforehand, the form, where each application stands."""

from typing import Any

from django import forms
from django.contrib import messages
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
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_act
from huiqi.core.personal import mask_account
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import memberships_of
from huiqi.files.commands import receive_upload
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.grants.commands.applying import (
    change_account,
    save_application,
    submit_application,
    withdraw_application,
)
from huiqi.grants.forms.applying import AccountForm, ApplyForm, NothingForm
from huiqi.grants.models import Application, Call, CallKind, LineState
from huiqi.grants.queries.judging import policy_title, standing_of
from huiqi.grants.queries.steps import ACT_WORDS, events_of, target_of, way_of
from huiqi.grants.standards import awarded
from huiqi.grants.workflow import APPLICATION, State

acts_for_firm = power_required(Power.ACT_FOR_FIRM)
_CHANGEABLE = (State.DRAFT, State.RETURNED)


def _firms(request: HttpRequest) -> list[Enterprise]:
    return [row.enterprise for row in memberships_of(user_of(request))]


@acts_for_firm
@require_safe
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """Calls that are open, and what the person's firms applied for."""
    today, firms = clock.today(), _firms(request)
    rows = Application.objects.of_firms_of(user_of(request), today)
    rows = rows.select_related("call__unit", "enterprise", "round").order_by("-made_at", "-pk")
    applied = {(row.call_id, row.enterprise_id) for row in rows if row.state != State.WITHDRAWN}
    calls = Call.objects.open_on(today).exclude(kind=CallKind.WITHOUT).select_related("unit")
    offers = [
        (call, policy_title(call.policy), [firm for firm in firms if (call.pk, firm.pk) not in applied])
        for call in calls.order_by("closes_on", "pk")
    ]
    context = {"rows": list(rows), "offers": [each for each in offers if each[2]], "has_firm": bool(firms)}
    return render(request, "grants/own.html", context)


@acts_for_firm
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def apply(request: HttpRequest, public_id: str, firm_id: str) -> HttpResponse:
    """The form for one firm: what is known is shown, what is missing is asked; saved or handed in."""
    user, today = user_of(request), clock.today()
    call = get_object_or_404(Call.objects.shown().select_related("unit"), public_id=public_id)
    firm = next((each for each in _firms(request) if each.public_id == firm_id), None)
    if firm is None:
        raise Http404
    known = Application.objects.filter(call=call, enterprise=firm).exclude(state=State.WITHDRAWN).first()
    if known is not None and known.state not in _CHANGEABLE:
        return redirect("grants:own_application", known.public_id)
    if known is None and not Call.objects.open_on(today).filter(pk=call.pk).exists():
        raise Http404
    on = (known.first_on if known else None) or today
    asked = standing_of(call, firm, on).askable
    is_post = request.method == "POST"
    form = ApplyForm(
        request.POST if is_post else None,
        request.FILES if is_post else None,
        call=call,
        facts=asked,
        known=known,
    )
    status = 422 if form.errors else 200
    if is_post and form.is_valid():
        try:
            row = _keep(request, call, firm, form)
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            status = 409
        else:
            sent = row.state == State.SUBMITTED
            messages.success(request, _("已提交。") if sent else _("已保存，还没有提交。"))
            return redirect("grants:own_application", row.public_id)
    standing = standing_of(call, firm, on, known.stated if known else None)
    context = {
        "call": call,
        "firm": firm,
        "known": known,
        "form": form,
        "standing": standing,
        "award": _award(call, standing, known),
        "policy_title": policy_title(call.policy),
        "files": list(attachments_of(known)) if known else [],
        "account": mask_account(known.account) if known else "",
        "crumbs": [(_("资金申报"), reverse("grants:own")), (call.title, "")],
        "user_name": user.name,
    }
    return render(request, "grants/apply.html", context, status=status)


def _award(call: Call, standing: Any, known: Application | None) -> int | None:
    base = known.asked_base if known else None
    explained = standing.explanation
    return awarded(call.standard, status=explained.status, rule_fen=explained.amount_fen, base_fen=base)


def _keep(request: HttpRequest, call: Call, firm: Enterprise, form: ApplyForm) -> Application:
    """Save, and hand in when that button was pressed. A form that lacks something is saved all the same."""
    user = user_of(request)
    upload = form.cleaned_data.get("paper")
    papers: list[Attachment] = [receive_upload(upload, actor=user, at=clock.wall_now())] if upload else []
    row = save_application(
        call,
        firm,
        form.given(),
        uploads=papers,
        actor=user,
        on=clock.today(),
        at=clock.now(),
        wall=clock.wall_now(),
        expected=form.cleaned_data["version"],
    )
    if request.POST.get("do") == "submit":
        row = submit_application(row, actor=user, on=clock.today(), at=clock.now())
    return row


def _own(request: HttpRequest, public_id: str) -> Application:
    rows = Application.objects.of_firms_of(user_of(request), clock.today())
    return get_object_or_404(
        rows.select_related("call__unit", "enterprise", "round", "judgement"), public_id=public_id
    )


@acts_for_firm
@require_safe
@never_cache
def own_application(request: HttpRequest, public_id: str) -> HttpResponse:
    """Each step with its day and who is responsible."""
    return _show(request, _own(request, public_id))


def _show(
    request: HttpRequest, row: Application, kept: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    events, today = events_of(row), clock.today()
    bounced = row.payment_lines.filter(state=LineState.BOUNCED).exists()
    waiting = row.payment_lines.exclude(state=LineState.BOUNCED).exists()
    may_account = (row.state == State.LISTED or row.is_prepared) and not waiting
    may_account = may_account and row.state not in (State.PAID, State.REFUSED, State.WITHDRAWN)
    context = {
        "row": row,
        "way": way_of(row, events),
        "target": target_of(row, events, today),
        "events": [
            (ACT_WORDS.get(each.act, each.act), each) for each in reversed(events) if not each.is_internal
        ],
        "policy_title": policy_title(row.call.policy),
        "may_change": row.state in _CHANGEABLE,
        "may_withdraw": APPLICATION.allows("withdraw", row.state),
        "may_account": may_account,
        "bounced": bounced and not waiting,
        "form": kept or AccountForm(initial={"bank": row.bank}),
        "account": mask_account(row.account),
        "files": list(attachments_of(row)),
        "crumbs": [(_("资金申报"), reverse("grants:own")), (row.call.title, "")],
        "kept": kept,
    }
    return render(request, "grants/own_application.html", context, status=status)


@acts_for_firm
@require_POST
@never_cache
def own_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Withdraw, or name another account."""
    row = _own(request, public_id)
    user, at = user_of(request), clock.now()

    def show(status: int) -> HttpResponse:
        return _show(request, _own(request, public_id), form, status)

    if name == "withdraw":
        form: forms.Form = NothingForm(request.POST)
        act = PageAct(lambda: withdraw_application(row, actor=user, at=at), _("已撤回。"))
    elif name == "account":
        form = AccountForm(request.POST)
        act = PageAct(
            lambda: change_account(row, **form.cleaned_data, actor=user, at=at),
            _("已更正收款账户。"),
            form=form,
            show=show,
        )
    else:
        raise Http404
    return do_act(request, act, lambda: redirect("grants:own_application", public_id))
