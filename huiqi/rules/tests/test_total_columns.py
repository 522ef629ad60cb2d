"""Totals by groups against counting the verdicts one by one."""

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huiqi.rules.columnar import judge as columnar_judge
from huiqi.rules.columnar.judge import ColumnarJudge
from huiqi.rules.columnar.table import TableSource
from huiqi.rules.columnar.totals import Total, totals
from huiqi.rules.columnar.verdicts import write_verdicts
from huiqi.rules.judge import Judge
from huiqi.rules.tests.make import make_judge

FIRMS = 700


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return make_judge(tmp_path, on=date(2020, 3, 1))


@pytest.fixture
def source(judge: Judge, tmp_path: Path) -> TableSource:
    """Firms of some industries and sizes, unknown ones among them; premiums up to the bound."""
    numbers = range(FIRMS)
    table = pa.table(
        {
            "enterprise": [f"E{n}" for n in numbers],
            "gb4754": [None if n % 11 == 0 else ("3411", "7510", "0610")[n % 3] for n in numbers],
            "size_class": [None if n % 13 == 0 else ("small", "micro")[n % 2] for n in numbers],
            "months": [None if n % 7 == 0 else n % 24 for n in numbers],
            "dishonest": [None if n % 5 == 0 else n % 9 == 0 for n in numbers],
            "premium": [None if n % 17 == 0 else 10**13 - n for n in numbers],
        }
    )
    path = tmp_path / "facts.parquet"
    pq.write_table(table, path)
    return TableSource([path], judge.rulebook.catalogue)


def counted(judge: Judge, source: TableSource, tmp_path: Path, by: list[str]) -> dict[tuple, tuple]:  # type: ignore[type-arg]
    """The same from the file of verdicts."""
    out = tmp_path / "out.parquet"
    write_verdicts(judge, source, out, "python")
    facts = {row["enterprise"]: row for row in pq.read_table(source.paths[0]).to_pylist()}
    firms: Counter[tuple] = Counter()  # type: ignore[type-arg]
    statuses: dict[tuple, Counter] = defaultdict(Counter)  # type: ignore[type-arg]
    sums: Counter[tuple] = Counter()  # type: ignore[type-arg]
    opens: Counter[tuple] = Counter()  # type: ignore[type-arg]
    for row in pq.read_table(out).to_pylist():
        group = tuple(facts[row["enterprise"]][name] for name in by)
        firms[group] += 1
        statuses[group][row["status"]] += 1
        sums[group] += row["amount_fen"] or 0
        opens[group] += row["status"] == "eligible" and row["amount_fen"] is None
    return {
        group: (
            firms[group],
            statuses[group]["eligible"],
            statuses[group]["ineligible"],
            statuses[group]["unknown"],
            sums[group],
            opens[group],
        )
        for group in firms
    }


def shown(found: list[Total]) -> dict[tuple, tuple]:  # type: ignore[type-arg]
    return {
        one.group: (one.firms, one.eligible, one.ineligible, one.unknown, one.amount_fen, one.open_amounts)
        for one in found
    }


@pytest.mark.parametrize("by", [[], ["gb4754"], ["size_class", "gb4754"]])
@pytest.mark.parametrize("rows", [64, 65_536])
def test_totals_are_what_the_verdicts_come_to(
    judge: Judge,
    source: TableSource,
    tmp_path: Path,
    by: list[str],
    rows: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pieces = columnar_judge.ColumnarJudge.pieces
    monkeypatch.setattr(ColumnarJudge, "pieces", lambda self, extra=(): pieces(self, extra, rows))
    found = totals(ColumnarJudge(judge, source), by)
    assert shown(found) == counted(judge, source, tmp_path, by)
    assert [one.group for one in found] == sorted(
        (one.group for one in found), key=lambda group: [(name is None, name or "") for name in group]
    )


def test_a_column_may_be_grouped_more_coarsely(judge: Judge, source: TableSource) -> None:
    sections = {"3411": "C", "0610": "B", "7510": "M"}
    fine = totals(ColumnarJudge(judge, source), ["gb4754"])
    coarse = totals(ColumnarJudge(judge, source), ["gb4754"], {"gb4754": sections})
    assert [one.group for one in coarse] == [("B",), ("C",), ("M",), (None,)]
    assert sum(one.amount_fen for one in coarse) == sum(one.amount_fen for one in fine) > 10**15
