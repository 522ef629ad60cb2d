"""What is ours in an XForm, in a namespace of its own: meanings of answers, offers of requests. Pure.

Meanings are attributes of binds, which other clients pass over. Offers stand in the head and not in the
model, where JavaRosa refuses unknown elements.
"""

from collections.abc import Callable, Mapping, Sequence

from lxml import etree

from huiqi.questionnaires.xform.definition import Meaning, RequestRule, Slot
from huiqi.questionnaires.xform.safe_xml import MOST_FORM_BYTES, local, parse_xml
from huiqi.questionnaires.xpath.compiling import Expression

NAMESPACE = "urn:huiqi:questionnaire"
_TEXTS = ("item", "topic", "says", "text", "attach", "fields")


def _own(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def annotated(xform: str, meant: Mapping[str, Meaning], requests: Sequence[Mapping[str, str]]) -> str:
    """The XForm with the meanings of places (by their path under any root) and the rules of requests."""
    if not meant and not requests:
        return xform
    root = parse_xml(xform.encode(), most=MOST_FORM_BYTES)
    head = next(one for one in root if isinstance(one.tag, str) and local(one) == "head")
    for bind in head.iter():
        if not isinstance(bind.tag, str) or local(bind) != "bind":
            continue
        meaning = meant.get(below_root(bind.get("nodeset") or ""))
        if meaning is not None:
            _write(bind, meaning)
    if requests:
        around = etree.SubElement(head, _own("requests"), nsmap={"huiqi": NAMESPACE})
        for rule in requests:
            etree.SubElement(around, _own("request"), {name: text for name, text in rule.items() if text})
    text: str = etree.tostring(root, encoding="unicode")
    return text


def _write(bind: etree._Element, meaning: Meaning) -> None:
    given = {"fact": meaning.fact, "unit": meaning.unit, "policy": " ".join(meaning.policies)}
    for name, value in given.items():
        if value:
            bind.set(_own(name), value)


def below_root(path: str) -> str:
    """`/data/firm/uscc` → `firm/uscc`: a path whatever the root is called."""
    return path.strip().lstrip("/").partition("/")[2]


def read_meaning(bind: etree._Element) -> Meaning | None:
    """What a bind says of its answer."""
    given = {name: str(bind.get(_own(name)) or "") for name in ("fact", "unit", "policy")}
    if not any(given.values()):
        return None
    return Meaning(given["fact"], given["unit"], tuple(given["policy"].split()))


Compile = Callable[[str, str, str], Expression | None]


def read_requests(
    head: etree._Element, slots: Mapping[str, Slot], compile_: Compile
) -> tuple[RequestRule, ...]:
    """The rules of requests, their conditions compiled; a condition that can not be read is a fault."""
    found: list[RequestRule] = []
    names = {path.rpartition("/")[2]: path for path, slot in slots.items() if not slot.children}
    root = next(iter(slots), "/data").split("/")[1]
    for element in head.iter(_own("request")):
        when = compile_(f"{element.get('when') or ''}".replace("/data/", f"/{root}/"), "", "requests")
        given = {name: str(element.get(name) or "") for name in _TEXTS}
        if when is None:
            continue
        fields = (line.partition("=") for line in given["fields"].split("\n") if "=" in line)
        found.append(
            RequestRule(
                key=str(element.get("key") or len(found) + 1),
                when=when,
                item=given["item"],
                topic=given["topic"],
                title=given["says"],
                text=given["text"],
                attach=tuple(names[name] for name in given["attach"].split() if name in names),
                fields=tuple((name.strip(), template.strip()) for name, _, template in fields),
                names=names,
            )
        )
    return tuple(found)
