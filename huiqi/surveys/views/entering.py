"""How an invited firm comes in: by its link or its code. What is wrong, used or over is said, and no more."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from huiqi.accounts.queries.sign_in import address_digest
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.hushed import hushed
from huiqi.core.language import worded
from huiqi.questionnaires.queries.versions import current_version
from huiqi.surveys.codes import plain_code, token_of
from huiqi.surveys.commands.outcomes import count_wrong_code, is_held_up, stop_reminders, turn_away
from huiqi.surveys.commands.responses import begin_invited
from huiqi.surveys.forms.entering import InvitationCodeForm
from huiqi.surveys.models import Invitation, Outcome
from huiqi.surveys.queries.invitations import find_invitation
from huiqi.surveys.queries.waves import is_full
from huiqi.surveys.views.asked import cover_of


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type a code from paper; whether it is right is told at its own address."""
    form = InvitationCodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return hushed(redirect("surveys:enter", form.cleaned_data["code"]))
    return hushed(render(request, "surveys/code.html", {"form": form}, status=422 if form.is_bound else 200))


def _with_invitation(
    request: HttpRequest, typed: str, show: Callable[[Invitation], HttpResponse]
) -> HttpResponse:
    """Open the invitation of a code. A code nobody was given is counted by address: too many, and every code
    from there waits."""
    address = address_digest(get_adapter(request).get_client_ip(request))
    wall = clock.wall_now()
    if is_held_up(address, at=wall):
        return hushed(render(request, "surveys/code_wrong.html", {"is_held_up": True}, status=429))
    invitation = find_invitation(plain_code(typed))
    if invitation is None:
        count_wrong_code(address, at=wall)
        return hushed(render(request, "surveys/code_wrong.html", status=404))
    return hushed(show(invitation))


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Who asks, what for, how long it takes; a POST begins or goes on. Opening the link writes nothing: the
    phone looks at links by itself."""
    return _with_invitation(request, code, lambda invitation: _cover(request, invitation, plain_code(code)))


def _cover(request: HttpRequest, invitation: Invitation, code: str) -> HttpResponse:
    said, status, today = "", 200, clock.today()
    if request.method == "POST":
        try:
            begin_invited(invitation, code, today=today, at=clock.wall_now())
            return redirect("surveys:fill", token_of(code))
        except Refused as refusal:
            said, status = worded(refusal.said), 409
            if refusal.code == "surveys.quota":
                turn_away(invitation)
    survey, wave = invitation.wave.survey, invitation.wave
    version = current_version(survey.questionnaire)
    context = {
        "survey": survey,
        "wave": wave,
        "code": code,
        "said": said,
        "firm": "" if survey.is_anonymous else invitation.enterprise.name,
        "asked": cover_of(survey, version, today=today, now=clock.now()) if version else None,
        "is_answered": invitation.outcome == Outcome.ANSWERED,
        "is_open": wave.takes_answers(today),
        "is_full": invitation.outcome == Outcome.PENDING and is_full(wave, invitation),
        "is_begun": invitation.outcome == Outcome.OPENED,
        "stops": not invitation.no_more_reminders,
        "today": today,
    }
    return render(request, "surveys/enter.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """No more reminders of this round; asks before, since phones look at links by themselves."""
    return _with_invitation(request, code, lambda invitation: _stop(request, invitation, plain_code(code)))


def _stop(request: HttpRequest, invitation: Invitation, code: str) -> HttpResponse:
    if request.method == "POST" and not invitation.no_more_reminders:
        stop_reminders(invitation, actor=None)
        invitation.no_more_reminders = True
    context = {"survey": invitation.wave.survey, "code": code, "is_stopped": invitation.no_more_reminders}
    return render(request, "surveys/stop.html", context)
