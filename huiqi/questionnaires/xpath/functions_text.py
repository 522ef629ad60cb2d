"""Functions about text and truth. Pure; the names are those of the specification."""

import base64
import binascii
import hashlib
import string as characters
import uuid as uuids

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xpath.patterns import matches
from huiqi.questionnaires.xpath.problems import refuse
from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import Value, to_number, to_string

ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
LONGEST_RESULT = 100_000


def _bounded(text: str) -> str:
    """Concatenations of concatenations grow without end; no answer is that long."""
    if len(text) > LONGEST_RESULT:
        raise refuse(
            gettext_noop("公式的结果超过%(most)s个字符。"),
            gettext_noop("请核对 concat 和 join。"),
            most=LONGEST_RESULT,
        )
    return text


def string(_scene: Scene, node: Node, *given: Value) -> str:
    return to_string(given[0]) if given else node.value


def _texts(given: tuple[Value, ...]) -> list[str]:
    found: list[str] = []
    for value in given:
        if isinstance(value, list):
            found.extend(node.value for node in value)
        else:
            found.append(to_string(value))
    return found


def concat(_scene: Scene, _node: Node, *given: Value) -> str:
    return _bounded("".join(_texts(given)))


def join(_scene: Scene, _node: Node, separator: str, *given: Value) -> str:
    return _bounded(separator.join(_texts(given)))


def substr(_scene: Scene, _node: Node, text: str, start: float, end: float | None = None) -> str:
    """0-based; negative indices count from the end, as JavaRosa and Enketo do."""
    length = len(text)
    if start != start or (end is not None and end != end):
        return ""
    first = max(int(start) + length, 0) if start < 0 else int(min(start, length))
    if end is None:
        return text[first:]
    last = int(end) + length if end < 0 else int(min(end, length))
    return text[first : max(last, 0)]


def substring(_scene: Scene, _node: Node, text: str, start: float, length: float | None = None) -> str:
    """XPath 1.0: 1-based, both numbers rounded."""
    first = _round(start)
    last = float("inf") if length is None else first + _round(length)
    return "".join(one for at, one in enumerate(text, 1) if first <= at < last)


def _round(number: float) -> float:
    if number != number or number in (float("inf"), float("-inf")):
        return number
    return float((number + 0.5) // 1)


def substring_before(_scene: Scene, _node: Node, text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def substring_after(_scene: Scene, _node: Node, text: str, mark: str) -> str:
    if not mark:
        return text
    return text.partition(mark)[2]


def translate(_scene: Scene, _node: Node, text: str, before: str, after: str) -> str:
    table: dict[int, str] = {}
    for at, one in enumerate(before):
        table.setdefault(ord(one), after[at] if at < len(after) else "")
    return text.translate(table)


def string_length(_scene: Scene, node: Node, *given: str) -> float:
    return float(len(given[0] if given else node.value))


def normalize_space(_scene: Scene, node: Node, *given: str) -> str:
    text = given[0] if given else node.value
    return " ".join(part for part in text.translate({9: " ", 10: " ", 13: " "}).split(" ") if part)


def contains(_scene: Scene, _node: Node, text: str, part: str) -> bool:
    return part in text


def starts_with(_scene: Scene, _node: Node, text: str, part: str) -> bool:
    return text.startswith(part)


def ends_with(_scene: Scene, _node: Node, text: str, part: str) -> bool:
    return text.endswith(part)


def uuid(scene: Scene, _node: Node, *length: float) -> str:
    if not length:
        return str(uuids.UUID(int=scene.random.getrandbits(128), version=4))
    letters = characters.ascii_letters + characters.digits
    count = int(length[0]) if length[0] == length[0] and 0 < length[0] < 256 else 0
    return "".join(scene.random.choice(letters) for _ in range(count))


def digest(_scene: Scene, _node: Node, text: str, algorithm: str, encoding: str = "base64") -> str:
    name = ALGORITHMS.get(algorithm.upper())
    if name is None or encoding not in {"base64", "hex"}:
        return ""
    made = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
    return made.hex() if encoding == "hex" else base64.b64encode(made).decode()


def base64_decode(_scene: Scene, _node: Node, text: str) -> str:
    try:
        return base64.b64decode(text.encode(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def regex(_scene: Scene, _node: Node, text: str, pattern: str) -> bool:
    return matches(text, pattern)


def true(_scene: Scene, _node: Node) -> bool:
    return True


def false(_scene: Scene, _node: Node) -> bool:
    return False


def boolean(_scene: Scene, _node: Node, value: bool) -> bool:
    return value


def boolean_from_string(_scene: Scene, _node: Node, text: str) -> bool:
    return text in {"true", "1"}


def negate(_scene: Scene, _node: Node, value: bool) -> bool:
    return not value


def _between(number: float, least: float, most: float) -> bool:
    """-1 means no bound."""
    return (least < 0 or number >= least) and (most < 0 or number <= most)


def _counts(value: Value) -> bool:
    """An answer counts when it converts to a number above 0, or is a true boolean."""
    if isinstance(value, bool):
        return value
    number = to_number(value)
    return number > 0 if number == number else to_string(value) == "true"


def checklist(_scene: Scene, _node: Node, least: float, most: float, *given: Value) -> bool:
    return _between(float(sum(_counts(value) for value in given)), least, most)


def weighted_checklist(_scene: Scene, _node: Node, least: float, most: float, *given: Value) -> bool:
    pairs = zip(given[::2], given[1::2], strict=False)
    weights = [to_number(weight) for value, weight in pairs if _counts(value)]
    total = sum(weights)
    return total == total and _between(total, least, most)
