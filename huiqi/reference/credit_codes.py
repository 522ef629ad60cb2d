"""Unified social credit codes 统一社会信用代码 (GB 32100-2015): reading, checking, saying what is wrong.

Layout: 1 registration authority, 2 kind of body, 3–8 division, 9–17 body code, 18 check character; digits
and capitals without I, O, S, V, Z. The check character is computed by python-stdnum. Its own `validate`
is not used: it refuses letters in the first two places, which agriculture (N) and others (A, Y) carry.
"""

import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import ric, uscc

from huiqi.core.dates import readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What people type for a character that the standard leaves out because it looks like another.
LOOKALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}
LONGEST_TEXT = 60
# What `_misfit` finds nothing wrong with: the usual case, told at once.
_SHAPE = re.compile(f"(?!0)[{ALPHABET}]{{2}}[1-9][0-9]{{5}}[{ALPHABET}]{{10}}")
_SEPARATORS = re.compile(r"[\s\-_·.,，。:：/\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True)
class CodeProblem:
    """Why a text is not a credit code: `said` for people, `suggestion` the code probably meant, or ""."""

    said: Message
    suggestion: str = ""

    @property
    def message(self) -> str:
        """The reason in Chinese."""
        return str(self.said)


def normalise(text: str) -> str:
    """`text` in capitals and half-width, without spaces and separators; nothing is checked."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:LONGEST_TEXT])).upper()


def clean(text: str) -> str:
    """The 18 characters of a valid code, or Refused (`reference.credit_code`) saying what is wrong."""
    problem = find_problem(text)
    if problem is not None:
        raise Refused("reference.credit_code", problem.said)
    return normalise(text)


def find_problem(text: str) -> CodeProblem | None:
    """What is wrong with `text` as a credit code, or None when it is a valid one."""
    code = normalise(text)
    if _is_sound(code) and len(text) <= LONGEST_TEXT:
        return None
    if not code:
        return CodeProblem(Message(gettext_noop("没有填写统一社会信用代码。它是营业执照上的18位代码。")))
    return (
        _other_number(code)
        or _wrong_length(code, too_long=len(text) > LONGEST_TEXT)
        or _wrong_character(code)
        or _wrong_check_character(code)
    )


def check_character(first_17: str) -> str:
    """The 18th character that belongs to 17 characters of the standard's alphabet."""
    check: str = uscc.calc_check_digit(first_17)
    return check


def _other_number(code: str) -> CodeProblem | None:
    """Numbers of another kind that people paste into the field. They are not repeated in the message."""
    if re.fullmatch(r"[0-9]{15}", code):
        old = gettext_noop(
            "这是15位的旧工商注册号，2015年10月起已由统一社会信用代码取代。请填写新版营业执照上的18位代码。"
        )
        return CodeProblem(Message(old))
    if re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        part = gettext_noop(
            "这是9位的组织机构代码。请填写营业执照上的18位统一社会信用代码，它的第9至17位就是组织机构代码。"
        )
        return CodeProblem(Message(part))
    if len(code) == LENGTH and ric.is_valid(code) and not _is_sound(code):
        personal = gettext_noop(
            "这像是居民身份证号码。请勿在此填写身份证号，应填营业执照上的18位统一社会信用代码。"
        )
        return CodeProblem(Message(personal))
    return None


def _wrong_length(code: str, *, too_long: bool) -> CodeProblem | None:
    if len(code) == LENGTH and not too_long:
        return None
    if too_long:
        return CodeProblem(
            Message(gettext_noop("填写的内容过长，统一社会信用代码应为18位。请只填代码本身。"))
        )
    short = gettext_noop("长度%(length)s位，应为18位，少了%(gap)s位。请对照营业执照补正。")
    long = gettext_noop("长度%(length)s位，应为18位，多了%(gap)s位。请对照营业执照补正。")
    values = {"length": len(code), "gap": abs(LENGTH - len(code))}
    return CodeProblem(Message(short if len(code) < LENGTH else long, values))


def _wrong_character(code: str) -> CodeProblem | None:
    found = [_misfit(place, char) for place, char in enumerate(code, start=1)]
    faults = [fault for fault in found if fault]
    if not faults:
        return None
    suggestion = "".join(LOOKALIKES.get(char, char) for char in code)
    suggestion = suggestion if _is_sound(suggestion) else ""
    meant = gettext_noop("是否为%(code)s？") if suggestion else gettext_noop("请对照营业执照核对。")
    many = gettext_noop("%(faults)s（另有%(more)s处）。%(meant)s")
    few = gettext_noop("%(faults)s。%(meant)s")
    values = {
        "faults": tuple(faults[:3]),
        "more": len(faults) - 3,
        "meant": Message(meant, {"code": suggestion}),
    }
    return CodeProblem(Message(many if len(faults) > 3 else few, values), suggestion)


def _misfit(place: int, char: str) -> Message | None:
    """What is wrong with `char` at `place` (from 1), or None."""
    values = {"place": place, "char": readable(char), "meant": LOOKALIKES.get(char, "")}
    if char in LOOKALIKES:
        return Message(gettext_noop("第%(place)s位出现字母%(char)s，标准中不使用，是否为%(meant)s"), values)
    if char not in ALPHABET:
        return Message(gettext_noop("第%(place)s位的“%(char)s”不是数字或大写字母"), values)
    if 3 <= place <= 8 and not char.isdigit():
        letter = gettext_noop("第%(place)s位是字母%(char)s，而第3至8位是登记机关行政区划码，应为数字")
        return Message(letter, values)
    return _impossible_zero(place) if char == "0" else None


def _impossible_zero(place: int) -> Message | None:
    """The places where no code has a zero: authorities are 1 to 9 and letters, divisions (GB/T 2260) begin
    with 1 to 9. More is not refused: authorities were added to the standard's list more than once.
    """
    if place == 1:
        return Message(gettext_noop("第1位是0，而第1位是登记管理部门代码，不会是0，企业一般为9"))
    if place == 3:
        return Message(gettext_noop("第3位是0，而第3至8位是登记机关行政区划码，开头不会是0"))
    return None


def _wrong_check_character(code: str) -> CodeProblem | None:
    expected = check_character(code[:-1])
    if code[-1] == expected:
        return None
    wrong = gettext_noop(
        "第18位校验码应为%(expected)s，您填的是%(given)s，说明18位中至少有一位写错。请对照营业执照逐位核对。"
    )
    return CodeProblem(Message(wrong, {"expected": expected, "given": code[-1]}))


def _is_sound(code: str) -> bool:
    return _SHAPE.fullmatch(code) is not None and check_character(code[:-1]) == code[-1]
