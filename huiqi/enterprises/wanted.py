"""What somebody looks for in the register: words, places, trades, sizes … as plain values. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from huiqi.enterprises.search_text import LONGEST_QUESTION, grams_of_question

SHORTEST_CODE = 6
# GB 32100 leaves out I, O, S, V and Z; people type small letters and spaces.
_CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{6,18}")
_MOBILE = re.compile(r"(?:0086|86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0[0-9]{2,3}[0-9]{7,8}")
_SIGNS = re.compile(r"[\s\-－—()（）+]")


class Kind(StrEnum):
    """What a question in the search box is."""

    NOTHING = "nothing"
    WORDS = "words"
    CODE = "code"
    PHONE = "phone"


@dataclass(frozen=True)
class Question:
    """One question, read: what kind it is, and the text or the grams to look for."""

    kind: Kind
    text: str = ""
    grams: tuple[str, ...] = ()


NO_QUESTION = Question(Kind.NOTHING)


def read_question(typed: str) -> Question:
    """Read what somebody typed: a telephone number, a credit code or its beginning, else words.

    A code has digits among its first six characters, as every credit code begins with department, kind and
    division; letters alone are pinyin initials.
    """
    text = typed[:LONGEST_QUESTION].strip()
    compact = _SIGNS.sub("", unicodedata.normalize("NFKC", text)).upper()
    mobile = _MOBILE.fullmatch(compact)
    if mobile or _LANDLINE.fullmatch(compact):
        return Question(Kind.PHONE, mobile[1] if mobile else compact)
    if _CODE.fullmatch(compact) and sum(char.isdigit() for char in compact[:6]) >= 5:
        return Question(Kind.CODE, compact)
    grams = grams_of_question(text)
    return Question(Kind.WORDS, text, grams) if grams else NO_QUESTION


# No credit code begins so: a question that finds no firm.
_NEVER = Question(Kind.CODE, "~")


def asked_in_address(typed: str) -> Question:
    """As read_question, for words that stand in an address: a telephone number there finds nothing, since
    looking for one is recorded and its number belongs into no history, proxy or log."""
    question = read_question(typed)
    return _NEVER if question.kind is Kind.PHONE else question


class Gap(StrEnum):
    """What may be lacking in a firm's file."""

    SIZE = "size"  # the size class cannot be told
    FIGURES = "figures"  # persons employed or revenue unknown, never stated or too old
    EXPIRING = "expiring"  # something known lapses within thirty days


class Sort(StrEnum):
    """The order of the list. All but the first only when every hit can be held at once."""

    PLACE = "place"  # county, industry, size: the order in which the index keeps them
    NAME = "name"
    NEWEST = "newest"


@dataclass(frozen=True)
class Wanted:
    """The filters of the list, each empty when it does not matter; all that are set must hold."""

    question: Question = NO_QUESTION
    region: str = ""  # 4 digits a prefecture, 6 a county
    industries: tuple[str, str] | None = None  # first and last four-digit class
    sizes: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()  # ids of LIST_FACTS; any of them
    registration: str = ""
    is_individual: bool | None = None
    gap: Gap | None = None
    park: int | None = None
    is_synthetic: bool | None = None
