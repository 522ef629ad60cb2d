"""A half-filled response before its reader: found by its link, never cached, never named elsewhere.

The link is all that opens it, no cookie does; so a telephone that keeps no cookies answers as well, and the
pages ask for no CSRF cookie either: who could forge a post would have to know the link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from huiqi.core import clock
from huiqi.core.hushed import hushed
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.models import Response, ResponseState, Survey
from huiqi.surveys.queries.filling import find_response, session_of


@dataclass(frozen=True)
class Fill:
    """A half-filled response before its reader."""

    response: Response
    session: Session
    token: str

    @property
    def survey(self) -> Survey:
        """The survey it answers."""
        return self.response.survey

    @property
    def is_over(self) -> bool:
        """Whether it can not be handed in any more."""
        return not self.response.wave.takes_answers(clock.today())


Answered = TypeVar("Answered", bound=HttpResponseBase)


def filling(view: Callable[..., Answered]) -> Callable[..., Answered | HttpResponse]:
    """Open the draft of `token`; one that was sent leads to its last page, one that is gone is told (404)."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **arguments: Any) -> Answered | HttpResponse:
        response = find_response(token, clock.wall_now())
        if response is None:
            return hushed(gone(request))
        if response.state == ResponseState.SENT:
            return hushed(redirect("surveys:done", token))
        return hushed(view(request, Fill(response, opened_session(response), token), **arguments))

    return opened


def gone(request: HttpRequest) -> HttpResponse:
    """The link opens nothing: never did, sent without a name, thrown away, or left for too long."""
    return render(request, "surveys/gone.html", status=404)


def opened_session(response: Response) -> Session:
    """Its session now, in the reader's language."""
    language = get_language() or "zh-hans"
    return session_of(response, today=clock.today(), now=clock.now(), language=language)
