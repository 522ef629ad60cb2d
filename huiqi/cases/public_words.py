"""A case in the requester's words: nine words for where it stands, a line for each public event. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiqi.cases.happenings import Happening
from huiqi.cases.workflow import Ending, State, Step, Word
from huiqi.core.messages import Message, gettext_noop


@dataclass(frozen=True)
class PublicWord:
    """One of the nine words, with icon and tone of the tags, and what it means for the requester."""

    text: str
    icon: str
    tone: str
    means: str


_WORDS = {
    State.REGISTERED: PublicWord(
        gettext_noop("待受理"), "clock", "wait", gettext_noop("已登记，受理单位正在看是否受理。")
    ),
    State.SUPPLEMENTING: PublicWord(
        gettext_noop("等您补充"), "hourglass", "near", gettext_noop("缺少材料或情况，补充后继续办理。")
    ),
    State.ACCEPTED: PublicWord(
        gettext_noop("已受理"), "check", "ok", gettext_noop("已受理，正在交给一家单位牵头办理。")
    ),
    State.ASSIGNED: PublicWord(
        gettext_noop("已受理"), "check", "ok", gettext_noop("已交给牵头单位，等待对方签收。")
    ),
    State.HANDLING: PublicWord(gettext_noop("办理中"), "refresh", "wait", gettext_noop("牵头单位正在办理。")),
    State.ANSWERED: PublicWord(
        gettext_noop("办理中"), "refresh", "wait", gettext_noop("牵头单位已提出答复，正在审核。")
    ),
    State.CALLING_BACK: PublicWord(
        gettext_noop("等您评价"), "message-report", "near", gettext_noop("已有答复。办得怎样，由您说了算。")
    ),
    State.SUSPENDED: PublicWord(
        gettext_noop("暂缓办理"), "circle-dashed", "wait", gettext_noop("经批准暂缓，到复查日期会再看。")
    ),
}
_ENDED = PublicWord(gettext_noop("已办结"), "circle-check", "ok", gettext_noop("这件诉求已经办结。"))
_ENDED_BY = {
    Ending.NOT_ACCEPTED: PublicWord(
        gettext_noop("不予受理"), "circle-minus", "no", gettext_noop("没有受理，理由见下面。")
    ),
    Ending.WITHDRAWN: PublicWord(gettext_noop("已撤回"), "x", "no", gettext_noop("您已撤回这件诉求。")),
    Ending.MERGED: PublicWord(
        _ENDED.text, _ENDED.icon, "ok", gettext_noop("已并入另一件一起办理，有答复时同样告诉您。")
    ),
}


def public_word(case: Any) -> PublicWord:
    """Where a case stands, for its requester."""
    if case.state == State.ENDED:
        return _ENDED_BY.get(case.ending, _ENDED)
    return _WORDS[State(case.state)]


@dataclass(frozen=True)
class PublicLine:
    """One public event: what happened, by which office, what was said to or by the requester."""

    title: str
    unit: str
    at: datetime
    text: str
    mark: str = ""


_H, _S = Happening, Step
# Kinds whose typed text is meant for the requester, or came from there. Others' text is for colleagues.
_SAID_TO_REQUESTER = frozenset({
    _S.ASK_SUPPLEMENT, _S.SUPPLEMENT, _S.NOT_ACCEPT, _S.APPROVE, _S.WITHDRAW, _S.REOPEN, _H.MESSAGED,
})  # fmt: skip
_TITLES: Mapping[str, str] = {
    _H.REGISTERED: gettext_noop("已登记"),
    _S.ACCEPT: gettext_noop("已受理"),
    _S.NOT_ACCEPT: gettext_noop("不予受理"),
    _S.ASK_SUPPLEMENT: gettext_noop("请您补充"),
    _S.SUPPLEMENT: gettext_noop("您补充了情况"),
    _S.ASSIGN: gettext_noop("交给单位办理"),
    _S.SIGN: gettext_noop("办理单位已签收"),
    _S.SEND_BACK: gettext_noop("改由其他单位办理"),
    _S.ESCALATE: gettext_noop("交由上一级办理"),
    _S.SUSPEND: gettext_noop("经批准暂缓办理"),
    _S.RESUME: gettext_noop("恢复办理"),
    _S.APPROVE: gettext_noop("有了答复"),
    _S.REDO: gettext_noop("重新办理"),
    _S.TAKE_WORD: gettext_noop("已办结"),
    _S.MERGE: gettext_noop("并入另一件一起办理"),
    _S.SPLIT: gettext_noop("恢复单独办理"),
    _S.WITHDRAW: gettext_noop("您撤回了诉求"),
    _S.REOPEN: gettext_noop("您要求继续办理"),
    _H.MESSAGED: gettext_noop("留言"),
    _H.CLOCK_MOVED: gettext_noop("办理期限有变动"),
    _H.CALLED_BACK: gettext_noop("电话回访"),
    _H.RATED: gettext_noop("您作了评价"),
    _H.SUPERVISED: gettext_noop("已督办"),
    _H.RAISED: gettext_noop("已提请上一级关注"),
    _H.MERGED_IN: gettext_noop("与同类诉求合并办理"),
    _H.CO_ASSIGNED: gettext_noop("增加协办单位"),
}
_CLASSED = gettext_noop("有新的进展")


def public_lines(events: Iterable[Any]) -> list[PublicLine]:
    """The public events, the newest first, without names of staff and without words among colleagues."""
    return [_line(event) for event in reversed(list(events))]


def _line(event: Any) -> PublicLine:
    title = _TITLES.get(event.kind, _CLASSED)
    if event.kind == _H.MESSAGED:
        is_ours = event.details.get("to") == "requester"
        title = gettext_noop("办理单位留言") if is_ours else gettext_noop("您的留言")
    text = event.text if event.kind in _SAID_TO_REQUESTER else ""
    mark = ""
    if event.kind in {_H.RATED, _H.CALLED_BACK, _S.TAKE_WORD} and event.details.get("word"):
        mark = str(Word(event.details["word"]).label)
    unit = event.unit.name if event.unit is not None and event.unit_id else ""
    return PublicLine(title, unit, event.at, text, mark)


def asked_for(case: Any, events: Iterable[Any]) -> str:
    """What the requester is asked to add, while the case waits for it; "" otherwise."""
    if case.state != State.SUPPLEMENTING:
        return ""
    asked = [event.text for event in events if event.kind == _S.ASK_SUPPLEMENT]
    return asked[-1] if asked else ""


def next_words(case: Any, office: str) -> Message | None:
    """Whose turn it is, when no date says it: the requester's own."""
    if case.state == State.CALLING_BACK:
        return Message(
            gettext_noop("请在下面告诉%(office)s办得怎样。没有解决的会退回重办。"), {"office": office}
        )
    return None
