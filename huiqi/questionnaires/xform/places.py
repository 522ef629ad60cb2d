"""The places of a form: its document with defaults, and the binds with their compiled expressions. Pure."""

from collections.abc import Collection

from lxml import etree

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.annotations import read_meaning
from huiqi.questionnaires.xform.definition import Bind, Fault, SetValue, Slot
from huiqi.questionnaires.xform.safe_xml import attribute, local
from huiqi.questionnaires.xform.support import REFUSED_TYPES
from huiqi.questionnaires.xform.words import Wording
from huiqi.questionnaires.xpath.compiling import Expression, compile_expression
from huiqi.questionnaires.xpath.problems import XPathError

# Names by which older forms call the types of choices and text.
_TYPES = {"select": "string", "select1": "string", "odk:rank": "string", "rank": "string", "": "string"}
KNOWN_TYPES = frozenset(
    {"string", "int", "boolean", "decimal", "date", "time", "dateTime", "geopoint", "binary"}
)


class Places:
    """Slots by path, and every expression compiled so far with where it stands."""

    def __init__(
        self, root: Slot, slots: dict[str, Slot], repeats: Collection[str], faults: list[Fault]
    ) -> None:
        self.root = root
        self.slots = slots
        self.compiled: list[tuple[str, str, Expression]] = []
        self._repeats = frozenset(repeats)
        self._faults = faults
        self._binds: list[etree._Element] = []

    def compile(self, text: str, path: str, aspect: str) -> Expression | None:
        """The expression of a place, or None when it has a fault, which is noted."""
        try:
            found = compile_expression(text, context=path or None, repeats=self._repeats)
        except XPathError as error:
            self._faults.append(Fault(path, aspect, error.said, error.advice))
            return None
        self.compiled.append((path, aspect, found))
        return found

    def take_binds(self, model: etree._Element) -> None:
        self._binds = [one for one in model if isinstance(one.tag, str) and local(one) == "bind"]

    def read_binds(self, wording: Wording) -> None:
        """Give every slot its rules."""
        for element in self._binds:
            path = plain(element.get("nodeset") or "")
            slot = self.slots.get(path)
            if slot is None:
                said = Message(gettext_noop("规则指向的位置 %(path)s 不存在。"), {"path": path})
                self._faults.append(Fault(path, "bind", said))
                continue
            slot.bind = self._bind(element, path, wording)

    def _bind(self, element: etree._Element, path: str, wording: Wording) -> Bind:
        return Bind(
            type=self._type(element, path),
            relevant=self._expression(element, path, "relevant"),
            required=self._expression(element, path, "required"),
            constraint=self._expression(element, path, "constraint"),
            calculate=self._expression(element, path, "calculate"),
            readonly=self._expression(element, path, "readonly"),
            constraint_message=wording.attribute(attribute(element, "constraintMsg"), path),
            required_message=wording.attribute(attribute(element, "requiredMsg"), path),
            preload=attribute(element, "preload") or "",
            preload_parameter=attribute(element, "preloadParams") or "",
            meaning=read_meaning(element),
        )

    def _type(self, element: etree._Element, path: str) -> str:
        given = (element.get("type") or "").removeprefix("xsd:").removeprefix("xs:")
        found = _TYPES.get(given, given)
        if found in KNOWN_TYPES:
            return found
        if found in REFUSED_TYPES:
            what = Message(REFUSED_TYPES[found])
            said = Message(gettext_noop("不支持题型 %(type)s（%(what)s）。"), {"type": found, "what": what})
            self._faults.append(Fault(path, "type", said))
        return "string"

    def _expression(self, element: etree._Element, path: str, name: str) -> Expression | None:
        text = element.get(name)
        return self.compile(text, path, name) if text and text.strip() else None

    def set_value(self, element: etree._Element, around: str, heard: Collection[str]) -> SetValue | None:
        """The action of a `<setvalue>`. `heard` are the events that reach it where it stands."""
        path = self.path_of(element, around)
        unheard = sorted(set((element.get("event") or "").split()) - set(heard)) or (
            [] if element.get("event") else ["event"]
        )
        if unheard:
            deaf = gettext_noop("写在这里的 setvalue 不会执行：%(event)s。")
            advice = gettext_noop("值变化时的动作写在那道题里（trigger 列）；打开时的动作写默认值。")
            values = {"event": "、".join(unheard)}
            self._faults.append(Fault(path, "setvalue", Message(deaf, values), Message(advice)))
        if path not in self.slots:
            said = Message(gettext_noop("动作指向的位置 %(path)s 不存在。"), {"path": path})
            self._faults.append(Fault(path, "setvalue", said))
            return None
        events = frozenset((element.get("event") or "").split())
        text = element.get("value")
        value = self.compile(text, path, "default") if text else None
        return SetValue(path, events, value, element.text or "")

    def path_of(self, element: etree._Element, around: str) -> str:
        """The place an element of the body speaks of; relative ones count from the group around."""
        given = plain(element.get("ref") or element.get("nodeset") or "")
        if given.startswith("/") or not given:
            return given
        return f"{around}/{given.removeprefix('./')}"


def plain(path: str) -> str:
    """A path without spaces and prefixes."""
    return "/".join(name.strip().rpartition(":")[2] for name in path.strip().split("/"))


def read_places(
    primary: etree._Element, model: etree._Element, repeats: Collection[str], faults: list[Fault]
) -> Places:
    """The document of the form as slots, its repeats counted, its defaults kept."""
    slots: dict[str, Slot] = {}
    wanted = frozenset(plain(path) for path in repeats)
    root = _slot(primary, "", wanted, slots)
    places = Places(root, slots, wanted, faults)
    places.take_binds(model)
    return places


def _slot(element: etree._Element, above: str, repeats: frozenset[str], slots: dict[str, Slot]) -> Slot:
    name = local(element)
    path = f"{above}/{name}"
    slot = slots.get(path)
    is_template = attribute(element, "template") is not None
    if slot is None:
        slot = Slot(name, path, is_repeat=path in repeats, initial=0 if is_template else 1)
        slot.attributes = {str(key): str(value) for key, value in element.attrib.items() if not is_template}
        slots[path] = slot
    elif not is_template:
        slot.initial += 1
    if not len(element):
        slot.default = slot.default or (element.text or "")
    for child in element:
        if isinstance(child.tag, str):
            found = _slot(child, path, repeats, slots)
            slot.children.setdefault(found.name, found)
    return slot
