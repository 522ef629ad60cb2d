"""What a firm is found by: its names, initials and organisation code cut into grams. Pure.

A column of grams separated by spaces stands behind an inverted index on both databases (core/gram_index.py).
Any two characters that follow each other in a name are one gram, so every part of a name of two or more
Chinese characters finds it; Latin letters, digits and pinyin initials are cut into threes. A gram with `_` in
front says how a name, its initials or a Latin word in it begins.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST_QUESTION = 60
MOST_WORDS = 6
BEGINNING = "_"
# Characters 9 to 17 of a credit code are the organisation code (GB 11714) that older papers carry.
BODY = slice(8, 17)
_BREAKS = re.compile(r"[\s,，、;；/|+]+")
_LATIN = re.compile(r"[0-9a-z]+")
_BODY = re.compile(r"(?=(?:.*[0-9]){5})[0-9a-z]{9}")


def search_text(name: str, initials: str, credit_code: str | None = None, former: Iterable[str] = ()) -> str:
    """The text to store: grams of the name, the initials, the code and of `former` names and codes.

    Grams keep their order, each once; `initials` are those of the present name.
    """
    grams: dict[str, None] = {}
    for text in (name, initials):
        grams.update(dict.fromkeys(_grams_of(text)))
    for code_or_name in (credit_code or "", *former):
        grams.update(dict.fromkeys(_code_or_name(code_or_name)))
    return " ".join(grams)


def words_text(*texts: str) -> str:
    """The text to store for what is found by words alone: grams of `texts`, each once."""
    grams: dict[str, None] = {}
    for text in texts:
        grams.update(dict.fromkeys(_grams_of(text)))
    return " ".join(grams)


def _code_or_name(text: str) -> Iterator[str]:
    plain = _plain(text)
    if len(plain) == 18 and plain.isascii():
        yield plain[BODY]
    else:
        yield from _grams_of(text)


def _grams_of(text: str) -> Iterator[str]:
    plain = _plain(text)
    if not plain:
        return
    if not plain[0].isascii():
        yield BEGINNING + plain[0]
    yield from _pairs(plain)
    for found in _LATIN.finditer(plain):
        run = found[0]
        yield BEGINNING + run[0]
        if len(run) > 1:
            yield BEGINNING + run[:2]
        yield from _threes(run)


def _pairs(plain: str) -> Iterator[str]:
    """Neighbours, unless both are Latin: those are cut into threes."""
    for at in range(len(plain) - 1):
        pair = plain[at : at + 2]
        if not pair.isascii():
            yield pair


def _threes(run: str) -> Iterator[str]:
    for at in range(len(run) - 2):
        yield run[at : at + 3]


def grams_of_question(question: str) -> tuple[str, ...]:
    """The grams that a firm must all have to be found; () when the question says nothing to search by.

    A lone Chinese character, and one or two Latin letters, find what begins with them; beside longer words a
    lone character is left out, as it alone cannot be looked up inside a name.
    """
    words = [word for word in (_plain(part) for part in _BREAKS.split(question[:LONGEST_QUESTION])) if word]
    if words and all(len(word) == 1 and not word.isascii() for word in words):
        words = ["".join(words)]
    grams: dict[str, None] = {}
    for word in words[:MOST_WORDS]:
        grams.update(dict.fromkeys(_grams_of_word(word, alone=len(words) == 1)))
    return tuple(grams)


def _grams_of_word(word: str, *, alone: bool) -> Iterator[str]:
    if _BODY.fullmatch(word):
        yield word
        return
    if len(word) == 1 and not word.isascii():
        if alone:
            yield BEGINNING + word
        return
    yield from _pairs(word)
    for found in _LATIN.finditer(word):
        run = found[0]
        if len(run) > 2:
            yield from _threes(run)
        elif run == word:
            yield BEGINNING + run


def _plain(text: str) -> str:
    """Half-width, small letters; signs and spaces left out."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    return "".join(char for char in narrow if char.isalnum())
