"""Size class 划型 of an enterprise, in a word and explained. Pure.

The law (工信部联企业〔2011〕300号; 统计上大中小微型企业划分办法（2017）) is content of the rulebook: the
derived facts `sme_group` and `size_class` of facts.yaml. This module compiles those two derivations once,
applies them to many firms and puts the result in words. No threshold stands here.

A class holds only when every needed indicator reaches its lower bound, else the next class below is tried;
below the bounds of "small" a firm is micro, so one low indicator is enough even when another is blank.
What the figures cannot settle, and industries outside the standard, are "unclassified", which is not "large".
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

from huiqi.rules import emit_python, ir
from huiqi.rules.catalogue import Catalogue

UNCLASSIFIED = "unclassified"
OUTSIDE = 0
UNDECIDED = "尚不能判定"
GROUP, CLASS, INDUSTRY = "sme_group", "size_class", "gb4754"
INDICATORS = ("employees", "revenue", "assets")
FACTS = (INDUSTRY, GROUP, CLASS, *INDICATORS)
WORDS = {"employees": "从业人员", "revenue": "营业收入", "assets": "资产总额"}
FEN_PER_WAN = 1_000_000
# Names of the sixteen groups as the standard lists them.
GROUPS = {
    1: "农、林、牧、渔业",
    2: "工业",
    3: "建筑业",
    4: "批发业",
    5: "零售业",
    6: "交通运输业",
    7: "仓储业",
    8: "邮政业",
    9: "住宿业",
    10: "餐饮业",
    11: "信息传输业",
    12: "软件和信息技术服务业",
    13: "房地产开发经营",
    14: "物业管理",
    15: "租赁和商务服务业",
    16: "其他未列明行业",
}


@dataclass(frozen=True)
class Figures:
    """What a firm states: a four-digit class code and three indicators, None = not stated. Money in fen."""

    gb4754: str | None
    employees: int | None = None
    revenue: int | None = None
    assets: int | None = None

    def get(self, indicator: str) -> int | None:
        """One of the three indicators by its fact id."""
        return cast(int | None, getattr(self, indicator))


@dataclass(frozen=True)
class Indicator:
    """One indicator the group needs, in words: 从业人员300人, the bound it met or missed."""

    name: str
    value: str
    bound: str
    met: bool | None


@dataclass(frozen=True)
class SizeClass:
    """The class with its Chinese label, the group of industries, what was compared, and one sentence.

    `missing`: fact ids of the indicators without which nothing can be said.
    """

    size_class: str
    label: str
    group: int
    group_label: str
    text: str
    indicators: tuple[Indicator, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tier:
    """A class of one group and the lower bound of each indicator it needs."""

    size_class: str
    bounds: dict[str, int] = field(default_factory=dict)


class SizeClassifier:
    """The two derivations of one catalogue, compiled; cheap to call, safe to share between threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._values = tuple(catalogue.facts[CLASS].values)
        self.labels = dict(catalogue.facts[CLASS].values)
        self._slots = {name: catalogue.slots[name] for name in (INDUSTRY, *INDICATORS)}
        self._function = _compile(catalogue)

    def group_of(self, gb4754: str) -> int:
        """The group of a four-digit class, 0 when the standard leaves the industry out."""
        return self._derive(Figures(gb4754))[1]

    def classify(self, figures: Figures) -> str:
        """large, medium, small, micro or unclassified."""
        return self._derive(figures)[0]

    def decide(self, figures: Figures) -> str | None:
        """As `classify`, but None where a missing figure leaves the class open."""
        place, _group = self._outcome_of(figures)
        return None if place is None else self._values[place]

    def _derive(self, figures: Figures) -> tuple[str, int]:
        place, group = self._outcome_of(figures)
        return UNCLASSIFIED if place is None else self._values[place], group or OUTSIDE

    def _outcome_of(self, figures: Figures) -> tuple[int | None, int | None]:
        row: list[object] = list(self._catalogue.empty_row)
        row[self._slots[INDUSTRY]] = figures.gb4754
        for name in INDICATORS:
            row[self._slots[name]] = figures.get(name)
        return self._function(row)

    # --- words ------------------------------------------------------------------------------------

    def explain(self, figures: Figures, stated: str = "") -> SizeClass:
        """The class and why, in one Chinese sentence. `stated`: the code as it was given, for the words."""
        found, group = self._derive(figures)
        if figures.gb4754 is None:
            text = (
                f"行业{stated}之下各小类划型标准不同，请填四位代码"
                if stated
                else "没有填写行业代码，无法划型"
            )
            return replace(self._outcome(UNCLASSIFIED, OUTSIDE, text), label=UNDECIDED, missing=(INDUSTRY,))
        if group == OUTSIDE:
            text = f"行业{figures.gb4754}不在划型标准所列行业内，未列入划型（不等于大型）"
            return self._outcome(UNCLASSIFIED, OUTSIDE, text)
        tiers = self._tiers.get(group, ())
        if found == UNCLASSIFIED:
            return self._undecided(figures, group, tiers)
        return self._decided(figures, found, group, tiers)

    def _outcome(self, size_class: str, group: int, text: str) -> SizeClass:
        group_label = GROUPS.get(group, "未列入划型的行业")
        return SizeClass(size_class, self.labels[size_class], group, group_label, text)

    def _undecided(self, figures: Figures, group: int, tiers: tuple[Tier, ...]) -> SizeClass:
        names = list(tiers[0].bounds) if tiers else []
        missing = tuple(name for name in names if figures.get(name) is None)
        stated = [(name, value) for name in names if (value := figures.get(name)) is not None]
        lacking = "、".join(WORDS[name] for name in missing)
        said = "、".join(WORDS[name] + _amount(name, value) for name, value in stated)
        known = f"只知道{said}，" if said else ""
        text = f"{GROUPS[group]}：没有填写{lacking}，{known}尚不能判定，请补填"
        return replace(self._outcome(UNCLASSIFIED, group, text), label=UNDECIDED, missing=missing)

    def _decided(self, figures: Figures, found: str, group: int, tiers: tuple[Tier, ...]) -> SizeClass:
        place = next((at for at, tier in enumerate(tiers) if tier.size_class == found), len(tiers))
        reached = _compared(figures, tiers[place]) if place < len(tiers) and tiers[place].bounds else []
        above = tiers[place - 1] if place > 0 else None
        missed = [one for one in _compared(figures, above) if one.met is False] if above else []
        shown = "、".join(f"{one.name}{one.value}（≥{one.bound}）" for one in reached) or _shortfall(missed)
        text = f"{GROUPS[group]}：{shown}→ {self.labels[found]}"
        if reached and above and missed:
            text += f"；未达{self.labels[above.size_class]}：{_shortfall(missed, short=True)}"
        return replace(self._outcome(found, group, text), indicators=tuple(reached or missed))

    @cached_property
    def _tiers(self) -> dict[int, tuple[Tier, ...]]:
        """The classes of each group from large down, read from the derivation's rows."""
        derivation = self._catalogue.facts[CLASS].derivation
        tiers: dict[int, tuple[Tier, ...]] = {}
        for condition, result in derivation.branches if isinstance(derivation, ir.Case) else ():
            group, bounds = _bounds_of(condition)
            if group and isinstance(result, ir.Const):
                tier = Tier(self._values[cast(int, result.value)], bounds)
                tiers[group] = (*tiers.get(group, ()), tier)
        return tiers


def _compile(catalogue: Catalogue) -> Callable[[list[object]], tuple[int | None, int | None]]:
    """A function from a catalogue row to (position of the class, group), None = unknown."""
    emitter = emit_python.Emitter(catalogue)
    wanted = [ir.FactRef(catalogue.types[name], name) for name in (CLASS, GROUP)]
    needed = emit_python.needed_facts(catalogue, wanted)
    lines = emit_python.unpacking(catalogue, needed)
    for name in catalogue.derived_order:
        derivation = catalogue.facts[name].derivation
        if name in needed and derivation is not None:
            lines += emitter.derived(name, derivation)
    lines.append(f"return v{catalogue.slots[CLASS]}, v{catalogue.slots[GROUP]}")
    body = ["def size_class(r):", *(f" {line}" for line in lines)]
    function = emit_python.compiled(body, emitter.constants, "size_class")
    return cast(Callable[[list[object]], tuple[int | None, int | None]], function)


def _bounds_of(condition: ir.Node) -> tuple[int, dict[str, int]]:
    """The group and the lower bounds a row asks for: `sme_group = 2 and employees >= 300 and …`."""
    parts = condition.operands if isinstance(condition, ir.Logic) and condition.every else (condition,)
    group, bounds = 0, {}
    for part in parts:
        match part:
            case ir.Compare(op="=", left=ir.FactRef(name="sme_group"), right=ir.Const(value=int() as value)):
                group = value
            case ir.Compare(op=">=", left=ir.FactRef(name=name), right=ir.Const(value=int() as value)):
                bounds[name] = value
            case _:
                return 0, {}
    return group, bounds


def _compared(figures: Figures, tier: Tier) -> list[Indicator]:
    found = []
    for name, bound in tier.bounds.items():
        value = figures.get(name)
        met = None if value is None else value >= bound
        found.append(
            Indicator(
                WORDS[name], "未填" if value is None else _amount(name, value), _amount(name, bound), met
            )
        )
    return found


def _shortfall(missed: list[Indicator], *, short: bool = False) -> str:
    """从业人员不足1,000人; with the firm's own figure unless `short`."""
    return "、".join(
        f"{one.name}{'' if short else one.value + '（'}不足{one.bound}{'' if short else '）'}"
        for one in missed
    )


def _amount(name: str, value: int) -> str:
    """300人 or 2,000万元, exact."""
    if name == "employees":
        return f"{value:,}人"
    whole, rest = divmod(value, FEN_PER_WAN)
    decimals = f"{rest:06d}".rstrip("0")
    return f"{whole:,}.{decimals}万元" if decimals else f"{whole:,}万元"
