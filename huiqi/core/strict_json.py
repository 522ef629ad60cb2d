"""JSON as the standard writes it, and nothing else: what a lenient reader would let pass is refused.

Python's reader accepts NaN, keeps the last of two equal keys and turns 0.1 into a binary fraction. A
figure that decides about money must not be read that way.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from huiqi.core.dates import readable
from huiqi.core.errors import Refused

MAX_BYTES = 1_000_000
MAX_DIGITS = 40


def parse(raw: bytes, *, what: str = "内容") -> Any:
    """The JSON value; numbers with a decimal point become Decimal.

    Raises Refused (`core.bad_json`) saying what is wrong. `what` names the source in the message, e.g.
    `文件 facts.json`.
    """
    if len(raw) > MAX_BYTES:
        raise _refused(what, f"超过{MAX_BYTES:,}字节，请拆分后再试")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(what, f"不是 UTF-8 文本（第{error.start + 1}个字节），请另存为 UTF-8") from error
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except _StrictError as error:
        raise _refused(what, str(error)) from error
    except json.JSONDecodeError as error:
        place = f"第{error.lineno}行第{error.colno}字"
        raise _refused(what, f"不是有效的 JSON（{place}），请检查引号、逗号和括号") from error
    except RecursionError as error:
        raise _refused(what, "嵌套太深") from error


def parse_object(raw: bytes, *, what: str = "内容") -> dict[str, Any]:
    """Like `parse`, for an object `{…}` only."""
    found = parse(raw, what=what)
    if not isinstance(found, dict):
        raise _refused(what, '应是一个 JSON 对象，形如 {"employees": 35}')
    return found


class _StrictError(ValueError):
    pass


def _refused(what: str, wrong: str) -> Refused:
    return Refused("core.bad_json", f"{what}{wrong}。")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _StrictError(f"里的数字“{readable(text)}”太大") from error
    if len(text) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise _StrictError(f"里的数字“{readable(text)}”太长")
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _StrictError(f"里的数字“{readable(text)}”太长")
    return int(text)


def _no_constant(text: str) -> NoReturn:
    raise _StrictError(f"里有“{text}”，它不是数字；不知道的请写 null 或不写")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _StrictError(f"里“{readable(key)}”写了两次，请只留一次")
        found[key] = value
    return found
