"""What a wording is found by: grams of its question and words, their pinyin initials, and its segments. Pure.

Grams are those of the register's search: any part of two or more characters, initials in threes. Segments are
words as rjieba cuts them; they find the wording that a whole sentence, as people say it, is about.
"""

from collections.abc import Callable, Iterable, Sequence

from huiqi.enterprises.search_text import grams_of_question, search_text

Cut = Callable[[str], Iterable[str]]
Initials = Callable[[str], str]
MOST_SEGMENTS = 12
# So frequent in questions that they say nothing about the matter.
_EMPTY = frozenset(
    "什么 怎么 怎样 怎么办 哪里 哪些 多少 可以 能不能 是否 如何 我们 你们 公司 企业 单位 现在 目前 已经 没有 "
    "需要 应该 请问 咨询 问题 情况 希望 办理 有关 关于 这个 那个 多久 时候 因为 所以 "
    "不能 不会 不想 能否 有没有 是不是 一点 几个".split()
)


def stored_grams(question: str, words: str, initials: Initials) -> str:
    """The column `grams`: all grams between spaces, so that ` gram ` is looked for."""
    parts = [question, *words.split()]
    texts = [search_text(part, initials(part)) for part in parts]
    return _between_spaces(gram for text in texts for gram in text.split())


def stored_segments(texts: Sequence[str], cut: Cut) -> str:
    """The column `segments`, between spaces."""
    return _between_spaces(word for text in texts for word in segments_of(text, cut))


def segments_of(text: str, cut: Cut) -> tuple[str, ...]:
    """The words of a text that say what it is about, each once, in their order."""
    found = (word.strip().lower() for word in cut(text))
    return tuple(dict.fromkeys(word for word in found if len(word) > 1 and _says(word)))


def _says(word: str) -> bool:
    return word not in _EMPTY and any(char.isalnum() for char in word) and not word.isdigit()


def asked_segments(text: str, cut: Cut) -> tuple[str, ...]:
    """Of a typed text the words to look for: the longest, at most MOST_SEGMENTS."""
    return tuple(sorted(segments_of(text, cut), key=len, reverse=True)[:MOST_SEGMENTS])


def asked_grams(text: str) -> tuple[str, ...]:
    """The grams that must all be there."""
    return grams_of_question(text)


def score(stored: str, asked: Sequence[str]) -> int:
    """How much of what was asked a row's segments say: characters of the common words."""
    return sum(len(word) for word in asked if f" {word} " in stored)


def _between_spaces(words: Iterable[str]) -> str:
    kept = " ".join(dict.fromkeys(words))
    return f" {kept} " if kept else ""
