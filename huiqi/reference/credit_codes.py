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

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What people type for a character that the standard leaves out because it looks like another.
LOOKALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}
LONGEST_TEXT = 60
_SEPARATORS = re.compile(r"[\s\-_·.,，。:：/\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True)
class CodeProblem:
    """Why a text is not a credit code: `message` for people, `suggestion` the code probably meant, or ""."""

    message: str
    suggestion: str = ""


def normalise(text: str) -> str:
    """`text` in capitals and half-width, without spaces and separators; nothing is checked."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:LONGEST_TEXT])).upper()


def clean(text: str) -> str:
    """The 18 characters of a valid code, or Refused (`reference.credit_code`) saying what is wrong."""
    problem = find_problem(text)
    if problem is not None:
        raise Refused("reference.credit_code", problem.message)
    return normalise(text)


def find_problem(text: str) -> CodeProblem | None:
    """What is wrong with `text` as a credit code, or None when it is a valid one."""
    code = normalise(text)
    if not code:
        return CodeProblem("没有填写统一社会信用代码。它是营业执照上的18位代码。")
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
        return CodeProblem(
            "这是15位的旧工商注册号，2015年10月起已由统一社会信用代码取代。请填写新版营业执照上的18位代码。"
        )
    if re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return CodeProblem(
            "这是9位的组织机构代码。请填写营业执照上的18位统一社会信用代码，它的第9至17位就是组织机构代码。"
        )
    if len(code) == LENGTH and ric.is_valid(code) and not _is_sound(code):
        return CodeProblem(
            "这像是居民身份证号码。请勿在此填写身份证号，应填营业执照上的18位统一社会信用代码。"
        )
    return None


def _wrong_length(code: str, *, too_long: bool) -> CodeProblem | None:
    if len(code) == LENGTH and not too_long:
        return None
    if too_long:
        return CodeProblem("填写的内容过长，统一社会信用代码应为18位。请只填代码本身。")
    verb = "少" if len(code) < LENGTH else "多"
    gap = abs(LENGTH - len(code))
    return CodeProblem(f"长度{len(code)}位，应为18位，{verb}了{gap}位。请对照营业执照补正。")


def _wrong_character(code: str) -> CodeProblem | None:
    found = [_misfit(place, char) for place, char in enumerate(code, start=1)]
    faults = [fault for fault in found if fault]
    if not faults:
        return None
    suggestion = "".join(LOOKALIKES.get(char, char) for char in code)
    suggestion = suggestion if _is_sound(suggestion) else ""
    meant = f"是否为{suggestion}？" if suggestion else "请对照营业执照核对。"
    more = f"（另有{len(faults) - 3}处）" if len(faults) > 3 else ""
    return CodeProblem("；".join(faults[:3]) + f"{more}。{meant}", suggestion)


def _misfit(place: int, char: str) -> str:
    """What is wrong with `char` at `place` (from 1), or ""."""
    if char in LOOKALIKES:
        return f"第{place}位出现字母{char}，标准中不使用，是否为{LOOKALIKES[char]}"
    if char not in ALPHABET:
        return f"第{place}位的“{readable(char)}”不是数字或大写字母"
    if 3 <= place <= 8 and not char.isdigit():
        return f"第{place}位是字母{char}，而第3至8位是登记机关行政区划码，应为数字"
    return ""


def _wrong_check_character(code: str) -> CodeProblem | None:
    expected = check_character(code[:-1])
    if code[-1] == expected:
        return None
    return CodeProblem(
        f"第18位校验码应为{expected}，您填的是{code[-1]}，说明18位中至少有一位写错。请对照营业执照逐位核对。"
    )


def _is_sound(code: str) -> bool:
    return (
        len(code) == LENGTH
        and not any(_misfit(place, char) for place, char in enumerate(code, start=1))
        and check_character(code[:-1]) == code[-1]
    )
