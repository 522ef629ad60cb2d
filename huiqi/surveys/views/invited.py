"""The firms asked in a round: found by cell and outcome, each with what became of it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import user_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_act
from huiqi.core.pagination import paginate
from huiqi.reference.queries import code_tables
from huiqi.surveys.codes import token_of
from huiqi.surveys.commands.outcomes import (
    allow_reminders,
    fill_by_phone,
    note_outcome,
    stop_reminders,
)
from huiqi.surveys.forms.waves import OutcomeForm
from huiqi.surveys.models import Invitation, Outcome, Skipped, Wave
from huiqi.surveys.queries.asking import cell_filter
from huiqi.surveys.queries.board import cell_words
from huiqi.surveys.views.campaign import campaign_context, runs_surveys, wave_at
from huiqi.surveys.views.cells import parts_of


@runs_surveys
@require_safe
@never_cache
def invited(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """The firms of a cell, or all; those without a telephone, those left in peace."""
    wave = wave_at(request, public_id, number)
    cell = parts_of(request.GET.get("cell", ""))
    rows = wave.invitations.filter(cell_filter([cell]))
    whole = rows
    outcome, skipped = request.GET.get("outcome", ""), request.GET.get("skipped", "")
    if outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    if skipped in Skipped.values:
        rows = rows.filter(skipped=skipped)
    rows = rows.select_related("enterprise").order_by("county", "enterprise__name", "pk")
    context = {
        **campaign_context(wave.survey, "board", _("第%(n)d轮的企业") % {"n": wave.number}),
        "wave": wave,
        "page": paginate(rows, request.GET.get("page")),
        "words": cell_words(cell, code_tables()),
        "cell": "-".join(cell),
        "choices": _choices(request, outcome),
        "skipped": dict(Skipped.choices).get(skipped, ""),
        "to_remind": whole.to_be_had().exclude(invited_at=None).exclude(no_more_reminders=True).count(),
        "is_open": wave.takes_answers(clock.today()),
    }
    return render(request, "surveys/invited.html", context)


def _choices(request: HttpRequest, chosen: str) -> list[tuple[str, str, bool]]:
    kept = {name: request.GET[name] for name in ("cell", "skipped") if request.GET.get(name)}
    found = [("", _("全部")), *Outcome.choices]
    return [
        (str(label), "?" + urlencode({**kept, **({"outcome": value} if value else {})}), value == chosen)
        for value, label in found
    ]


def _invitation(request: HttpRequest, public_id: str) -> Invitation:
    rows = Invitation.objects.visible_to(user_of(request), clock.today())
    return get_object_or_404(
        rows.select_related("wave__survey__owner", "wave__survey__questionnaire", "enterprise", "stratum"),
        public_id=public_id,
    )


def _wave_page(wave: Wave) -> HttpResponse:
    return redirect("surveys:invited", wave.survey.public_id, wave.number)


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    """One firm: note what the telephone call came to."""
    found, user = _invitation(request, public_id), user_of(request)
    form = OutcomeForm(request.POST if request.method == "POST" else None)

    def show(status: int) -> HttpResponse:
        return render(request, "surveys/invitation.html", _context(found, form), status=status)

    if request.method != "POST":
        return show(200)
    act = PageAct(
        lambda: note_outcome(found, form.cleaned_data["outcome"], note=form.cleaned_data["note"], actor=user),
        _("已记下。"),
        form,
        show,
    )
    return do_act(request, act, lambda: _wave_page(found.wave))


def _context(found: Invitation, form: OutcomeForm) -> dict[str, Any]:
    wave = found.wave
    base = campaign_context(wave.survey, "board", found.enterprise.name)
    firms = (_("第%(n)d轮的企业") % {"n": wave.number}, _invited_url(wave))
    base["crumbs"].insert(-1, firms)
    return {
        **base,
        "invitation": found,
        "wave": wave,
        "form": form,
        "words": cell_words((found.county, found.section, found.size_class), code_tables()),
        "is_open": wave.takes_answers(clock.today()),
        "is_answered": found.outcome == Outcome.ANSWERED,
    }


def _invited_url(wave: Wave) -> str:
    return reverse("surveys:invited", args=[wave.survey.public_id, wave.number])


@runs_surveys
@require_POST
@never_cache
def invitation_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Stop or allow reminders; open the form for a firm on the telephone."""
    found, user = _invitation(request, public_id), user_of(request)
    back = redirect("surveys:invitation", public_id)
    if name == "fill":
        try:
            code = fill_by_phone(found, actor=user, today=clock.today(), at=clock.wall_now())
        except Refused as refusal:
            form = OutcomeForm({})
            form.errors.clear()
            form.add_error(None, worded(refusal.said))
            return render(request, "surveys/invitation.html", _context(found, form), status=409)
        return redirect("surveys:fill", token_of(code))
    if name == "stop":
        return do_act(
            request, PageAct(lambda: stop_reminders(found, actor=user), _("不再提醒。")), lambda: back
        )
    act = PageAct(lambda: allow_reminders(found, actor=user), _("可以再提醒。"))
    return do_act(request, act, lambda: back)
