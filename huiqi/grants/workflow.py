"""The ways of an application and of a round of payment: which step may follow which state. Pure."""

from enum import StrEnum

from huiqi.workflow.machine import Machine, Step


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CHECKING = "checking"
    REVIEWING = "reviewing"
    PROPOSED = "proposed"
    AGREED = "agreed"
    LISTED = "listed"  # in a round: from here on its round says how far it is
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RoundState(StrEnum):
    """Where a round stands: the applications that one meeting decides and one document funds."""

    FORMING = "forming"
    DECIDED = "decided"
    NOTICING = "noticing"
    NOTICED = "noticed"
    COUNTERSIGNED = "countersigned"
    FUNDED = "funded"
    PAYING = "paying"
    DONE = "done"


class CallState(StrEnum):
    """Where a call stands; two people open it."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


_S, _R = State, RoundState
ENDED = frozenset({_S.PAID, _S.REFUSED, _S.WITHDRAWN})
# States in which the office's money is held for the firm.
HOLDING = frozenset({_S.PROPOSED, _S.AGREED, _S.LISTED, _S.PAID})

APPLICATION = Machine(
    {
        "submit": Step(frozenset({_S.DRAFT, _S.RETURNED}), _S.SUBMITTED),
        "prepare": Step(frozenset({_S.DRAFT}), _S.CHECKING),  # 免申即享: no act of the firm
        "accept": Step(frozenset({_S.SUBMITTED}), _S.CHECKING),
        "return": Step(frozenset({_S.SUBMITTED, _S.CHECKING}), _S.RETURNED),
        "review": Step(frozenset({_S.CHECKING}), _S.REVIEWING),
        "propose": Step(frozenset({_S.CHECKING, _S.REVIEWING}), _S.PROPOSED),
        "send_back": Step(frozenset({_S.PROPOSED}), _S.CHECKING),
        "agree": Step(frozenset({_S.PROPOSED}), _S.AGREED),
        "refuse": Step(frozenset({_S.PROPOSED}), _S.REFUSED),
        "list": Step(frozenset({_S.AGREED}), _S.LISTED),
        "unlist": Step(frozenset({_S.LISTED}), _S.AGREED),
        "uphold": Step(frozenset({_S.LISTED}), _S.REFUSED),  # an objection holds
        "pay": Step(frozenset({_S.LISTED}), _S.PAID),
        "withdraw": Step(
            frozenset(
                {_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.CHECKING, _S.REVIEWING, _S.PROPOSED, _S.AGREED}
            ),
            _S.WITHDRAWN,
        ),
    }
)

ROUND = Machine(
    {
        "meet": Step(frozenset({_R.FORMING}), _R.DECIDED),
        "open_notice": Step(frozenset({_R.DECIDED}), _R.NOTICING),
        "close_notice": Step(frozenset({_R.NOTICING}), _R.NOTICED),
        "countersign": Step(frozenset({_R.NOTICED}), _R.COUNTERSIGNED),
        "fund": Step(frozenset({_R.COUNTERSIGNED}), _R.FUNDED),
        "order": Step(frozenset({_R.FUNDED, _R.PAYING}), _R.PAYING),
        "finish": Step(frozenset({_R.PAYING}), _R.DONE),
    }
)

CALL = Machine(
    {
        "open": Step(frozenset({CallState.DRAFT}), CallState.OPEN),
        "close": Step(frozenset({CallState.OPEN}), CallState.CLOSED),
    }
)
