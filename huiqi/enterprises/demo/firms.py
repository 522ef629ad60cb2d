"""One synthetic firm after another, the same for the same seed. Pure.

A block of a thousand firms has its own dice, so that the first 20,000 of a million are those of 20,000.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate

from huiqi.core.ids import ALPHABET, PUBLIC_ID_LENGTH
from huiqi.enterprises.demo.vocabulary import BUSY, FAMILY, FIRST, GIVEN, SECOND, TRADES, Trade
from huiqi.reference.credit_codes import check_character
from huiqi.reference.pinyin import pinyin_of

BLOCK = 1000
WAN = 1_000_000  # fen in 万元
# Doors by which the demo's statements came: the market register, the firms' own annual figures, a survey.
REGISTER, FIGURES, SURVEY = "register", "figures", "survey"


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of a synthetic firm: fact, stored cell, period, day it speaks of, door."""

    fact: str
    cell: int | str
    period: str
    as_of: date
    door: str


@dataclass(frozen=True, slots=True)
class DemoFirm:
    """A synthetic firm with everything stated about it."""

    number: int
    public_id: str
    name: str
    initials: str
    credit_code: str | None
    registration: str
    county: str
    is_in_park: bool  # where its county has one
    person: str
    phone: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Place:
    """A county, how its firms begin their names, and its share of firms."""

    code: str
    name: str
    weight: float


def places(counties: Sequence[tuple[str, str]]) -> tuple[Place, ...]:
    """Counties (code, name) with their shares."""
    return tuple(Place(code, _short(name), BUSY.get(code[:4], 1.0)) for code, name in counties)


def _short(name: str) -> str:
    """浏阳市 → 浏阳, 通道侗族自治县 → 通道."""
    if name.endswith("自治县"):
        return name[:2]
    return name[:-1] if len(name) > 2 else name


class Dice:
    """The chances of one block, drawn in a fixed order."""

    def __init__(self, seed: int, block: int, where: Sequence[Place], on: date) -> None:
        self.random = random.Random(f"{seed}:{block}")  # noqa: S311  a demonstration, not a secret
        self.where = where
        self.county_weights = list(accumulate(place.weight for place in where))
        self.trade_weights = list(accumulate(trade.weight for trade in TRADES))
        self.year = on.year - 1
        self.year_end = date(self.year, 12, 31)
        self.registered_on = date(on.year, 1, 31) if on >= date(on.year, 1, 31) else self.year_end
        self.surveyed_on = min(on, date(on.year, 2, 10)) if on >= date(on.year, 2, 1) else self.year_end

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def firms(count: int, *, seed: int, where: Sequence[Place], on: date, first: int = 0) -> Iterator[DemoFirm]:
    """Firms `first` to `count` - 1 (`first` must begin a block)."""
    for block in range(first // BLOCK, -(-count // BLOCK)):
        dice = Dice(seed, block, where, on)
        for place in range(min(BLOCK, count - block * BLOCK)):
            yield _firm(block * BLOCK + place, dice, seed)


def _firm(number: int, dice: Dice, seed: int) -> DemoFirm:
    draw = dice.random
    trade = draw.choices(TRADES, cum_weights=dice.trade_weights)[0]
    place = draw.choices(dice.where, cum_weights=dice.county_weights)[0]
    is_individual = trade.staff < 20 and dice.chance(0.12)
    brand = draw.choice(FIRST) + draw.choice(SECOND)
    ending = ("店" if dice.chance(0.5) else "经营部") if is_individual else _ending(trade, dice)
    parts = ("湖南" if dice.chance(0.3) else place.name, brand, draw.choice(trade.words), ending)
    return DemoFirm(
        number=number,
        public_id=public_id_of(seed, number),
        name="".join(parts),
        initials="".join(map(_initials, parts)),
        credit_code=None if dice.chance(0.015) else _credit_code(number, place.code, is_individual),
        registration=draw.choices(("active", "suspended", "revoked", "cancelled"), (955, 20, 10, 15))[0],
        county=place.code,
        is_in_park=trade.gb4754 < "4700" and dice.chance(0.3),
        person=draw.choice(FAMILY) + "".join(draw.choices(GIVEN, k=draw.choice((1, 2)))),
        # A range for the demonstration alone; the demo sends nothing anyway.
        phone=f"170000{draw.randrange(100_000):05d}",
        said=(
            *_registered(trade, place, is_individual, dice),
            *_figures(trade, dice),
            *_answers(trade, dice),
        ),
    )


@lru_cache(maxsize=10_000)
def _initials(part: str) -> str:
    return pinyin_of(part)[1]


def _ending(trade: Trade, dice: Dice) -> str:
    if trade.gb4754 < "4700" and dice.chance(0.15):
        return "厂"
    return "股份有限公司" if dice.chance(0.03) else "有限公司"


def public_id_of(seed: int, number: int) -> str:
    """The opaque id of a synthetic firm, the same for the same seed."""
    digest = int.from_bytes(hashlib.sha256(f"huiqi-demo:{seed}:{number}".encode()).digest()[:10], "big")
    return "".join(ALPHABET[(digest >> 5 * place) & 31] for place in range(PUBLIC_ID_LENGTH))


def _credit_code(number: int, county: str, is_individual: bool) -> str:
    # Body codes beginning with YL 演练 are issued to nobody; the check characters are right.
    first = f"{'92' if is_individual else '91'}{county}YL{number:07d}"
    return first + check_character(first)


def _registered(trade: Trade, place: Place, is_individual: bool, dice: Dice) -> Iterator[Said]:
    kind = "individual" if is_individual else "enterprise"
    cells = {"province": "430000", "prefecture": place.code, "gb4754": trade.gb4754, "org_type": kind}
    for fact, cell in cells.items():
        yield Said(fact, cell, "", dice.registered_on, REGISTER)


def _figures(trade: Trade, dice: Dice) -> Iterator[Said]:
    """Last year's figures; some firms have only those of the year before, some lack one or all."""
    if dice.chance(0.05):
        return
    year, day = dice.year, dice.year_end
    if dice.chance(0.04):
        year, day = year - 1, date(year - 1, 12, 31)
    staff = max(1, round(trade.staff * dice.random.lognormvariate(-0.5, 1.15)))
    turnover = round(staff * trade.turnover * dice.random.lognormvariate(0, 0.55) / 1000) * 1000 * 100
    assets = round(turnover * dice.random.lognormvariate(-0.5, 0.7) / WAN) * WAN
    for fact, cell, gap in (
        ("employees", staff, 0.03),
        ("revenue", turnover, 0.06),
        ("assets", assets, 0.12),
    ):
        if not dice.chance(gap):
            yield Said(fact, cell, str(year), day, FIGURES)


def _answers(trade: Trade, dice: Dice) -> Iterator[Said]:
    """What a third of the firms said in the first survey."""
    if not dice.chance(0.35):
        return
    day, hit = dice.surveyed_on, dice.chance(0.8)
    cells: dict[str, int] = {"affected_by_epidemic": int(hit), "job_pledge": int(dice.chance(0.7))}
    if hit and dice.chance(0.5):
        cells["liquidity_trouble"] = 1
        cells["loan_requested"] = dice.random.choice((20, 50, 100, 200, 300, 500)) * WAN
    if dice.chance(0.3):
        cells["vacancies"] = dice.random.randrange(1, 30)
    if "1300" < trade.gb4754 < "4400" and dice.chance(0.5):
        cells["on_cloud"] = int(dice.chance(0.3))
        cells["invention_patents"] = dice.random.choice((0, 0, 0, 1, 2, 5))
        cells["own_brand"] = int(dice.chance(0.4))
        cells["rd_ratio"] = dice.random.randrange(0, 800)
    for fact, cell in cells.items():
        yield Said(fact, cell, str(dice.year) if fact == "rd_ratio" else "", day, SURVEY)
