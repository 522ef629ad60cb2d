"""A submission judged against its form. Pure.

    violations = validate(form, xml, today=…, now=…).violations

The same judgement as on the pages; a calculated value that differs is overwritten and listed, never a
reason to reject; everything else is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xform.checking import Violation, Wrong, check_under, violation
from huiqi.questionnaires.xform.definition import Form, RuleKind, Slot
from huiqi.questionnaires.xform.filling import Filling, path_of
from huiqi.questionnaires.xform.safe_xml import (
    MOST_SUBMISSION_BYTES,
    XmlRefused,
    attribute,
    local,
    parse_xml,
)
from huiqi.questionnaires.xform.stored import same
from huiqi.questionnaires.xform.support import MOST_INSTANCES, MOST_NODES
from huiqi.questionnaires.xpath.tree import Node

# What clients put into `meta` of their own accord (ODK XForms, Metadata).
META = frozenset(
    {
        "instanceID",
        "instanceName",
        "deprecatedID",
        "timeStart",
        "timeEnd",
        "userID",
        "deviceID",
        "email",
        "phoneNumber",
        "simSerial",
        "subscriberID",
        "audit",
    }
)
MOST_TOLD = 200


@dataclass(frozen=True)
class Judgement:
    """What was found. `filling` holds the submission with its calculated values put right, unless it is None
    because the file could not be read as a submission of this form."""

    violations: tuple[Violation, ...]
    filling: Filling | None = None

    @property
    def is_ok(self) -> bool:
        return all(one.is_overwritten for one in self.violations)

    @property
    def instance_id(self) -> str:
        """The submission's own identifier, "" when it has none."""
        meta = self.filling.root.named.get("meta", []) if self.filling else []
        found = meta[0].named.get("instanceID", []) if meta else []
        return found[0].text.strip() if found else ""


def validate(form: Form, xml: bytes | str, *, today: date, now: datetime, language: str = "") -> Judgement:
    """Judge a submission's XML by the form. `now` is aware; `today` is what today() means."""
    raw = xml.encode() if isinstance(xml, str) else xml
    try:
        root = parse_xml(raw, most=MOST_SUBMISSION_BYTES)
    except XmlRefused as refused:
        return Judgement((Violation("", Wrong.UNKNOWN, refused.said),))
    return judge(form, root, today=today, now=now, language=language)


def judge(form: Form, root: etree._Element, *, today: date, now: datetime, language: str = "") -> Judgement:
    """As `validate`, of a submission that was parsed already (safe_xml.parse_xml)."""
    wrong = _wrong_form(form, root)
    if wrong is not None:
        return Judgement((wrong,))
    filling = Filling(form, today=today, now=now, language=language, seed=0)
    reader = _Reader(filling)
    reader.read(root)
    if reader.is_too_much:
        said = gettext_noop("提交的内容有%(most)s处以上，没有读取。")
        return Judgement((violation("", Wrong.UNKNOWN, said, most=MOST_NODES),))
    given = _calculated(filling)
    filling.work_out()
    found = [
        *reader.found,
        *_miscounted(filling),
        *_irrelevant(filling.root),
        *check_under(filling, filling.root),
        *_differences(filling, given),
    ]
    return Judgement(tuple(found[:MOST_TOLD]), filling)


def _wrong_form(form: Form, root: etree._Element) -> Violation | None:
    if local(root) != form.root.name:
        said = gettext_noop("提交的根节点是 %(given)s，这份问卷的是 %(name)s。请核对是不是这份问卷的答卷。")
        return violation(f"/{local(root)}", Wrong.UNKNOWN, said, given=local(root), name=form.root.name)
    given_id, given_version = attribute(root, "id"), attribute(root, "version") or ""
    if given_id is not None and given_id != form.id:
        said = gettext_noop("这是问卷 %(given)s 的答卷，不是 %(id)s 的。")
        return violation(form.root.path, Wrong.VERSION, said, given=given_id, id=form.id)
    if given_version != form.version:
        said = gettext_noop("答卷按版本 %(given)s 填写，这里要版本 %(version)s。请用填写时的版本核对。")
        if not given_version:
            said = gettext_noop("答卷没有写明版本，这里要版本 %(version)s。")
        return violation(form.root.path, Wrong.VERSION, said, given=given_version, version=form.version)
    return None


class _Reader:
    """Puts a submission's elements into the places of the form."""

    def __init__(self, filling: Filling) -> None:
        self._filling = filling
        self._read = 0
        self.found: list[Violation] = []

    @property
    def is_too_much(self) -> bool:
        return self._read > MOST_NODES

    def read(self, root: etree._Element) -> None:
        document = self._filling.document
        slot = self._filling.form.root
        document.add(self._node(root, slot, document))

    def _node(self, element: etree._Element, slot: Slot, parent: Node) -> Node:
        self._read += 1
        node = Node(slot.name, "", parent, slot)
        if not slot.children:
            node.text = element.text or ""
            for child in element:
                self._unknown(child, f"{slot.path}/{local(child)}")
            return node
        given = self._sorted(element, slot)
        for name, child in slot.children.items():
            twins = given.get(name, [])
            if not twins and not child.is_repeat:
                node.add(self._blank(child, node))
            for one in twins[: self._allowed(child, len(twins))]:
                if self.is_too_much:
                    return node
                node.add(self._node(one, child, node))
        return node

    def _sorted(self, element: etree._Element, slot: Slot) -> dict[str, list[etree._Element]]:
        given: dict[str, list[etree._Element]] = {}
        for child in element:
            name = local(child)
            if name in slot.children:
                if attribute(child, "template") is None:
                    given.setdefault(name, []).append(child)
            elif slot.name != "meta" and name != "meta" or name not in META | {"meta"}:
                self._unknown(child, f"{slot.path}/{name}")
        return given

    def _blank(self, slot: Slot, parent: Node) -> Node:
        """A place that was not sent: without default, for a client sends what it holds."""
        node = Node(slot.name, "", parent, slot)
        for child in slot.children.values():
            if not child.is_repeat:
                node.add(self._blank(child, node))
        return node

    def _allowed(self, slot: Slot, given: int) -> int:
        most = MOST_INSTANCES if slot.is_repeat else 1
        if given > most:
            said = gettext_noop("%(name)s 有%(given)s组，最多%(most)s组。")
            self.found.append(
                violation(slot.path, Wrong.REPEAT, said, name=slot.name, given=given, most=most)
            )
        return most

    def _unknown(self, element: etree._Element, path: str) -> None:
        if len(self.found) < MOST_TOLD:
            said = gettext_noop("问卷里没有 %(path)s 这一处。")
            self.found.append(violation(path, Wrong.UNKNOWN, said, path=path))


def _miscounted(filling: Filling) -> Iterator[Violation]:
    """Repeats with more instances than the form says; missing ones are judged as blank."""
    for path, wanted, given in filling.resized:
        if given > wanted:
            said = gettext_noop("%(name)s 应有%(wanted)s组，提交了%(given)s组。")
            yield violation(
                path, Wrong.REPEAT, said, name=path.rpartition("/")[2], wanted=wanted, given=given
            )


def _irrelevant(node: Node) -> Iterator[Violation]:
    """Answers to what the form does not ask, after the answers that were given."""
    if node.name == "meta":
        return
    if not node.is_relevant:
        for one in [node, *node.descendants()]:
            is_answer = one.text.strip() and not one.children and one.slot.bind.calculate is None
            if is_answer and one.text != one.slot.default:
                said = gettext_noop("按前面的回答，不应回答 %(name)s。")
                yield violation(path_of(one), Wrong.IRRELEVANT, said, name=one.name)
        return
    for child in node.children:
        yield from _irrelevant(child)


def _calculated(filling: Filling) -> list[tuple[Node, str]]:
    """What was sent for every calculated place that can be worked out again."""
    rules = [rule for rule in filling.form.rules if rule.kind is RuleKind.CALCULATE]
    return [
        (node, node.text)
        for rule in rules
        if not rule.expression.is_volatile and "/meta/" not in rule.path
        for node in filling.nodes_at(rule.path)
    ]


def _differences(filling: Filling, given: list[tuple[Node, str]]) -> Iterator[Violation]:
    for node, text in given:
        if node.is_relevant and not same(text, node.text):
            said = gettext_noop("%(name)s 由系统计算：提交的是“%(given)s”，已按“%(value)s”保存。")
            values = {"name": node.name, "given": text[:40], "value": node.text[:40]}
            yield violation(path_of(node), Wrong.CALCULATED, said, **values)
