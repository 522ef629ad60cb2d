"""Money: integer fen inside, 元 and 万元 for people. Pure and exact; no binary floating point."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from huiqi.core.messages import Message, gettext_noop

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
UNITS = {
    "分": 1,
    "元": FEN_PER_YUAN,
    "千元": 1_000 * FEN_PER_YUAN,
    "万元": FEN_PER_WAN,
    "万": FEN_PER_WAN,
    "百万元": 100 * FEN_PER_WAN,
    "亿元": 10_000 * FEN_PER_WAN,
    "亿": 10_000 * FEN_PER_WAN,
}
# The rulebook's widest amount is 10 万亿元 (facts.yaml, revenue); nothing larger is a firm's figure.
MAX_FEN = 10**15
_AMOUNT = re.compile(r"^([+-]?[0-9]{1,20}(?:\.[0-9]{1,10})?)(万元|亿元|万|亿|元)?$")


class AmountError(ValueError):
    """The text is not an amount; `said` says what is wrong and how to mend it."""

    def __init__(self, said: Message) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True)
class Sum:
    """An amount inside a message; Chinese says it in 万元 or 亿元."""

    fen: int

    def __str__(self) -> str:
        return format_wan(self.fen)


def parse_amount(text: str, unit: str = "元") -> int:
    """Fen from what a person typed: `1280000`, `1,280,000`, `128万元`, `１２８．５万`, `¥300`.

    `unit` (元 or 万元) holds when the text names none. Raises AmountError for anything else,
    for fractions of a fen and for amounts beyond 10 万亿元.
    """
    cleaned = _clean(text)
    match = _AMOUNT.match(cleaned)
    if not match:
        wrong = gettext_noop("金额应为数字，如 128 或 1280000.50；您填的是“%(text)s”。")
        raise AmountError(Message(wrong, {"text": shorten(text)}))
    try:
        value = Decimal(match[1]) * UNITS[match[2] or unit]
    except InvalidOperation as error:
        raise AmountError(Message(gettext_noop("金额太长，请核对后重填。"))) from error
    if value != value.to_integral_value():
        raise AmountError(Message(gettext_noop("金额最多精确到分（以元计两位小数，以万元计六位小数）。")))
    if abs(value) > MAX_FEN:
        raise AmountError(Message(gettext_noop("金额超过10万亿元，请核对单位是元还是万元。")))
    return int(value)


def _clean(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("人民币", "").replace("RMB", "")
    return re.sub(r"[\s,，_¥￥]", "", plain)


def shorten(text: str, limit: int = 20) -> str:
    """What a person typed, safe to repeat in a message: printable and short."""
    printable = "".join(ch for ch in text if ch.isprintable())
    return printable if len(printable) <= limit else printable[:limit] + "…"


def format_yuan(fen: int) -> str:
    """`1,280,000元`; fen are shown only when there are any."""
    sign, whole, rest = _split(fen, FEN_PER_YUAN)
    return f"{sign}{whole:,}元" if not rest else f"{sign}{whole:,}.{rest:02d}元"


def format_wan(fen: int) -> str:
    """`128万元`, exact, without trailing zeros; amounts below 1 万元 stay in 元, above 1 亿 in 亿元."""
    if abs(fen) < FEN_PER_WAN:
        return format_yuan(fen)
    if abs(fen) >= 10_000 * FEN_PER_WAN:
        return f"{_trim(fen, 10_000 * FEN_PER_WAN)}亿元"
    return f"{_trim(fen, FEN_PER_WAN)}万元"


def _split(fen: int, unit: int) -> tuple[str, int, int]:
    whole, rest = divmod(abs(fen), unit)
    return ("-" if fen < 0 else "", whole, rest)


def _trim(fen: int, unit: int) -> str:
    sign, whole, rest = _split(fen, unit)
    digits = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{sign}{whole:,}.{digits}" if digits else f"{sign}{whole:,}"
