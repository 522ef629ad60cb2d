"""Reading cases.yaml: the examples a jurist can read, checked against the catalogue and the policy."""

from pathlib import Path

from huiqi.rules.catalogue import Catalogue
from huiqi.rules.documents import Entry, read_document
from huiqi.rules.policy import ExpectedCase, Policy, leaves
from huiqi.rules.problems import FactsError, Problem
from huiqi.rules.sections import Report, Section

CASE_KEYS = frozenset({"name", "facts", "on", "known_on", "expect", "amount_fen", "failed", "unknown"})
EXPECTATIONS = ("eligible", "ineligible", "unknown", "not_in_force")


def read_cases(
    path: Path, name: str, catalogue: Catalogue | None, policy: Policy | None
) -> tuple[tuple[ExpectedCase, ...], list[Problem]]:
    """The cases of a file and what is wrong with it."""
    document, problems = read_document(path, name)
    if document is None:
        return (), problems
    report = Report(name)
    top = Section(report, document, "", {"cases"})
    known = _leaf_ids(policy)
    entries = top.items("cases", required=True)
    read = [_read_case(entry, index, report, catalogue, known) for index, entry in enumerate(entries)]
    return tuple(case for case in read if case is not None), report.problems


def _leaf_ids(policy: Policy | None) -> frozenset[str] | None:
    if policy is None:
        return None
    return frozenset(leaf.id for edition in policy.editions for leaf in leaves(edition.conditions))


def _read_case(
    entry: Entry, index: int, report: Report, catalogue: Catalogue | None, known: frozenset[str] | None
) -> ExpectedCase | None:
    section = Section(report, entry, f"cases[{index}]", CASE_KEYS)
    name = section.text("name") or f"第{index + 1}例"
    on = section.day("on", required=True)
    expect = section.word("expect", EXPECTATIONS, "unknown")
    amount = section.whole("amount_fen")
    if amount is not None and expect != "eligible":
        section.wrong("amount_fen", "只有符合（eligible）时才有金额", "请改为 null")
    facts = _read_facts(section, catalogue)
    failed, unknown = _read_ids(section, "failed", known), _read_ids(section, "unknown", known)
    known_on = section.day("known_on")
    if on is None:
        return None
    return ExpectedCase(name, facts, on, known_on, expect, amount, failed, unknown, entry.line)


def _read_facts(section: Section, catalogue: Catalogue | None) -> dict[str, object]:
    entry = section.pairs.get("facts")
    if entry is None or not isinstance(entry.value, dict):
        section.wrong("facts", "缺少事实", "没有事实的写 {}")
        return {}
    given: dict[str, object] = {key: child.plain for key, child in entry.value.items()}
    if catalogue is None:
        return given
    try:
        catalogue.parse(given)
    except FactsError as error:
        for problem in error.problems:
            line = entry.value[problem.place].line if problem.place in entry.value else entry.line
            section.report.add(line, section.at(f"facts.{problem.place}"), problem.message, problem.remedy)
    return given


def _read_ids(section: Section, key: str, known: frozenset[str] | None) -> tuple[str, ...] | None:
    if key not in section.pairs or section.pairs[key].value is None:
        return None
    ids = section.texts(key)
    for name in ids:
        if known is not None and name not in known:
            section.wrong(key, f"政策里没有条件“{name[:60]}”", "请核对条件名")
    return ids
