"""What a reader may do with a case: whose act it is (may), and whether it fits where the case stands (fits).

Whoever may not is told 404; who may, but too late, is told by the command what stands in the way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huiqi.accounts.powers import Power
from huiqi.cases.models import Approval, Case, Order, OrderMode, OrderPart, OrderState, Supervision
from huiqi.cases.models.approvals import ApprovalState
from huiqi.cases.queries.consultations import has_people
from huiqi.cases.queries.linking import firm_to_link, was_linked
from huiqi.cases.queries.page import Reader
from huiqi.cases.queries.people import answerer_of
from huiqi.cases.workflow import Ending, State

Who = Callable[[Reader], bool]
When = Callable[[Case, Reader], bool]


@dataclass(frozen=True)
class Rule:
    """Whose act and when. `of`: what is acted on: the case, or one of its orders, approvals, letters."""

    may: Who
    fits: When
    of: str = "case"


def _at_desk(*powers: Power) -> Who:
    return lambda reader: bool(set(powers) & reader.desk)


def _handles(reader: Reader) -> bool:
    return bool(reader.orders)


def _either(*rules: Who) -> Who:
    return lambda reader: any(rule(reader) for rule in rules)


def _in(*states: State) -> When:
    return lambda case, reader: case.state in states


def _order(*states: OrderState, part: OrderPart | None = None) -> When:
    def fits(case: Case, reader: Reader) -> bool:
        order = reader.open_order
        return order is not None and order.state in states and part in (None, order.part)

    return fits


def _lead_handling(case: Case, reader: Reader) -> bool:
    return case.state == State.HANDLING and _order(OrderState.SIGNED, part=OrderPart.LEAD)(case, reader)


def _may_be_refused(case: Case, reader: Reader) -> bool:
    return case.state in {State.REGISTERED, State.SUPPLEMENTING} and case.accepted_at is None


def _contact_first(case: Case, reader: Reader) -> bool:
    return _lead_handling(case, reader)


def _ask_more(case: Case, reader: Reader) -> bool:
    return case.state == State.REGISTERED or _lead_handling(case, reader)


def _free(case: Case, reader: Reader) -> bool:
    order = reader.open_order
    return order is not None and order.handler_id is None


def _reviewable(case: Case, reader: Reader) -> bool:
    return case.state == State.ANSWERED and answerer_of(case) != reader.user


def _merged(case: Case, reader: Reader) -> bool:
    return case.ending == Ending.MERGED


def _excludable(case: Case, reader: Reader) -> bool:
    return case.state == State.ENDED and case.excluded_at is None and case.ending != Ending.MERGED


def _has_firm_to_link(case: Case, reader: Reader) -> bool:
    return firm_to_link(case, reader.user, reader.today) is not None


def _was_linked(case: Case, reader: Reader) -> bool:
    return case.enterprise_id is not None and was_linked(case)


def _open(case: Case, reader: Reader) -> bool:
    return case.is_open


def _always(case: Case, reader: Reader) -> bool:
    return True


_DESK = _at_desk(Power.DISPATCH_CASES)
_REVIEW = _at_desk(Power.REVIEW_ANSWERS)
_SUPERVISE = _at_desk(Power.SUPERVISE_CASES)
_BOTH = _either(_DESK, _handles)
_S, _O = State, OrderState
_WITH_UNITS = _in(_S.ASSIGNED, _S.HANDLING)
_GIVABLE = _in(_S.ACCEPTED, _S.ASSIGNED, _S.HANDLING)

# In the order in which a page offers them; the first that fits is the reader's next step, if it is a step.
RULES: Mapping[str, Rule] = {
    "accept": Rule(_DESK, _in(_S.REGISTERED)),
    "sign": Rule(_handles, _order(_O.SENT), "order"),
    "contact": Rule(_handles, _contact_first, "order"),
    "answer": Rule(_handles, _order(_O.SIGNED), "order"),
    "approve": Rule(_REVIEW, _reviewable),
    "call_back": Rule(_at_desk(Power.CALL_BACK), _in(_S.CALLING_BACK)),
    "resume": Rule(_BOTH, _in(_S.SUSPENDED)),
    "take_on": Rule(_handles, _free, "order"),
    "hand_on": Rule(_handles, _order(_O.SENT, _O.SIGNED), "order"),
    "send_back": Rule(_handles, _order(_O.SENT), "order"),
    "redo": Rule(_REVIEW, _reviewable),
    "refuse": Rule(_DESK, _may_be_refused),
    "ask_supplement": Rule(_BOTH, _ask_more),
    "give_supplement": Rule(_BOTH, _in(_S.SUPPLEMENTING)),
    "stop_waiting": Rule(_BOTH, _in(_S.SUPPLEMENTING)),
    "classify": Rule(_DESK, _open),
    "add_co": Rule(_DESK, _WITH_UNITS),
    "cancel_order": Rule(_DESK, _WITH_UNITS, "any_order"),
    "contact_for": Rule(_DESK, _WITH_UNITS, "any_order"),
    "answer_for": Rule(_DESK, _WITH_UNITS, "any_order"),
    "extend": Rule(_handles, _order(_O.SIGNED), "order"),
    "suspend": Rule(_handles, _lead_handling, "order"),
    "escalate": Rule(_DESK, _in(_S.ACCEPTED, _S.ASSIGNED, _S.HANDLING, _S.SUSPENDED)),
    "merge": Rule(_DESK, _open),
    "split": Rule(_DESK, _merged),
    "withdraw": Rule(_DESK, _open),
    "link_firm": Rule(_DESK, _has_firm_to_link),
    "unlink_firm": Rule(_DESK, _was_linked),
    "exclude": Rule(_BOTH, _excludable),
    "message": Rule(_BOTH, _open),
    "note": Rule(lambda reader: reader.acts, _always),
    "attach": Rule(_BOTH, _open),
    "supervise": Rule(_SUPERVISE, _open),
    # on things listed beside the case, each with a form of its own
    "decide": Rule(_REVIEW, _always, "approval"),
    "take_back": Rule(_BOTH, _always, "approval"),
    "issue": Rule(_SUPERVISE, _always, "supervision"),
    "drop": Rule(_SUPERVISE, _always, "supervision"),
    "answer_letter": Rule(_handles, _always, "supervision"),
    "reveal": Rule(lambda reader: True, _always),
}
_NEXT = ("accept", "sign", "contact", "answer", "approve", "call_back", "resume")
_FOR_UNIT = ("contact_for", "answer_for")
_LISTED = frozenset(
    {"decide", "take_back", "issue", "drop", "answer_letter", "reveal", "cancel_order", *_FOR_UNIT}
)


def may_dispatch(case: Case, reader: Reader) -> bool:
    """Whether the page of giving the case to units is the reader's, and fits now."""
    return _DESK(reader) and _GIVABLE(case, reader)


def offered(case: Case, reader: Reader) -> list[str]:
    """The acts a page offers this reader now, in their order."""
    return [
        name
        for name, rule in RULES.items()
        if name not in _LISTED and rule.may(reader) and rule.fits(case, reader)
    ]


def next_step(case: Case, reader: Reader, found: list[str]) -> str:
    """The one thing this reader should do now; `dispatch` is a page of its own; "" when others are at it."""
    steps = [name for name in found if name in _NEXT]
    order = reader.open_order
    if "contact" in steps and order is not None and order.contacted_at is not None:
        steps.remove("contact")
    if case.state == State.ACCEPTED and may_dispatch(case, reader):
        return "dispatch"
    return steps[0] if steps else ""


def for_unit(order: Order, case: Case, reader: Reader) -> list[str]:
    """What the desk may enter for the unit of an order that was only asked and has no accounts."""
    rule = RULES["answer_for"]
    if not (rule.may(reader) and rule.fits(case, reader) and order.state == OrderState.SIGNED):
        return []
    if order.mode == OrderMode.ASSIGN or has_people(order.unit):
        return []
    is_first = order.part == OrderPart.LEAD and order.contacted_at is None
    return list(_FOR_UNIT[:1] if is_first else _FOR_UNIT[1:])


def order_acted_on(case: Case, reader: Reader, public_id: str, *, any_unit: bool) -> Order | None:
    """The order an act names: one of the reader's units, or any of the case for its desk."""
    if any_unit:
        rows = case.orders.select_related("unit", "handler", "case")
        return rows.filter(public_id=public_id).first()
    return next((row for row in reader.orders if row.public_id == public_id), None)


def approval_acted_on(case: Case, public_id: str) -> Approval | None:
    """A question of the case."""
    rows = case.approvals.select_related("asked_by", "unit", "order", "case")
    return rows.filter(public_id=public_id).first()


def letter_acted_on(case: Case, public_id: str) -> Supervision | None:
    """A letter of supervision of the case."""
    return case.supervisions.select_related("unit").filter(public_id=public_id).first()


def waiting_approvals(case: Case) -> list[Approval]:
    """Questions about the case that nobody has decided, the eldest first."""
    rows = case.approvals.filter(state=ApprovalState.WAITING).select_related("asked_by", "unit")
    return list(rows.order_by("asked_at", "pk"))
