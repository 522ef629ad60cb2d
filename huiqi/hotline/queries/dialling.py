"""Whose requester a person may call through the telephone system."""

from datetime import date, datetime

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.models import Case
from huiqi.cases.queries.page import Reader, reader_of
from huiqi.hotline.queries.call_backs import claim_of


def case_to_dial(user: User, public_id: str, today: date, wall: datetime) -> Case | None:
    """The case of that id, when the person calls it back now or may see who asks; else None."""
    held = claim_of(user, wall)
    if held is not None and held.case.public_id == public_id:
        return held.case
    seen = Case.objects.visible_to(user, today).select_related("edition", "desk")
    case = seen.filter(public_id=public_id).first()
    if case is None or not may_dial(case, reader_of(case, user, today)):
        return None
    return case


def may_dial(case: Case, reader: Reader) -> bool:
    """Whether a reader of the case may call its requester: with the power, and nobody the item keeps from
    knowing who asks."""
    calls = may(reader.user, Power.CALL_BACK, reader.today) or may(
        reader.user, Power.ANSWER_CALLS, reader.today
    )
    return calls and not reader.is_masked and reader.may_reveal(case) and bool(case.requester_phone)
