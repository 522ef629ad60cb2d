"""Reading facts.yaml into a Catalogue."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue, Fact
from huiqi.rules.documents import Entry, read_document
from huiqi.rules.emit_python import check_size
from huiqi.rules.expressions import Scope, parse
from huiqi.rules.intervals import Analysis
from huiqi.rules.ir import Kind
from huiqi.rules.problems import ExpressionError, Problem
from huiqi.rules.sections import Report, Section, number
from huiqi.rules.tokens import KEYWORDS
from huiqi.rules.units import KNOWN_UNITS

FILE = "facts.yaml"
KEYS = frozenset(
    "id label full type unit scale min max pattern values sensitivity owner stated_by kept fresh_days"
    " actionable period note derivation".split()
)
TYPES = ("int", "ratio", "date", "bool", "enum", "code")
SENSITIVITIES = ("public", "business", "tax", "social_insurance", "personal")
STATED_BY = ("firm", "officer", "authority_list", "computed")
PERIODS = ("none", "month", "year", "prev_year")
NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_CODE_PATTERN = re.compile(r"(?:(?:\[[0-9A-Za-z-]+\]|[0-9A-Za-z])(?:\{[0-9]{1,2}\})?)+")
_CODE_PART = re.compile(r"(?:\[[0-9A-Za-z-]+\]|[0-9A-Za-z])(?:\{([0-9]{1,2})\})?")


def read_catalogue(path: Path) -> tuple[Catalogue | None, list[Problem]]:
    """The catalogue, or None with every fault of the file."""
    document, problems = read_document(path, FILE)
    if document is None:
        return None, problems
    report = Report(FILE)
    top = Section(report, document, "", {"facts"})
    facts: dict[str, Fact] = {}
    derivations: dict[str, Section] = {}
    for index, entry in enumerate(top.items("facts", required=True)):
        section = Section(report, entry, f"facts[{index}]", KEYS)
        fact = _read_fact(section)
        if fact is None:
            continue
        if fact.id in facts:
            section.wrong("id", f"事实“{fact.id}”重复", "请删去一处或改名")
        facts[fact.id] = fact
        if section.has("derivation"):
            derivations[fact.id] = section
    catalogue = _with_derivations(facts, derivations, report) if not report.problems else None
    return (None, report.problems) if report.problems else (catalogue, [])


def _read_fact(section: Section) -> Fact | None:
    fact_id, label = section.text("id", required=True), section.text("label", required=True)
    if fact_id is None or label is None:
        return None
    if not NAME.fullmatch(fact_id) or fact_id in KEYWORDS:
        section.wrong(
            "id",
            f"“{fact_id[:60]}”不能作事实名",
            "用小写字母开头的字母、数字、下划线，且不用 and、date 等关键字",
        )
        return None
    fact = Fact(
        id=fact_id,
        label=label,
        type=section.word("type", TYPES, "bool"),
        unit=section.word("unit", sorted(KNOWN_UNITS), "none") if section.has("unit") else "none",
        scale=section.whole("scale") if section.has("scale") else 1,  # type: ignore[arg-type]
        pattern=section.text("pattern"),
        values=_read_values(section),
        sensitivity=section.word("sensitivity", SENSITIVITIES, "business"),
        owner=section.text("owner") or "",
        stated_by=section.word("stated_by", STATED_BY, "firm"),
        kept=section.flag("kept", True),
        fresh_days=section.whole("fresh_days"),
        actionable=section.flag("actionable"),
        period=section.word("period", PERIODS, "none") if section.has("period") else "none",
        note=section.text("note") or "",
        full=section.text("full") or label,
    )
    return _with_limits(section, fact)


def _read_values(section: Section) -> Mapping[str, str]:
    entry = section.pairs.get("values")
    if entry is None or entry.value is None:
        return {}
    if not isinstance(entry.value, dict):
        section.wrong("values", "这里应当是“选项: 名称”", "写成 {large: 大型, medium: 中型}")
        return {}
    return {key: str(child.value if child.value is not None else key) for key, child in entry.value.items()}


def _with_limits(section: Section, fact: Fact) -> Fact:
    """Check what only some types have: bounds, scale, pattern, values."""
    if fact.scale is None or fact.scale < 1 or (fact.scale > 1 and fact.type != "ratio"):
        section.wrong("scale", "倍数须为正整数，且只有比率可以大于1", "请改为 1，或核对类型")
        fact = replace(fact, scale=1)
    if fact.type in ("int", "ratio", "date"):
        return _with_bounds(section, fact)
    if fact.type == "enum":
        bad = [key for key in fact.values if not key or "'" in key or len(key) > 60]
        if not fact.values or bad:
            section.wrong("values", "选项缺失，或选项含单引号、过长", "写成 {large: 大型, medium: 中型}")
    if fact.type == "code":
        width = code_width(fact.pattern or "")
        if width == 0:
            section.wrong("pattern", "代码须为固定位数", '写成 "[0-9]{4}" 这样的固定位数')
        fact = replace(fact, width=width)
    return fact


def code_width(pattern: str) -> int:
    """How many characters a fixed-width pattern such as [0-9]{4} admits; 0 when it is none."""
    if len(pattern) > 60 or not _CODE_PATTERN.fullmatch(pattern):
        return 0
    try:
        re.compile(pattern)
    except re.error:
        return 0
    return sum(int(part[1] or 1) for part in _CODE_PART.finditer(pattern))


def _with_bounds(section: Section, fact: Fact) -> Fact:
    low, high = (_read_bound(section, fact, key) for key in ("min", "max"))
    if low is None or high is None:
        return fact
    if low > high:  # type: ignore[operator]
        section.wrong("min", "下限大于上限", "请对调或改正")
    return replace(fact, min=low, max=high)


def _read_bound(section: Section, fact: Fact, key: str) -> int | Fraction | date | None:
    if fact.type == "date":
        return section.day(key, required=True)
    if not section.has(key):
        section.wrong(key, "缺少这一项", f"数字事实须写明 {key}，引擎据此证明不会溢出")
        return None
    bound = number(section.pairs[key].value)
    if bound is None or (fact.type == "int" and bound != int(bound)):
        section.wrong(key, "上下限不是这个类型的数", "整数事实写整数，比率写小数")
        return None
    return int(bound) if fact.type == "int" else Fraction(bound)


def _with_derivations(facts: dict[str, Fact], sections: dict[str, Section], report: Report) -> Catalogue:
    scope = Scope({fact.id: fact.ir_type for fact in facts.values()})
    complete = dict(facts)
    for fact_id, section in sections.items():
        entry = section.pairs["derivation"]
        try:
            node = _derivation(entry, section, scope, facts[fact_id])
            complete[fact_id] = replace(facts[fact_id], derivation=node)
        except ExpressionError as error:
            report.refuse(entry, f"{facts[fact_id].id}.derivation", error)
    for fact in facts.values():
        if fact.stated_by == "computed" and fact.id not in sections:
            report.add(1, fact.id, "由系统推出的事实没有 derivation", "请写出推导，或改 stated_by")
    if not report.problems:
        _check_cycles(complete, sections, report)
    catalogue = Catalogue(complete)
    if not report.problems:
        _check_widths(catalogue, sections, report)
    return catalogue


def _derivation(entry: Entry, section: Section, scope: Scope, fact: Fact) -> ir.Node:
    if isinstance(entry.value, dict):
        return _decision_table(entry, section, scope, fact)
    if isinstance(entry.value, list):
        raise ExpressionError("推导不是表达式", "写成一个表达式，或 {rows: [...], otherwise: ...}")
    return _checked(parse(str(entry.plain), scope, fact.ir_type), fact)


def _checked(node: ir.Node, fact: Fact) -> ir.Node:
    if fact.type == "int" and node.type.kind is Kind.RATIO:
        raise ExpressionError("整数事实的推导结果是比率", "请去掉除法或小数，或把事实改为比率")
    return node


def _decision_table(entry: Entry, section: Section, scope: Scope, fact: Fact) -> ir.Node:
    table = Section(section.report, entry, f"{fact.id}.derivation", {"rows", "otherwise"})
    branches: list[tuple[ir.Node, ir.Node]] = []
    for index, row in enumerate(table.items("rows", required=True)):
        part = Section(section.report, row, f"{fact.id}.derivation.rows[{index}]", {"when", "then"})
        when, then = part.text("when", required=True), part.pairs.get("then")
        if when is None or then is None:
            continue
        try:
            condition = parse(when, scope, ir.BOOL)
            branches.append((condition, _result(then, scope, fact)))
        except ExpressionError as error:
            section.report.refuse(row, part.path, error)
    last = table.pairs.get("otherwise")
    otherwise = None if last is None or last.value is None else _result(last, scope, fact)
    if not branches:
        raise ExpressionError("判定表没有行", "至少写一行 {when: …, then: …}")
    return ir.Case(fact.ir_type, tuple(branches), otherwise)


def _result(entry: Entry, scope: Scope, fact: Fact) -> ir.Node:
    value = entry.plain
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if fact.type == "enum" and text in fact.values:
        text = f"'{text}'"  # the bare option is as clear as the quoted one
    return _checked(parse(text, scope, fact.ir_type), fact)


def _check_cycles(facts: dict[str, Fact], sections: dict[str, Section], report: Report) -> None:
    done: set[str] = set()

    def visit(fact_id: str, path: tuple[str, ...]) -> None:
        derivation = facts[fact_id].derivation
        if fact_id in path:
            circle = " → ".join((*path[path.index(fact_id) :], fact_id))
            entry = sections[fact_id].pairs["derivation"]
            report.add(entry.line, f"{fact_id}.derivation", f"推导绕成一圈：{circle}", "请去掉其中一处引用")
            return
        if derivation is None or fact_id in done:
            return
        for name in ir.fact_names(derivation):
            visit(name, (*path, fact_id))
        done.add(fact_id)

    for fact_id in facts:
        visit(fact_id, ())


def _check_widths(catalogue: Catalogue, sections: dict[str, Section], report: Report) -> None:
    analysis = Analysis(catalogue)
    for fact_id, section in sections.items():
        derivation = catalogue.facts[fact_id].derivation
        if derivation is None:
            continue
        try:
            analysis.examine(derivation)
            check_size(catalogue, derivation)
        except ExpressionError as error:
            report.refuse(section.pairs["derivation"], f"{fact_id}.derivation", error)
