"""The columnar backend against the code for single firms and against the independent evaluator."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from huiqi.rules.catalogue import Catalogue
from huiqi.rules.columnar.table import TableSource
from huiqi.rules.columnar.verdicts import write_verdicts
from huiqi.rules.facts_file import read_catalogue
from huiqi.rules.ir import BOOL, Node, Type
from huiqi.rules.judge import Judge
from huiqi.rules.problems import ExpressionError, RulebookError
from huiqi.rules.rulebook import Rulebook, load_rulebook
from huiqi.rules.tests import expressions
from huiqi.rules.tests.columns import carried_out, write_table
from huiqi.rules.tests.make import FEN, POLICY, emitted_function, indented, parsed, write_rulebook
from huiqi.rules.tests.oracle import Oracle, rounded

ROOT = Path(__file__).parents[3]
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
# Shrinking a difference takes minutes; the expression and the row are in the message.
RUNS = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=SLOW,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
FEWER = settings(RUNS, max_examples=4)
MANY = settings(RUNS, max_examples=600)
KNOWN_SLIPS = ("放在一起", "除以", "这里须为", "总是", "128位")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    path = Path(tmp_path_factory.mktemp("facts")) / "facts.yaml"
    path.write_text(expressions.FACTS, encoding="utf-8")
    found, problems = read_catalogue(path)
    assert found is not None, problems
    return found


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rulebook")


def stored_rows(catalogue: Catalogue, text: str, seed: int) -> list[dict[str, Any]]:
    """Edge rows with every ratio in steps of its scale, as a column holds it."""
    return [
        {name: expressions.at_scale(catalogue, name, value) for name, value in row.items()}
        for row in expressions.edge_rows(catalogue, text, seed)
    ]


def by_columns(
    catalogue: Catalogue, text: str, type_: Type, rows: list[dict[str, Any]]
) -> tuple[Node, list[Any]]:
    """The expression and its results; a text that no rulebook would take is dropped."""
    try:
        node = parsed(catalogue, text, type_)
        return node, carried_out(catalogue, node, rows)
    except ExpressionError as error:
        assert any(word in error.message for word in KNOWN_SLIPS), error
        reject()


def oracle_value(row: dict[str, Any], text: str) -> Any:
    return Oracle(expressions.oracle_facts(row), expressions.DERIVATIONS).evaluate(text)


def compare_conditions(catalogue: Catalogue, text: str, seed: int) -> None:
    rows = stored_rows(catalogue, text, seed)
    node, found = by_columns(catalogue, text, BOOL, rows)
    judge = emitted_function(catalogue, node)
    for row, result in zip(rows, found, strict=True):
        assert result is oracle_value(row, text), (text, row)
        assert result is judge(catalogue.parse(row)), (text, row)


def compare_amounts(catalogue: Catalogue, text: str, seed: int) -> None:
    rows = stored_rows(catalogue, text, seed)
    node, found = by_columns(catalogue, text, FEN, rows)
    judge = emitted_function(catalogue, node)
    for row, result in zip(rows, found, strict=True):
        assert result == rounded(oracle_value(row, text)), (text, row)
        assert result == judge(catalogue.parse(row)), (text, row)


@RUNS
@given(text=expressions.conditions(3), seed=st.integers(0, 10**6))
def test_conditions_in_columns_come_out_as_the_oracle_and_the_code_say(
    catalogue: Catalogue, text: str, seed: int
) -> None:
    compare_conditions(catalogue, text, seed)


@RUNS
@given(text=expressions.numbers("fen", 3), seed=st.integers(0, 10**6))
def test_amounts_in_columns_come_out_as_the_oracle_and_the_code_say(
    catalogue: Catalogue, text: str, seed: int
) -> None:
    compare_amounts(catalogue, text, seed)


@pytest.mark.slow
@MANY
@given(text=expressions.conditions(3), other=expressions.numbers("fen", 3), seed=st.integers(0, 10**6))
def test_many_conditions_and_amounts_come_out_alike(
    catalogue: Catalogue, text: str, other: str, seed: int
) -> None:
    compare_conditions(catalogue, text, seed)
    compare_amounts(catalogue, other, seed)


@FEWER
@given(text=expressions.dates(3), seed=st.integers(0, 10**6))
def test_dates_in_columns_compare_as_the_oracle_says(catalogue: Catalogue, text: str, seed: int) -> None:
    rows = stored_rows(catalogue, text, seed)
    _, found = by_columns(catalogue, f"({text}) >= DATE '2020-02-29'", BOOL, rows)
    for row, result in zip(rows, found, strict=True):
        expected = oracle_value(row, text)
        assert result is (None if expected is None else expected >= date(2020, 2, 29)), (text, row)


@pytest.mark.parametrize(
    "text", ["leavers * 10 <= 7 * heads", "leavers <= 0.7 * heads", "leavers / heads <= 0.7"]
)
def test_a_share_at_the_boundary_is_within_it_and_one_more_is_not(catalogue: Catalogue, text: str) -> None:
    """0.7 × 10 in binary fractions is less than 7: the boundary is where rights are decided."""
    rows = [{"heads": 10 * n, "leavers": 7 * n + more} for n in range(1, 4000) for more in (-1, 0, 1)]
    found = carried_out(catalogue, parsed(catalogue, text), rows)
    assert found == [row["leavers"] * 10 <= 7 * row["heads"] for row in rows]
    assert found[:3] == [True, True, False]


def test_numbers_beyond_64_bits_are_exact(catalogue: Catalogue) -> None:
    node = parsed(catalogue, "money * rate * growth", FEN)
    rows = [{"money": 10**13 - n, "rate": "0.23999", "growth": "999.9999"} for n in range(50)]
    parsed_rows = [catalogue.parse(row).values for row in rows]
    judge = emitted_function(catalogue, node)
    assert carried_out(catalogue, node, parsed_rows) == [judge(catalogue.parse(row)) for row in rows]


@pytest.mark.parametrize(
    ("fen", "growth", "expected"), [(1, "0.5", 1), (3, "0.5", 2), (1, "0.4999", 0), (-1, "0.5", 0)]
)
def test_half_a_fen_is_rounded_up_in_columns_too(
    catalogue: Catalogue, fen: int, growth: str, expected: int
) -> None:
    rows = [catalogue.parse({"balance": fen, "growth": growth}).values]
    assert carried_out(catalogue, parsed(catalogue, "balance * growth", FEN), rows) == [expected]


def test_the_greatest_of_something_unknown_is_unknown(catalogue: Catalogue) -> None:
    """Databases leave unknown values out of GREATEST; law does not."""
    node = parsed(catalogue, "greatest(money, balance, 5) >= 5")
    assert carried_out(catalogue, node, [{"money": 9, "balance": None}, {"money": 9, "balance": 1}]) == [
        None,
        True,
    ]


def test_a_given_fact_stands_before_its_derivation(catalogue: Catalogue) -> None:
    rows = [
        {"industrial": False, "sector": "0700"},
        {"industrial": None, "sector": "0700"},
        {"industrial": None, "sector": None},
    ]
    assert carried_out(catalogue, parsed(catalogue, "industrial"), rows) == [False, True, None]


# ---------------------------------------------------------------- whole policies


@st.composite
def policy_files(draw: st.DrawFn) -> tuple[str, str]:
    """A policy with a random tree of random conditions and a random amount, and the text of all of them."""
    leaves = [draw(expressions.conditions(2)) for _ in range(draw(st.integers(1, 4)))]
    amount = draw(expressions.numbers("fen", 2))
    lines = [f"- {{id: leaf{n}, text: 条件{n}, expr: {quoted(leaf)}}}" for n, leaf in enumerate(leaves)]
    inner = "\n".join(f"  {line}" for line in lines[1:])
    kind = draw(st.sampled_from(["all", "any"]))
    tree = f"{kind}:\n{lines[0]}" + (f"\n- any:\n{inner}" if inner else "")
    text = POLICY.format(
        id="refund",
        standing="live",
        conditions=indented(tree),
        benefit=indented(f"{{nature: cash, amount: {quoted(amount)}}}"),
        parameters="  {}",
        editions=indented(
            '- {id: "2020", known_on: 2020-02-05, from: 2020-01-01, to: null, supersedes: null}'
        ),
    )
    return text, " ".join([*leaves, amount])


def quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def both_backends(
    book: Rulebook, table: Path, on: date, known_on: date | None = None
) -> list[dict[str, Any]]:
    """The verdicts of the columnar backend, after seeing that the other gives the same file."""
    made = {}
    for backend in ("python", "columnar"):
        out = table.with_name(f"{backend}.parquet")
        write_verdicts(Judge(book, on, known_on), TableSource([table], book.catalogue), out, backend)
        rows = pq.read_table(out).to_pylist()
        made[backend] = sorted(rows, key=lambda row: (row["enterprise"], row["policy"]))
    assert made["columnar"] == made["python"]
    return made["columnar"]


@FEWER
@given(policy=policy_files(), seed=st.integers(0, 10**6))
def test_random_policies_give_the_same_file_from_both_backends(
    tmp_path_factory: pytest.TempPathFactory, policy: tuple[str, str], seed: int
) -> None:
    compare_policies(tmp_path_factory.mktemp("book"), policy, seed)


@pytest.mark.slow
@settings(MANY, max_examples=200)
@given(policy=policy_files(), seed=st.integers(0, 10**6))
def test_many_random_policies_give_the_same_file_from_both_backends(
    tmp_path_factory: pytest.TempPathFactory, policy: tuple[str, str], seed: int
) -> None:
    compare_policies(tmp_path_factory.mktemp("book"), policy, seed)


def compare_policies(folder: Path, policy: tuple[str, str], seed: int) -> None:
    text, words = policy
    try:
        book = load_rulebook(write_rulebook(folder, {"refund": text}, facts=expressions.FACTS))
    except RulebookError:
        reject()
    rows = stored_rows(book.catalogue, words, seed)
    table = write_table(folder / "facts.parquet", book.catalogue, rows)
    try:
        verdicts = both_backends(book, table, date(2020, 3, 1))
    except RulebookError as error:
        assert "128位" in str(error)
        reject()
    assert len(verdicts) == len(rows)


@pytest.mark.parametrize(
    ("on", "known_on"),
    [
        (date(2020, 3, 1), None),
        pytest.param(date(2020, 2, 8), date(2020, 2, 7), marks=pytest.mark.slow),
        pytest.param(date(2020, 6, 30), None, marks=pytest.mark.slow),
        pytest.param(date(2021, 1, 1), None, marks=pytest.mark.slow),
        pytest.param(date(2019, 12, 31), None, marks=pytest.mark.slow),
    ],
)
def test_the_cases_of_the_rulebook_give_the_same_file_from_both_backends(
    rulebook: Rulebook, tmp_path: Path, on: date, known_on: date | None
) -> None:
    catalogue = rulebook.catalogue
    cases = [case for policy in rulebook.policies.values() for case in policy.cases]
    parsed_cases = [catalogue.parse(dict(case.facts)).values for case in cases]
    rows = [
        {name: expressions.at_scale(catalogue, name, value) for name, value in values.items()}
        for values in parsed_cases[:: 1 if on > date(2020, 3, 1) else 6]
    ]
    verdicts = both_backends(rulebook, write_table(tmp_path / "f.parquet", catalogue, rows), on, known_on)
    assert len(verdicts) == len(rows) * len(rulebook.policies)
    if on == date(2020, 3, 1):
        assert {row["status"] for row in verdicts} >= {"eligible", "ineligible", "unknown", "not_in_force"}
