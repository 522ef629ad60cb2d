"""The catalogue of policies: search by words and pinyin, filters with counts, order. No database is asked.

The rulebook is small (tens of policies) and in memory, so every search looks at every policy. The texts to
search in are folded once per process.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypinyin import Style, lazy_pinyin

from huiqi.policies.queries import wording
from huiqi.policies.queries.states import state_on
from huiqi.policies.queries.wording import Text
from huiqi.reference.judging import rulebook
from huiqi.rules.policy import Edition, Group, Leaf, Policy

MAX_TERMS = 8
SORTS: dict[str, Text] = {
    "": gettext_lazy("推荐顺序"),
    "newest": gettext_lazy("最新发布"),
    "ending": gettext_lazy("最早截止"),
    "title": gettext_lazy("按拼音"),
}


@dataclass(frozen=True)
class Indexed:
    """A policy with the texts it is found by."""

    policy: Policy
    place: int
    title: str
    words: str
    pinyin: str
    initials: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A policy as the catalogue shows it on a date: `state` is live, not_in_force or ended."""

    indexed: Indexed
    state: str
    edition: Edition | None

    @property
    def policy(self) -> Policy:
        return self.indexed.policy

    @property
    def kinds(self) -> tuple[str, ...]:
        return self.indexed.kinds


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; empty means all. `chosen` holds codes by facet name."""

    q: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""


@dataclass(frozen=True)
class FacetValue:
    """One value of a filter, with the number of policies it would leave."""

    code: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """A filter with its values."""

    name: str
    label: str
    values: list[FacetValue]

    @property
    def chosen_count(self) -> int:
        return sum(value.is_chosen for value in self.values)


@dataclass(frozen=True)
class Answer:
    """The rows found, in order, and the filters around them."""

    rows: list[Row]
    facets: list[Facet]
    total: int


@dataclass(frozen=True)
class FacetKind:
    """How a filter is called, which values it has in order, and which of them a row carries."""

    label: Text
    labels: dict[str, Text]
    values_of: Callable[[Row], Sequence[str]]


def _terms(words: dict[str, wording.Wording]) -> dict[str, Text]:
    return {code: word.term for code, word in words.items()}


FACETS: dict[str, FacetKind] = {
    "clause": FacetKind(gettext_lazy("对应措施"), wording.CLAUSES, lambda row: row.policy.clauses),
    "nature": FacetKind(
        gettext_lazy("得到什么"), _terms(wording.NATURES), lambda row: (row.policy.benefit.nature,)
    ),
    "mode": FacetKind(
        gettext_lazy("怎么得到"), _terms(wording.GRANT_MODES), lambda row: (row.policy.grant_mode,)
    ),
    "authority": FacetKind(gettext_lazy("谁来认定"), wording.AUTHORITY_KINDS, lambda row: row.kinds),
    "role": FacetKind(gettext_lazy("我办角色"), _terms(wording.ROLES), lambda row: (row.policy.role,)),
    "state": FacetKind(gettext_lazy("有效期"), _terms(wording.STATES), lambda row: (row.state,)),
    "standing": FacetKind(
        gettext_lazy("能否判断"), _terms(wording.STANDINGS), lambda row: (row.policy.standing,)
    ),
}


def find(filters: Filters, on: date) -> Answer:
    """The policies that fit, with a count for each filter value (how many would fit with it chosen too)."""
    everything = rows_on(on)
    found = [row for row in everything if _matches_words(row.indexed, filters.q)]
    facets = [_facet(name, kind, found, filters) for name, kind in FACETS.items()]
    fitting = [row for row in found if _fits(row, filters, skip="")]
    return Answer(_ordered(fitting, filters), facets, len(everything))


def rows_on(on: date) -> list[Row]:
    """Every policy with its state on a date, in the rulebook's order."""
    return list(_rows_on(Path(settings.RULEBOOK_DIR), on))


@lru_cache(maxsize=32)
def _rows_on(path: Path, on: date) -> tuple[Row, ...]:
    return tuple(Row(indexed, *state_on(indexed.policy, on, on)) for indexed in _index(path))


@lru_cache(maxsize=4)
def _index(path: Path) -> tuple[Indexed, ...]:
    return tuple(_indexed(place, policy) for place, policy in enumerate(rulebook().policies.values()))


def _indexed(place: int, policy: Policy) -> Indexed:
    syllables = lazy_pinyin(policy.title)
    initials = lazy_pinyin(policy.title, style=Style.FIRST_LETTER)
    texts = [
        policy.title,
        policy.title_en or "",
        policy.summary,
        policy.authority,
        *policy.documents,
        *condition_texts(policy.conditions),
        policy.id,
    ]
    return Indexed(
        policy,
        place,
        fold(policy.title),
        "\n".join(fold(text) for text in texts),
        fold("".join(syllables)),
        fold("".join(initials)),
        wording.authority_kinds(policy.authority),
    )


def condition_texts(node: Group | Leaf) -> Iterator[str]:
    """The Chinese text of a condition and of all below it."""
    if node.text:
        yield node.text
    if isinstance(node, Group):
        for child in node.children:
            yield from condition_texts(child)


def fold(text: str) -> str:
    """For comparison: full-width as half-width, lower case, brackets of document numbers alike."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return plain.translate(_BRACKETS)


_BRACKETS = str.maketrans("〔〕［］【】（）", "[][][]()")


def _words(q: str) -> list[str]:
    return [fold(word) for word in q.split()][:MAX_TERMS]


def _matches_words(indexed: Indexed, q: str) -> bool:
    return all(_rank(indexed, word) is not None for word in _words(q))


def _rank(indexed: Indexed, word: str) -> int | None:
    """How well a word fits: 0 begins the title, 1 in the title, 2 by pinyin, 3 elsewhere; None not at all."""
    if word in indexed.title:
        return 0 if indexed.title.startswith(word) else 1
    # One letter would fit half of all titles; two are the least that mean something.
    letters = word.isascii() and word.isalnum() and len(word) >= 2
    if letters and (word in indexed.initials or _begins_syllable(indexed, word)):
        return 2
    return 3 if word in indexed.words else None


def _begins_syllable(indexed: Indexed, word: str) -> bool:
    return len(word) >= 3 and word in indexed.pinyin


def _facet(name: str, kind: FacetKind, found: Iterable[Row], filters: Filters) -> Facet:
    counts: Counter[str] = Counter()
    for row in found:
        if _fits(row, filters, skip=name):
            counts.update(set(kind.values_of(row)))
    chosen = filters.chosen.get(name, ())
    values = [
        FacetValue(code, str(label), counts[code], code in chosen)
        for code, label in kind.labels.items()
        if counts[code] or code in chosen
    ]
    return Facet(name, str(kind.label), values)


def _fits(row: Row, filters: Filters, skip: str) -> bool:
    return all(
        name == skip or not chosen or any(code in chosen for code in FACETS[name].values_of(row))
        for name, chosen in filters.chosen.items()
    )


def _ordered(rows: list[Row], filters: Filters) -> list[Row]:
    if filters.sort == "newest":
        return sorted(rows, key=lambda row: (-_known(row).toordinal(), row.indexed.place))
    if filters.sort == "ending":
        return sorted(rows, key=lambda row: (_end(row), row.indexed.place))
    if filters.sort == "title":
        return sorted(rows, key=lambda row: row.indexed.pinyin)
    words = _words(filters.q)
    return sorted(rows, key=lambda row: (sum(_rank(row.indexed, word) or 0 for word in words), *_usual(row)))


def _usual(row: Row) -> tuple[int, bool, int, str]:
    """What can be had now before what is over or open, money before rules, then by pinyin."""
    states, natures = list(wording.STATES), list(wording.NATURES)
    policy = row.policy
    return (
        states.index(row.state),
        policy.standing != "live",
        natures.index(policy.benefit.nature),
        row.indexed.pinyin,
    )


def _known(row: Row) -> date:
    return (row.edition.known_since if row.edition else None) or date.min


def _end(row: Row) -> date:
    if row.state == "ended":
        return date.max
    return (row.edition.to if row.edition else None) or date.max


def said(filters: Filters, found: int, total: int) -> str:
    """The number of results in words."""
    if not found:
        return _("没有找到符合的政策。")
    if found == total:
        return _("共%(total)d项政策。") % {"total": total}
    return _("找到%(found)d项，共%(total)d项政策。") % {"found": found, "total": total}
