"""The way of a case 诉求办理: states, steps, and what may end it. Pure.

Steps follow the closed loop of 国办发〔2020〕53号 (受理、派单、办理、答复、督办、办结、回访、评价) and the
county practice of signing and sending back; docs/adr tells which names they got here.
"""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.workflow.machine import IllegalStep, Machine
from huiqi.workflow.machine import Step as Way


class State(TextChoices):
    """Where a case stands. Nine words, the whole vocabulary of lists and filters."""

    REGISTERED = "registered", _("待受理")
    SUPPLEMENTING = "supplementing", _("待补正")
    ACCEPTED = "accepted", _("待派单")
    ASSIGNED = "assigned", _("待签收")
    HANDLING = "handling", _("办理中")
    ANSWERED = "answered", _("待审核")
    CALLING_BACK = "calling_back", _("待回访")
    SUSPENDED = "suspended", _("暂缓办理")
    ENDED = "ended", _("已办结")


OPEN = frozenset(State) - {State.ENDED}


class Ending(TextChoices):
    """How a case ended. `solved` and `partly_solved` rest on the requester's word and on nothing else."""

    SOLVED = "solved", _("解决")
    PARTLY_SOLVED = "partly_solved", _("部分解决")
    EXPLAINED = "explained", _("解释说明")
    NOT_AS_STATED = "not_as_stated", _("与事实不符")
    UNSOLVABLE = "unsolvable", _("暂无法解决")
    OUTSIDE_POWER = "outside_power", _("不属本部门职权")
    POLICY_FORBIDS = "policy_forbids", _("政策不允许")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    MERGED = "merged", _("并入他件")
    WITHDRAWN = "withdrawn", _("诉求人撤回")


# What a handler may propose with an answer; the others follow from a step of their own.
PROPOSABLE = (
    Ending.SOLVED,
    Ending.PARTLY_SOLVED,
    Ending.EXPLAINED,
    Ending.NOT_AS_STATED,
    Ending.UNSOLVABLE,
    Ending.OUTSIDE_POWER,
    Ending.POLICY_FORBIDS,
)
# Honest endings that somebody else than the handler confirms, because they end a firm's hope.
REVIEWED_TWICE = frozenset({Ending.OUTSIDE_POWER, Ending.POLICY_FORBIDS, Ending.UNSOLVABLE})


class Word(TextChoices):
    """What the requester said when asked, or that nobody could ask."""

    NONE = "", _("未回访")
    SOLVED = "solved", _("已解决")
    PARTLY = "partly", _("部分解决")
    NOT_SOLVED = "not_solved", _("未解决")
    UNREACHABLE = "unreachable", _("联系不上")


class Step(StrEnum):
    """Steps of a case. Each is a command; each leaves an event on the timeline."""

    ASK_SUPPLEMENT = "ask_supplement"  # 补正
    SUPPLEMENT = "supplement"
    ACCEPT = "accept"  # 受理
    NOT_ACCEPT = "not_accept"  # 不予受理
    ASSIGN = "assign"  # 派单, also anew
    SIGN = "sign"  # 签收
    SEND_BACK = "send_back"  # 退回
    CONTACT = "contact"  # 首次联系
    ANSWER = "answer"  # 答复
    APPROVE = "approve"  # 审核通过
    REDO = "redo"  # 重办
    TAKE_WORD = "take_word"  # 回访
    SUSPEND = "suspend"  # 暂缓办理
    RESUME = "resume"
    ESCALATE = "escalate"  # 升级
    MERGE = "merge"  # 合并
    SPLIT = "split"  # 分离: a merged case goes its own way again
    WITHDRAW = "withdraw"  # 撤回
    REOPEN = "reopen"


_S = State


def _way(*after: State, to: State | None) -> Way:
    return Way(frozenset(after), to)


MACHINE = Machine(
    {
        Step.ASK_SUPPLEMENT: _way(_S.REGISTERED, _S.HANDLING, to=_S.SUPPLEMENTING),
        # Leads back to where it was asked from; commands.desk knows which.
        Step.SUPPLEMENT: _way(_S.SUPPLEMENTING, to=None),
        Step.ACCEPT: _way(_S.REGISTERED, to=_S.ACCEPTED),
        Step.NOT_ACCEPT: _way(_S.REGISTERED, _S.SUPPLEMENTING, to=_S.ENDED),
        Step.ASSIGN: _way(_S.ACCEPTED, _S.ASSIGNED, _S.HANDLING, to=_S.ASSIGNED),
        Step.SIGN: _way(_S.ASSIGNED, to=_S.HANDLING),
        Step.SEND_BACK: _way(_S.ASSIGNED, to=_S.ACCEPTED),
        Step.CONTACT: _way(_S.HANDLING, to=None),
        Step.ANSWER: _way(_S.HANDLING, to=_S.ANSWERED),
        Step.APPROVE: _way(_S.ANSWERED, to=_S.CALLING_BACK),
        Step.REDO: _way(_S.ANSWERED, _S.CALLING_BACK, to=_S.HANDLING),
        Step.TAKE_WORD: _way(_S.CALLING_BACK, to=_S.ENDED),
        Step.SUSPEND: _way(_S.HANDLING, to=_S.SUSPENDED),
        Step.RESUME: _way(_S.SUSPENDED, to=_S.HANDLING),
        Step.ESCALATE: _way(_S.ACCEPTED, _S.ASSIGNED, _S.HANDLING, _S.SUSPENDED, to=_S.ACCEPTED),
        Step.MERGE: _way(*OPEN, to=_S.ENDED),
        Step.SPLIT: _way(_S.ENDED, to=_S.ACCEPTED),
        Step.WITHDRAW: _way(*OPEN, to=_S.ENDED),
        Step.REOPEN: _way(_S.ENDED, to=_S.HANDLING),
    }
)

_CANNOT = gettext_noop("这件诉求现在是“%(state)s”，不能做这一步。请刷新页面看最新进展。")


def take(step: Step, state: str) -> State:
    """The state `step` leads to, or Refused (`cases.cannot_<step>`) with the present state in words."""
    try:
        return State(MACHINE.take(step, state))
    except IllegalStep as illegal:
        said = Message(_CANNOT, {"state": State(state).label})
        raise Refused(f"cases.cannot_{step}", said) from illegal


class Stage(TextChoices):
    """What a clock measures. The time limits of a service item are given per stage and urgency."""

    ACCEPT = "accept", _("受理")
    DISPATCH = "dispatch", _("派单")
    SIGN = "sign", _("签收")
    CONTACT = "contact", _("首次联系")
    HANDLE = "handle", _("办理")
    REVIEW = "review", _("审核")
    CALL_BACK = "call_back", _("回访")
    SUPPLEMENT = "supplement", _("补正")
    CONSULT = "consult", _("商请答复")


class Urgency(TextChoices):
    """How urgent, decided by the desk; the time limits differ (facts: urgent, ordinary, complex)."""

    URGENT = "urgent", _("紧急")
    ORDINARY = "ordinary", _("一般")
    COMPLEX = "complex", _("疑难")


class Channel(TextChoices):
    """The door a case came through. All doors lead to one intake."""

    WEB = "web", _("网上")
    PHONE = "phone", _("96871热线")
    WINDOW = "window", _("窗口")
    STATIONED = "stationed", _("驻企联络员")
    API = "api", _("接口")
    FILE_12345 = "file_12345", _("12345转办")
    OFFLINE = "offline", _("离线表格")
    SURVEY = "survey", _("问卷")


class PauseReason(TextChoices):
    """Why a clock stands still. There are no other reasons."""

    SUPPLEMENT = "supplement", _("待诉求人补正")
    SUSPENDED = "suspended", _("经批准暂缓办理")
