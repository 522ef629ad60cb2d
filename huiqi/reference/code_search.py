"""Finding an entry of a code list by code, words, pinyin or initials, best first. Pure, in memory.

Every word of the question must fit. A fit has a rank (lower is better): exact code or name first, then a
code prefix, the beginning of the name, a help word, initials, pinyin, any part of the name, and last the
characters of the word scattered in order. Within a rank the pickable entries (the finest level) come
first, then short names (not for codes and exact words), then the order of the list.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_QUESTION = 60
MOST_WORDS = 5
_BREAKS = re.compile(r"[\s,，、;；/|+·\-]+")
_CODE = re.compile(r"(?P<letter>[a-z]?)(?P<digits>[0-9]{1,6})")
# Endings that say "a firm of this trade" and seldom stand in a classification.
_ENDINGS = re.compile(r"(有限公司|公司|企业|工厂|厂家|厂|店|门店|行业|业务|业|生意)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to be found. `letter`: its section in small, "" without. `depth`: 0 = pickable."""

    code: str
    name: str
    pinyin: str
    initials: str
    letter: str = ""
    depth: int = 0
    words: tuple[str, ...] = ()


def words_of(question: str) -> list[str]:
    """The words of a question: half-width, small letters, at most five, none empty."""
    plain = unicodedata.normalize("NFKC", question[:LONGEST_QUESTION]).lower()
    clean = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in plain)
    return [word for word in _BREAKS.split(clean) if word][:MOST_WORDS]


def search(entries: Iterable[Entry], question: str, limit: int) -> list[Entry]:
    """The entries that fit `question`, best first, at most `limit`; [] for an empty question."""
    words = words_of(question)
    if not words or limit <= 0:
        return []
    listed = list(entries)
    found = _ranked(listed, words)
    if not found:
        shorter = [_ENDINGS.sub("", word) for word in words]
        found = _ranked(listed, [word for word in shorter if word]) if shorter != words else []
    return found[:limit]


def _ranked(entries: list[Entry], words: list[str]) -> list[Entry]:
    if not words:
        return []
    found = []
    for place, entry in enumerate(entries):
        rank = 0
        for word in words:
            fit = _fit(entry, word)
            if fit is None:
                break
            rank = max(rank, fit)
        else:
            length = len(entry.name) if rank > 1 else 0
            found.append((rank, entry.depth, length, place, entry))
    found.sort(key=lambda item: item[:4])
    return [item[4] for item in found]


def _fit(entry: Entry, word: str) -> int | None:
    """The rank of `word` on `entry`, or None when it does not fit."""
    if word[0].isascii():
        return _fit_code(entry, word) if word[-1].isdigit() else _fit_latin(entry, word)
    return _fit_chinese(entry, word)


def _fit_code(entry: Entry, word: str) -> int | None:
    asked = _CODE.fullmatch(word)
    if asked is None or (asked["letter"] and asked["letter"] != entry.letter):
        return None
    if entry.code == asked["digits"]:
        return 0
    return 1 if entry.code.startswith(asked["digits"]) else None


def _fit_latin(entry: Entry, word: str) -> int | None:
    if len(word) == 1:
        if entry.code.lower() == word:
            return 0
        return 5 if entry.initials.startswith(word) else None
    if entry.words and any(known.startswith(word) for known in entry.words):
        return 3
    if entry.initials.startswith(word) or entry.pinyin.startswith(word):
        return 4 if word in (entry.initials, entry.pinyin) else 5
    if word in entry.initials:
        return 7
    return 8 if len(word) > 2 and word in entry.pinyin else None


def _fit_chinese(entry: Entry, word: str) -> int | None:
    at = entry.name.find(word)
    if at == 0:
        return 0 if len(word) == len(entry.name) else 2
    if entry.words and any(known.startswith(word) for known in entry.words):
        return 1 if word in entry.words else 3
    if at > 0:
        return 6
    return 9 if len(word) > 1 and _scattered(entry.name, word) else None


def _scattered(name: str, word: str) -> bool:
    """True when the characters of `word` stand in `name` in their order."""
    start = 0
    for char in word:
        start = name.find(char, start) + 1
        if start == 0:
            return False
    return True
