"""The staff's pages of applications: the list, one application, the acts of maker and checker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.page_acts import PageAct, do_act
from huiqi.core.pagination import paginate
from huiqi.core.personal import mask_account, mask_name, mask_phone
from huiqi.files.commands import receive_upload
from huiqi.files.downloads import serve_attachment, xlsx_response
from huiqi.files.queries import attachments_of
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.grants.commands import booking, deciding
from huiqi.grants.commands.exporting import record_export
from huiqi.grants.forms import deciding as form_kinds
from huiqi.grants.models import Application, Call, Finding, Review
from huiqi.grants.models.applications import STATES
from huiqi.grants.queries.judging import policy_title, standing_of
from huiqi.grants.queries.listing import figures, find, read_filters
from huiqi.grants.queries.reviewing import mean_points
from huiqi.grants.queries.steps import ACT_WORDS, events_of, target_of, way_of
from huiqi.grants.workflow import APPLICATION, State
from huiqi.reference.queries import counties, division

views_grants = power_required(Power.VIEW_GRANTS)
works_on_grants = power_required(Power.MAKE_GRANTS, Power.CHECK_GRANTS)
MOST_EXPORTED = 20_000


@views_grants
@require_safe
@never_cache
def applications(request: HttpRequest) -> HttpResponse:
    """Applications the person may see: search, filters, pages."""
    user, today = user_of(request), clock.today()
    filters = read_filters(request.GET)
    rows = find(user, today, filters)
    page = paginate(rows, request.GET.get("page"))
    names = {row.code: row.name for row in counties()}
    context = {
        "page": page,
        "rows": [(row, names.get(row.enterprise.prefecture or "", "")) for row in page],
        "filters": filters,
        "sums": figures(rows),
        "states": STATES[1:],
        "calls": list(Call.objects.visible_to(user, today).order_by("-made_at", "-pk")[:100]),
        "counties": sorted(names.items()),
        "query": request.GET.urlencode(),
    }
    return render(request, "grants/applications.html", context)


@views_grants
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as a workbook, without accounts and contacts."""
    user, today = user_of(request), clock.today()
    rows = list(find(user, today, read_filters(request.POST))[:MOST_EXPORTED])
    record_export(rows=len(rows), actor=user)
    names, states = {row.code: row.name for row in counties()}, dict(STATES)
    money = [Column(title, Kind.YUAN) for title in ("支持金额（元）", "已拨付（元）", "已退回（元）")]
    texts = [Column(title) for title in ("申报批次", "企业", "统一社会信用代码", "县市区", "状态")]
    table = (
        (
            row.call.title,
            row.enterprise.name,
            row.enterprise.credit_code,
            names.get(row.enterprise.prefecture or "", ""),
            str(states[State(row.state)]),
            row.first_on,
            row.granted if row.reserved else None,
            row.paid or None,
            row.repaid or None,
        )
        for row in rows
    )
    unit = user.unit.name if user.unit else ""
    mark = watermark_text(who=user.name, unit=unit, at=clock.now(), purpose=_("资金申报"), rows=len(rows))
    columns = [*texts, Column("提交日期", Kind.DATE), *money]
    return xlsx_response("资金申报", columns, table, watermark=mark)


# --- one application ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """One act as the page offers it: to whom, in which states (a step of the machine, or by hand)."""

    label: Any
    done: Any
    form: type[forms.Form]
    run: Callable[[HttpRequest, Application, dict[str, Any]], Any]
    power: Power = Power.MAKE_GRANTS
    step: str = ""
    states: tuple[str, ...] = ()

    def fits(self, row: Application) -> bool:
        return APPLICATION.allows(self.step, row.state) if self.step else row.state in self.states


def _seen(request: HttpRequest, public_id: str) -> Application:
    rows = Application.objects.visible_to(user_of(request), clock.today())
    return get_object_or_404(
        rows.select_related(
            "call__unit", "enterprise", "round", "judgement", "proposed_by", "checked_by_person"
        ),
        public_id=public_id,
    )


@views_grants
@require_safe
@never_cache
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    """One application as the office sees it."""
    return _show(request, _seen(request, public_id))


def _show(
    request: HttpRequest,
    row: Application,
    kept: tuple[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    events = events_of(row)
    standing = standing_of(row.call, row.enterprise, row.first_on or clock.today(), row.stated)
    reviews = list(row.reviews.select_related("expert").prefetch_related("scores").order_by("pk"))
    may_make = _may(request, row, Power.MAKE_GRANTS)
    context = {
        "row": row,
        "standing": standing,
        "policy_title": policy_title(row.call.policy),
        "findings": list(row.findings.select_related("other__enterprise", "other__call", "cleared_by")),
        "may_clear": may_make and row.state in (State.CHECKING, State.REVIEWING),
        "reviews": reviews,
        "mean": mean_points(reviews),
        "way": way_of(row, events),
        "target": target_of(row, events, clock.today()),
        "events": [(ACT_WORDS.get(each.act, each.act), each) for each in reversed(events)],
        "files": list(attachments_of(row)),
        "bookings": [(each, list(attachments_of(each))) for each in row.bookings.order_by("on", "pk")],
        "contact": mask_name(row.contact),
        "phone": mask_phone(row.phone),
        "account": mask_account(row.account),
        "county": _county(row),
        "offers": _offers(request, row, kept),
        "kept": kept[1] if kept else None,
        "crumbs": [(_("资金申报"), reverse("grants:applications")), (row.enterprise.name, "")],
    }
    return render(request, "grants/application.html", context, status=status)


def _county(row: Application) -> str:
    place = division(row.enterprise.prefecture or "")
    return place.name if place else ""


def _may(request: HttpRequest, row: Application, power: Power) -> bool:
    user, today = user_of(request), clock.today()
    able = Application.objects.made_by if power is Power.MAKE_GRANTS else Application.objects.checked_by
    return able(user, today).filter(pk=row.pk).exists()


def _offers(
    request: HttpRequest, row: Application, kept: tuple[str, forms.Form] | None
) -> list[tuple[str, Act, forms.Form]]:
    may = {power: _may(request, row, power) for power in (Power.MAKE_GRANTS, Power.CHECK_GRANTS)}
    base = row.base if row.base is not None else row.asked_base
    initial = {"version": row.version, "base": base, "on": clock.today()}
    return [
        (name, act, kept[1] if kept and kept[0] == name else act.form(auto_id=f"{name}-%s", initial=initial))
        for name, act in ACTS.items()
        if may[act.power] and act.fits(row) and _sensible(name, row)
    ]


def _sensible(name: str, row: Application) -> bool:
    if name == "review":
        return row.call.experts > 0
    return name != "repay" or row.paid > row.repaid


@works_on_grants
@require_POST
@never_cache
def act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Do one thing to an application; what was typed is kept when it cannot be done."""
    row = _seen(request, public_id)
    if name not in ACTS or not _may(request, row, ACTS[name].power):
        raise Http404
    form = ACTS[name].form(request.POST, request.FILES, auto_id=f"{name}-%s")

    def show(status: int) -> HttpResponse:
        return _show(request, _seen(request, public_id), (name, form), status)

    asked = PageAct(
        lambda: ACTS[name].run(request, row, dict(form.cleaned_data)), ACTS[name].done, form=form, show=show
    )
    return do_act(request, asked, lambda: redirect("grants:application", public_id))


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": user_of(request), "at": clock.now()}


def _accept(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    deciding.accept_application(row, expected=given["version"], **_by(request))


def _return(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    deciding.return_application(row, reason=given["reason"], expected=given["version"], **_by(request))


def _check(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    deciding.check_again(row, base=given["base"], expected=given["version"], **_by(request))


def _review(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    deciding.send_to_review(row, list(given["experts"]), expected=given["version"], **_by(request))


def _propose(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    deciding.propose(
        row,
        grant=given["grant"] == "yes",
        opinion=given["opinion"],
        expected=given["version"],
        **_by(request),
    )


def _agree(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    deciding.agree(row, expected=given["version"], **_by(request))


def _send_back(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    deciding.send_back(row, reason=given["reason"], expected=given["version"], **_by(request))


def _repay(request: HttpRequest, row: Application, given: dict[str, Any]) -> None:
    given.pop("version")
    scan = receive_upload(given.pop("scan"), actor=user_of(request), at=clock.wall_now())
    booking.record_repayment(row, **given, scan=scan, wall=clock.wall_now(), **_by(request))


ACTS: dict[str, Act] = {
    "accept": Act(
        gettext_lazy("材料齐全，受理"),
        gettext_lazy("已受理并核查。"),
        form_kinds.VersionForm,
        _accept,
        step="accept",
    ),
    "return": Act(
        gettext_lazy("退回补正"),
        gettext_lazy("已退回企业补正。"),
        form_kinds.ReturnForm,
        _return,
        step="return",
    ),
    "check": Act(
        gettext_lazy("审定费用，重新核查"),
        gettext_lazy("已重新核查。"),
        form_kinds.CheckForm,
        _check,
        states=(State.CHECKING, State.REVIEWING),
    ),
    "review": Act(
        gettext_lazy("交专家评审"),
        gettext_lazy("已通知专家。"),
        form_kinds.ExpertsForm,
        _review,
        states=(State.CHECKING, State.REVIEWING),
    ),
    "propose": Act(
        gettext_lazy("提出意见，交复核"),
        gettext_lazy("已交复核。"),
        form_kinds.ProposeForm,
        _propose,
        step="propose",
    ),
    "agree": Act(
        gettext_lazy("复核同意"),
        gettext_lazy("已复核。"),
        form_kinds.VersionForm,
        _agree,
        power=Power.CHECK_GRANTS,
        step="agree",
    ),
    "send-back": Act(
        gettext_lazy("退回重新核查"),
        gettext_lazy("已退回经办。"),
        form_kinds.ReasonForm,
        _send_back,
        power=Power.CHECK_GRANTS,
        step="send_back",
    ),
    "repay": Act(
        gettext_lazy("登记企业退回资金"),
        gettext_lazy("已登记退回。"),
        form_kinds.RepayForm,
        _repay,
        states=(State.PAID,),
    ),
}


@power_required(Power.MAKE_GRANTS)
@require_POST
@never_cache
def clear(request: HttpRequest, public_id: str, finding_id: str) -> HttpResponse:
    """Say why something found does not stand in the way."""
    row = _seen(request, public_id)
    if not _may(request, row, Power.MAKE_GRANTS):
        raise Http404
    finding = get_object_or_404(Finding, application=row, public_id=finding_id)
    form = form_kinds.ClearForm(request.POST)

    def show(status: int) -> HttpResponse:
        return _show(request, _seen(request, public_id), ("clear", form), status)

    asked = PageAct(
        lambda: deciding.clear_finding(finding, reason=form.cleaned_data["reason"], **_by(request)),
        _("已记录核实说明。"),
        form=form,
        show=show,
    )
    return do_act(request, asked, lambda: redirect("grants:application", public_id))


@power_required(Power.VIEW_GRANTS, Power.REVIEW_GRANTS, Power.ACT_FOR_FIRM)
@require_safe
@never_cache
def application_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """A paper: for the office, the firm itself, and experts who declared that they have no conflict."""
    user, today = user_of(request), clock.today()
    mine = Application.objects.of_firms_of(user, today) | Application.objects.visible_to(user, today)
    row = mine.filter(public_id=public_id).first()
    if row is None:
        review = get_object_or_404(
            Review.objects.open_to(user).select_related("application"), application__public_id=public_id
        )
        row = review.application
    owners = [row, *row.bookings.all()]
    for owner in owners:
        paper = attachments_of(owner).filter(public_id=file_id).first()
        if paper is not None:
            return serve_attachment(paper, reader=user)
    raise Http404
