"""Invitations by their codes, and what a firm answered before."""

from datetime import date

from huiqi.core.crypto import blind_index, blind_indexes
from huiqi.surveys.models import Invitation, Response

_INVITED = "surveys.code"
# Another key than for invitations: of an anonymous survey nothing in the database leads from the one digest
# to the other; only who has the code comes from the firm's invitation to its half-filled form.
_DRAFT = "surveys.draft"

# What the pages of who answers show beside the answers.
WITH = ("survey__questionnaire", "survey__owner", "wave__survey", "version")


def code_digest(code: str) -> str:
    """What is kept of a code beside the invitation."""
    return blind_index(code, _INVITED)


def draft_digest(code: str) -> str:
    """What is kept of a code beside an anonymous draft."""
    return blind_index(code, _DRAFT)


def find_invitation(code: str) -> Invitation | None:
    """The invitation a code belongs to, with its survey and wave; None for one that was never given out."""
    if not code:
        return None
    rows = Invitation.objects.filter(codes__digest__in=blind_indexes(code, _INVITED))
    return rows.select_related("wave__survey__questionnaire", "wave__survey__owner").order_by("pk").first()


def find_draft(code: str) -> Response | None:
    """The form that was begun with a code, half-filled or sent; of an anonymous survey only half-filled."""
    rows = Response.objects.select_related(*WITH)
    anonymous = rows.filter(token_digest__in=blind_indexes(code, _DRAFT)).order_by("pk").first()
    if anonymous is not None or not code:
        return anonymous
    named = rows.filter(invitation__codes__digest__in=blind_indexes(code, _INVITED))
    return named.order_by("pk").first()


def may_begin(invitation: Invitation, today: date) -> bool:
    """Whether its form can be begun or gone on with on the day."""
    return invitation.wave.takes_answers(today) and invitation.outcome in {"pending", "opened", "silent"}


def last_response(invitation: Invitation) -> Response | None:
    """What the same firm sent in the latest earlier wave of the survey, or None.

    Of an anonymous survey nothing is known of an earlier wave.
    """
    earlier = Response.objects.sent().filter(
        survey=invitation.wave.survey_id,
        enterprise=invitation.enterprise_id,
        wave__number__lt=invitation.wave.number,
    )
    return earlier.select_related("version").order_by("-wave__number", "-pk").first()


def last_answers(invitation: Invitation) -> dict[str, str]:
    """What the firm answered there, by path; {} if nothing."""
    found = last_response(invitation)
    return found.given() if found is not None else {}
