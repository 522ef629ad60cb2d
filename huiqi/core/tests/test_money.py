"""Amounts as people type them, exact to the fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.core.money import MAX_FEN, AmountError, format_wan, format_yuan, parse_amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "三十万",
        "1e6",
        "0x10",
        "12.345元",
        "1.2.3",
        "--5",
        "nan",
        "Infinity",
        "9" * 30,
        "1000000亿元",
        "1\x002",
        "٣٤٥万x",
    ],
)
def test_what_is_not_an_exact_amount_is_refused_with_a_remedy(text):
    with pytest.raises(AmountError, match="[。]$"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("1280000", "元", 128_000_000),
        ("128", "万元", 128_000_000),
        ("1,280,000.50", "元", 128_000_050),
        ("１２８．５万元", "元", 128_500_000),
        ("¥ 300", "元", 30_000),
        ("人民币3亿元", "元", 30_000_000_000),
        ("-5", "元", -500),
        ("0.000001", "万元", 1),
    ],
)
def test_amounts_in_every_usual_form_are_understood(text, unit, fen):
    assert parse_amount(text, unit) == fen


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_what_is_shown_can_be_typed_back_to_the_fen(fen):
    assert parse_amount(format_yuan(fen)) == fen
    assert parse_amount(format_wan(fen)) == fen


@given(st.text())
def test_no_text_breaks_the_reader(text):
    try:
        assert abs(parse_amount(text)) <= MAX_FEN
    except AmountError as error:
        assert str(error).endswith("。")
