"""Counties, parks and industries as tables write them, found by every usual spelling. Pure.

A spelling that fits two places is none: 长沙 is a city and a county. A division that was abolished leads to
the one that took its place, because units and scopes are those of today.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from huiqi.core.messages import Message, gettext_noop

_SUFFIXES = ("土家族苗族自治县", "苗族侗族自治县", "瑶族自治县", "侗族自治县", "苗族自治县",
             "土家族苗族自治州", "自治县", "自治州", "地区", "市", "县", "区", "州")  # fmt: skip
_INDUSTRY = re.compile(r"([A-T]?)\s*([0-9]{2,4})(?![0-9])")
_PARK_ENDINGS = ("管理委员会", "管委会")


class NotFound(ValueError):  # noqa: N818  what a person wrote, not a fault of the program
    """No such place, or more than one; `said` tells which."""

    def __init__(self, said: Message) -> None:
        super().__init__(str(said))
        self.said = said


class Coarse(NotFound):
    """An industry of the classification, but not one class of it: the row can go in without."""


@dataclass(frozen=True)
class Place:
    """A division: code and name, its city's code ("" for a city), and the code that stands for it today."""

    code: str
    name: str
    full_name: str
    city: str
    today: str


@dataclass(frozen=True)
class Places:
    """What cells are looked up in; each spelling leads to the codes it may mean."""

    by_code: Mapping[str, Place]
    counties: Mapping[str, frozenset[str]]
    cities: Mapping[str, frozenset[str]]
    parks: Mapping[str, frozenset[int]]
    industries: Mapping[str, str]
    industry_names: Mapping[str, frozenset[str]]
    sections: Mapping[str, str] = field(default_factory=dict)

    def county(self, text: str, city: str | None = None) -> str:
        """The county's code of today. `city` (a code) decides between counties of one name."""
        key = squeeze(text)
        if re.fullmatch("[0-9]{6}([0-9]{6})?", key):
            return self._by_code(key[:6])
        codes = self.counties.get(key, frozenset())
        if city:
            codes = frozenset(code for code in codes if self.by_code[code].city == city) or codes
        today = {self.by_code[code].today for code in codes}
        if len(today) == 1:
            return today.pop()
        if len(today) > 1:
            names = "、".join(sorted(self.by_code[code].full_name for code in today))
            raise NotFound(
                Message(gettext_noop("可能是%(names)s，分不清。请写全称或六位区划代码。"), {"names": names})
            )
        if key in self.cities:
            raise NotFound(Message(gettext_noop("这是市州，请写到县市区，如“浏阳市”。")))
        raise NotFound(Message(gettext_noop("没有找到这个县市区。请写全称（如“浏阳市”）或六位区划代码。")))

    def _by_code(self, code: str) -> str:
        place = self.by_code.get(code)
        if place is None:
            raise NotFound(Message(gettext_noop("本省没有这个区划代码。请核对，或写县市区的全称。")))
        if not place.city:
            raise NotFound(
                Message(gettext_noop("这是“%(name)s”的代码，请写到县市区。"), {"name": place.name})
            )
        return place.today

    def city(self, text: str) -> str:
        """The city's code, by name (full or short) or code."""
        key = squeeze(text)
        codes = (
            frozenset({key}) if key in self.by_code and not self.by_code[key].city else self.cities.get(key)
        )
        if not codes:
            raise NotFound(Message(gettext_noop("没有找到这个市州。请写全称，如“长沙市”。")))
        return min(codes)

    def park(self, text: str) -> int:
        """The park's unit."""
        found = self.parks.get(park_key(text), frozenset())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise NotFound(Message(gettext_noop("有几个园区叫这个名字，请写全称。")))
        raise NotFound(Message(gettext_noop("系统里没有这个园区。请核对名称；不在园区的企业请留空。")))

    def industry(self, text: str) -> str:
        """The four digits of a class, from a code with or without letter, a name, or both."""
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        coded = _INDUSTRY.match(plain)
        if coded:
            return self._coded_industry(coded[1], coded[2])
        codes = self.industry_names.get(squeeze(text), frozenset())
        if len(codes) == 1:
            return next(iter(codes))
        if codes:
            raise _coarse(codes)
        raise NotFound(
            Message(gettext_noop("国民经济行业分类（GB/T 4754-2017）里没有它。请写四位行业代码，如 2770。"))
        )

    def _coded_industry(self, letter: str, digits: str) -> str:
        inside = [] if len(digits) == 4 else self._inside(letter, digits)
        if inside:
            raise _coarse(inside)
        if len(digits) < 4:
            raise NotFound(
                Message(
                    gettext_noop("只有%(count)s位。请写到四位小类，如 2770；开头的0不能省。"),
                    {"count": len(digits)},
                )
            )
        section = self.industries.get(digits)
        if section is None:
            raise NotFound(
                Message(gettext_noop("国民经济行业分类（GB/T 4754-2017）里没有这个代码，请核对。"))
            )
        if letter and letter != section:
            raise NotFound(
                Message(gettext_noop("门类字母应为%(section)s，请改正或去掉字母。"), {"section": section})
            )
        return digits

    def _inside(self, letter: str, digits: str) -> list[str]:
        """The classes of a division or group given by its code, of the section if its letter stands there."""
        return [
            code
            for code, section in self.industries.items()
            if code.startswith(digits) and letter in {"", section}
        ]


def _coarse(codes: Iterable[str]) -> Coarse:
    words = {"first": min(codes), "last": max(codes)}
    said = gettext_noop(
        "没有写到四位小类。这一行照常导入，行业不写入、也不改动；要补上，请在%(first)s至%(last)s中选写一个四位代码。"
    )
    if words["first"] == words["last"]:
        said = gettext_noop("没有写到四位小类。这一行照常导入，行业不写入、也不改动；要补上，请写%(first)s。")
    return Coarse(Message(said, words))


def squeeze(text: str) -> str:
    """Half-width, without spaces and the signs between the parts of an address."""
    return re.sub(r"[\s\-—/·,，、.]", "", unicodedata.normalize("NFKC", text))


def park_key(text: str) -> str:
    """A park's name without the office that runs it: 浏阳经开区管委会 is 浏阳经开区."""
    key = squeeze(text)
    for ending in _PARK_ENDINGS:
        key = key.removesuffix(ending)
    return key


def short_name(name: str) -> str:
    """浏阳 for 浏阳市, 城步 for 城步苗族自治县; names of one character keep their ending."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) > 1:
            return name[: -len(suffix)]
    return name


def spellings_of(place: Place, city: str, province: str) -> Iterable[str]:
    """How tables write a county: alone, behind its city, behind province and city; each full and short."""
    for own in (place.name, short_name(place.name)):
        yield own
        for above in (city, short_name(city)) if city else ():
            yield above + own
            yield province + above + own
            yield short_name(province).removesuffix("省") + above + own
        yield province + own
