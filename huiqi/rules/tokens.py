"""The gate before the parser: splits an expression into allowed words and refuses everything else.

The SQL parser never sees an author's text. It sees the words kept here, written anew, with every
name quoted, so a fact may be called `contract` or `order` and no keyword of SQL is reachable.
"""

import re
from typing import NamedTuple

from huiqi.rules.problems import ExpressionError

MAX_LENGTH = 10_000
MAX_TOKENS = 3_000
MAX_DEPTH = 24
MAX_CASES = 8
MAX_BRANCHES = 200
MAX_ARITHMETIC = 100
MAX_PREFIXES = 6
MAX_DIGITS = 30

KEYWORDS = frozenset(
    "and or not between in is null case when then else end greatest least date true false".split()
)
FUNCTIONS = frozenset({"greatest", "least"})
# After these a parenthesis groups; after any other name it would be a function call.
OPENERS = frozenset("and or not between in case when then else greatest least".split())

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>'[^'\x00-\x1f]{0,60}')"
    r"|(?P<sign><=|>=|<>|!=|[-+*/()=<>,])"
)
_ISO_DATE = re.compile(r"'[0-9]{4}-[0-9]{2}-[0-9]{2}'")


class Token(NamedTuple):
    kind: str  # number, name, keyword, text or sign
    text: str
    column: int


def _refuse(what: str, column: int, remedy: str) -> ExpressionError:
    return ExpressionError(f"{what}（第{column}字）", remedy)


def _shown(text: str) -> str:
    """A fragment safe to print: at most 20 characters, without control characters."""
    return "".join(ch if ch.isprintable() else "�" for ch in text[:20])


def _unreadable(text: str, start: int) -> ExpressionError:
    rest = text[start:]
    if rest.startswith("'"):
        return _refuse("文字缺少收尾的单引号，或超过60字", start + 1, "文字写成 'abc'，两端用英文单引号")
    if rest[0] == ";":
        return _refuse("不允许分号", start + 1, "每处只写一个表达式")
    if rest[0] == '"':
        return _refuse("不允许双引号", start + 1, "名称不加引号，文字用英文单引号")
    return _refuse(
        f"不认识的符号“{_shown(rest[:1])}”",
        start + 1,
        "只用英文字母、数字、下划线、引号内文字和 + - * / = < > ( ) ,",
    )


def _split(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind, word = str(match.lastgroup), match.group()
        if kind == "word":
            kind = "keyword" if word.lower() in KEYWORDS else "name"
            word = word.lower() if kind == "keyword" else word
        if kind != "space":
            tokens.append(Token(kind, "<>" if word == "!=" else word, position + 1))
        position = match.end()
    return tokens


def _check_neighbours(text: str, tokens: list[Token]) -> None:
    for before, after in zip(tokens, tokens[1:], strict=False):
        touching = before.column + len(before.text) == after.column
        if touching and before.kind == "number" and after.kind in ("name", "keyword"):
            raise _refuse(
                f"不认识的数字“{_shown(before.text + after.text)}”", before.column, "数字写成 12 或 0.055"
            )
        if touching and before.text + after.text in ("--", "/*", "*/"):
            raise _refuse("不允许注释", before.column, "说明请写在 text 或 note 里")
        if after.text == "(" and before.kind == "name":
            raise _refuse(
                f"不支持函数“{_shown(before.text)}”", before.column, "可用的函数只有 greatest 和 least"
            )
        if before.text in FUNCTIONS and after.text != "(":
            raise _refuse(f"{before.text} 后面缺少括号", before.column, f"写成 {before.text}(甲, 乙)")
        if before.text == "date" and before.kind == "keyword" and not _ISO_DATE.fullmatch(after.text):
            raise _refuse("日期写法不对", before.column, "日期写成 DATE '2020-01-31'")


def _check_number(token: Token) -> None:
    if token.kind == "number" and len(token.text) > MAX_DIGITS:
        raise _refuse("数字过长", token.column, f"数字不得超过{MAX_DIGITS}位")


def _check_depth(tokens: list[Token]) -> None:
    depth = cases = prefixes = 0
    for token in tokens:
        _check_number(token)
        depth += (token.text == "(") - (token.text == ")")
        cases += (token.text == "case") - (token.text == "end")
        prefixes = prefixes + 1 if token.text in ("not", "-", "+") else 0
        if depth < 0:
            raise _refuse("多了一个右括号", token.column, "请核对括号")
        if depth > MAX_DEPTH or cases > MAX_CASES:
            raise _refuse(
                "嵌套过深", token.column, f"括号不超过{MAX_DEPTH}层，case 不超过{MAX_CASES}层；请拆成几个条件"
            )
        if prefixes > MAX_PREFIXES:
            raise _refuse("连续的 not 或正负号过多", token.column, "请去掉多余的 not 或正负号")
    if depth > 0:
        raise ExpressionError("缺少右括号", "请核对括号")


def _check_amount(tokens: list[Token]) -> None:
    arithmetic = sum(token.kind == "sign" and token.text in "+-*/" for token in tokens)
    branches = sum(token.text == "when" for token in tokens)
    if len(tokens) > MAX_TOKENS or arithmetic > MAX_ARITHMETIC or branches > MAX_BRANCHES:
        raise ExpressionError(
            "表达式过大",
            f"不超过{MAX_TOKENS}个词、{MAX_ARITHMETIC}次运算、{MAX_BRANCHES}个 when；请拆成几个条件",
        )


def tokenize(text: str) -> list[Token]:
    """The words of an expression, or ExpressionError; length, depth and alphabet are checked here."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"表达式过长（{len(text)}字）", f"不超过{MAX_LENGTH}字；请拆成几个条件")
    tokens = _split(text)
    if not tokens:
        raise ExpressionError("表达式为空", "请写出条件，如 employees >= 20")
    _check_amount(tokens)
    _check_depth(tokens)
    _check_neighbours(text, tokens)
    return tokens


def respell(tokens: list[Token]) -> str:
    """The words written anew for the SQL parser, every name in double quotes."""
    return " ".join(f'"{token.text}"' if token.kind == "name" else token.text for token in tokens)
