"""The body of an XForm: its controls, groups and repeats as questions. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.definition import (
    CHANGE_EVENTS,
    OPENING_EVENTS,
    Fault,
    Group,
    Inline,
    Item,
    Itemset,
    Kind,
    Question,
    Range,
    Repeat,
    SetValue,
)
from huiqi.questionnaires.xform.places import Places, plain
from huiqi.questionnaires.xform.safe_xml import attribute, local
from huiqi.questionnaires.xform.support import refused_appearance
from huiqi.questionnaires.xform.words import Wording
from huiqi.questionnaires.xpath.paths import local_name

_INPUTS = {
    "int": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.DATETIME,
    "geopoint": Kind.GEOPOINT,
}
_CONTROLS = {
    "select1": Kind.SELECT_ONE,
    "select": Kind.SELECT_MULTIPLE,
    "rank": Kind.RANK,
    "range": Kind.RANGE,
    "trigger": Kind.ACKNOWLEDGE,
}
_AROUND = frozenset({"label", "hint", "setvalue", "item", "itemset"})


@dataclass
class Body:
    """What was found."""

    items: tuple[Item, ...] = ()
    questions: dict[str, Question] = field(default_factory=dict)
    repeats: dict[str, Repeat] = field(default_factory=dict)
    # Actions that stand in groups and repeats, not in a question.
    set_values: list[SetValue] = field(default_factory=list)


def walk_items(items: tuple[Item, ...]) -> Iterator[Item]:
    """Every group, repeat and question in order."""
    for item in items:
        yield item
        if not isinstance(item, Question):
            yield from walk_items(item.children)


class ControlReader:
    """Reads controls; faults are noted and the control left out."""

    def __init__(self, places: Places, wording: Wording, faults: list[Fault]) -> None:
        self._places = places
        self._wording = wording
        self._faults = faults
        self._body = Body()

    def body(self, element: etree._Element) -> Body:
        self._body.items = self._items(element, self._places.root.path)
        return self._body

    def _items(self, element: etree._Element, around: str) -> tuple[Item, ...]:
        found: list[Item] = []
        for child in element:
            name = local(child) if isinstance(child.tag, str) else ""
            if name == "setvalue":
                made = self._places.set_value(child, around, OPENING_EVENTS)
                self._body.set_values += [made] if made else []
            elif not name or name in _AROUND:
                continue
            elif name == "group":
                found += self._group(child, around)
            elif name == "repeat":
                found.append(self._repeat(child, around, None))
            else:
                question = self._question(child, around)
                found += [question] if question else []
        return tuple(found)

    def _group(self, element: etree._Element, around: str) -> list[Item]:
        path = self._places.path_of(element, around)
        repeats = [one for one in element if isinstance(one.tag, str) and local(one) == "repeat"]
        rest = [one for one in element if isinstance(one.tag, str) and local(one) not in {*_AROUND, "repeat"}]
        if len(repeats) == 1 and not rest:
            return [self._repeat(repeats[0], around, element)]
        label = self._wording.element(_first(element, "label"), path or around)
        appearance = self._appearance(element, path)
        return [Group(path, label, appearance, self._items(element, path or around))]

    def _repeat(self, element: etree._Element, around: str, outer: etree._Element | None) -> Repeat:
        path = self._places.path_of(element, around)
        if path not in self._places.slots:
            self._fault(path, "ref", gettext_noop("重复组指向的位置 %(path)s 不存在。"), path=path)
        count = attribute(element, "count")
        compiled = self._places.compile(count, path.rpartition("/")[0], "jr:count") if count else None
        is_fixed = (attribute(element, "noAddRemove") or "").replace(" ", "") == "true()"
        label = self._wording.element(_first(outer if outer is not None else element, "label"), path)
        repeat = Repeat(
            path,
            label,
            self._appearance(outer if outer is not None else element, path) | self._appearance(element, path),
            self._items(element, path),
            compiled,
            is_fixed,
        )
        self._body.repeats[path] = repeat
        return repeat

    def _question(self, element: etree._Element, around: str) -> Question | None:
        path = self._places.path_of(element, around)
        slot = self._places.slots.get(path)
        if slot is None:
            self._fault(path, "ref", gettext_noop("题目指向的位置 %(path)s 不存在。"), path=path)
            return None
        kind = self._kind(element, path)
        if kind is None:
            return None
        appearance = self._appearance(element, path)
        if "label" in appearance:
            kind = Kind.NOTE  # the head of a matrix: shows the options, takes no answer
        hint = _first(element, "hint")
        question = Question(
            path=path,
            kind=kind,
            label=self._wording.element(_first(element, "label"), path),
            hint=self._wording.element(hint, path),
            guidance=self._wording.guidance(hint),
            appearance=appearance,
            choices=self._choices(element, path),
            range=self._range(element, path) if kind is Kind.RANGE else None,
            accept=element.get("mediatype") or "",
            rows=int(element.get("rows") or 0) if (element.get("rows") or "0").isdigit() else 0,
            changes=self._changes(element, around),
        )
        self._body.questions.setdefault(path, question)
        return question

    def _kind(self, element: etree._Element, path: str) -> Kind | None:
        name = local(element)
        bind = self._places.slots[path].bind
        if name == "input":
            fixed = bind.readonly is not None and bind.readonly.text.strip() == "true()"
            if fixed and bind.calculate is None and bind.type == "string":
                return Kind.NOTE
            return _INPUTS.get(bind.type, Kind.TEXT)
        if name == "upload":
            return self._upload(element, path)
        kind = _CONTROLS.get(name)
        if kind is None:
            self._fault(path, "type", gettext_noop("不支持控件 %(name)s。"), name=name)
        return kind

    def _upload(self, element: etree._Element, path: str) -> Kind | None:
        accept = element.get("mediatype") or ""
        if accept.startswith(("audio", "video")):
            what = gettext_noop("录音") if accept.startswith("audio") else gettext_noop("录像")
            self._fault(
                path,
                "type",
                gettext_noop("不支持题型 %(type)s（%(what)s）。"),
                type=accept[:5],
                what=Message(what),
            )
            return None
        return Kind.IMAGE if accept.startswith("image") else Kind.FILE

    def _appearance(self, element: etree._Element, path: str) -> frozenset[str]:
        words = (element.get("appearance") or "").split()
        for word in words:
            said = refused_appearance(word)
            if said:
                self._fault(
                    path,
                    "appearance",
                    gettext_noop("不支持外观 %(word)s（%(what)s）。"),
                    word=word,
                    what=Message(said),
                )
        return frozenset(words)

    def _choices(self, element: etree._Element, path: str) -> Itemset | tuple[Inline, ...] | None:
        itemset = _first(element, "itemset")
        if itemset is not None:
            return self._itemset(itemset, path)
        if local(element) == "input" and element.get("query"):
            self._fault(path, "type", gettext_noop("不支持外部选项表 select_one_external。"))
        items = [one for one in element if isinstance(one.tag, str) and local(one) == "item"]
        if not items:
            return None
        return tuple(
            Inline(_text(_first(one, "value")), self._wording.element(_first(one, "label"), path))
            for one in items
        )

    def _itemset(self, element: etree._Element, path: str) -> Itemset | None:
        nodes = self._places.compile(element.get("nodeset") or "", path, "choice_filter")
        value, label = _first(element, "value"), _first(element, "label")
        value_name = "name" if value is None else local_name((value.get("ref") or "name").strip("./ "))
        label_ref = "label" if label is None else (label.get("ref") or "label").strip()
        is_expression = "(" in label_ref
        compiled = self._places.compile(label_ref, "", "label") if is_expression else None
        if nodes is None:
            return None
        constant = not nodes.mentions and not nodes.is_volatile and "current()" not in nodes.text
        return Itemset(nodes, value_name, local_name(plain(label_ref)), compiled, constant)

    def _range(self, element: etree._Element, path: str) -> Range | None:
        try:
            start, end, step = (float(element.get(name) or "nan") for name in ("start", "end", "step"))
        except ValueError:
            start = end = step = float("nan")
        if not (start < end or start > end) or not step:
            self._fault(path, "parameters", gettext_noop("range 题的 start、end、step 不是合理的数字。"))
            return None
        return Range(min(start, end), max(start, end), abs(step))

    def _changes(self, element: etree._Element, around: str) -> tuple[SetValue, ...]:
        found = []
        for child in element:
            if isinstance(child.tag, str) and local(child) == "setvalue":
                made = self._places.set_value(child, around, CHANGE_EVENTS)
                found += [made] if made else []
        return tuple(found)

    def _fault(self, path: str, aspect: str, said: str, /, **values: object) -> None:
        self._faults.append(Fault(path, aspect, Message(said, values)))


def _first(element: etree._Element, name: str) -> etree._Element | None:
    return next((one for one in element if isinstance(one.tag, str) and local(one) == name), None)


def _text(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()
