"""After answering: what a firm named becomes a request in one tap; the policies that fit by what it said."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from huiqi.accounts.models import User
from huiqi.cases.models import Case
from huiqi.cases.queries.drafts import resume_token
from huiqi.core import clock
from huiqi.core.hushed import hushed
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.commands.helping import begin_request
from huiqi.surveys.models import Response, ResponseState
from huiqi.surveys.queries.filling import find_response, session_of
from huiqi.surveys.queries.fitting import fitting
from huiqi.surveys.queries.outcomes import plain_offers, wishes_of


def after_of(response: Response, session: Session, token: str) -> dict[str, Any]:
    """What the last page shows below its thanks. `session` holds the answers of an anonymous form too, while
    they are still at hand: what is shown of them leads nowhere."""
    is_anonymous = response.survey.is_anonymous
    return {
        "wishes": [] if is_anonymous else wishes_of(response),
        "plain_offers": plain_offers(session) if is_anonymous else [],
        "fitting": fitting(session, clock.today()),
        "token": token,
    }


@require_POST
def ask_for_help(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Go on with the request an answer offers, filled in; the number when it is a case already."""
    response = find_response(token, clock.wall_now())
    if response is None or response.state != ResponseState.SENT:
        raise Http404
    with_all = ("case", "response__survey", "response__version", "response__enterprise")
    found = response.wishes.select_related(*with_all).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    actor = request.user if isinstance(request.user, User) else None
    made = begin_request(found, actor=actor, now=clock.now(), wall=clock.wall_now())
    if isinstance(made, Case):
        return hushed(redirect("surveys:done", token))
    if made.user_id is not None and made.user != actor:
        raise Http404
    link = made.public_id if made.user_id is not None else resume_token(made)
    return hushed(redirect("cases:draft", link))


def session_after(response: Response) -> Session:
    """The answers of a response that was handed in."""
    language = get_language() or "zh-hans"
    return session_of(response, today=clock.today(), now=clock.now(), language=language)
