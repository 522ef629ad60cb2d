"""The emitted code and the explaining walk against an evaluator that shares nothing with them."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, reject
from hypothesis import strategies as st

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.comparisons import Phrases
from huiqi.rules.evaluate import Evaluation
from huiqi.rules.facts_file import read_catalogue
from huiqi.rules.intervals import Analysis, one_way
from huiqi.rules.ir import BOOL, DATE, Node, Type, walk
from huiqi.rules.problems import ExpressionError
from huiqi.rules.tests import expressions
from huiqi.rules.tests.make import FEN, emitted_function, parsed
from huiqi.rules.tests.oracle import Oracle, rounded
from tests.harness.examples import thorough

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
RUNS = thorough(150, deadline=None, derandomize=True, suppress_health_check=SLOW, database=None)
FEWER = thorough(60, deadline=None, derandomize=True, suppress_health_check=SLOW, database=None)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    path = Path(tmp_path_factory.mktemp("facts")) / "facts.yaml"
    path.write_text(expressions.FACTS, encoding="utf-8")
    found, problems = read_catalogue(path)
    assert found is not None, problems
    return found


AND_OR = st.sampled_from(["and", "or"])


def understood(catalogue: Catalogue, text: str, expected: Type | None = BOOL) -> Node:
    """The expression in IR; a text whose bare literals took a wrong unit, or divide by 0, is dropped."""
    try:
        return parsed(catalogue, text, expected)
    except ExpressionError as error:
        assert any(word in error.message for word in ("放在一起", "除以", "这里须为", "总是")), error
        reject()


def oracle_value(row: dict[str, Any], text: str) -> Any:
    return Oracle(expressions.oracle_facts(row), expressions.DERIVATIONS).evaluate(text)


@RUNS
@given(text=expressions.conditions(3), seed=st.integers(0, 10**6))
def test_conditions_come_out_as_the_oracle_says(catalogue: Catalogue, text: str, seed: int) -> None:
    node = understood(catalogue, text)
    judge = emitted_function(catalogue, node)
    for row in expressions.edge_rows(catalogue, text, seed):
        facts = catalogue.parse(row)
        expected = oracle_value(row, text)
        assert judge(facts) is expected, (text, row)
        assert Evaluation(facts).truth(node) is expected, (text, row)


@RUNS
@given(text=expressions.numbers("fen", 3), seed=st.integers(0, 10**6))
def test_amounts_come_out_as_the_oracle_says_rounded_once(catalogue: Catalogue, text: str, seed: int) -> None:
    node = understood(catalogue, text, FEN)
    judge = emitted_function(catalogue, node)
    for row in expressions.edge_rows(catalogue, text, seed):
        facts = catalogue.parse(row)
        expected = rounded(oracle_value(row, text))
        assert judge(facts) == expected, (text, row)
        assert Evaluation(facts).amount(node) == expected, (text, row)


@FEWER
@given(text=expressions.dates(3), seed=st.integers(0, 10**6))
def test_dates_come_out_as_the_oracle_says(catalogue: Catalogue, text: str, seed: int) -> None:
    node = understood(catalogue, text, DATE)
    judge = emitted_function(catalogue, understood(catalogue, f"({text}) >= DATE '2020-02-29'"))
    for row in expressions.edge_rows(catalogue, text, seed):
        expected = oracle_value(row, text)
        got = Evaluation(catalogue.parse(row)).value(node)
        assert got == (None if expected is None else expected.toordinal()), (text, row)
        wanted = None if expected is None else expected >= date(2020, 2, 29)
        assert judge(catalogue.parse(row)) is wanted, (text, row)


@FEWER
@given(
    text=st.sampled_from(["fen", "person", "ratio", "day"]).flatmap(
        lambda unit: expressions.numbers(unit, 3)
    ),
    seed=st.integers(0, 10**6),
)
def test_no_row_leaves_the_interval_that_was_proved(catalogue: Catalogue, text: str, seed: int) -> None:
    node = understood(catalogue, text, None)
    assume(node.type.is_number)
    try:
        span = Analysis(catalogue).visit(node)
    except ExpressionError:
        return  # refused: nothing was proved
    assert span is not None
    for row in expressions.edge_rows(catalogue, text, seed):
        stored = {name: expressions.at_scale(catalogue, name, value) for name, value in row.items()}
        value = oracle_value(stored, text)
        if value is not None:
            assert span.low is None or span.low <= value, (text, stored)
            assert span.high is None or value <= span.high, (text, stored)
            num, den = Columns(Evaluation(catalogue.parse(stored))).pair(node)
            assert Fraction(num, den) == value, (text, stored)
            assert abs(num) <= span.num and den <= span.den, (text, stored)


class Columns:
    """The integers a columnar backend would hold: scaled facts, never reduced, cross-multiplied sums."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation, self.catalogue = evaluation, evaluation.catalogue

    def pair(self, node: Any) -> tuple[int, int]:
        return getattr(self, type(node).__name__)(node)

    def Const(self, node: ir.Const) -> tuple[int, int]:
        return Fraction(node.value).as_integer_ratio()

    def FactRef(self, node: ir.FactRef) -> tuple[int, int]:
        fact = self.catalogue.facts[node.name]
        if fact.derivation is not None and node.name not in self.evaluation.facts.values:
            return self.pair(fact.derivation)
        scale = fact.scale if fact.type == "ratio" else 1
        return int(Fraction(self.evaluation.fact(node.name)) * scale), scale

    def Negate(self, node: ir.Negate) -> tuple[int, int]:
        num, den = self.pair(node.operand)
        return -num, den

    def Arithmetic(self, node: ir.Arithmetic) -> tuple[int, int]:
        (a, b), (c, d) = self.pair(node.left), self.pair(node.right)
        if node.op == "*":
            return a * c, b * d
        if node.op == "/":
            return (a * d, b * c) if c > 0 else (-a * d, -b * c)
        c = c if node.op == "+" else -c
        return (a + c, b) if b == d else (a * d + c * b, b * d)

    def Extreme(self, node: ir.Extreme) -> tuple[int, int]:
        best = self.evaluation.value(node)
        return next(self.pair(part) for part in node.operands if self.evaluation.value(part) == best)

    def Case(self, node: ir.Case) -> tuple[int, int]:
        for condition, result in node.branches:
            if self.evaluation.truth(condition):
                return self.pair(result)
        return self.pair(node.otherwise)


@RUNS
@given(text=expressions.comparisons(2), seed=st.integers(0, 10**6))
def test_what_is_said_to_be_always_true_or_false_is(catalogue: Catalogue, text: str, seed: int) -> None:
    node = understood(catalogue, text)
    analysis = Analysis(catalogue)
    try:
        analysis.examine(node)
    except ExpressionError:
        return
    found = analysis.findings.always
    always = {id(part): result for part, result in found}
    for row in expressions.edge_rows(catalogue, text, seed):
        evaluation = Evaluation(catalogue.parse(row))
        for part in walk(node):
            if id(part) in always:
                assert evaluation.truth(part) in (None, always[id(part)]), (text, row)


@pytest.mark.parametrize(
    ("op", "left", "right", "result"),
    [("<=", "heads", "3000000", True), (">", "heads", "3000000", False), ("<", "heads", "3000000", None)],
)
def test_a_threshold_at_the_bound_is_seen(
    catalogue: Catalogue, op: Any, left: str, right: str, result: bool | None
) -> None:
    analysis = Analysis(catalogue)
    spans = [analysis.visit(parsed(catalogue, text, None)) for text in (left, right)]
    assert spans[0] is not None and spans[1] is not None
    assert one_way(op, spans[0], spans[1]) is result


def test_numbers_over_different_scales_are_bounded_after_cross_multiplication(catalogue: Catalogue) -> None:
    mixed = parsed(catalogue, "case when order then growth else rate end + rate", None)
    span = Analysis(catalogue).visit(mixed)
    assert span is not None
    assert span.num >= 1000 * 10_000 * 100_000  # growth over 10,000 is multiplied by the scale of rate
    alike = Analysis(catalogue).visit(parsed(catalogue, "rate + rate", None))
    assert alike is not None and (alike.num, alike.den, alike.high) == (48_000, 100_000, Fraction(12, 25))


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("money + balance", 64),
        ("money * rate", 64),
        ("money * rate * growth", 128),
        ("money / 365 * rate", 64),
    ],
)
def test_the_width_that_amounts_need_is_told(catalogue: Catalogue, text: str, bits: int) -> None:
    assert Analysis(catalogue).examine(parsed(catalogue, text, FEN), rounds=True).bits == bits


@pytest.mark.parametrize(
    ("fen", "share", "expected"),
    [
        (1, "0.5", 1),
        (3, "0.5", 2),
        (1, "0.4999", 0),
        (8640001, "0.5", 4320001),
        (0, "0.5", 0),
        (10, "1/3", 3),
    ],
)
def test_half_a_fen_is_rounded_up_and_less_is_not(
    catalogue: Catalogue, fen: int, share: str, expected: int
) -> None:
    node = parsed(catalogue, "money * growth", FEN)
    assert emitted_function(catalogue, node)(catalogue.parse({"money": fen, "growth": share})) == expected


SIMPLE = st.sampled_from(["order", "limit", "heads >= 20", "rate <= 0.055", "select = 'large'", "industrial"])
JOINED = st.recursive(SIMPLE, lambda one: expressions.shaped("({} {} {})", one, AND_OR, one), max_leaves=6)


@RUNS
@given(text=JOINED, seed=st.integers(0, 10**6))
def test_learning_more_never_unmakes_a_settled_verdict(catalogue: Catalogue, text: str, seed: int) -> None:
    """Kleene's logic is monotone: an unknown may become true or false, a known result stays."""
    judge = emitted_function(catalogue, parsed(catalogue, text))
    for row in expressions.edge_rows(catalogue, text, seed, 30):
        before = judge(catalogue.parse(row))
        if before is None:
            continue
        fuller = {
            name: expressions.edge_values(fact, text)[1] if row.get(name) is None else row[name]
            for name, fact in catalogue.facts.items()
            if not fact.derived
        }
        stated = {name: value for name, value in row.items() if value is not None}
        assert judge(catalogue.parse(fuller | stated)) is before
    assert parsed(catalogue, text).type == BOOL


@FEWER
@given(text=expressions.conditions(3), seed=st.integers(0, 10**6))
def test_what_is_not_asked_for_cannot_settle_an_unknown(catalogue: Catalogue, text: str, seed: int) -> None:
    node = understood(catalogue, text)
    assume(not any(isinstance(part, ir.IsNull) for part in walk(node)))
    judge, phrases = emitted_function(catalogue, node), Phrases(catalogue, {})
    for row in expressions.edge_rows(catalogue, text, seed):
        facts = catalogue.parse(row)
        if judge(facts) is not None:
            continue
        asked = Evaluation(facts).missing(node)
        if phrases.is_flat(node):
            assert Evaluation(facts).missing_facts(ir.fact_names(node)) == asked, (text, row)
        assert all(facts.get(name) is None and not catalogue.facts[name].derived for name in asked)
        others = {
            name: expressions.edge_values(fact, text)[-1]
            for name, fact in catalogue.facts.items()
            if not fact.derived and row.get(name) is None and name not in asked
        }
        stated = {name: value for name, value in row.items() if value is not None}
        assert judge(catalogue.parse(others | stated)) is None, (text, row, asked)
