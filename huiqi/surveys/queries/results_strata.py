"""What is known of a respondent besides its answers: county, prefecture, industry section, size class.

Of an invitation as on the day of the draw; else of the firm in the register today; else of what the form
asked by the names the shipped questionnaires use (county, gb4754, employees, revenue_wan, assets_wan).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from huiqi.core.messages import gettext_noop
from huiqi.core.money import FEN_PER_WAN
from huiqi.reference.models import Division
from huiqi.reference.queries import Tables, code_tables, prefectures, size_rules
from huiqi.reference.size_class import Figures
from huiqi.reference.size_table import read_code
from huiqi.rules.catalogue import SECTIONS
from huiqi.surveys.analysis.codebook import Choice, Kind, Question
from huiqi.surveys.analysis.guarded import COUNTY, PREFECTURE

SECTION, SIZE, STRATUM = "section", "size_class", "stratum"
UNKNOWN = Choice("unknown", gettext_noop("不明"))
_ASKED = ("county", "gb4754", "employees", "revenue_wan", "assets_wan")
_ENDINGS = ("自治县", "县", "市", "区")
_PREFECTURE_DIGITS = 4


@dataclass(frozen=True)
class Cell:
    """Codes as the register has them, "" unknown: county of six digits, section letter, size class."""

    county: str = ""
    section: str = ""
    size_class: str = ""


@dataclass
class Strata:
    """Tells the cell of respondents; remembers what it has looked up."""

    tables: Tables = field(default_factory=code_tables)
    _counties: dict[str, str] = field(default_factory=dict)
    _sections: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names: dict[str, set[str]] = {}
        for division in self.counties():
            for name in _spellings(division.name):
                names.setdefault(name, set()).add(division.code)
        self._counties = {name: codes.pop() for name, codes in names.items() if len(codes) == 1}
        self._counties |= {division.code: division.code for division in self.counties()}

    def counties(self) -> list[Division]:
        """Those of today, in the order of their codes."""
        rows = [one for one in self.tables.divisions.values() if one.valid_to is None]
        return sorted((one for one in rows if one.level == Division.Level.COUNTY), key=lambda one: one.code)

    def questions(self) -> tuple[Question, ...]:
        """The columns, each with a class for firms of which it is not known."""
        counties = tuple(Choice(one.code, one.name) for one in self.counties())
        cities = tuple(
            Choice(one.code[:_PREFECTURE_DIGITS], one.name) for one in prefectures().order_by("code")
        )
        labels = size_rules()[0].labels
        sections = tuple(Choice(letter, self.section_name(letter)) for letter in SECTIONS)
        return (
            Question(PREFECTURE, gettext_noop("市州"), Kind.SINGLE, (*cities, UNKNOWN)),
            Question(COUNTY, gettext_noop("县市区"), Kind.SINGLE, (*counties, UNKNOWN)),
            Question(SECTION, gettext_noop("行业门类"), Kind.SINGLE, (*sections, UNKNOWN)),
            Question(
                SIZE,
                gettext_noop("企业规模"),
                Kind.SINGLE,
                (*(Choice(key, label) for key, label in labels.items()), UNKNOWN),
            ),
        )

    def section_name(self, letter: str) -> str:
        """The name of an industry section."""
        found = self.tables.industries.get(letter)
        return found.name if found else letter

    def row(self, cell: Cell) -> dict[str, str]:
        """The columns of one respondent."""
        unknown = UNKNOWN.name
        is_known = cell.county in self.tables.divisions
        return {
            COUNTY: cell.county if is_known else unknown,
            PREFECTURE: cell.county[:_PREFECTURE_DIGITS] if is_known else unknown,
            SECTION: cell.section if cell.section in SECTIONS else unknown,
            SIZE: cell.size_class or unknown,
        }

    def section_of(self, gb4754: str) -> str:
        """The section letter of an industry's code or name, "" unknown."""
        if gb4754 not in self._sections:
            self._sections[gb4754] = self._read_section(gb4754.strip().upper())
        return self._sections[gb4754]

    def _read_section(self, text: str) -> str:
        if text[:1] in SECTIONS and (len(text) == 1 or text[1:].isdigit()):
            return text[0]
        if len(text) in (2, 4) and text.isdigit():
            number = int(text[:2])
            return next((key for key, (low, high) in SECTIONS.items() if low <= number <= high), "")
        same = [one for one in self.tables.industries.values() if one.path[-1][1] == text]
        return self._read_section(same[0].path[0][0]) if text and same else ""

    def answered(self, said: Mapping[str, str]) -> Cell:
        """What the form itself asked of the firm."""
        told = {name: said.get(name, "").strip() for name in _ASKED}
        county = self._counties.get(told["county"], "")
        return Cell(county, self.section_of(told["gb4754"]) if told["gb4754"] else "", _size(told))


def _spellings(name: str) -> list[str]:
    short = next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)
    return [name, short] if len(short) > 1 else [name]


def _size(told: Mapping[str, str]) -> str:
    classifier, lookup = size_rules()
    try:
        code = read_code(told["gb4754"], lookup) if told["gb4754"] else None
    except ValueError:
        code = None
    if code is None:
        return ""
    employees = _whole(told["employees"], 1)
    figures = Figures(
        code, employees, _whole(told["revenue_wan"], FEN_PER_WAN), _whole(told["assets_wan"], FEN_PER_WAN)
    )
    return classifier.decide(figures) or ""


def _whole(text: str, times: int) -> int | None:
    try:
        return int(Decimal(text) * times)
    except (InvalidOperation, ValueError, OverflowError):
        return None
