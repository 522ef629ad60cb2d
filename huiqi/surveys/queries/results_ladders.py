"""How coarse the columns are made by which a firm could be told in anonymised micro-data."""

from huiqi.surveys.analysis.anonymity import Coarser, Ladder
from huiqi.surveys.analysis.codebook import Choice, Codebook
from huiqi.surveys.analysis.guarded import COUNTY, PREFECTURE
from huiqi.surveys.queries.results_strata import SECTION, SIZE, STRATUM, UNKNOWN

# GB/T 4754-2017 and 国家统计局《三次产业划分规定》(2018): agriculture, industry with building, services.
_SECTORS = (
    ("first", "第一产业", "A"),
    ("second", "第二产业", "BCDE"),
    ("third", "第三产业", "FGHIJKLMNOPQRST"),
)
_SIZES = (
    ("larger", "中型以上", ("large", "medium")),
    ("smaller", "小微", ("small", "micro", "unclassified")),
)


def ladders_of(codebook: Codebook) -> tuple[Ladder, ...]:
    """The columns known of every firm; a stratum, which is made of them, is left out first."""
    steps = {
        SECTION: (_sectors(codebook),),
        SIZE: (_sizes(codebook),),
        PREFECTURE: (),
        COUNTY: (),
        STRATUM: (),
    }
    return tuple(Ladder(column.name, steps.get(column.name, ())) for column in codebook.strata)


def _sectors(codebook: Codebook) -> Coarser:
    place = {letter: at for at, (_name, _label, letters) in enumerate(_SECTORS) for letter in letters}
    return _coarser(codebook, SECTION, place, [(name, label) for name, label, _letters in _SECTORS])


def _sizes(codebook: Codebook) -> Coarser:
    place = {size: at for at, (_name, _label, sizes) in enumerate(_SIZES) for size in sizes}
    return _coarser(codebook, SIZE, place, [(name, label) for name, label, _of in _SIZES])


def _coarser(codebook: Codebook, name: str, place: dict[str, int], classes: list[tuple[str, str]]) -> Coarser:
    choices = (*(Choice(key, label) for key, label in classes), UNKNOWN)
    last = len(choices) - 1
    return Coarser(choices, tuple(place.get(one.name, last) for one in codebook.column(name).choices))
