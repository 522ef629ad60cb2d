"""Fieldwork of a survey for who runs it: devices and their set-up, what came in, what waits."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_named
from huiqi.core.pagination import paginate
from huiqi.fieldwork.commands.collectors import grant_collector, revoke_collector
from huiqi.fieldwork.commands.decisions import accept_delivery, set_aside_delivery
from huiqi.fieldwork.commands.submissions import Moment
from huiqi.fieldwork.forms.collectors import CollectorForm
from huiqi.fieldwork.models import Collector, Delivery
from huiqi.fieldwork.openrosa import collect_settings
from huiqi.fieldwork.qr import qr_drawing
from huiqi.fieldwork.queries.deliveries import (
    collectors_of,
    first_with_its_number,
    judged_again,
    latest,
    notes_of,
    waiting,
)
from huiqi.files.queries import attachments_of
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.models import Survey
from huiqi.surveys.queries.filling import session_of

runs_surveys = power_required(Power.EDIT_QUESTIONNAIRES)
MOST_LATEST = 20


def _survey(request: HttpRequest, public_id: str) -> Survey:
    rows = Survey.objects.visible_to(user_of(request), clock.today()).select_related("questionnaire")
    return get_object_or_404(rows, public_id=public_id)


def _crumbs(survey: Survey, last: str = "") -> list[tuple[str, str]]:
    own = reverse("fieldwork:survey", args=[survey.public_id])
    crumbs = [
        (_("问卷调查"), reverse("surveys:surveys")),
        (survey.title, reverse("surveys:survey", args=[survey.public_id])),
        (_("实地采集"), own if last else ""),
    ]
    return [*crumbs, (last, "")] if last else crumbs


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def survey(request: HttpRequest, public_id: str) -> HttpResponse:
    """Devices and deliveries of a survey; a POST gives one more device its address and shows it this once."""
    found = _survey(request, public_id)
    form = CollectorForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"made": None}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                context = _granted(request, found, form.cleaned_data["name"])
                form, status = CollectorForm(), 200
            except Refused as refusal:
                form.add_error("name", worded(refusal.said))
                status = 409
    context |= {
        "survey": found,
        "form": form,
        "crumbs": _crumbs(found),
        "collectors": collectors_of(found),
        "waiting": paginate(waiting(found), request.GET.get("page")),
        "latest": latest(found, MOST_LATEST),
        "token_url": _server(request, "fieldwork:form_list", found.slug),
    }
    return render(request, "fieldwork/survey.html", context, status=status)


def _granted(request: HttpRequest, found: Survey, name: str) -> dict[str, Any]:
    made, secret = grant_collector(found, name, actor=user_of(request), at=clock.now())
    url = _server(request, "fieldwork:key_form_list", secret)
    return {"made": made, "made_url": url, "drawing": qr_drawing(collect_settings(url))}


def _server(request: HttpRequest, name: str, argument: str) -> str:
    """What clients call the server: the address to which they append formList and submission."""
    return request.build_absolute_uri(reverse(name, args=[argument])).removesuffix("/formList")


@runs_surveys
@require_POST
@never_cache
def revoke(request: HttpRequest, public_id: str, collector_id: str) -> HttpResponse:
    """Turn a device's address off."""
    found = _survey(request, public_id)
    collector = get_object_or_404(Collector, survey=found, public_id=collector_id)
    revoke_collector(collector, actor=user_of(request), at=clock.now())
    messages.success(request, _("已停用。这台设备上没有提交的答卷，请先导出或重新发放地址后再提交。"))
    return redirect("fieldwork:survey", public_id)


def _delivery(request: HttpRequest, public_id: str, delivery_id: str) -> Delivery:
    rows = Delivery.objects.visible_to(user_of(request), clock.today())
    rows = rows.select_related("survey", "version", "collector", "sent_by", "decided_by")
    return get_object_or_404(rows, survey__public_id=public_id, public_id=delivery_id)


@runs_surveys
@require_http_methods(["GET", "HEAD"])
@never_cache
def delivery(request: HttpRequest, public_id: str, delivery_id: str) -> HttpResponse:
    """One submission: what is wrong with it, and its answers while they wait for a decision."""
    found = _delivery(request, public_id, delivery_id)
    context = {
        "survey": found.survey,
        "delivery": found,
        "notes": notes_of(found),
        "answers": _compared(found),
        "files": attachments_of(found),
        "crumbs": _crumbs(found.survey, _("送达的答卷")),
    }
    return render(request, "fieldwork/delivery.html", context)


def _compared(found: Delivery) -> list[tuple[str, str, str]]:
    """(question, answer, answer of the one that was first with this instanceID where it differs)."""
    answers = _answers(found)
    first = first_with_its_number(found)
    if first is None:
        return [(label, said, "") for label, said in answers]
    session = session_of(first, today=clock.today(), now=clock.now())
    before = [
        (view.label or view.name, session.said(view.path))
        for page in session.review()
        for view in page.questions
        if view.is_asked and not view.is_head
    ]
    known, now = dict(before), dict(answers)
    both = [(label, said, known.get(label, "")) for label, said in answers]
    both += [(label, "", said) for label, said in before if label not in now]
    return [(label, said, "" if said == earlier else earlier or "—") for label, said, earlier in both]


def _answers(found: Delivery) -> list[tuple[str, str]]:
    """(question, answer in words) of what is kept as it came."""
    if not found.xml:
        return []
    filling = judged_again(found, today=clock.today(), now=clock.now()).filling
    if filling is None:
        return []
    session = Session(filling)
    views = [
        view for page in session.review() for view in page.questions if view.is_asked and not view.is_head
    ]
    return [(view.label or view.name, session.said(view.path)) for view in views]


@runs_surveys
@require_POST
@never_cache
def decide(request: HttpRequest, public_id: str, delivery_id: str, name: str) -> HttpResponse:
    """Count it as it stands, or set it aside."""
    found, user = _delivery(request, public_id, delivery_id), user_of(request)
    moment = Moment(clock.today(), clock.now(), clock.wall_now())
    acts = {
        "accept": PageAct(lambda: accept_delivery(found, actor=user, moment=moment), _("已采用，计入结果。")),
        "aside": PageAct(
            lambda: set_aside_delivery(found, actor=user, at=moment.at), _("已标为不采用，原文还留着。")
        ),
    }
    return do_named(request, name, acts, lambda: redirect("fieldwork:delivery", public_id, delivery_id))
