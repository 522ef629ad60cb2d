"""Held against a table of bounds of its own (tests/data), taken from the standard, not from the rulebook."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.reference.code_rows import industry_rows
from huiqi.reference.queries import explain_size_class, size_rules
from huiqi.reference.size_class import FEN_PER_WAN, GROUPS, Figures

DATA = Path(__file__).parent / "data"
ORDER = ["micro", "small", "medium", "large"]
HUGE = 10**14
INDICATORS = ("employees", "revenue", "assets")


def read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def unit_of(indicator):
    return 1 if indicator == "employees" else FEN_PER_WAN


def bounds_by_group():
    """{group: {indicator: (small, medium, large)}} in persons and fen."""
    table = {}
    for row in read("size_bounds.csv"):
        scale = unit_of(row["indicator"])
        found = tuple(int(row[size]) * scale for size in ("small", "medium", "large"))
        table.setdefault(int(row["group"]), {})[row["indicator"]] = found
    return table


BOUNDS = bounds_by_group()
CODES = {
    1: "0111", 2: "3411", 3: "4710", 4: "5111", 5: "5211", 6: "5431", 7: "5920", 8: "6020", 9: "6121",
    10: "6210", 11: "6421", 12: "6513", 13: "7010", 14: "7020", 15: "7211", 16: "7320",
}  # fmt: skip


def expected_class(group, given_figures):
    """The class by the table: the highest whose every bound is reached; None where a blank leaves it open."""
    for size in (3, 2, 1):
        tests = [
            None if given_figures.get(name) is None else given_figures[name] >= bounds[size - 1]
            for name, bounds in BOUNDS[group].items()
        ]
        if all(tests):
            return ORDER[size]
        if False not in tests:
            return "unclassified"
    return "micro"


def classify(group, **given_figures):
    return size_rules()[0].classify(Figures(CODES[group], **given_figures))


# --- unclassified is said plainly -----------------------------------------------------------------


@pytest.mark.parametrize("code", ["5320", "6621", "7040", "8310", "8411", "9100", "9700"])
def test_industries_outside_the_standard_are_unclassified_not_large(code):
    found = explain_size_class(code, 10**6, HUGE, HUGE)
    assert (found.size_class, found.group) == ("unclassified", 0)
    assert "不等于大型" in found.text


def test_without_an_industry_nothing_is_said():
    found = explain_size_class("", 10, HUGE, HUGE)
    assert (found.size_class, found.missing) == ("unclassified", ("gb4754",))
    assert "没有填写行业代码" in found.text


@pytest.mark.parametrize(
    "code", ["999", "9999", "X3411", "A3411", "餐饮", "\x00", "\ud800", "3411; drop", "٣٤١١", "1" * 999]
)
def test_a_code_that_does_not_exist_is_refused(code):
    with pytest.raises(Refused) as refusal:
        explain_size_class(code, 10, 10, 10)
    assert refusal.value.code == "reference.unknown_industry"
    refusal.value.message.encode()


def test_a_blank_that_matters_leaves_the_class_open():
    found = explain_size_class("3411", 500, None, None)
    assert (found.size_class, found.label, found.missing) == ("unclassified", "尚不能判定", ("revenue",))
    assert found.text == "工业：没有填写营业收入，只知道从业人员500人，尚不能判定，请补填"


def test_a_mixed_branch_needs_the_four_digits():
    found = explain_size_class("F", 500, HUGE, None)
    assert found.size_class == "unclassified"
    assert "请填四位代码" in found.text
    assert explain_size_class("F51", 500, HUGE, None).size_class == "large"


# --- the bounds -----------------------------------------------------------------------------------


def test_all_sixteen_groups_are_tried():
    assert set(BOUNDS) == set(CODES) == set(GROUPS) == set(range(1, 17))
    assert {group: row["name"] for row in read("size_bounds.csv") if (group := int(row["group"]))} == GROUPS


@pytest.mark.parametrize("group", range(1, 17))
@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_bound_at_it_one_below_and_one_above(group, size):
    at = {name: bounds[size - 1] for name, bounds in BOUNDS[group].items()}
    assert classify(group, **at) == ORDER[size]
    assert classify(group, **{name: value + 1 for name, value in at.items()}) == ORDER[size]
    for name in at:
        below = dict.fromkeys(at, HUGE) | {name: at[name] - 1}
        assert classify(group, **below) == ORDER[size - 1]
        exactly = dict.fromkeys(at, HUGE) | {name: at[name]}
        assert classify(group, **exactly) == ORDER[size]
        assert classify(group, **(exactly | {name: at[name] + 1})) == ORDER[size]


@pytest.mark.parametrize("group", range(1, 17))
def test_one_low_indicator_makes_it_micro_even_when_the_others_are_blank(group):
    for name, bounds in BOUNDS[group].items():
        assert classify(group, **{name: bounds[0] - 1}) == "micro"
        alone = "large" if len(BOUNDS[group]) == 1 else "unclassified"
        assert classify(group, **{name: HUGE}) == alone


@pytest.mark.parametrize("group", range(1, 17))
def test_indicators_the_group_does_not_use_change_nothing(group):
    used = {name: bounds[1] for name, bounds in BOUNDS[group].items()}
    for name in set(INDICATORS) - set(used):
        for value in (None, 0, HUGE):
            assert classify(group, **used, **{name: value}) == "medium"


@pytest.mark.parametrize(
    "row", read("size_examples.csv"), ids=lambda row: f"{row['gb_code']}-{row['expected']}"
)
def test_the_examples(row):
    found = explain_size_class(
        row["gb_code"],
        int(row["employees"]),
        int(row["revenue_wan"]) * FEN_PER_WAN,
        int(row["assets_wan"]) * FEN_PER_WAN,
    )
    assert found.size_class == row["expected"], row["why"]


def test_every_class_of_the_standard_falls_into_the_group_of_its_prefix():
    groups = {row["prefix"]: int(row["group"]) for row in read("size_groups.csv")}
    classifier, _ = size_rules()
    classes = [row for row in industry_rows() if row.level == 4]
    assert len(classes) == 1380
    for row in classes:
        full = row.section + row.code
        prefix = next(full[:length] for length in (5, 4, 3, 1) if full[:length] in groups)
        assert classifier.group_of(row.code) == groups[prefix], full


amounts = st.one_of(st.none(), st.integers(0, 2 * 10**6), st.integers(0, HUGE))
near_bounds = st.sampled_from(
    sorted({b for group in BOUNDS.values() for row in group.values() for b in row})
).flatmap(lambda bound: st.integers(max(0, bound - 2), bound + 2))
figures = st.one_of(amounts, near_bounds)


@given(st.integers(1, 16), figures, figures, figures)
def test_any_figures_fall_where_the_table_says(group, employees, revenue, assets):
    stated = {"employees": employees, "revenue": revenue, "assets": assets}
    assert classify(group, **stated) == expected_class(group, stated)


@given(
    st.integers(1, 16),
    *[st.one_of(st.integers(0, HUGE), near_bounds)] * 3,
    st.sampled_from(INDICATORS),
    near_bounds,
)
def test_growing_never_lowers_the_class(group, employees, revenue, assets, indicator, growth):
    small = {"employees": employees, "revenue": revenue, "assets": assets}
    grown = small | {indicator: small[indicator] + growth}
    assert ORDER.index(classify(group, **small)) <= ORDER.index(classify(group, **grown))


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("C3411", 300, 40000 * FEN_PER_WAN, None),
            "工业：从业人员300人（≥300人）、营业收入40,000万元（≥2,000万元）→ 中型；"
            "未达大型：从业人员不足1,000人",
        ),
        (
            ("3411", 1000, 40000 * FEN_PER_WAN, None),
            "工业：从业人员1,000人（≥1,000人）、营业收入40,000万元（≥40,000万元）→ 大型",
        ),
        (("6210", 9, None, None), "餐饮业：从业人员9人（不足10人）→ 微型"),
        (("0111", None, 405000, None), "农、林、牧、渔业：营业收入0.405万元（不足50万元）→ 微型"),
        (
            ("7010", None, 100 * FEN_PER_WAN, 2000 * FEN_PER_WAN),
            "房地产开发经营：营业收入100万元（≥100万元）、资产总额2,000万元（≥2,000万元）→ 小型；"
            "未达中型：营业收入不足1,000万元、资产总额不足5,000万元",
        ),
    ],
)
def test_the_class_is_explained_in_one_sentence(arguments, text):
    assert explain_size_class(*arguments).text == text


@given(st.integers(1, 16), figures, figures, figures)
def test_every_outcome_has_words_that_name_it(group, employees, revenue, assets):
    found = explain_size_class(CODES[group], employees, revenue, assets)
    assert found.size_class in {*ORDER, "unclassified"}
    assert found.label in found.text or found.label == "未列入划型"
    assert found.group_label in found.text
    assert (found.size_class == "unclassified") == bool(found.missing)
