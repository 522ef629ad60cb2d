"""What the columnar backend refuses to read, and what it makes of strange tables."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huiqi.rules.columnar.graph import Graph
from huiqi.rules.columnar.marks import listed
from huiqi.rules.columnar.table import TableSource
from huiqi.rules.columnar.verdicts import NAMES, write_verdicts
from huiqi.rules.problems import ExpressionError, FactsError
from huiqi.rules.tests.make import Judge, make_judge

BACKENDS = ["columnar", "python"]
FIRMS = pa.array(["a", "b"])
MONTHS = pa.array([12, 3])


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return make_judge(tmp_path, on=date(2020, 3, 1))


def judged(
    judge: Judge, tmp_path: Path, table: pa.Table, backend: str = "columnar"
) -> list[dict[str, object]]:
    facts, out = tmp_path / "facts.parquet", tmp_path / "out.parquet"
    pq.write_table(table, facts)
    write_verdicts(judge, TableSource([facts], judge.rulebook.catalogue), out, backend)
    assert pq.read_schema(out).names == list(NAMES)
    rows: list[dict[str, object]] = pq.read_table(out).to_pylist()
    return rows


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"months": MONTHS}, "enterprise"),
        ({"enterprise": FIRMS, "month": MONTHS}, "months"),
        ({"enterprise": FIRMS, "months": pa.array([12.0, 3.0])}, "整数"),
        ({"enterprise": FIRMS, "months": pa.array(["12", "3"])}, "整数"),
        ({"enterprise": FIRMS, "dishonest": pa.array([1, 0])}, "布尔"),
        ({"enterprise": FIRMS, "months": pa.array([12, 601])}, "超出范围"),
        ({"enterprise": FIRMS, "months": pa.array([-1, 3])}, "超出范围"),
        ({"enterprise": pa.array(["a", None]), "months": MONTHS}, "空白"),
    ],
)
def test_a_table_that_says_something_else_is_refused_and_leaves_no_file(
    judge: Judge, tmp_path: Path, columns: dict[str, pa.Array], told: str, backend: str
) -> None:
    with pytest.raises(FactsError) as refused:
        judged(judge, tmp_path, pa.table(columns), backend)
    assert told in str(refused.value)
    assert [path.name for path in tmp_path.glob("*.parquet*")] == ["facts.parquet"]
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_table_without_facts_leaves_everything_unknown(judge: Judge, tmp_path: Path, backend: str) -> None:
    rows = judged(judge, tmp_path, pa.table({"enterprise": FIRMS}), backend)
    assert [(row["enterprise"], row["status"], row["unknown"]) for row in rows] == [
        ("a", "unknown", ["paid", "honest"]),
        ("b", "unknown", ["paid", "honest"]),
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_table_without_firms_gives_a_file_without_rows(judge: Judge, tmp_path: Path, backend: str) -> None:
    assert judged(judge, tmp_path, pa.table({"enterprise": pa.array([], pa.string())}), backend) == []


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", [pa.int16(), pa.int32(), pa.int64(), pa.uint64()])
def test_whole_numbers_of_any_width_are_read_alike(
    judge: Judge, tmp_path: Path, kind: pa.DataType, backend: str
) -> None:
    columns = {"enterprise": FIRMS, "months": MONTHS.cast(kind), "dishonest": pa.array([False, True])}
    rows = judged(judge, tmp_path, pa.table(columns), backend)
    assert [(row["status"], row["failed"]) for row in rows] == [
        ("eligible", []),
        ("ineligible", ["paid", "honest"]),
    ]


def test_only_eligible_firms_have_an_amount(judge: Judge, tmp_path: Path) -> None:
    columns = {
        "enterprise": pa.array(["a", "b", "c"]),
        "months": pa.array([12, 3, 12]),
        "dishonest": pa.array([False, False, False]),
        "premium": pa.array([101, 101, None]),
    }
    rows = judged(judge, tmp_path, pa.table(columns))
    assert [row["amount_fen"] for row in rows] == [51, None, None]


def test_more_names_than_a_table_of_combinations_takes_are_listed_alike() -> None:
    chance = np.random.default_rng(1)
    names = pa.array([f"n{i}" for i in range(23)])
    marks = chance.random((23, 1003)) < 0.1
    found = listed([np.packbits(row, bitorder="little") for row in marks], names, 1003).to_pylist()
    assert found == [[f"n{i}" for i in range(23) if marks[i, firm]] for firm in range(1003)]


def test_numbers_beyond_128_bits_are_refused() -> None:
    graph = Graph()
    large = graph.add("fact", value="x", span=(0, 2**100))
    with pytest.raises(ExpressionError):
        graph.times(large, large)


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda g: g.plus(g.number(2), g.number(3)), 5),
        (lambda g: g.times(g.number(2), g.number(None)), None),
        (lambda g: g.floor(g.number(-7), g.number(2)), -4),
        (lambda g: g.compare("<", g.number(1), g.number(2)), True),
        (lambda g: g.compare("=", g.number(1), g.number(None)), None),
        (lambda g: g.all([g.boolean(None), g.boolean(False)]), False),
        (lambda g: g.any([g.boolean(None), g.boolean(False)]), None),
        (lambda g: g.negated(g.boolean(None)), None),
        (lambda g: g.is_null(g.number(None)), True),
    ],
)
def test_what_is_the_same_for_all_firms_is_worked_out_once(
    make: Callable[[Graph], int], value: object
) -> None:
    graph = Graph()
    place = make(graph)
    assert graph.is_constant(place) and graph.constant(place) is value or graph.constant(place) == value
