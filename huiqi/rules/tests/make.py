"""Plain makers of small catalogues and rulebooks for the engine's tests."""

import textwrap
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from huiqi.rules import emit_python
from huiqi.rules.catalogue import Catalogue, Facts
from huiqi.rules.emit_python import Binding, Emitter
from huiqi.rules.expressions import Scope, parse
from huiqi.rules.facts_file import read_catalogue
from huiqi.rules.ir import BOOL, Kind, Node, Type
from huiqi.rules.judge import Judge
from huiqi.rules.rulebook import Rulebook, load_rulebook

FEN = Type(Kind.RATIO, "fen")

FACTS = """
facts:
- {id: gb4754, label: 行业代码, type: code, unit: none, scale: 1, pattern: "[0-9]{4}", sensitivity: public,
   owner: 市监, stated_by: authority_list, kept: true, fresh_days: 365, actionable: false, period: none}
- {id: employees, label: 从业人员, type: int, unit: person, scale: 1, min: 0, max: 3000000,
   sensitivity: business,
   owner: 企业, stated_by: firm, kept: true, fresh_days: 365, actionable: false, period: prev_year}
- {id: revenue, label: 营业收入, type: int, unit: fen, scale: 1, min: 0, max: 1000000000000000,
   sensitivity: business, owner: 企业, stated_by: firm, kept: true, fresh_days: 365, period: prev_year}
- id: sme_group
  label: 划型行业组
  type: int
  unit: count
  min: 0
  max: 16
  sensitivity: public
  stated_by: computed
  derivation: >-
    case when gb4754 between '0600' and '4699' then 2 when gb4754 between '7300' and '8299' then 16 else 0 end
- id: size_class
  label: 划型结果
  type: enum
  values: {large: 大型, medium: 中型, small: 小型, micro: 微型, unclassified: 未列入划型}
  sensitivity: public
  stated_by: computed
  derivation:
    rows:
    - {when: sme_group = 2 and employees >= 1000 and revenue >= 40000000000, then: "'large'"}
    - {when: sme_group = 2 and employees >= 300 and revenue >= 2000000000, then: "'medium'"}
    - {when: sme_group = 2 and employees >= 20 and revenue >= 300000000, then: "'small'"}
    - {when: sme_group = 2, then: "'micro'"}
    - {when: sme_group = 16 and employees >= 300, then: "'large'"}
    - {when: sme_group = 16 and employees >= 100, then: "'medium'"}
    - {when: sme_group = 16 and employees >= 10, then: "'small'"}
    - {when: sme_group = 16, then: "'micro'"}
    otherwise: unclassified
- {id: insured_jan, label: 年初参保人数, type: int, unit: person, min: 0, max: 3000000,
   sensitivity: social_insurance,
   stated_by: firm, period: prev_year}
- {id: insured_dec, label: 年末参保人数, type: int, unit: person, min: 0, max: 3000000,
   sensitivity: social_insurance,
   stated_by: firm, period: prev_year}
- {id: insured_avg, label: 年平均参保人数, type: ratio, unit: person, scale: 100, min: 0, max: 3000000,
   sensitivity: social_insurance, stated_by: firm, period: prev_year}
- {id: claimants, label: 领取失业金人数, type: int, unit: person, min: 0, max: 3000000,
   sensitivity: social_insurance, stated_by: firm, period: prev_year}
- {id: layoff_rate, label: 裁员率, type: ratio, unit: ratio, scale: 1000000, min: -3000000, max: 3000000,
   sensitivity: social_insurance, stated_by: computed, period: prev_year,
   derivation: "least((insured_jan - insured_dec) / insured_avg, claimants / insured_avg)"}
- {id: premium, label: 上年度保费, type: int, unit: fen, min: 0, max: 10000000000000,
   sensitivity: social_insurance,
   stated_by: firm, period: prev_year}
- {id: consent, label: 职工协商一致, type: bool, min: 0, max: 1, sensitivity: business, stated_by: firm,
   actionable: true}
- {id: certified, label: 产业政策认定, type: bool, sensitivity: business, stated_by: officer}
- {id: dishonest, label: 严重失信, type: bool, sensitivity: public, stated_by: authority_list}
- {id: new_hire_share, label: 新招员工占比, type: ratio, unit: ratio, scale: 10000, min: 0, max: 1,
   sensitivity: business, stated_by: firm, actionable: true, period: year}
- {id: past_share, label: 上年占比, type: ratio, unit: ratio, scale: 10000, min: 0, max: 1,
   sensitivity: business, stated_by: firm, actionable: true, period: prev_year}
- {id: guarantor, label: 担保机构, type: enum, values: {state: 政府性担保, private: 商业担保, none: 无},
   sensitivity: business, stated_by: firm, actionable: true}
- {id: apply_date, label: 申请日期, type: date, unit: day, min: 2000-01-01, max: 2050-12-31,
   sensitivity: business, stated_by: firm, actionable: true}
- {id: due_date, label: 到期日, type: date, unit: day, min: 2000-01-01, max: 2050-12-31,
   sensitivity: business,
   stated_by: firm}
- {id: months, label: 缴费月数, type: int, unit: month, min: 0, max: 600, sensitivity: social_insurance,
   stated_by: firm}
- {id: days, label: 计息天数, type: int, unit: day, min: 0, max: 3660, sensitivity: business, stated_by: firm}
- {id: loan_rate, label: 贷款利率, type: ratio, unit: ratio, scale: 100000, min: 0, max: "0.24",
   sensitivity: business, stated_by: firm}
"""

POLICY = """
id: {id}
title: 稳岗返还
summary: 拿回一半保费。
clauses: [三]
documents: [某文〔2020〕1号]
authority: 人社部门
role: coordinate
grant_mode: confirm
governed_by: application_date
standing: {standing}
conditions:
{conditions}
benefit:
{benefit}
parameters:
{parameters}
editions:
{editions}
confidence: VERIFIED
"""

CONDITIONS = """
all:
- {id: paid, text: 缴费满12个月, expr: months >= months_min}
- {id: honest, text: 未列入严重失信名单, expr: not dishonest, article: 第三条}
"""
BENEFIT = "{nature: cash, amount: premium * share}"
PARAMETERS = """
months_min: {value: 12, unit: month, confidence: VERIFIED, source: 某文第一条}
share: {value: "0.5", unit: ratio, confidence: VERIFIED, source: 某文第二条}
"""
EDITIONS = '- {id: "2020", known_on: 2020-02-05, from: 2020-01-01, to: 2020-12-31, supersedes: null}'
CASES = "cases: []"


def indented(text: str) -> str:
    return textwrap.indent(text.strip("\n"), "  ")


def policy_text(policy_id: str = "refund", standing: str = "live", **parts: str) -> str:
    """The text of a policy.yaml; parts: conditions, benefit, parameters, editions (YAML text)."""
    defaults = {"conditions": CONDITIONS, "benefit": BENEFIT, "parameters": PARAMETERS, "editions": EDITIONS}
    blocks = {name: indented(parts.pop(name, text)) for name, text in defaults.items()}
    extra = "".join(f"{name}: {value}\n" for name, value in parts.items())
    return POLICY.format(id=policy_id, standing=standing, **blocks) + extra


def write_rulebook(
    root: Path, policies: Mapping[str, str] | None = None, facts: str = FACTS, cases: str = CASES
) -> Path:
    """A rulebook folder with the given policy texts (default: one policy `refund`)."""
    (root / "facts.yaml").write_text(facts, encoding="utf-8")
    for policy_id, text in (policies or {"refund": policy_text()}).items():
        folder = root / policy_id
        folder.mkdir(exist_ok=True)
        (folder / "policy.yaml").write_text(text, encoding="utf-8")
        (folder / "cases.yaml").write_text(cases, encoding="utf-8")
    return root


def make_rulebook(root: Path, cases: str = CASES, **parts: str) -> Rulebook:
    """A loaded rulebook of one policy, `refund`."""
    return load_rulebook(write_rulebook(root, {"refund": policy_text(**parts)}, cases=cases))


def make_judge(root: Path, on: date = date(2020, 3, 1), known_on: date | None = None, **parts: str) -> Judge:
    return Judge(make_rulebook(root, **parts), on, known_on)


def make_catalogue(root: Path, facts: str = FACTS) -> Catalogue:
    path = root / "facts.yaml"
    path.write_text(facts, encoding="utf-8")
    catalogue, problems = read_catalogue(path)
    assert catalogue is not None, problems
    return catalogue


def parsed(catalogue: Catalogue, text: str, expected: Type | None = BOOL, **params: Type) -> Node:
    return parse(text, Scope(catalogue.types, params), expected)


def emitted(catalogue: Catalogue, node: Node, facts: Facts, binding: Binding | None = None) -> object:
    """The value of a condition (True, False, None) or amount in fen by the emitted code."""
    return emitted_function(catalogue, node, binding)(facts)


def emitted_function(catalogue: Catalogue, node: Node, binding: Binding | None = None):  # type: ignore[no-untyped-def]
    emitter = Emitter(catalogue, binding=binding or {})
    needed = emit_python.needed_facts(catalogue, [node])
    lines = emit_python.unpacking(catalogue, needed)
    for name in catalogue.derived_order:
        derivation = catalogue.facts[name].derivation
        if name in needed and derivation is not None:
            lines += emitter.derived(name, derivation)
    condition = node.type.kind is Kind.BOOL
    lines.append(f"return {emitter.truth(node) if condition else emitter.money(node)}")
    function = emit_python.compiled(
        ["def judge(r):", *(f" {line}" for line in lines)], emitter.constants, "judge"
    )

    def run(facts: Facts) -> object:
        value = function(facts.row)
        return {0: False, 1: None, 3: True}[value] if condition else value  # type: ignore[index]

    return run
