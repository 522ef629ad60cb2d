"""What the timeline tells besides the steps of the workflow. Pure."""

from enum import StrEnum


class Happening(StrEnum):
    """Kinds of events that leave the state as it is."""

    REGISTERED = "registered"  # 登记
    NOTED = "noted"  # an internal note
    MESSAGED = "messaged"  # a word to the requester or from the requester
    CO_ASSIGNED = "co_assigned"  # 增派协办
    CO_ANSWERED = "co_answered"
    TAKEN_ON = "taken_on"  # 认领: a person of the unit takes the order
    HANDED_ON = "handed_on"  # to a colleague of the unit
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_DECIDED = "approval_decided"
    CLOCK_MOVED = "clock_moved"
    REMINDED = "reminded"  # 催办
    SUPERVISED = "supervised"  # 督办
    RAISED = "raised"  # 提请上级关注: late by a rung of the ladder; the case stays where it is
    CALLED_BACK = "called_back"  # 回访, whatever it gave
    RATED = "rated"
    MEETING = "meeting"  # 提交会商: sent back so often that the desk must settle it with the units
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    BACK_TO_DESK = "back_to_desk"  # the last lead no longer works: the desk gives the case anew
    MERGED_OFFLINE = "merged_offline"  # from an offline pack: when it came in, beside when it was done
    ORDER_CANCELLED = "order_cancelled"
    MERGED_IN = "merged_in"  # another case was merged into this one
    TIED = "tied"  # became part of a knot 堵点
    CONSULTED = "consulted"  # a letter of consultation moved on
    UNMASKED = "unmasked"  # somebody saw the requester's name or number
    CLASSED = "classed"  # topic or urgency changed
    FIRM_LINKED = "firm_linked"  # a visitor's case is tied to the firm of its code, by a person
    FIRM_UNLINKED = "firm_unlinked"
    EXCLUDED = "excluded"
    PERMIT = "permit"  # a permit of another authority was applied for, decided, or its papers made good
    PASS_CHECKED = "pass_checked"  # the carrier's own pass was checked with its issuer
