"""Rounds and their payment lists: papers, notice, objections, payments, returns."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_act
from huiqi.core.personal import mask_account, mask_name, mask_phone
from huiqi.files.commands import receive_upload
from huiqi.files.downloads import csv_response, serve_attachment, xlsx_response
from huiqi.files.queries import attachments_of
from huiqi.files.sheets import GB18030, watermark_text
from huiqi.grants.commands import booking, objecting, paying
from huiqi.grants.commands import rounds as commands
from huiqi.grants.forms.applying import NothingForm
from huiqi.grants.forms.deciding import PAPER_OF, AnswerForm, PaperForm, ReturnFileForm
from huiqi.grants.models import Objection, PaymentList, Round
from huiqi.grants.queries.rounds import members_of, total_of
from huiqi.grants.queries.steps import ACT_WORDS
from huiqi.grants.tables import columns, rows_of
from huiqi.grants.workflow import ROUND, RoundState
from huiqi.reference.queries import counties

views_grants = power_required(Power.VIEW_GRANTS)
works_on_grants = power_required(Power.MAKE_GRANTS, Power.CHECK_GRANTS)
makes_grants = power_required(Power.MAKE_GRANTS)
MOST_BYTES = 10 * 1024 * 1024


def _seen(request: HttpRequest, public_id: str) -> Round:
    rows = Round.objects.visible_to(user_of(request), clock.today()).select_related("call__unit")
    return get_object_or_404(rows, public_id=public_id)


def _made(request: HttpRequest, row: Round) -> bool:
    return Round.objects.made_by(user_of(request), clock.today()).filter(pk=row.pk).exists()


def _checks(request: HttpRequest, row: Round) -> bool:
    return Round.objects.checked_by(user_of(request), clock.today()).filter(pk=row.pk).exists()


@views_grants
@require_safe
@never_cache
def round_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One round: who is in it, its papers, notice, objections and payment lists."""
    return _show(request, _seen(request, public_id))


def _show(
    request: HttpRequest,
    row: Round,
    kept: tuple[str, forms.Form] | None = None,
    status: int = 200,
    revealed: Objection | None = None,
) -> HttpResponse:
    may_make, total = _made(request, row), total_of(row)
    names = {county.code: county.name for county in counties()}
    next_step = next(iter(ROUND.open_steps(row.state)), "")
    initial = {"version": row.version, "on": clock.today(), "fen": total}
    paper_form = None
    if may_make and next_step in PAPER_OF:
        paper_form = kept[1] if kept and kept[0] == "paper" else PaperForm(initial=initial)
    objections = list(row.objections.select_related("application__enterprise", "answered_by"))
    context = {
        "round": row,
        "call": row.call,
        "total": total,
        "members": [(each, names.get(each.enterprise.prefecture or "", "")) for each in members_of(row)],
        "left": list(row.applications.filter(state="refused").select_related("enterprise")),
        "papers": [(paper, list(attachments_of(paper))) for paper in row.papers.order_by("pk")],
        "objections": [(each, mask_name(each.name), mask_phone(each.phone)) for each in objections],
        "sees_lists": may_make or _checks(request, row),
        "lists": [(each, names.get(each.county, _("其他"))) for each in row.payment_lists.order_by("pk")],
        "events": [
            (ACT_WORDS.get(each.act, each.act), each)
            for each in row.events.select_related("by__unit").order_by("-pk")
        ],
        "next_step": next_step,
        "may_make": may_make,
        "paper_form": paper_form,
        "paper_words": ACT_WORDS.get(next_step, ""),
        "answer_form": kept[1] if kept and kept[0] == "answer" else AnswerForm(auto_id="answer-%s"),
        "kept": kept[1] if kept else None,
        "revealed": revealed,
        "may_close": row.notice_until is not None and row.notice_until < clock.today(),
        "may_publish": row.state == RoundState.DONE and row.published_at is None,
        "crumbs": [
            (_("申报批次"), reverse("grants:calls")),
            (row.call.title, reverse("grants:call", args=[row.call.public_id])),
            (row.title, ""),
        ],
    }
    return render(request, "grants/round.html", context, status=status)


@makes_grants
@require_POST
@never_cache
def round_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Move a round on: a paper, the notice, payment lists, publication."""
    row = _seen(request, public_id)
    if not _made(request, row):
        raise Http404
    by: dict[str, Any] = {"actor": user_of(request), "at": clock.now()}
    today = clock.today()
    form: forms.Form = (
        PaperForm(request.POST, request.FILES) if name == "paper" else NothingForm(request.POST)
    )

    def show(status: int) -> HttpResponse:
        return _show(request, _seen(request, public_id), (name, form), status)

    acts = {
        "paper": PageAct(lambda: _paper(request, row, form), _("已登记。"), form=form, show=show),
        "notice": PageAct(lambda: commands.open_notice(row, on=today, **by), _("已开始公示。")),
        "close": PageAct(lambda: commands.close_notice(row, on=today, **by), _("公示已结束。")),
        "order": PageAct(lambda: paying.make_payment_lists(row, **by), _("已生成拨付清单，请由另一人放行。")),
        "publish": PageAct(lambda: commands.publish_result(row, **by), _("结果已公开。")),
    }
    if name not in acts:
        raise Http404
    return do_act(request, acts[name], lambda: redirect("grants:round", public_id))


def _paper(request: HttpRequest, row: Round, form: forms.Form) -> None:
    given = dict(form.cleaned_data)
    name = next(iter(ROUND.open_steps(row.state)), "")
    if name not in PAPER_OF:
        raise Http404
    expected = given.pop("version")
    scan = receive_upload(given.pop("scan"), actor=user_of(request), at=clock.wall_now())
    commands.record_paper(
        row,
        PAPER_OF[name],
        **given,
        scan=scan,
        actor=user_of(request),
        at=clock.now(),
        wall=clock.wall_now(),
        expected=expected,
    )


@views_grants
@require_safe
@never_cache
def round_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """The scan of a paper."""
    row = _seen(request, public_id)
    for paper in row.papers.all():
        found = attachments_of(paper).filter(public_id=file_id).first()
        if found is not None:
            return serve_attachment(found, reader=user_of(request))
    raise Http404


@makes_grants
@require_POST
@never_cache
def objection_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Answer an objection, or see who raised it."""
    objection = get_object_or_404(
        Objection.objects.select_related("round__call__unit", "application__call"), public_id=public_id
    )
    row = _seen(request, objection.round.public_id)
    if not _made(request, row) or name not in ("answer", "reveal"):
        raise Http404
    user = user_of(request)
    if name == "reveal":
        objecting.reveal_objector(objection, reason="answer", actor=user)
        return _show(request, row, revealed=objection)
    form = AnswerForm(request.POST, auto_id="answer-%s")

    def show(status: int) -> HttpResponse:
        return _show(request, _seen(request, row.public_id), ("answer", form), status)

    act = PageAct(
        lambda: objecting.answer_objection(
            objection,
            upheld=form.cleaned_data["upheld"] == "yes",
            answer=form.cleaned_data["answer"],
            actor=user,
            at=clock.now(),
        ),
        _("已答复。"),
        form=form,
        show=show,
    )
    return do_act(request, act, lambda: redirect("grants:round", row.public_id))


# --- payment lists -----------------------------------------------------------------------------------


def _list_seen(request: HttpRequest, public_id: str) -> PaymentList:
    user, today = user_of(request), clock.today()
    mine = Round.objects.made_by(user, today) | Round.objects.checked_by(user, today)
    rounds = mine.order_by().values("pk")
    rows = PaymentList.objects.filter(round__in=rounds).select_related(
        "round__call__unit", "made_by", "released_by"
    )
    return get_object_or_404(rows, public_id=public_id)


def _checked(request: HttpRequest, row: PaymentList) -> bool:
    return _checks(request, row.round)


@works_on_grants
@require_safe
@never_cache
def payment_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """One list: lines with masked accounts, files that came back."""
    return _show_list(request, _list_seen(request, public_id))


def _show_list(
    request: HttpRequest, row: PaymentList, kept: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    may_check = _checked(request, row)
    lines = list(row.lines.select_related("application__enterprise").order_by("pk"))
    user = user_of(request)
    context = {
        "list": row,
        "round": row.round,
        "lines": [(line, mask_account(line.account)) for line in lines],
        "paid": sum(line.fen for line in lines if line.state == "paid"),
        "files": list(row.return_files.prefetch_related("faults").order_by("-pk")),
        "may_release": may_check and row.released_at is None and row.made_by_id != user.pk,
        "may_pay": may_check and row.released_at is not None and user.can(Power.PAY_GRANTS),
        "form": kept or ReturnFileForm(),
        "kept": kept,
        "crumbs": [
            (row.round.call.title, reverse("grants:call", args=[row.round.call.public_id])),
            (row.round.title, reverse("grants:round", args=[row.round.public_id])),
            (row.treasury, ""),
        ],
    }
    return render(request, "grants/payment_list.html", context, status=status)


@power_required(Power.PAY_GRANTS)
@require_POST
@never_cache
def payment_export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The list for the treasury with whole account numbers; who took it is recorded."""
    row, user = _list_seen(request, public_id), user_of(request)
    if not _checked(request, row):
        raise Http404
    try:
        lines = paying.hand_over_list(row, actor=user)
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
        return redirect("grants:payment_list", public_id)
    unit = user.unit.name if user.unit else ""
    name = f"拨付清单-{row.treasury}"
    mark = watermark_text(who=user.name, unit=unit, at=clock.now(), purpose=name, rows=len(lines))
    if request.POST.get("format") == "csv":
        return csv_response(name, columns(), rows_of(lines), watermark=mark, encoding=GB18030)
    return xlsx_response(name, columns(), rows_of(lines), watermark=mark)


@power_required(Power.CHECK_GRANTS, Power.PAY_GRANTS)
@require_POST
@never_cache
def payment_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Release a list, or take in what the treasury returned."""
    row, user = _list_seen(request, public_id), user_of(request)
    if not _checked(request, row):
        raise Http404
    if name == "release":
        act = PageAct(lambda: paying.release_list(row, actor=user, at=clock.now()), _("已放行。"))
        return do_act(request, act, lambda: redirect("grants:payment_list", public_id))
    if name != "return" or not user.can(Power.PAY_GRANTS):
        raise Http404
    form = ReturnFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_list(request, row, form, 422)
    upload = form.cleaned_data["file"]
    try:
        if upload.size > MOST_BYTES:
            raise Refused("grants.file_too_big", _("文件超过10MB。请核对是不是国库回单。"))
        taken = booking.take_return(
            row,
            upload.read(),
            name=upload.name,
            control=booking.Control(form.cleaned_data["count"], form.cleaned_data["total"]),
            actor=user,
            today=clock.today(),
            at=clock.now(),
        )
    except Refused as refusal:
        form.add_error("file", worded(refusal.said))
        return _show_list(request, row, form, 409)
    _say(request, taken)
    return redirect("grants:payment_list", public_id)


def _say(request: HttpRequest, taken: booking.Taken) -> None:
    if taken.is_again:
        messages.warning(request, _("这个文件以前导入过，没有重复入账。"))
        return
    said = _("入账%(booked)s笔，退票%(bounced)s笔，以前已入账%(known)s笔。")
    counts = {"booked": taken.file.booked, "bounced": taken.file.bounced, "known": taken.file.known}
    messages.success(request, said % counts)
