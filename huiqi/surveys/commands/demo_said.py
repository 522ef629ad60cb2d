"""What the demonstration's firms answer, by chance and in bulk.

Shares follow the survey of 995 firms of February 2020 (Tsinghua and Peking University; published figures in
analysis/tests/published.py); who answers what is drawn by chance, with smaller firms and catering worse off.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import form_of
from huiqi.surveys.commands.responses import KEPT_FOR
from huiqi.surveys.models import Invitation, Response, ResponseState, Wave
from huiqi.surveys.queries.results_codebook import places_of

_SHARES: Mapping[str, Mapping[str, int]] = {
    "status": {"open": 26, "partial": 45, "closed": 27, "gone": 2},
    "overall": {"very_bad": 38, "bad": 42, "none": 15, "good": 4, "very_good": 1},
    "rev_2020": {"down50": 30, "down20": 28, "down10": 19, "down0": 9, "same": 8, "up": 3, "unknown": 3},
    "cash_months": {"m1": 34, "m2": 33, "m3": 18, "m6": 5, "more": 10, "unknown": 3},
    "pressure": {"wages": 63, "rent": 14, "loans": 14, "payables": 6, "other": 3},
    "consent": {"call": 55, "stats": 45},
}
_WANTS = {
    "tax": 58,
    "finance": 44,
    "rent": 36,
    "social": 33,
    "masks": 26,
    "labour": 21,
    "logistics": 16,
    "arrears": 11,
    "market": 18,
}
_WHY_NOT = {"masks": 46, "staff": 42, "supply": 31, "orders": 27, "virus": 24, "permit": 13}
_SAID = (
    ("房租每月{n}万元，商场不肯减免，希望协调房东减免两个月房租",
     "店面房租压力大，停业一个多月没有收入，房租照交"),
    ("银行贷款{m}月到期，订单还没有恢复，希望能够展期或者续贷",
     "流动资金紧张，申请贷款要抵押，希望银行放宽续贷条件"),
    ("口罩和测温枪买不到，复工验收要求备足十天的口罩", "防护口罩采购不到，员工没有口罩不敢复工"),
    ("外省员工回不来，隔离十四天没有地方住，用工缺口{n}0多人", "熟练工人返岗要隔离，招工困难，生产线开不满"),
    ("原材料在外省发不过来，物流车辆过不了卡口", "高速卡口不让货车过，原材料物流中断，配件断供"),
    ("客户取消订单{n}批，库存积压，希望帮助对接新的订单", "出口订单推迟交货，客户取消订单，回款变慢"),
)  # fmt: skip
# A fortnight on: more firms at work, fewer at the end of their cash, so that a trend has something to show.
LATER: Mapping[str, Mapping[str, int]] = {
    "status": {"open": 47, "partial": 40, "closed": 11, "gone": 2},
    "overall": {"very_bad": 27, "bad": 46, "none": 20, "good": 6, "very_good": 1},
    "cash_months": {"m1": 26, "m2": 31, "m3": 23, "m6": 8, "more": 9, "unknown": 3},
}


@dataclass(frozen=True)
class Answering:
    """One firm that answers: who, asked by which invitation (None of an open link), and when."""

    firm: Enterprise
    at: datetime
    invitation: Invitation | None = None


def keep_answers(
    wave: Wave,
    version: QuestionnaireVersion,
    answering: Iterable[Answering],
    dice: Random,
    shares: Mapping[str, Mapping[str, int]] | None = None,
) -> int:
    """Sent answers of these firms, written in one go; `shares` differ from the usual ones. How many."""
    places = places_of(form_of(version))
    usual = {**_SHARES, **(shares or {})}
    rows = [
        Response(
            survey=wave.survey,
            wave=wave,
            version=version,
            enterprise=one.firm,
            invitation=one.invitation,
            state=ResponseState.SENT,
            answers=json.dumps(_answers(one.firm, places, dice, usual), ensure_ascii=False),
            instance_id=f"uuid:{uuid.UUID(int=dice.getrandbits(128))}",
            begun_at=one.at,
            saved_at=one.at,
            sent_at=one.at,
            expires_at=one.at + KEPT_FOR,
        )
        for one in answering
    ]
    return len(Response.objects.bulk_create(rows, batch_size=500))


def _answers(
    firm: Enterprise,
    places: Mapping[str, str],
    dice: Random,
    shares: Mapping[str, Mapping[str, int]],
) -> dict[str, str]:
    is_worse = firm.size_class == "micro" or (firm.gb4754 or "").startswith(("61", "62", "51", "52"))
    said = {name: _drawn(these, dice, is_worse) for name, these in shares.items()}
    said["county"] = firm.prefecture or ""
    said["employees"] = str(firm.employees or dice.randint(3, 60))
    if said["status"] in {"partial", "closed"}:
        said["why_not"] = _several(_WHY_NOT, 4, dice)
    said["want"] = _several(_WANTS, 3, dice)
    if dice.random() < 0.35:
        kind = dice.choices(_SAID, weights=(5, 6, 7, 4, 3, 3))[0]
        said["appeal"] = dice.choice(kind).format(n=dice.randint(1, 6), m=dice.randint(3, 5))
    return {places[name]: text for name, text in said.items() if text and name in places}


def _drawn(shares: Mapping[str, int], dice: Random, is_worse: bool) -> str:
    """The first answers of each question are the worst ones; who is worse off gives them more often."""
    names: Sequence[str] = tuple(shares)
    weights = [share * (1.35 if is_worse and at == 0 else 1.0) for at, share in enumerate(shares.values())]
    return dice.choices(names, weights=weights)[0]


def _several(chances: Mapping[str, int], most: int, dice: Random) -> str:
    chosen = [name for name, chance in chances.items() if dice.random() * 100 < chance]
    dice.shuffle(chosen)
    return " ".join(chosen[:most] or [dice.choice(tuple(chances))])
