"""What the small language admits, and what it becomes."""

from fractions import Fraction
from pathlib import Path

import pytest

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.ir import BOOL, DATE, Kind, Type
from huiqi.rules.tests.make import FEN, emitted, make_catalogue, parsed


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return make_catalogue(Path(tmp_path_factory.mktemp("facts")))


SQL_WORDS = (
    "select table order group limit contract evidence outlook index user value values"
    " interval timestamp row rows set key type first last window cross left"
    " right join on using desc asc all any some exists default"
    " cast extract position year month day time current_date unnest lateral array map struct if ifnull nullif"
).split()


@pytest.mark.parametrize("word", SQL_WORDS)
def test_a_fact_may_be_called_like_any_word_of_sql(catalogue: Catalogue, word: str) -> None:
    node = parsed(
        catalogue, f"{word} >= 3 and not ({word} between 5 and 7)", **{word: Type(Kind.INT, "count")}
    )
    assert ir.param_names(node) == (word,)


@pytest.mark.parametrize(
    ("text", "given", "result"),
    [
        ("employees >= 20", {"employees": 20}, True),
        ("employees >= 20", {"employees": 19}, False),
        ("employees >= 20", {}, None),
        ("NOT dishonest AND consent", {"dishonest": False, "consent": True}, True),
        ("not (dishonest or consent)", {"dishonest": False}, None),
        ("not (dishonest or consent)", {"dishonest": True}, False),
        ("consent = true", {"consent": False}, False),
        ("consent <> certified", {"consent": False, "certified": True}, True),
        ("consent in (true, false)", {}, None),
        ("size_class in ('medium', 'small')", {"size_class": "small"}, True),
        ("size_class not in ('medium', 'small')", {"size_class": "small"}, False),
        ("'small' = size_class", {"size_class": "small"}, True),
        ("gb4754 between '1300' and '4399'", {"gb4754": "C3411"}, True),
        ("gb4754 >= '5100'", {"gb4754": "5101"}, True),
        ("loan_rate <= 0.055", {"loan_rate": "11/200"}, True),
        ("loan_rate <= 5.5 / 100", {"loan_rate": "0.05500000000000000000001"}, False),
        ("loan_rate * 3 = 0.1", {"loan_rate": "1/30"}, True),
        ("(insured_jan - insured_dec) / insured_avg <= 0.2",
         {"insured_jan": 1, "insured_dec": 0, "insured_avg": 0}, None),
        ("layoff_rate <= 0.055",
         {"insured_jan": 200, "insured_dec": 189, "insured_avg": "200", "claimants": 15}, True),
        ("layoff_rate is not null", {"insured_jan": 200}, False),
        ("layoff_rate is null or layoff_rate < 1", {}, True),
        ("due_date - apply_date > 30", {"due_date": "2020-03-31", "apply_date": "2020-02-29"}, True),
        ("apply_date + 30 <= due_date", {"due_date": "2020-03-30", "apply_date": "2020-02-29"}, True),
        ("due_date between DATE '2020-01-25' and DATE '2020-06-30'", {"due_date": "2020-06-30"}, True),
        ("greatest(employees, insured_jan * 2) = 30", {"employees": 3, "insured_jan": 15}, True),
        ("greatest(employees, insured_jan * 2) = 30", {"employees": 30}, None),
        ("case when consent then employees >= 20 else employees >= 300 end",
         {"consent": False, "employees": 299}, False),
        ("case when consent then true end", {"consent": False}, None),
        ("- employees < - 19", {"employees": 20}, True),
        ("case when consent then 'small' else size_class end = 'small'", {"consent": True}, True),
    ],
)  # fmt: skip
def test_conditions_mean_what_they_say(
    catalogue: Catalogue, text: str, given: dict[str, object], result: bool | None
) -> None:
    assert emitted(catalogue, parsed(catalogue, text), catalogue.parse(given)) is result


ONE_FIFTH = Fraction(1, 5)
RETENTION = (
    "employees <= tiny and case when layoff_rate is not null then layoff_rate <= most else"
    " (insured_jan - insured_dec) / insured_avg <= most or claimants / insured_avg <= most end"
)


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({"layoff_rate": "0.2"}, True),
        ({"layoff_rate": "0.2000001"}, False),
        ({"insured_jan": 30, "insured_dec": 24, "insured_avg": "30"}, True),
        ({"insured_jan": 30, "insured_dec": 23, "insured_avg": "30"}, None),
        ({"insured_jan": 30, "insured_dec": 23, "insured_avg": "30", "claimants": 6}, True),
        ({"insured_jan": 30, "insured_dec": 23, "insured_avg": "30", "claimants": 7}, False),
        ({"claimants": 6, "insured_avg": "30"}, True),
        ({"claimants": 7, "insured_avg": "30"}, None),
        ({"claimants": 6, "insured_avg": "0"}, None),
        ({}, None),
    ],
)
def test_either_reading_of_the_layoff_rate_suffices_also_when_the_other_is_unknown(
    catalogue: Catalogue, given: dict[str, object], result: bool | None
) -> None:
    node = parsed(catalogue, RETENTION, tiny=Type(Kind.INT, "person"), most=Type(Kind.RATIO, "ratio"))
    from_code = emitted(
        catalogue, node, catalogue.parse({"employees": 30, **given}), {"tiny": 30, "most": ONE_FIFTH}
    )
    assert from_code is result


def test_negation_is_pushed_into_comparisons(catalogue: Catalogue) -> None:
    node = parsed(catalogue, "not (employees >= 20 and consent)")
    assert isinstance(node, ir.Logic) and not node.every
    assert isinstance(node.operands[0], ir.Compare) and node.operands[0].op == "<"


@pytest.mark.parametrize(
    ("text", "unit", "kind"),
    [
        ("premium * loan_rate * days / 365", "fen", Kind.RATIO),
        ("premium * months", "fen", Kind.INT),
        ("premium / 3", "fen", Kind.RATIO),
        ("premium / revenue", "ratio", Kind.RATIO),
        ("employees / insured_avg", "ratio", Kind.RATIO),
        ("premium * (due_date - apply_date)", "fen", Kind.INT),
        ("employees * 2", "person", Kind.INT),
        ("employees * months", "count", Kind.INT),
        ("due_date - apply_date", "day", Kind.INT),
        ("least(days, 365)", "day", Kind.INT),
        ("case when consent then premium else 0 end", "fen", Kind.INT),
    ],
)
def test_units_follow_through_arithmetic(catalogue: Catalogue, text: str, unit: str, kind: Kind) -> None:
    assert parsed(catalogue, text, None).type == Type(kind, unit)


def test_parameters_without_a_figure_are_unknown(catalogue: Catalogue) -> None:
    facts = catalogue.parse({"employees": 5, "premium": 100})
    person, ratio = Type(Kind.INT, "person"), Type(Kind.RATIO, "ratio")
    assert emitted(catalogue, parsed(catalogue, "employees >= gap", gap=person), facts, {"gap": None}) is None
    either = parsed(catalogue, "employees >= gap or employees >= 5", gap=person)
    assert emitted(catalogue, either, facts, {"gap": None}) is True
    assert (
        emitted(catalogue, parsed(catalogue, "gap and employees > 5", gap=BOOL), facts, {"gap": None})
        is False
    )
    assert (
        emitted(catalogue, parsed(catalogue, "premium * gap", FEN, gap=ratio), facts, {"gap": None}) is None
    )


def test_a_date_parameter_bounds_a_date(catalogue: Catalogue) -> None:
    node = parsed(catalogue, "due_date between start and start + 30", start=DATE)
    start = catalogue.parse({"due_date": "2020-06-01"}).row[catalogue.slots["due_date"]]
    for day, result in (("2020-07-01", True), ("2020-07-02", False)):
        assert (
            emitted(catalogue, node, catalogue.parse({"due_date": day}), {"start": int(start or 0)}) is result
        )


@pytest.mark.parametrize("denied", [False, True])
@pytest.mark.parametrize(
    ("op", "below", "same", "above"),
    [
        ("=", False, True, False),
        ("<>", True, False, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
    ],
)
def test_every_comparison_and_its_denial_is_exact_at_the_threshold(
    catalogue: Catalogue, op: str, below: bool, same: bool, above: bool, denied: bool
) -> None:
    shape = "not ({})" if denied else "{}"
    for expr, name, values in (
        (f"employees {op} 20", "employees", (19, 20, 21)),
        (f"20 {op} employees", "employees", (21, 20, 19)),
        (
            f"loan_rate {op} 0.055",
            "loan_rate",
            ("0.0549999999999999999999", "0.055", "0.0550000000000000000001"),
        ),
        (f"employees / -3 {op} -7", "employees", (22, 21, 20)),
        (f"due_date {op} DATE '2020-02-29'", "due_date", ("2020-02-28", "2020-02-29", "2020-03-01")),
    ):
        node = parsed(catalogue, shape.format(expr))
        got = [emitted(catalogue, node, catalogue.parse({name: value})) for value in values]
        assert got == [wanted is not denied for wanted in (below, same, above)], expr
