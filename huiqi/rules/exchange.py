"""Facts in and explanations out as JSON, exactly: no binary float on the way in, none on the way out."""

import json
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from huiqi.rules.explain import Explanation, Node
from huiqi.rules.problems import FactsError, Problem

MAX_CHARACTERS = 1_000_000
MAX_NUMBER = 60
PLACE = "JSON"


class _Refused(Exception):
    def __init__(self, message: str, remedy: str) -> None:
        self.problem = Problem(PLACE, message, remedy)
        super().__init__(message)


def load_facts_json(text: str) -> dict[str, object]:
    """The facts of a JSON object, decimals as Decimal; for Catalogue.parse.

    Raises FactsError for text that is no JSON object, repeats a key, holds NaN or Infinity, or a
    number of absurd length.
    """
    if len(text) > MAX_CHARACTERS:
        raise FactsError([Problem(PLACE, "内容过长", f"不超过{MAX_CHARACTERS}字")])
    try:
        loaded = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=_decimal,
            parse_int=_whole,
            parse_constant=_constant,
            object_pairs_hook=_once,
        )
    except _Refused as error:
        raise FactsError([error.problem]) from None
    except json.JSONDecodeError as error:
        place = f"{PLACE} 第{error.lineno}行第{error.colno}字"
        raise FactsError([Problem(place, "不是完整的 JSON", "请核对引号、逗号和括号")]) from None
    except RecursionError:
        raise FactsError([Problem(PLACE, "嵌套过深", "事实只有一层")]) from None
    if not isinstance(loaded, dict):
        raise FactsError([Problem(PLACE, "最外层不是对象", '请写成 {"employees": 35}')])
    return loaded


def _whole(digits: str) -> int:
    if len(digits) > MAX_NUMBER:
        raise _Refused("数字过长", f"数字不超过{MAX_NUMBER}位")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > MAX_NUMBER:
        raise _Refused("数字过长", f"数字不超过{MAX_NUMBER}位")
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise _Refused("数字超出范围", '比率写成 "0.055" 或 "11/200"') from None


def _constant(name: str) -> NoReturn:
    raise _Refused(f"不允许 {name}", "不知道的事实写 null 或不写")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            raise _Refused(f"“{key[:40]}”出现两次", "每个事实只写一次")
        result[key] = value
    return result


def explanation_to_json(explanation: Explanation) -> dict[str, object]:
    """One entry of `huiqi rulebook judge`: amount_fen is null unless eligible."""
    return {
        "policy": explanation.policy,
        "edition": explanation.edition,
        "status": explanation.status,
        "assurance": explanation.assurance,
        "amount_fen": explanation.amount_fen if explanation.status == "eligible" else None,
        "nature": explanation.nature,
        "conditions": node_to_json(explanation.tree),
        "ask_for": list(explanation.ask_for),
    }


def node_to_json(node: Node) -> dict[str, object]:
    """A condition and all below it."""
    return {
        "id": node.id,
        "kind": node.kind,
        "result": node.result,
        "text": node.text,
        "article": node.article,
        "children": [node_to_json(child) for child in node.children],
    }
