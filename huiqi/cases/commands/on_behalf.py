"""What the desk enters for a unit that was asked and has no accounts: the call to the requester, its answer.

The actor is who types, `on_behalf` in the trail the unit; the sealed answer is attached as a scan.
"""

from datetime import datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.cases.commands.handling import answer_order, record_contact
from huiqi.cases.models import Order, OrderMode
from huiqi.cases.queries.consultations import has_people
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.commands import attach
from huiqi.files.models import Attachment


@transaction.atomic
def contact_for_unit(
    order: Order, *, note: str, actor: User, at: datetime, expected: int | None = None
) -> Order:
    """The desk called the requester, as the unit cannot write it down. Refused:
    `cases.unit_answers_itself`, and what `record_contact` refuses."""
    _check_unit(order)
    return record_contact(order, note=note, on_behalf=order.unit, actor=actor, at=at, expected=expected)


@transaction.atomic
def answer_for_unit(  # noqa: PLR0913  what an answer says
    order: Order,
    *,
    text: str,
    proposed_ending: str = "",
    scan: Attachment | None,
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Order:
    """Enter the answer of a unit without accounts, with the scan; another than who enters it reviews.

    Refused: `cases.unit_answers_itself`, `cases.scan_missing`, and what `answer_order` refuses.
    """
    _check_unit(order)
    if scan is None:
        raise Refused("cases.scan_missing", gettext_noop("代单位录入答复，要附上对方盖章答复的扫描件。"))
    attach(scan, owner=order.case, actor=actor, at=at)
    return answer_order(
        order,
        text=text,
        proposed_ending=proposed_ending,
        on_behalf=order.unit,
        actor=actor,
        at=at,
        expected=expected,
    )


def _check_unit(order: Order) -> None:
    if order.mode == OrderMode.ASSIGN or has_people(order.unit):
        said = gettext_noop("%(unit)s有账号，由他们自己办理。可以催办，或改派。")
        raise Refused("cases.unit_answers_itself", Message(said, {"unit": order.unit.name}))
