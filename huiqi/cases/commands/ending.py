"""Ending a locked case. Parts of other commands."""

from datetime import datetime

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.cases.commands.ordering import cancel_orders, drop_approvals, open_orders
from huiqi.cases.commands.timing import stop_all
from huiqi.cases.models import Case, Order
from huiqi.cases.notices import NEW_ON_DESK, ORDER_RETURNED, RAISED, TO_REVIEW, YOUR_TURN
from huiqi.cases.subscriptions import HOLDS_PROOF, PROOF_RULES
from huiqi.cases.workflow import Ending
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of, owner_key
from huiqi.messages.commands.notices import settle_about

ENDED_FIELDS = ("ending", "ended_at", "word", "rating", "rating_text")
REOPENED_FIELDS = (*ENDED_FIELDS, "round", "desk", "lead", "handler", "master")


def end_case(case: Case, ending: Ending, *, actor: User | None, at: datetime) -> None:
    """Give an ended case its ending: open orders and questions are dropped, all clocks stop (unsaved)."""
    cancel_orders(case, open_orders(case), actor=actor, at=at)
    drop_approvals(case, at=at)
    stop_all(case, at=at)
    settle_about([case], NEW_ON_DESK, ORDER_RETURNED, RAISED, TO_REVIEW, YOUR_TURN, at=at)
    case.ending, case.ended_at = ending, at


def unend_case(case: Case) -> None:
    """Take back what the end left (unsaved); the words said then stay among the call-backs and events."""
    case.ending, case.ended_at = "", None
    case.word, case.rating, case.rating_text = "", None, ""


def check_proof(case: Case, ending: str) -> None:
    """Refused when the item closes this way only with a file as proof and staff attached none, or when the
    app that rules the proof of its kind says what is missing."""
    definition = case.edition.definition
    if ending not in definition.needs_proof:
        return
    rule = PROOF_RULES.get((definition.kind, ending))
    lacking = rule(case) if rule is not None else None
    if lacking is not None:
        raise Refused("cases.proof_missing", lacking)
    if rule is None and not has_proof(case):
        said = gettext_noop("“%(ending)s”需要凭证才能办结。请先上传凭证文件，再提交。")
        raise Refused("cases.proof_missing", Message(said, {"ending": Ending(ending).label}))


def has_proof(case: Case) -> bool:
    """Whether somebody of an office attached a file to the case, to one of its orders, or elsewhere (an app
    above says so).

    What the requester sent along, or a clerk on the requester's behalf, is the claim and not its proof;
    of a clerk who also handles the case no such line can be drawn.
    """
    orders = [owner_key(order)[1] for order in case.orders.order_by("pk")]
    kind = Order._meta.label_lower
    clean = Attachment.objects.exclude(scan=Attachment.Scan.INFECTED)
    if orders and clean.filter(owner_type=kind, owner_id__in=orders).exists():
        return True
    files = attachments_of(case).exclude(scan=Attachment.Scan.INFECTED).exclude(uploaded_by=None)
    staff = files.exclude(uploaded_by__role=Role.FIRM).exclude(uploaded_by__in=_askers(case))
    return staff.exists() or any(holds(case) for holds in HOLDS_PROOF)


def _askers(case: Case) -> list[int]:
    handlers = set(case.orders.order_by("pk").values_list("handler", flat=True))
    askers = {case.requester_id, case.taken_by_id} - handlers
    return [pk for pk in askers if pk is not None]
