"""What changed between two versions, in words for who reads no formulas. Pure."""

import re
from collections.abc import Callable, Mapping

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.builder.conditions import HOWS, WITHOUT_VALUE, condition_of
from huiqi.questionnaires.builder.limits import limits_said
from huiqi.questionnaires.builder.plan import Condition, Item, ItemKind
from huiqi.questionnaires.builder.reading import limits_and_rule
from huiqi.questionnaires.xform.definition import Form, Kind
from huiqi.questionnaires.xform.differences import Aspect, Difference, options_of

ASPECTS: Mapping[Aspect, str] = {
    Aspect.ADDED: gettext_noop("新增的题"),
    Aspect.REMOVED: gettext_noop("删去的题"),
    Aspect.KIND: gettext_noop("题型"),
    Aspect.LABEL: gettext_noop("题目"),
    Aspect.CHOICES: gettext_noop("选项"),
    Aspect.CONDITION: gettext_noop("什么时候问"),
    Aspect.REQUIRED: gettext_noop("必填"),
    Aspect.CONSTRAINT: gettext_noop("对答案的要求"),
    Aspect.CALCULATION: gettext_noop("计算的公式"),
}
KINDS: Mapping[str, str] = {
    "text": gettext_noop("文字"),
    "integer": gettext_noop("整数"),
    "decimal": gettext_noop("小数"),
    "date": gettext_noop("日期"),
    "time": gettext_noop("时间"),
    "datetime": gettext_noop("日期和时间"),
    "select_one": gettext_noop("单选"),
    "select_multiple": gettext_noop("多选"),
    "rank": gettext_noop("排序"),
    "range": gettext_noop("刻度"),
    "note": gettext_noop("说明文字"),
    "acknowledge": gettext_noop("打勾确认"),
    "geopoint": gettext_noop("位置"),
    "image": gettext_noop("照片"),
    "file": gettext_noop("文件"),
    "hidden": gettext_noop("不显示"),
}
_PLACE = re.compile(r"/data(?:/[\w.\-]+)+")
_ITEM_KINDS = {
    Kind.INTEGER: ItemKind.INTEGER,
    Kind.DECIMAL: ItemKind.DECIMAL,
    Kind.DATE: ItemKind.DATE,
    Kind.SELECT_MULTIPLE: ItemKind.MANY,
    Kind.TEXT: ItemKind.TEXT,
}
Told = Message | str


def before_and_after(change: Difference, old: Form, new: Form) -> tuple[Told, Told]:
    """Both sides of a change; "" for a side on which there was nothing."""
    say = _SAID.get(change.aspect)
    if say is None:
        return change.before, change.after
    return say(change.before, change.path, old), say(change.after, change.path, new)


def _kind(text: str, path: str, form: Form) -> Told:
    return Message(KINDS[text]) if text in KINDS else text


def _required(text: str, path: str, form: Form) -> Told:
    sure = {"true()": gettext_noop("必填"), "": gettext_noop("可以不填"), "false()": gettext_noop("可以不填")}
    return Message(sure[text]) if text in sure else _formula(text, path, form)


def _condition(text: str, path: str, form: Form) -> Told:
    if not text:
        return Message(gettext_noop("总是问"))
    places = {place.rpartition("/")[2]: place for place in _PLACE.findall(text)}
    found = condition_of(_PLACE.sub(lambda match: f"${{{match[0].rpartition('/')[2]}}}", text))
    if found is None:
        return _formula(text, path, form)
    return _parts(found, places, form)


def _parts(condition: Condition, places: Mapping[str, str], form: Form) -> Message:
    join = gettext_noop("或者 ") if condition.is_any else gettext_noop("并且 ")
    said: list[object] = []
    for part in condition.parts:
        place = places[part.of]
        question = form.questions.get(place)
        labels = {one.value: one.label for one in options_of(form, question)} if question else {}
        value = "" if part.how in WITHOUT_VALUE else f"“{labels.get(part.value, part.value)}”"
        values = {"label": form.plain_label(place), "how": Message(HOWS[part.how]), "value": value}
        values["join"] = Message(join) if said else ""
        said.append(Message(gettext_noop("%(join)s“%(label)s”%(how)s%(value)s"), values))
    return Message("%(parts)s", {"parts": tuple(said)})


def _constraint(text: str, path: str, form: Form) -> Told:
    if not text:
        return Message(gettext_noop("没有"))
    question = form.questions[path]
    kind = _ITEM_KINDS.get(question.kind)
    limits, rule = limits_and_rule(kind, text) if kind else ({}, text)
    labels = {one.value: one.label for one in options_of(form, question)}
    if limits and not rule and kind is not None:
        return limits_said(Item(kind, "q").but(**limits), labels)
    return _formula(text, path, form)


def _formula(text: str, path: str, form: Form) -> str:
    """The formula with questions by their labels."""
    return _PLACE.sub(lambda match: f"“{form.plain_label(match[0])}”", text)


_SAID: Mapping[Aspect, Callable[[str, str, Form], Told]] = {
    Aspect.KIND: _kind,
    Aspect.REQUIRED: _required,
    Aspect.CONDITION: _condition,
    Aspect.CONSTRAINT: _constraint,
    Aspect.CALCULATION: _formula,
}
