"""Regular expressions that officers write: matched in linear time, whatever they contain. Pure.

RE2 has no look-around and no back-references, and needs time proportional to the text. What JavaRosa and
Enketo take and RE2 spells otherwise (`\\uXXXX`) is rewritten.
"""

import re
from functools import lru_cache

import re2

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xpath.problems import refuse

LONGEST_PATTERN = 500
LONGEST_TEXT = 20_000
# Memory of one compiled expression; (a{100}){100} needs more and is refused.
MOST_MEMORY = 2 << 20
_UNICODE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]")


def check_pattern(pattern: str) -> None:
    """XPathError when the pattern is too long, unreadable, or can not be matched in linear time."""
    if len(pattern) > LONGEST_PATTERN:
        raise refuse(
            gettext_noop("正则表达式有%(length)s个字符，最多%(most)s个。"),
            gettext_noop("请写短，或分成几个条件。"),
            length=len(pattern),
            most=LONGEST_PATTERN,
        )
    if _LOOK_AROUND.search(pattern):
        raise refuse(
            gettext_noop("正则表达式里的前后查找 (?= (?! (?<= (?<! 不支持，因为它可能算不完。"),
            gettext_noop("请用 and、not() 把它拆成几个 regex()。"),
        )
    if _BACK_REFERENCE.search(pattern):
        raise refuse(
            gettext_noop("正则表达式里的反向引用 \\1 不支持，因为它可能算不完。"),
            gettext_noop("请换一种写法。"),
        )
    _compiled(pattern)


def matches(text: str, pattern: str) -> bool:
    """True when the pattern is found somewhere in the text, as the specification's `/pattern/` does.

    A text or a pattern that is longer than allowed does not match.
    """
    if len(text) > LONGEST_TEXT or len(pattern) > LONGEST_PATTERN:
        return False
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str):  # type: ignore[no-untyped-def]
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    try:
        return re2.compile(_UNICODE.sub(r"\\x{\1}", pattern), options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise refuse(
            gettext_noop("正则表达式读不懂，或者太复杂：%(reason)s。"),
            gettext_noop("请核对括号、方括号和量词，如手机号写作 ^1[0-9]{10}$ 。"),
            reason=said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said),
        ) from error
