"""A half-filled response: found by its link, by its phone; worked with as a session of its form."""

import json
from datetime import date, datetime

from django.core import signing

from huiqi.core.crypto import blind_indexes
from huiqi.core.ids import token_digest
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.session import Session, open_session
from huiqi.surveys.codes import code_in
from huiqi.surveys.models import Response, ResponseState
from huiqi.surveys.queries.invitations import WITH, find_draft
from huiqi.surveys.queries.risk import put_risk

_RESUME = "surveys.resume"
# As long as a draft is kept: an hour was over while people looked for their papers.
RESUME_FOR = 30 * 24 * 3600
_PREFIX = "r."


def find_response(token: str, wall: datetime) -> Response | None:
    """The response of a private link: a draft that is kept, or one sent with it. `wall` is real time."""
    rows = Response.objects.select_related(*WITH)
    found = rows.filter(pk=key).first() if (key := _resumed(token)) else None
    if found is None and (code := code_in(token)):
        found = find_draft(code)
    elif found is None:
        found = rows.filter(token_digest=token_digest(token)).order_by("pk").first()
    if found is None or (found.state == ResponseState.DRAFT and found.expires_at <= wall):
        return None
    return found


def resume_token(response: Response) -> str:
    """A link to the draft for who proved to hold its phone; good as long as the draft."""
    return _PREFIX + signing.dumps(response.pk, salt=_RESUME)


def _resumed(token: str) -> int | None:
    if not token.startswith(_PREFIX):
        return None
    try:
        return int(signing.loads(token.removeprefix(_PREFIX), salt=_RESUME, max_age=RESUME_FOR))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def drafts_of_phone(phone: str, wall: datetime) -> list[Response]:
    """Half-filled responses left with a number, the last one touched first."""
    rows = Response.objects.drafts_at(wall).filter(phone_index__in=blind_indexes(phone, "phone"))
    return list(rows.select_related("survey").order_by("-saved_at", "-pk"))


def session_of(response: Response, *, today: date, now: datetime, language: str = "") -> Session:
    """The session of what is answered so far; options are shuffled alike each time."""
    answers = json.loads(response.answers or "{}")
    seed = int(token_digest(response.public_id)[:12], 16)
    form = form_of(response.version)
    session = open_session(form, answers, today=today, now=now, language=language, seed=seed)
    if response.state == ResponseState.DRAFT:
        put_risk(session, response, on=today)
    return session
