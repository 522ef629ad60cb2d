"""Typed readers: a value, None for blank, or a located problem with an example of right input."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from huiqi.files.tables.cells import (
    as_amount_fen,
    as_choice,
    as_date,
    as_ratio,
    as_text,
    as_whole_number,
    as_yes_no,
)
from huiqi.files.tables.problems import WrongCell
from huiqi.files.tables.table import Cell
from huiqi.files.tables.values import Percent, error_cell

READERS = {
    "text": as_text,
    "number": as_whole_number,
    "fen": lambda cell: as_amount_fen(cell, "元"),
    "wan": lambda cell: as_amount_fen(cell, "万元"),
    "date": as_date,
    "ratio": as_ratio,
    "yes": as_yes_no,
    "size": lambda cell: as_choice(cell, {"大型": "large", "小型": "small"}),
}


def cell(value, header="列", is_1904=False):
    return Cell(value, header, "企业", 7, 2, is_1904)


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", "9.14301E+17"),
        ("text", "长" * 201),
        ("number", "三十五"),
        ("number", Decimal("3.5")),
        ("number", True),
        ("number", date(2020, 2, 9)),
        ("number", -1),
        ("number", "无"),
        ("fen", "约一百"),
        ("fen", Percent("0.05")),
        ("fen", date(2020, 2, 9)),
        ("fen", Decimal("1.234")),
        ("fen", 10**14),
        ("date", "去年"),
        ("date", "2020-02-30"),
        ("date", 12),
        ("date", Decimal("43831.5")),
        ("date", True),
        ("ratio", Decimal("5.5")),
        ("ratio", "很高"),
        ("ratio", "1/0"),
        ("ratio", True),
        ("yes", "也许"),
        ("yes", 2),
        ("size", "特大"),
        *((reader, error_cell("#N/A")) for reader in READERS),
    ],
)
def test_wrong_input_is_located_and_shows_what_is_right(reader, value):
    with pytest.raises(WrongCell) as caught:
        READERS[reader](cell(value))
    problem = caught.value.problem
    assert (problem.sheet, problem.row, problem.column) == ("企业", 7, 2)
    assert str(problem).startswith("工作表“企业”第7行B列：") and str(problem).endswith("。")


def test_limits_of_whole_numbers_are_said():
    with pytest.raises(WrongCell, match="不应超过1,000，表中是1,001"):
        as_whole_number(cell(1001), high=1000)
    with pytest.raises(WrongCell, match="不能小于1，表中是0"):
        as_whole_number(cell(0), low=1)


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        ("text", " 甲公司\n", "甲公司"),
        ("text", 914301007121234567, "914301007121234567"),
        ("text", Decimal("1.50"), "1.50"),
        ("text", "１２３", "１２３"),
        ("text", date(2020, 2, 9), "2020-02-09"),
        ("text", True, "是"),
        ("number", 35, 35),
        ("number", "１，２８０ 人", 1280),
        ("number", "35.0", 35),
        ("fen", "1,280.50", 128050),
        ("fen", "128万元", 128_000_000),
        ("fen", Decimal("0.3"), 30),
        ("wan", 128, 128_000_000),
        ("wan", "￥1.5", 1_500_000),
        ("date", date(2020, 2, 9), date(2020, 2, 9)),
        ("date", datetime(2020, 2, 9, 8), date(2020, 2, 9)),  # noqa: DTZ001
        ("date", 43831, date(2020, 1, 1)),
        ("date", "43831", date(2020, 1, 1)),
        ("date", 20200209, date(2020, 2, 9)),
        ("date", "2020年2月9日", date(2020, 2, 9)),
        ("date", "2020/2/9 0:00:00", date(2020, 2, 9)),
        ("ratio", Percent("0.055"), Fraction(11, 200)),
        ("ratio", "5.5%", Fraction(11, 200)),
        ("ratio", "５．５％", Fraction(11, 200)),
        ("ratio", Decimal("0.055"), Fraction(11, 200)),
        ("ratio", "11/200", Fraction(11, 200)),
        ("ratio", "5‰", Fraction(1, 200)),
        ("ratio", 1, Fraction(1)),
        ("yes", "√", True),
        ("yes", " y ", True),
        ("yes", 1, True),
        ("yes", "否", False),
        ("yes", "×", False),
        ("size", " 小型 ", "small"),
        *((reader, None, None) for reader in READERS),
        *((reader, "  ", None) for reader in READERS),
        *((reader, "——", None) for reader in READERS if reader != "text"),
    ],
)
def test_right_input_is_read(reader, value, expected):
    found = READERS[reader](cell(value)) if reader != "number" else as_whole_number(cell(value), unit="人")
    assert found == expected and type(found) is type(expected)


def test_a_percent_sign_in_the_header_counts_for_bare_numbers():
    assert as_ratio(cell(Decimal("5.5"), "增长率（％）")) == Fraction(11, 200)
    assert as_ratio(cell("5.5%", "增长率（%）")) == Fraction(11, 200)


def test_serial_numbers_follow_the_date_system_of_the_workbook():
    assert as_date(cell(42369, is_1904=True)) == date(2020, 1, 1)
