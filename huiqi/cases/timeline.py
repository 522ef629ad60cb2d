"""Events of a case in words for the staff's timeline: what happened, by whom, for whose eyes. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from huiqi.cases.green_channel import PassResult, PermitState
from huiqi.cases.happenings import Happening
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.workflow import Ending, Step, Urgency, Word
from huiqi.core.messages import Message, gettext_noop

_H, _S = Happening, Step
TITLES: Mapping[str, str] = {
    _S.ASK_SUPPLEMENT: gettext_noop("要求补正"),
    _S.SUPPLEMENT: gettext_noop("补正"),
    _S.ACCEPT: gettext_noop("受理"),
    _S.NOT_ACCEPT: gettext_noop("不予受理"),
    _S.ASSIGN: gettext_noop("派单"),
    _S.SIGN: gettext_noop("签收"),
    _S.SEND_BACK: gettext_noop("退回派单"),
    _S.CONTACT: gettext_noop("联系诉求人"),
    _S.ANSWER: gettext_noop("提交答复"),
    _S.APPROVE: gettext_noop("答复审核通过"),
    _S.REDO: gettext_noop("退回重办"),
    _S.TAKE_WORD: gettext_noop("办结"),
    _S.SUSPEND: gettext_noop("暂缓办理"),
    _S.RESUME: gettext_noop("恢复办理"),
    _S.ESCALATE: gettext_noop("升级"),
    _S.MERGE: gettext_noop("并入他件"),
    _S.SPLIT: gettext_noop("分离"),
    _S.WITHDRAW: gettext_noop("诉求人撤回"),
    _S.REOPEN: gettext_noop("诉求人重启"),
    _H.REGISTERED: gettext_noop("登记"),
    _H.NOTED: gettext_noop("内部备注"),
    _H.MESSAGED: gettext_noop("留言"),
    _H.CO_ASSIGNED: gettext_noop("增派协办"),
    _H.CO_ANSWERED: gettext_noop("协办答复"),
    _H.TAKEN_ON: gettext_noop("认领"),
    _H.HANDED_ON: gettext_noop("转交同事"),
    _H.APPROVAL_ASKED: gettext_noop("提请审批"),
    _H.APPROVAL_DECIDED: gettext_noop("审批"),
    _H.APPROVAL_WITHDRAWN: gettext_noop("撤回审批申请"),
    _H.CLOCK_MOVED: gettext_noop("时限变动"),
    _H.REMINDED: gettext_noop("催办"),
    _H.SUPERVISED: gettext_noop("督办"),
    _H.RAISED: gettext_noop("提请上级关注"),
    _H.CALLED_BACK: gettext_noop("回访"),
    _H.RATED: gettext_noop("诉求人评价"),
    _H.MEETING: gettext_noop("多次退回，提交会商"),
    _H.BACK_TO_DESK: gettext_noop("原主办单位已停用，重新派单"),
    _H.MERGED_OFFLINE: gettext_noop("离线包合并"),
    _H.ORDER_CANCELLED: gettext_noop("取消协办"),
    _H.MERGED_IN: gettext_noop("合并办理"),
    _H.TIED: gettext_noop("归入堵点"),
    _H.CONSULTED: gettext_noop("商请"),
    _H.UNMASKED: gettext_noop("查看诉求人身份"),
    _H.CLASSED: gettext_noop("调整分类"),
    _H.FIRM_LINKED: gettext_noop("关联企业"),
    _H.FIRM_UNLINKED: gettext_noop("取消关联企业"),
    _H.EXCLUDED: gettext_noop("不计入考核"),
    _H.PERMIT: gettext_noop("并联审批"),
    _H.PASS_CHECKED: gettext_noop("核对通行证"),
}
_ASKED = {
    "extension": gettext_noop("延期"),
    "suspension": gettext_noop("暂缓办理"),
    "exclusion": gettext_noop("申诉剔除"),
}
_PHASES = {
    "drafted": gettext_noop("起草督办单"),
    "issued": gettext_noop("签发督办单"),
    "answered": gettext_noop("回复督办"),
    "dropped": gettext_noop("不予签发"),
}
LETTER_PHASES = {
    "drafted": gettext_noop("起草商请函"),
    "reviewing": gettext_noop("商请函送审会签"),
    "countersigned": gettext_noop("会签同意"),
    "refused": gettext_noop("退回修改"),
    "approved": gettext_noop("审核通过"),
    "sent": gettext_noop("已发函"),
    "replied": gettext_noop("收到复函"),
    "raised": gettext_noop("到期未复，提请领导小组"),
    "withdrawn": gettext_noop("撤回商请函"),
}
_MADE_GOOD = gettext_noop("承诺的材料已补齐")
_NOT_ASKED = gettext_noop("单位没有账号，不用签收")
_GRANTED, _DECLINED = gettext_noop("同意"), gettext_noop("不同意")
_STATED = gettext_noop("线下办理日期：%(stated)s")
_PUBLIC_NAMES = ("to", "proposed", "from_desk", "to_desk")


@dataclass(frozen=True)
class Line:
    """One event. `title` and each of `marks` are msgids or names; `who` is a person, `unit` their office."""

    key: int
    kind: str
    title: str
    marks: tuple[str | Message, ...]
    unit: str
    who: str
    at: datetime
    text: str
    is_public: bool

    def with_text(self, text: str) -> "Line":
        """The same with another text."""
        return replace(self, text=text)


def units_named(events: Iterable[Any]) -> set[str]:
    """Public ids of units that the events' details name."""
    return {
        str(row.details[name])
        for row in events
        for name in _PUBLIC_NAMES
        if row.details.get(name) and row.kind not in {_H.MESSAGED}
    }


def line_of(event: Any, definition: ItemDefinition, units: Mapping[str, str]) -> Line:
    """The event in words; `units` are names by public id."""
    return Line(
        key=event.pk,
        kind=event.kind,
        title=TITLES.get(event.kind, event.kind),
        marks=tuple(_marks(event, definition, units)),
        unit=event.unit.name if event.unit else "",
        who=event.actor.name if event.actor else "",
        at=event.at,
        text=event.text,
        is_public=event.is_public,
    )


def _marks(event: Any, definition: ItemDefinition, units: Mapping[str, str]) -> Iterable[str | Message]:
    details: Mapping[str, Any] = event.details
    for name in ("to", "to_desk"):
        if details.get(name) in units:
            yield f"→ {units[details[name]]}"
    if event.kind == _S.SEND_BACK:
        yield dict(definition.return_reasons).get(details.get("reason", ""), "")
        if details.get("proposed") in units:
            yield f"→ {units[details['proposed']]}"
    elif event.kind == _S.NOT_ACCEPT:
        yield dict(definition.refusal_reasons).get(details.get("reason", ""), "")
    elif event.kind in {_S.ANSWER, _S.APPROVE} and details.get("proposed"):
        yield str(Ending(details["proposed"]).label)
    elif event.kind in _BY_KIND:
        yield from _BY_KIND[event.kind](details, definition)


def _classed(details: Mapping[str, Any], definition: ItemDefinition) -> Iterable[str]:
    topic = definition.topic(details.get("topic", ""))
    yield topic.title if topic else ""
    if details.get("urgency"):
        yield str(Urgency(details["urgency"]).label)


def _approval(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str]:
    yield _ASKED.get(details.get("asked", ""), "")
    if "granted" in details:
        yield _GRANTED if details["granted"] else _DECLINED


def _said(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str]:
    if details.get("word"):
        yield str(Word(details["word"]).label)


def _signed(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str]:
    if details.get("without_accounts"):
        yield _NOT_ASKED


def _supervised(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str]:
    yield _PHASES.get(details.get("phase", ""), "")
    yield str(details.get("unit_name", ""))


def _consulted(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str]:
    yield LETTER_PHASES.get(details.get("phase", ""), "")
    yield str(details.get("to_name", ""))


def _permit(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str]:
    phase = details.get("phase", "")
    yield str(PermitState(phase).label) if phase in PermitState.values else _MADE_GOOD


def _pass_checked(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str]:
    yield str(PassResult(details["result"]).label)


def _offline(details: Mapping[str, Any], _definition: ItemDefinition) -> Iterable[str | Message]:
    yield str(details.get("row", ""))
    if details.get("stated"):
        yield Message(_STATED, {"stated": details["stated"]})


_BY_KIND: Mapping[str, Callable[[Mapping[str, Any], ItemDefinition], Iterable[str | Message]]] = {
    _S.SIGN: _signed,
    _H.MERGED_OFFLINE: _offline,
    _H.PERMIT: _permit,
    _H.PASS_CHECKED: _pass_checked,
    _H.CONSULTED: _consulted,
    _H.CLASSED: _classed,
    _H.APPROVAL_ASKED: _approval,
    _H.APPROVAL_DECIDED: _approval,
    _H.APPROVAL_WITHDRAWN: _approval,
    _H.CALLED_BACK: _said,
    _H.RATED: _said,
    _S.TAKE_WORD: _said,
    _H.SUPERVISED: _supervised,
}
