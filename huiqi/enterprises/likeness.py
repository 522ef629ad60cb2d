"""What makes two rows look like one firm. Pure.

A pair is proposed when signals of at least two different groups agree: a name alone, however equal, or a
telephone number alone (agents 代账 have hundreds of clients) says too little.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from huiqi.enterprises.importing.names import name_key

# Signal → its group; signals of one group rest on the same thing and count once.
SIGNALS = {
    "name": "name",
    "core": "name",
    "sound": "name",
    "near": "name",
    "code_body": "code",
    "phone": "phone",
    "former": "former",
    "place": "place",
    "park": "place",
}
LEAST_GROUPS = 2
# Shorter remains of a name (天心, 鑫源) are shared by firms that have nothing to do with each other.
SHORTEST_CORE = 4
_FORMS = re.compile(
    "(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|合伙企业|工厂|厂|商行|商店|店|经营部|门市部|合作社|中心)+$"
)


def same_writing(name: str) -> str:
    """A full name with what is only writing taken away: width, brackets, 有限责任公司 for 有限公司, 省."""
    plain = name_key(name).replace("有限责任公司", "有限公司")
    return plain.replace("湖南省", "湖南")


@dataclass(frozen=True)
class Regions:
    """How names of firms begin with the region: 湖南, 长沙市, 浏阳."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Regions":
        """From the full names of divisions; each also without 省, 市, 县, 区."""
        found = set()
        for name in names:
            found |= {name, short_region(name)}
        listed = "|".join(re.escape(name) for name in sorted(found, key=lambda one: (-len(one), one)))
        return cls(re.compile(f"^(?:{listed})+") if listed else re.compile("(?!)"))

    def core(self, name: str) -> str:
        """What is the firm's own in a name: without region before and form behind; "" when too little."""
        inner = _FORMS.sub("", self.pattern.sub("", same_writing(name)))
        return inner if len(inner) >= SHORTEST_CORE else ""


def short_region(name: str) -> str:
    """浏阳 of 浏阳市, 江华 of 江华瑶族自治县; a name of two characters stays whole (南县)."""
    short = re.sub(r"(?:土家族|苗族|侗族|瑶族)+自治[州县]$|[省市县区]$", "", name)
    return short if len(short) >= 2 else name


def are_near(name: str, other: str) -> bool:
    """Two names that differ in a single character, changed, added or left out; legal forms do not count."""
    first, second = sorted((_FORMS.sub("", same_writing(one)) for one in (name, other)), key=len)
    if len(first) < SHORTEST_CORE or len(second) - len(first) > 1 or first == second:
        return False
    same = 0
    while same < len(first) and first[same] == second[same]:
        same += 1
    rest = first[same + 1 :] if len(first) == len(second) else first[same:]
    return rest == second[same + 1 :]


@lru_cache(maxsize=1)
def _order() -> dict[str, int]:
    return {signal: place for place, signal in enumerate(SIGNALS)}


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared of a firm once something brought a pair together."""

    name: str
    county: str | None
    gb4754: str | None
    park_id: int | None


def weigh(shared: Iterable[str], first: Traits, second: Traits) -> tuple[str, ...]:
    """All signals of a pair in their order, () when they do not suffice to propose it.

    `shared` are those by which it was found.
    """
    signals = set(shared)
    if first.county and first.gb4754 and (first.county, first.gb4754) == (second.county, second.gb4754):
        signals.add("place")
    elif first.park_id is not None and first.park_id == second.park_id:
        signals.add("park")
    if "name" in signals:  # says all that the weaker ones would
        signals -= {"core", "sound"}
    if not signals & {"name", "core", "sound"} and are_near(first.name, second.name):
        signals.add("near")
    if len({SIGNALS[signal] for signal in signals}) < LEAST_GROUPS:
        return ()
    return tuple(sorted(signals, key=_order().__getitem__))
