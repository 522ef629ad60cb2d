"""Who answers: the firm named on the first page, and what need not be typed again."""

from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import claimable, membership_in
from huiqi.surveys.commands.pages import keep
from huiqi.surveys.commands.responses import bring_in, lock_draft
from huiqi.surveys.models import Response
from huiqi.surveys.queries.filling import session_of
from huiqi.surveys.queries.prefill import code_places


@transaction.atomic
def name_firm(response: Response, code: str, *, today: date, at: datetime) -> int:
    """Take the credit code somebody typed: nobody knows that they are of the firm, so only what the public
    register shows everybody comes in. Returns how many answers came in.

    Refused: `surveys.sent`, `surveys.invited` when the form is that of an invited firm.
    """
    locked = lock_draft(response)
    if locked.invitation_id is not None:
        said = gettext_noop("这份问卷是发给受邀企业的，不能改成别的企业。")
        raise Refused("surveys.invited", said)
    locked.enterprise = None
    locked.save(update_fields=["enterprise"])
    given = bring_in(locked, claimable(code), is_proven=False, today=today, at=at)
    session = session_of(locked, today=today, now=at)
    session.answer_known(dict.fromkeys(code_places(session.form), code))
    keep(locked, session, page_key="", at=at)
    return len(given)


@transaction.atomic
def answer_for(response: Response, firm: Enterprise, *, actor: User, today: date, at: datetime) -> int:
    """Answer for a firm the reader is signed in for: all that the register has for the form comes in.

    Returns how many answers came in. Refused: `surveys.sent`, `surveys.not_yours`.
    """
    locked = lock_draft(response)
    if locked.survey.is_anonymous or membership_in(actor, firm) is None:
        raise Refused("surveys.not_yours", gettext_noop("您现在不是这家企业的人员，没有带入它的资料。"))
    locked.enterprise = firm
    locked.save(update_fields=["enterprise"])
    return len(bring_in(locked, firm, is_proven=True, today=today, at=at))
