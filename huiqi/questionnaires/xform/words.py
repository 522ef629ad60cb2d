"""Labels, hints and messages: text in several languages, with values of answers in it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.definition import Fault, Part, Words
from huiqi.questionnaires.xform.safe_xml import local
from huiqi.questionnaires.xpath.compiling import Expression

# (expression, path of the place, aspect) → compiled, or None after noting the fault.
Compile = Callable[[str, str, str], Expression | None]
_TEXT_REFERENCE = "jr:itext("
GUIDANCE = "guidance"


def read_texts(
    itext: etree._Element | None, compile_: Compile, faults: list[Fault]
) -> tuple[dict[str, Words], tuple[str, ...], str]:
    """All texts by id, the languages, and the language the form opens in."""
    texts: dict[str, dict[str, tuple[Part, ...]]] = {}
    languages: list[str] = []
    default = ""
    for translation in itext if itext is not None else ():
        language = translation.get("lang") or ""
        languages.append(language)
        if translation.get("default") is not None or not default:
            default = language
        for text in translation:
            _read_text(text, language, texts, compile_, faults)
    return dict(texts), tuple(languages), default


def _read_text(
    text: etree._Element,
    language: str,
    texts: dict[str, dict[str, tuple[Part, ...]]],
    compile_: Compile,
    faults: list[Fault],
) -> None:
    key = text.get("id") or ""
    place = key.rpartition(":")[0]
    for value in text:
        shape = value.get("form") or ""
        if shape in {"image", "audio", "video", "big-image"}:
            said = Message(gettext_noop("不支持题目或选项里的图片、声音、视频。"))
            faults.append(Fault(place, shape, said, Message(gettext_noop("请改用文字说明。"))))
            continue
        name = f"{key}#{GUIDANCE}" if shape == GUIDANCE else key
        texts.setdefault(name, {})[language] = parts_of(value, place, compile_)


def parts_of(element: etree._Element, place: str, compile_: Compile) -> tuple[Part, ...]:
    """An element's text with its `<output value="…"/>`s."""
    parts: list[Part] = [element.text] if element.text else []
    for child in element:
        if local(child) == "output":
            expression = compile_(child.get("value") or "", place, "label")
            parts += [expression] if expression else []
        if child.tail:
            parts.append(child.tail)
    return tuple(parts)


@dataclass
class Wording:
    """Turns label elements and message attributes into Words."""

    texts: Mapping[str, Words]
    compile: Compile
    faults: list[Fault] = field(default_factory=list)

    def element(self, element: etree._Element | None, place: str) -> Words:
        """The words of a `<label>` or `<hint>`."""
        if element is None:
            return {}
        key = _key_of(element.get("ref") or "")
        if key:
            return self._text(key, place)
        parts = parts_of(element, place, self.compile)
        return {"": parts} if parts else {}

    def attribute(self, value: str | None, place: str) -> Words:
        """The words of jr:constraintMsg or jr:requiredMsg."""
        if not value:
            return {}
        key = _key_of(value)
        return self._text(key, place) if key else {"": (value,)}

    def guidance(self, element: etree._Element | None) -> Words:
        """The further advice that belongs to a hint."""
        key = _key_of(element.get("ref") or "") if element is not None else ""
        return self.texts.get(f"{key}#{GUIDANCE}", {})

    def _text(self, key: str, place: str) -> Words:
        if key not in self.texts and f"{key}#{GUIDANCE}" not in self.texts:
            said = Message(gettext_noop("没有文字 %(key)s。"), {"key": key})
            self.faults.append(Fault(place, "label", said))
        return self.texts.get(key, {})


def _key_of(reference: str) -> str:
    text = reference.strip()
    if not text.startswith(_TEXT_REFERENCE) or not text.endswith(")"):
        return ""
    return text[len(_TEXT_REFERENCE) : -1].strip().strip("'\"")
