"""The words of an expression (XPath 1.0, 3.7) and the `${name}` of XLSForm. Pure."""

import re
from enum import Enum
from typing import NamedTuple

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xpath.problems import refuse

# The longest calculation in the field's public forms is under 6,000 characters.
LONGEST_EXPRESSION = 10_000


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    LITERAL = "literal"
    NAME = "name"
    REFERENCE = "reference"
    OPERATOR = "operator"
    SYMBOL = "symbol"
    END = "end"


class Token(NamedTuple):
    """One word; `at` is where it begins."""

    kind: Kind
    text: str
    at: int


_NCNAME = r"[^\W\d][\w.\-·]*"
_PIECE = re.compile(
    rf"""\s*(?:
    (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
  | (?P<literal>"[^"]*"|'[^']*')
  | (?P<reference>\$\{{\s*(?:{_NCNAME})\s*\}})
  | (?P<symbol>::|\.\.|[()\[\],@.]|//|/(?!/))
  | (?P<operator><=|>=|!=|[=<>|+\-*])
  | (?P<name>{_NCNAME}(?::(?!:)(?:{_NCNAME}|\*))?)
    )""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "mod", "div"})
_SPACE = re.compile(r"\s*")
# What an input method types in place of what a formula needs.
_TYPED = dict(zip("‘’“”（）［］，＝＞＜＋－．　｛｝", "''\"\"()[],=><+-. {}", strict=True))
_BEFORE_OPERAND = frozenset({"@", "::", "(", "[", ",", "/", "//"})


def tokens(text: str) -> list[Token]:
    """All tokens and an END; XPathError for what no token begins with."""
    if len(text) > LONGEST_EXPRESSION:
        raise refuse(
            gettext_noop("公式有%(length)s个字符，最多%(most)s个。"),
            gettext_noop("请拆成几道 calculate。"),
            length=len(text),
            most=LONGEST_EXPRESSION,
        )
    found: list[Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _PIECE.match(text, at)
        if match is None or match.end() == at:
            _refuse_character(text, at)
        assert match is not None
        found.append(_token(match, found))
        at = match.end()
    found.append(Token(Kind.END, "", end))
    return found


def _token(match: re.Match[str], before: list[Token]) -> Token:
    kind = Kind(match.lastgroup)
    text = match[match.lastgroup or ""]
    at = match.start(match.lastgroup or "")
    if _expects_operator(before) and (text in _WORDS or (kind is Kind.NAME and _split(text))):
        return Token(Kind.OPERATOR, text, at)
    if kind is Kind.OPERATOR and text == "*" and not _expects_operator(before):
        return Token(Kind.NAME, "*", at)
    if kind is Kind.REFERENCE:
        text = text[2:-1].strip()
    elif kind is Kind.LITERAL:
        text = text[1:-1]
    return Token(kind, text, at)


def _split(text: str) -> bool:
    return text in _WORDS


def _expects_operator(before: list[Token]) -> bool:
    """XPath 1.0, 3.7: after an operand, `*` multiplies and `and`, `or`, `div`, `mod` are operators."""
    if not before:
        return False
    last = before[-1]
    if last.kind is Kind.SYMBOL:
        return last.text not in _BEFORE_OPERAND
    return last.kind is not Kind.OPERATOR


def _refuse_character(text: str, at: int) -> None:
    at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
    found = text[at]
    if found in _TYPED:
        raise refuse(
            gettext_noop("公式里有中文标点“%(found)s”。"),
            gettext_noop("请改成半角的 %(right)s 。"),
            at=at,
            found=found,
            right=_TYPED[found],
        )
    if found in "'\"":
        raise refuse(
            gettext_noop("公式里的引号没有成对。"),
            gettext_noop("请在文字后面补上 %(found)s 。"),
            at=at,
            found=found,
        )
    if text.startswith("${last-saved#", at):
        raise refuse(
            gettext_noop("不支持引用上一份答卷（last-saved）。"), gettext_noop("请改用默认值。"), at=at
        )
    if found in "${":
        raise refuse(
            gettext_noop("公式里的“%(near)s”不是完整的题目引用。"),
            gettext_noop("引用一道题写作 ${题目名称}。"),
            at=at,
            near=text[at : at + 20],
        )
    raise refuse(
        gettext_noop("公式里不能有“%(found)s”。"),
        gettext_noop("不等于写作 !=，并且写作 and，或者写作 or，除写作 div，取余写作 mod。"),
        at=at,
        found=found,
    )
