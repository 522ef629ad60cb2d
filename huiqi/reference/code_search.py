"""Finding an entry of a code list by code, words, pinyin or initials, best first. Pure, in memory.

Every word of the question must fit. A fit has a rank (`Rank`, lower is better); an entry is as good as its
worst word. A pickable entry (the finest level) is found by the names of the branches above it as well: 餐饮
means the classes of 餐饮业, whatever they are called. Within a rank the pickable entries come first, then
short names (not for codes, exact words and branches), then the order of the list.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

LONGEST_QUESTION = 60
MOST_WORDS = 5
_BREAKS = re.compile(r"[\s,，、;；/|+·\-]+")
_CODE = re.compile(r"(?P<letter>[a-z]?)(?P<digits>[0-9]{1,6})")
# Endings that say "a firm of this trade" and seldom stand in a classification.
_ENDINGS = re.compile(r"(有限公司|公司|企业|工厂|厂家|厂|门店|店|行业|服务业|服务|业务|业|生意)+$")
# After the word in the name of a branch that lists several trades: 五金、家具及室内装饰材料专门零售.
_LISTS = ("、", "和", "及", "与")


class Rank(IntEnum):
    """How well a word fits an entry, best first."""

    EXACT = 0  # the whole code, name or help word
    CODE = 1  # the code begins with it; a help word says just that
    SECTION = 2  # the name of a section above begins with it
    DIVISION = 3
    GROUP = 4
    NAME = 5  # the name begins with it
    HELP = 6
    NAME_LETTERS = 7  # pinyin or initials of the whole name
    NAME_LETTERS_BEGIN = 8
    BRANCH_LETTERS_BEGIN = 9
    INSIDE = 10
    BRANCH_INSIDE = 11  # one of several trades listed by a branch above
    INITIALS_INSIDE = 12
    PINYIN_INSIDE = 13
    SCATTERED = 14


_BRANCH_BEGINS = (Rank.GROUP, Rank.GROUP, Rank.DIVISION, Rank.SECTION)
# Names of branches end so; whoever types initials leaves it out: cy means 餐饮业.
_TRADE = "业"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to be found. `letter`: its section in small, "" without. `depth`: 0 = pickable, 1 = the level
    above and so on. `above`: the branches whose names find it too."""

    code: str
    name: str
    pinyin: str
    initials: str
    letter: str = ""
    depth: int = 0
    words: tuple[str, ...] = ()
    above: tuple["Entry", ...] = ()


def words_of(question: str) -> list[str]:
    """The words of a question: half-width, small letters, at most five, none empty."""
    plain = unicodedata.normalize("NFKC", question[:LONGEST_QUESTION]).lower()
    clean = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in plain)
    return [word for word in _BREAKS.split(clean) if word][:MOST_WORDS]


def search(entries: Iterable[Entry], question: str, limit: int) -> list[Entry]:
    """The entries that fit `question`, best first, at most `limit`; [] for an empty question.

    Only when nothing fits, words are tried without endings as 公司, and last with their characters scattered.
    """
    words = words_of(question)
    if not words or limit <= 0:
        return []
    listed = list(entries)
    shorter = [word for word in (_ENDINGS.sub("", word) for word in words) if word]
    found = _ranked(listed, words)
    if not found and shorter != words:
        found = _ranked(listed, shorter)
    return (found or _ranked(listed, words, scattered=True))[:limit]


def _ranked(entries: list[Entry], words: list[str], *, scattered: bool = False) -> list[Entry]:
    if not words:
        return []
    fits = [_Fits(word, scattered=scattered) for word in words]
    found = []
    for place, entry in enumerate(entries):
        rank = _worst(fits, entry)
        if rank is not None:
            length = len(entry.name) if rank > Rank.GROUP else 0
            found.append((rank, entry.depth, length, place, entry))
    found.sort(key=lambda item: item[:4])
    return [item[4] for item in found]


def _worst(fits: list["_Fits"], entry: Entry) -> int | None:
    """The rank of the word that fits `entry` least, or None when one does not fit."""
    worst = 0
    for fit in fits:
        rank = fit.rank(entry)
        if rank is None:
            return None
        worst = max(worst, rank)
    return worst


class _Fits:
    """The ranks of one word; those of a branch are found once for all its entries."""

    def __init__(self, word: str, *, scattered: bool) -> None:
        self._word = word
        self._scattered = scattered
        self._branches: dict[str, int | None] = {}
        self._chinese = not word[0].isascii()
        self._code = not self._chinese and word[-1].isdigit()

    def rank(self, entry: Entry) -> int | None:
        """The rank of the word on `entry`, or None when it does not fit."""
        if self._code:
            return _fit_code(entry, self._word)
        own = (_fit_chinese if self._chinese else _fit_latin)(entry, self._word)
        if own is None and self._scattered and self._chinese and _are_scattered(entry.name, self._word):
            own = Rank.SCATTERED
        for branch in entry.above:
            rank = self._branch(branch)
            if rank is not None and (own is None or rank < own):
                own = rank
        return own

    def _branch(self, branch: Entry) -> int | None:
        if branch.code not in self._branches:
            fit = _fit_chinese_branch if self._chinese else _fit_latin_branch
            self._branches[branch.code] = fit(branch, self._word)
        return self._branches[branch.code]


def _fit_code(entry: Entry, word: str) -> int | None:
    asked = _CODE.fullmatch(word)
    if asked is None or (asked["letter"] and asked["letter"] != entry.letter):
        return None
    if entry.code == asked["digits"]:
        return Rank.EXACT
    return Rank.CODE if entry.code.startswith(asked["digits"]) else None


def _fit_latin(entry: Entry, word: str) -> int | None:
    if len(word) == 1:
        if entry.code.lower() == word:
            return Rank.EXACT
        return Rank.NAME_LETTERS_BEGIN if entry.initials.startswith(word) else None
    if entry.words and any(known.startswith(word) for known in entry.words):
        return Rank.HELP
    if entry.initials.startswith(word) or entry.pinyin.startswith(word):
        whole = word in (entry.initials, entry.pinyin)
        return Rank.NAME_LETTERS if whole else Rank.NAME_LETTERS_BEGIN
    if word in entry.initials:
        return Rank.INITIALS_INSIDE
    return Rank.PINYIN_INSIDE if len(word) > 2 and word in entry.pinyin else None


def _fit_latin_branch(branch: Entry, word: str) -> int | None:
    """Two letters fit many branches, so only the whole name (with or without 业) counts early."""
    if len(word) == 1 or branch.name.startswith("其他"):
        return None
    if word in (branch.initials, branch.pinyin):
        return _BRANCH_BEGINS[branch.depth]
    if branch.name.endswith(_TRADE) and word in (branch.initials[:-1], branch.pinyin.removesuffix("ye")):
        return _BRANCH_BEGINS[branch.depth]
    begins = branch.initials.startswith(word) or (len(word) > 2 and branch.pinyin.startswith(word))
    return Rank.BRANCH_LETTERS_BEGIN if begins else None


def _fit_chinese(entry: Entry, word: str) -> int | None:
    at = entry.name.find(word)
    if at == 0:
        return Rank.EXACT if len(word) == len(entry.name) else Rank.NAME
    if entry.words and any(known.startswith(word) for known in entry.words):
        return Rank.CODE if word in entry.words else Rank.HELP
    return Rank.INSIDE if at > 0 else None


def _fit_chinese_branch(branch: Entry, word: str) -> int | None:
    """A section is not looked into: 餐饮 in 住宿和餐饮业 does not mean the hotels."""
    at = branch.name.find(word)
    if at == 0 and not branch.name.startswith(_LISTS, len(word)):
        return _BRANCH_BEGINS[branch.depth]
    if at < 0 or len(word) == 1 or branch.depth == len(_BRANCH_BEGINS) - 1:
        return None
    return Rank.BRANCH_INSIDE


def _are_scattered(name: str, word: str) -> bool:
    """True when the characters of `word` (two or more) stand in `name` in their order."""
    start = 0
    for char in word:
        start = name.find(char, start) + 1
        if start == 0:
            return False
    return len(word) > 1
