"""An XForm (ODK XForms specification) read into a Form; everything unsupported is told at once. Pure."""

from lxml import etree

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.annotations import read_requests
from huiqi.questionnaires.xform.definition import (
    OPENING_EVENTS,
    Fault,
    Form,
    FormError,
    Question,
    SetValue,
    Slot,
)
from huiqi.questionnaires.xform.places import Places, read_places
from huiqi.questionnaires.xform.planning import ordered_rules
from huiqi.questionnaires.xform.questions import ControlReader, walk_items
from huiqi.questionnaires.xform.safe_xml import MOST_FORM_BYTES, attribute, local, parse_xml
from huiqi.questionnaires.xform.words import Wording, read_texts
from huiqi.questionnaires.xpath.compiling import Expression
from huiqi.questionnaires.xpath.tree import Node

# A node with fewer children is searched as fast as looked up.
INDEXED_FROM = 12


def read_form(xml: str | bytes) -> Form:
    """The Form of an XForm's text.

    XmlRefused when it is no safe XML; FormError with every fault found: unreadable expressions, unknown
    places, unsupported controls, calculations in a circle.
    """
    raw = xml.encode() if isinstance(xml, str) else xml
    root = parse_xml(raw, most=MOST_FORM_BYTES)
    return _Reader(root).form()


class _Reader:
    def __init__(self, root: etree._Element) -> None:
        self._faults: list[Fault] = []
        head, body = _child(root, "head"), _child(root, "body")
        model = None if head is None else _child(head, "model")
        instances = [] if model is None else _children(model, "instance")
        primary = instances[0][0] if instances and len(instances[0]) else None
        if head is None or model is None or primary is None or body is None:
            raise _not_a_form()
        self._head, self._model, self._body, self._primary = head, model, body, primary
        self._others = instances[1:]

    def form(self) -> Form:
        repeat_paths = {str(one.get("nodeset")) for one in self._body.iter() if _is(one, "repeat")}
        places = read_places(self._primary, self._model, repeat_paths, self._faults)
        texts, languages, default = read_texts(_child(self._model, "itext"), places.compile, self._faults)
        wording = Wording(texts, places.compile, self._faults)
        places.read_binds(wording)
        body = ControlReader(places, wording, self._faults).body(self._body)
        set_values = (*self._set_values(places), *body.set_values)
        instances = self._instances()
        requests = read_requests(self._head, places.slots, places.compile)
        self._check_mentions(places, instances)
        if self._faults:
            raise FormError(tuple(self._faults))
        title = _child(self._head, "title")
        return Form(
            title="" if title is None else (title.text or "").strip(),
            id=attribute(self._primary, "id") or "",
            version=attribute(self._primary, "version") or "",
            root=places.root,
            slots=places.slots,
            body=body.items,
            questions=body.questions,
            repeats=body.repeats,
            rules=ordered_rules(places.slots, body.repeats),
            set_values=set_values,
            instances=instances,
            languages=languages,
            default_language=default,
            texts=texts,
            instance_name=_instance_name(places.slots),
            requests=requests,
        )

    def _set_values(self, places: Places) -> tuple[SetValue, ...]:
        found = []
        for element in self._model:
            name = local(element)
            if name == "setvalue":
                made = places.set_value(element, "", OPENING_EVENTS)
                found += [made] if made else []
            elif name in {"setgeopoint", "recordaudio", "setlocation"}:
                self._fault("", name, gettext_noop("不支持动作 %(name)s（后台定位或录音）。"), name=name)
        return tuple(found)

    def _instances(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for element in self._others:
            name = element.get("id") or ""
            if element.get("src"):
                said = gettext_noop("不支持外部数据文件 %(name)s。")
                self._fault("", "instance", said, name=element.get("src"))
                continue
            document = Node("")
            if len(element):
                document.add(_node(element[0]))
            found[name] = document
        return found

    def _check_mentions(self, places: Places, instances: dict[str, Node]) -> None:
        for path, aspect, expression in places.compiled:
            missing = sorted(
                {one.path for one in expression.mentions if one.path and one.path not in places.slots}
            )
            for gone in missing:
                said = gettext_noop("公式引用的位置 %(gone)s 不存在。")
                self._fault(path, aspect, said, gone=gone)
            for name in expression.instance_names:
                if name not in instances:
                    said = gettext_noop("公式引用的选项表 instance('%(name)s') 不存在。")
                    self._fault(path, aspect, said, name=name)

    def _fault(self, path: str, aspect: str, said: str, /, **values: object) -> None:
        self._faults.append(Fault(path, aspect, Message(said, values)))


def _instance_name(slots: dict[str, Slot]) -> Expression | None:
    for path, slot in slots.items():
        if path.endswith("/meta/instanceName"):
            return slot.bind.calculate
    return None


def _not_a_form() -> FormError:
    said = Message(gettext_noop("这不是 XForm 问卷：缺少 model、instance 或 body。"))
    return FormError((Fault("", "xform", said, Message(gettext_noop("请核对文件。"))),))


def _node(element: etree._Element) -> Node:
    node = Node(local(element), element.text or "")
    if len(element):
        node.text = "" if not node.text.strip() else node.text
        for child in element:
            node.add(_node(child))
        if len(element) >= INDEXED_FROM:
            node.found = {}
    for name, value in element.attrib.items():
        node.set_attribute(str(name).rpartition("}")[2], str(value))
    return node


def _is(element: etree._Element, name: str) -> bool:
    return isinstance(element.tag, str) and local(element) == name


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((one for one in element if _is(one, name)), None)


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [one for one in element if _is(one, name)]


def all_questions(form: Form) -> list[Question]:
    """The form's questions in the order of its pages."""
    return [item for item in walk_items(form.body) if isinstance(item, Question)]
