"""What is wrong with answers: one judgement for pages and for submissions. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.definition import CHOOSING, Kind, Question, Words
from huiqi.questionnaires.xform.filling import Filling, path_of
from huiqi.questionnaires.xform.stored import fits, kind_of_type, on_scale
from huiqi.questionnaires.xform.support import LONGEST_ANSWER
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import to_boolean


class Wrong(Enum):
    """The kinds of violations; the names are part of the command line's contract."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    IRRELEVANT = "irrelevant"
    TYPE = "type"
    CHOICE = "choice"
    UNKNOWN = "unknown_node"
    VERSION = "version"
    REPEAT = "repeat"
    CALCULATED = "calculated"


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong, where, and in Chinese. `overwritten` ones are put right by themselves."""

    path: str
    kind: Wrong
    said: Message

    @property
    def message(self) -> str:
        return str(self.said)

    @property
    def is_overwritten(self) -> bool:
        return self.kind is Wrong.CALCULATED


def violation(path: str, kind: Wrong, said: str, /, **values: object) -> Violation:
    return Violation(path, kind, Message(said, values))


_TYPES = {
    Kind.INTEGER: gettext_noop("“%(label)s”要填整数，如 35；不要写单位和逗号。"),
    Kind.DECIMAL: gettext_noop("“%(label)s”要填数字，如 35 或 3.5；不要写单位和逗号。"),
    Kind.RANGE: gettext_noop("“%(label)s”要填刻度上的数字。"),
    Kind.DATE: gettext_noop("“%(label)s”要填日期，如 2020-02-09。"),
    Kind.TIME: gettext_noop("“%(label)s”要填时间，如 14:30。"),
    Kind.DATETIME: gettext_noop("“%(label)s”要填日期和时间，如 2020-02-09T14:30:00+08:00。"),
    Kind.GEOPOINT: gettext_noop("“%(label)s”要填纬度和经度，如 28.2282 112.9388。"),
    Kind.IMAGE: gettext_noop("“%(label)s”要填图片的文件名，不带文件夹。"),
    Kind.FILE: gettext_noop("“%(label)s”要填文件名，不带文件夹。"),
    Kind.ACKNOWLEDGE: gettext_noop("“%(label)s”只能是 OK。"),
}


def check_node(filling: Filling, node: Node) -> Violation | None:
    """The first thing wrong with a relevant node that holds an answer, or None."""
    path = node.slot.path
    question = filling.form.questions.get(path)
    text = node.text
    if not text.strip():
        return _missing(filling, node)
    if len(text) > LONGEST_ANSWER:
        long = gettext_noop("“%(label)s”有%(length)s个字，最多%(most)s个。请写短。")
        return _said(filling, node, Wrong.TYPE, long, length=len(text), most=LONGEST_ANSWER)
    kind = question.kind if question else kind_of_type(node.slot.bind.type)
    if kind is not Kind.NOTE and not fits(text, kind):
        return _said(filling, node, Wrong.TYPE, _TYPES[kind])
    if question is not None and kind in CHOOSING:
        found = _check_choice(filling, node, question)
        if found is not None:
            return found
    if question is not None and question.range is not None and not on_scale(text, question.range):
        scale = gettext_noop("“%(label)s”要在%(start)s到%(end)s之间，每档%(step)s。")
        values = {"start": question.range.start, "end": question.range.end, "step": question.range.step}
        shown = {name: f"{number:g}" for name, number in values.items()}
        return _said(filling, node, Wrong.TYPE, scale, **shown)
    return _unmet(filling, node)


def _missing(filling: Filling, node: Node) -> Violation | None:
    if node.slot.bind.required is None or not filling.is_required(node):
        return None
    own = _words(filling, node.slot.bind.required_message, node)
    if own:
        return _said(filling, node, Wrong.REQUIRED, gettext_noop("“%(label)s”：%(own)s"), own=own)
    question = filling.form.questions.get(node.slot.path)
    is_choice = question is not None and question.kind in {*CHOOSING, Kind.ACKNOWLEDGE}
    said = gettext_noop("“%(label)s”还没有填。请填写。")
    return _said(
        filling, node, Wrong.REQUIRED, gettext_noop("“%(label)s”还没有选。请选择。") if is_choice else said
    )


def _check_choice(filling: Filling, node: Node, question: Question) -> Violation | None:
    chosen = [node.text] if question.kind is Kind.SELECT_ONE else node.text.split()
    allowed = filling.choice_values(question, node)
    for one in chosen:
        if one not in allowed:
            gone = gettext_noop("“%(label)s”没有选项“%(choice)s”，或者按前面的回答不能选。请重新选择。")
            return _said(filling, node, Wrong.CHOICE, gone, choice=one[:40])
    if len(set(chosen)) != len(chosen):
        return _said(filling, node, Wrong.CHOICE, gettext_noop("“%(label)s”有重复的选项。请重新选择。"))
    if question.kind is Kind.RANK and len(chosen) != len(allowed):
        return _said(filling, node, Wrong.CHOICE, gettext_noop("“%(label)s”要把全部选项都排上顺序。"))
    return None


def _unmet(filling: Filling, node: Node) -> Violation | None:
    rule = node.slot.bind.constraint
    if rule is None or to_boolean(filling.evaluate(rule, node, default=False)):
        return None
    own = _words(filling, node.slot.bind.constraint_message, node)
    if own:
        return _said(filling, node, Wrong.CONSTRAINT, gettext_noop("“%(label)s”：%(own)s"), own=own)
    return _said(filling, node, Wrong.CONSTRAINT, gettext_noop("“%(label)s”不合要求。请核对后重新填写。"))


def _words(filling: Filling, words: Words, node: Node) -> str:
    return filling.say(words, node).strip() if words else ""


def _said(filling: Filling, node: Node, kind: Wrong, said: str, /, **values: object) -> Violation:
    label = filling.form.plain_label(node.slot.path)
    return violation(path_of(node), kind, said, label=label, **values)


def check_under(filling: Filling, node: Node) -> Iterator[Violation]:
    """Everything wrong in the relevant nodes at and under `node`."""
    if not node.is_relevant or node.name == "meta":
        return
    if not node.slot.children:
        found = check_node(filling, node)
        if found is not None:
            yield found
        return
    for child in node.children:
        if child.slot is not None:
            yield from check_under(filling, child)
