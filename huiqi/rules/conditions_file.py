"""Reading the legal content of a policy or edition: conditions, benefit and the figures they use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.documents import Entry
from huiqi.rules.emit_python import check_size
from huiqi.rules.expressions import Scope, parse
from huiqi.rules.facts_file import NAME
from huiqi.rules.intervals import Analysis, ParamSpans, Span, constant_span, hull
from huiqi.rules.ir import Kind, Node, Type
from huiqi.rules.policy import Benefit, Bound, DatedValue, Group, Leaf, Parameter, Part
from huiqi.rules.problems import ExpressionError, Problem
from huiqi.rules.sections import Report, Section, number
from huiqi.rules.tokens import KEYWORDS
from huiqi.rules.units import KNOWN_UNITS

NATURES = ("cash", "saving", "deferral", "credit", "status", "service", "rule")
CONFIDENCES = ("VERIFIED", "KNOWN", "PARTIAL", "BENCHMARK", "GAP")
LEAF_KEYS = frozenset({"id", "text", "expr", "article", "judgement"})
GROUP_KEYS = frozenset({"all", "any", "id", "text", "article"})
PART_KEYS = frozenset({"id", "text", "amount"})
BENEFIT_KEYS = frozenset(
    "nature amount floor per cap payer excludes excludes_policies note parts alternatives".split()
)
PARAMETER_KEYS = frozenset({"value", "unit", "confidence", "source", "dated", "text", "note"})
DATED_KEYS = frozenset({"from", "to", "known_on", "value", "confidence", "source", "note"})
PARAMETER_UNITS = tuple(sorted(KNOWN_UNITS | {"date", "bool", "text"}))
FEN = Type(Kind.RATIO, "fen")
GROUP_TEXTS = {"all": "以下条件须全部满足", "any": "以下条件满足其一即可"}
MAX_GROUP_DEPTH = 8
_PLACEHOLDER = ir.Const(ir.BOOL, True)


@dataclass
class Reader:
    """Compiles the expressions of one policy. Without a catalogue only the form is checked."""

    catalogue: Catalogue | None
    report: Report
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._compiled: dict[tuple[object, ...], tuple[Node, int]] = {}

    def use(self, parameters: Mapping[str, Parameter]) -> None:
        """From here on expressions see these parameters (an edition may have its own)."""
        self.parameters = parameters
        types = {name: parameter.type for name, parameter in parameters.items()}
        self.scope = Scope(self.catalogue.types if self.catalogue else {}, types)
        spans: ParamSpans = {name: _span(parameter) for name, parameter in parameters.items()}
        self.analysis = Analysis(self.catalogue, spans) if self.catalogue else None
        self.figures = {name: _figure(parameter) for name, parameter in parameters.items()}
        self.key = tuple(sorted((name, repr(spans[name]), type_) for name, type_ in types.items()))

    def expression(self, entry: Entry, path: str, expected: Type) -> tuple[Node, int] | None:
        """The expression in IR and its width in bits; None after noting a problem."""
        if isinstance(entry.value, list | dict) or entry.value is None:
            self.report.add(entry.line, path, "这里应当是表达式", "请写成文字，如 employees >= 20")
            return None
        text = str(entry.value).lower() if isinstance(entry.value, bool) else str(entry.value)
        key = (text, expected, self.key)
        if key in self._compiled:
            return self._compiled[key]
        if self.analysis is None or self.catalogue is None:
            return _PLACEHOLDER, 64
        try:
            node = parse(text, self.scope, expected)
            findings = self.analysis.examine(node, rounds=expected is FEN)
            check_size(self.catalogue, node, self.figures)
        except ExpressionError as error:
            self.report.refuse(entry, path, error)
            return None
        for _, result in findings.always:
            outcome = "总是成立" if result else "总是不成立"
            place = f"{self.report.file} 第{entry.line}行 {path}"
            self.warnings.append(Problem(place, f"按事实的上下限，其中有比较{outcome}", "请核对数值和单位"))
        self._compiled[key] = node, findings.bits
        return node, findings.bits


def _figure(parameter: Parameter) -> Bound | None:
    """A figure the parameter may have, to measure with; None while it is open."""
    return next((entry.value for entry in parameter.dated if entry.value is not None), None)


def _span(parameter: Parameter) -> Span | None:
    values = [entry.value for entry in parameter.dated if isinstance(entry.value, int | Fraction)]
    if not values or parameter.type.kind in (Kind.BOOL, Kind.TEXT):
        return None
    return hull([constant_span(value) for value in values])


# ---------------------------------------------------------------- conditions


def read_conditions(reader: Reader, section: Section) -> Group | None:
    """The tree under `conditions`; ids of leaves and groups are unique in it."""
    entry = section.pairs.get("conditions")
    if entry is None:
        section.wrong("conditions", "缺少这一项", "没有条件的写 {all: []}")
        return None
    node = _read_node(reader, entry, section.at("conditions"), 0)
    if isinstance(node, Leaf):
        return Group("all", (node,), "conditions", GROUP_TEXTS["all"])
    return node


def _read_node(reader: Reader, entry: Entry, path: str, depth: int) -> Group | Leaf | None:
    if depth > MAX_GROUP_DEPTH:
        reader.report.add(entry.line, path, "条件组嵌套过深", f"不超过{MAX_GROUP_DEPTH}层")
        return None
    keys = entry.value.keys() if isinstance(entry.value, dict) else set[str]()
    if "all" in keys or "any" in keys:
        return _read_group(reader, Section(reader.report, entry, path, GROUP_KEYS), depth)
    return read_leaf(reader, entry, path)


def _read_group(reader: Reader, section: Section, depth: int) -> Group | None:
    if "all" in section.pairs and "any" in section.pairs:
        section.wrong("any", "同一组里既有 all 又有 any", "请分成两组")
        return None
    kind = "all" if "all" in section.pairs else "any"
    entries = section.items(kind)
    if not entries and (kind == "any" or depth > 0):
        section.wrong(kind, "条件组是空的", "请补上条件，或删去这一组")
    read = [
        _read_node(reader, entry, section.at(f"{kind}[{index}]"), depth + 1)
        for index, entry in enumerate(entries)
    ]
    return Group(
        "all" if kind == "all" else "any",
        tuple(node for node in read if node is not None),
        section.text("id") or re.sub(r"^editions\[[0-9]+\]\.", "", section.path),
        section.text("text") or GROUP_TEXTS[kind],
        section.text("article"),
    )


def read_leaf(reader: Reader, entry: Entry, path: str) -> Leaf | None:
    """One condition, or None after noting what is wrong with it."""
    section = Section(reader.report, entry, path, LEAF_KEYS)
    leaf_id, text = section.text("id", required=True), section.text("text", required=True)
    if leaf_id is not None and not NAME.fullmatch(leaf_id):
        section.wrong("id", f"“{leaf_id[:60]}”不能作条件名", "用小写字母开头的字母、数字和下划线")
    if "expr" not in section.pairs:
        section.wrong("expr", "缺少这一项", "请写出判断的表达式")
        return None
    compiled = reader.expression(section.pairs["expr"], section.at("expr"), ir.BOOL)
    if leaf_id is None or text is None or compiled is None:
        return None
    node, bits = compiled
    return Leaf(
        leaf_id,
        text,
        str(section.pairs["expr"].plain),
        node,
        section.text("article"),
        section.flag("judgement"),
        bits,
    )


def read_optional(reader: Reader, section: Section) -> tuple[Leaf, ...]:
    """The conditions that only give hints; they decide nothing."""
    entries = section.items("optional")
    read = (read_leaf(reader, entry, section.at(f"optional[{index}]")) for index, entry in enumerate(entries))
    return tuple(leaf for leaf in read if leaf is not None)


# ---------------------------------------------------------------- benefit


def read_benefit(reader: Reader, section: Section) -> Benefit | None:
    """What the firm gets, or None when the section is missing."""
    entry = section.pairs.get("benefit")
    if entry is None:
        section.wrong("benefit", "缺少这一项", "写明企业得到什么，至少有 nature")
        return None
    part = Section(reader.report, entry, section.at("benefit"), BENEFIT_KEYS)
    amount: tuple[Node, int] | None = None
    if part.has("amount"):
        amount = reader.expression(part.pairs["amount"], part.at("amount"), FEN)
    return Benefit(
        nature=part.word("nature", NATURES, "service"),
        amount=str(part.pairs["amount"].plain) if part.has("amount") else None,
        ir=amount[0] if amount else None,
        floor=part.flag("floor"),
        per=part.text("per"),
        cap=part.text("cap"),
        payer=part.text("payer"),
        excludes=part.text("excludes"),
        note=part.text("note"),
        parts=_read_parts(reader, part, "parts"),
        alternatives=_read_parts(reader, part, "alternatives"),
        bits=amount[1] if amount else 64,
        excludes_policies=part.texts("excludes_policies"),
    )


def _read_parts(reader: Reader, section: Section, key: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, entry in enumerate(section.items(key)):
        part = Section(reader.report, entry, section.at(f"{key}[{index}]"), PART_KEYS)
        part_id, text = part.text("id", required=True), part.text("text", required=True)
        if not part.has("amount"):
            part.wrong("amount", "缺少这一项", "请写出金额的表达式")
            continue
        amount = reader.expression(part.pairs["amount"], part.at("amount"), FEN)
        if part_id and text and amount:
            parts.append(Part(part_id, text, str(part.pairs["amount"].plain), *amount))
    return tuple(parts)


# ---------------------------------------------------------------- parameters


def read_parameters(reader: Reader, section: Section) -> dict[str, Parameter]:
    """The figures of a policy or edition by name."""
    entry = section.pairs.get("parameters")
    if entry is None or entry.value is None:
        return {}
    if not isinstance(entry.value, dict):
        section.wrong("parameters", "这里应当是“参数名: {…}”", "没有参数的写 {}")
        return {}
    result: dict[str, Parameter] = {}
    for name, child in entry.value.items():
        path = section.at(f"parameters.{name[:60]}")
        if not NAME.fullmatch(name) or name in KEYWORDS:
            reader.report.add(
                child.line, path, "不能作参数名", "用小写字母开头的字母、数字和下划线，不用关键字"
            )
        elif reader.catalogue and name in reader.catalogue.facts:
            reader.report.add(child.line, path, "与事实同名", "请给参数改名，以免混淆")
        else:
            result[name] = _read_parameter(name, Section(reader.report, child, path, PARAMETER_KEYS))
    return result


def _read_parameter(name: str, section: Section) -> Parameter:
    unit = section.word("unit", PARAMETER_UNITS, "none")
    if "dated" in section.pairs:
        dated = _read_dated(section, unit)
    else:
        dated = (_read_value(section, unit, dated=False),)
    return Parameter(name, unit, _parameter_type(unit, dated), dated, section.text("text"))


def _read_dated(section: Section, unit: str) -> tuple[DatedValue, ...]:
    entries = section.items("dated")
    if not entries or "value" in section.pairs:
        section.wrong(
            "dated", "按日期的取值是空的，或与 value 并用", "每行写 {from, value, confidence, source}"
        )
    values: list[DatedValue] = []
    for index, entry in enumerate(entries):
        part = Section(section.report, entry, section.at(f"dated[{index}]"), DATED_KEYS)
        values.append(_read_value(part, unit, dated=True))
    starts = [value.from_ or date.min for value in values]
    if starts != sorted(starts):
        section.wrong("dated", "日期没有从早到晚排列", "请按 from 从早到晚排列")
    return tuple(values) or (DatedValue(None, None, None, None, "GAP", ""),)


def _read_value(section: Section, unit: str, dated: bool) -> DatedValue:
    confidence = section.word("confidence", CONFIDENCES, "GAP")
    source = section.text("source", required=True) or ""
    value = _bound(section, unit)
    if (confidence == "GAP") != (not section.has("value")):
        section.wrong(
            "value", "取值与可信程度不符", "未查到的写 value: null 和 confidence: GAP；有取值的不能是 GAP"
        )
    start = section.day("from", required=True) if dated else None
    end = section.day("to") if dated else None
    if start and end and start > end:
        section.wrong("to", "终止日早于起始日", "请核对日期")
    return DatedValue(start, end, section.day("known_on") if dated else None, value, confidence, source)


def _bound(section: Section, unit: str) -> Bound | None:
    if not section.has("value"):
        return None
    if unit == "date":
        day = section.day("value")
        return None if day is None else day.toordinal()
    if unit == "bool":
        return section.flag("value")
    if unit == "text":
        return section.text("value")
    value = number(section.pairs["value"].value)
    if value is None:
        section.wrong("value", "不是数", '金额写整数分，比率写 "0.055"')
    return Fraction(value) if value is not None and unit in ("ratio", "none") else value


def _parameter_type(unit: str, dated: tuple[DatedValue, ...]) -> Type:
    if unit in ("bool", "text"):
        return Type(Kind(unit))
    if unit == "date":
        return ir.DATE
    whole = unit not in ("ratio", "none") and not any(isinstance(entry.value, Fraction) for entry in dated)
    return Type(Kind.INT if whole else Kind.RATIO, unit)
