"""Which firm of the register a visitor's case may be tied to, and whether a person tied it."""

from datetime import date

from huiqi.accounts.models import User
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.register import seen_by


def firm_to_link(case: Case, user: User, today: date) -> Enterprise | None:
    """The firm of the code that the requester gave, if this person may see it and the case has none."""
    if case.enterprise_id is not None or not case.credit_code:
        return None
    found = seen_by(user, today).filter(credit_code=case.credit_code).select_related("park")
    return found.order_by("pk").first()


def was_linked(case: Case) -> bool:
    """Whether the case has its firm by an act of staff: the last such act was no undoing."""
    if case.enterprise_id is None:
        return False
    acts = (Happening.FIRM_LINKED, Happening.FIRM_UNLINKED)
    last = case.events.filter(kind__in=acts).order_by("-pk").values_list("kind", flat=True).first()
    return last == Happening.FIRM_LINKED
