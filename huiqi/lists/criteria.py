"""What the criteria of a list say of one firm: meets, does not, or unknown, condition by condition. Pure.

Nothing unknown refuses silently: it is told, with the facts that would settle it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from huiqi.lists.kinds import Case, ListKind
from huiqi.rules.catalogue import Facts
from huiqi.rules.explain import Node
from huiqi.rules.judge import Judge

RESULTS = {"eligible": True, "ineligible": False, "unknown": None}


@dataclass(frozen=True)
class Item:
    """A line of the scoring table for one firm."""

    text: str
    points: int | None
    result: bool | None


@dataclass(frozen=True)
class Finding:
    """The result for one firm. `has_criteria` False: the list has none on record and nothing was judged."""

    has_criteria: bool
    result: bool | None
    tree: Node | None
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    ask_for: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def score(self) -> int | None:
        """The points that are certain; None when the list gives no points."""
        return self._sum(True)

    @property
    def score_most(self) -> int | None:
        """The points when everything missing turned out well."""
        sure = self._sum(True)
        return None if sure is None else sure + (self._sum(None) or 0)

    def _sum(self, result: bool | None) -> int | None:
        counted = [item for item in self.items if item.points is not None]
        return sum(item.points or 0 for item in counted if item.result is result) if counted else None


def examine(kind: ListKind, facts: Facts, on: date, known_on: date | None = None) -> Finding:
    """Judge one firm's facts by the criteria of a kind, on a day, by the figures known on another."""
    if kind.book is None:
        return Finding(False, None, None, (), (), (), ())
    told = Judge(kind.book, on, known_on).explain(facts, kind.id)
    items = tuple(
        Item(score.leaf.text, score.points, hint.result)
        for score, hint in zip(kind.scoring, told.hints, strict=True)
    )
    return Finding(True, RESULTS[told.status], told.tree, told.failed, told.unknown, told.ask_for, items)


def lines(node: Node, depth: int = 0) -> list[dict[str, Any]]:
    """The tree as rows that JSON can hold, in reading order; the outermost "all" has no row."""
    rows: list[dict[str, Any]] = []
    if node.kind == "leaf" or depth or node.kind == "any":
        rows.append(
            {
                "id": node.id,
                "depth": max(depth - 1, 0),
                "is_group": node.kind != "leaf",
                "text": node.text,
                "article": node.article or "",
                "judgement": node.judgement,
                "result": node.result,
                "pairs": [[one.value_text, one.requirement_text] for one in node.comparisons],
            }
        )
    for child in node.children:
        rows += lines(child, depth + 1)
    return rows


def stored(finding: Finding, on: date, known_on: date, fingerprint: str) -> dict[str, Any]:
    """The finding as kept with an entry; the dates and the fingerprint allow to derive it again."""
    return {
        "has_criteria": finding.has_criteria,
        "result": finding.result,
        "lines": lines(finding.tree) if finding.tree else [],
        "items": [[item.text, item.points, item.result] for item in finding.items],
        "failed": list(finding.failed),
        "unknown": list(finding.unknown),
        "ask_for": list(finding.ask_for),
        "on": on.isoformat(),
        "known_on": known_on.isoformat(),
        "fingerprint": fingerprint,
    }


def case_fault(kind: ListKind, case: Case) -> str | None:
    """What is wrong with a case of `lists.yaml`, in words, or None when it holds."""
    if kind.book is None:
        return f"{kind.id}「{case.name}」（第{case.line}行）：这种名单没有条件，不能有用例"
    found = examine(kind, kind.book.catalogue.parse(case.facts), case.on, case.known_on)
    wrong: list[str] = []
    if found.result is not case.expect:
        wrong.append(f"应为{_word(case.expect)}，实为{_word(found.result)}")
    for name, wanted, got in (("不通过", case.failed, found.failed), ("缺数据", case.unknown, found.unknown)):
        if wanted is not None and set(wanted) != set(got):
            wrong.append(f"{name}的条件应为 {'、'.join(wanted) or '无'}，实为 {'、'.join(got) or '无'}")
    if case.score is not None and case.score != (found.score, found.score_most):
        wrong.append(f"得分应为{case.score[0]}至{case.score[1]}，实为{found.score}至{found.score_most}")
    return f"{kind.id}「{case.name}」（第{case.line}行）：{'；'.join(wrong)}" if wrong else None


def _word(result: bool | None) -> str:
    return {True: "符合", False: "不符合", None: "缺数据"}[result]
