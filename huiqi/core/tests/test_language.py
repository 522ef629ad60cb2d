"""Dates, amounts, lists and messages follow the reader's language; what the law says is marked as Chinese."""

from datetime import date

import pytest
from django.utils import translation
from django.utils.safestring import SafeString

from huiqi.core import language
from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Listed, Message
from huiqi.core.money import AmountError, Sum, parse_amount

DAY = date(2020, 2, 9)


@pytest.mark.parametrize(
    ("say", "given", "chinese", "english"),
    [
        (language.day_words, DAY, "2020年2月9日", "9 February 2020"),
        (language.month_words, DAY, "2020年2月", "February 2020"),
        (language.year_words, DAY, "2020年", "2020"),
        (language.wan_words, 128_000_000, "128万元", "CNY 1,280,000"),
        (language.wan_words, -5_000_050, "-5.00005万元", "CNY -50,000.50"),
        (language.yuan_words, 128_000_000, "1,280,000元", "CNY 1,280,000"),
        (language.listed, ["A", 2], "A、2", "A, 2"),
        (language.series, ["A", "B"], "A；B", "A; B"),
        (language.series, [], "", ""),
    ],
)
def test_the_same_thing_is_said_in_both_languages(say, given, chinese, english):
    with translation.override("zh-hans"):
        assert say(given) == chinese
    with translation.override("en"):
        assert say(given) == english
    with translation.override(None):
        assert say(given) == chinese


@pytest.mark.parametrize(
    ("act", "english"),
    [
        (lambda: parse_date("2020-2-30"), "month 2 of 2020 has only 29 days"),
        (lambda: parse_date(""), "Enter a date"),
        (lambda: parse_amount("三十"), "Enter the amount as a number"),
        (lambda: parse_amount("1e"), "You entered '1e'"),
    ],
)
def test_a_refusal_of_pure_code_is_chinese_until_a_page_words_it(act, english):
    with translation.override("en"), pytest.raises((Refused, AmountError)) as refusal:
        act()
    assert not str(refusal.value).isascii()
    with translation.override("en"):
        assert english in language.worded(refusal.value.said)
    with translation.override("zh-hans"):
        assert language.worded(refusal.value.said) == str(refusal.value)


def test_a_fixed_sentence_is_its_own_message():
    with translation.override("en"):
        assert language.worded(VersionConflict().said).startswith("Somebody else")
        assert language.worded("") == ""
        assert language.worded("没有收进译文的话") == "没有收进译文的话"


def test_a_message_words_what_is_inside_it():
    inner = Message("已按要求取消。")
    outer = Message("%(first)s|%(many)s|%(n)s", {"first": Sum(128_000_000), "many": (inner, "x"), "n": 3})
    assert str(outer) == "128万元|已按要求取消。；x|3"
    with translation.override("en"):
        assert language.worded(outer) == "CNY 1,280,000|Cancelled as requested.; x|3"


def test_chinese_text_is_marked_only_on_a_page_in_another_language():
    with translation.override("zh-hans"):
        assert language.chinese("<法>") == "<法>"
        assert not isinstance(language.chinese("<法>"), SafeString)
    with translation.override("en"):
        marked = language.chinese("<法>")
        assert marked == '<span lang="zh-CN">&lt;法&gt;</span>'
        assert language.bare(marked) == "<法>"


def test_a_marked_text_is_joined_as_html_and_everything_else_escaped():
    assert language.joined("%(a)s & %(b)s", a="<x>", b="y") == "<x> & y"
    with translation.override("en"):
        made = language.joined("%(a)s & %(b)s", a="<x>", b=language.chinese("法"))
    assert made == '&lt;x&gt; &amp; <span lang="zh-CN">法</span>'
    assert isinstance(made, SafeString)
    with translation.override("en"):
        row = language.listed(["<x>", language.chinese("法")])
    assert row == '&lt;x&gt;, <span lang="zh-CN">法</span>'
    assert isinstance(row, SafeString)


def test_words_in_a_row_within_a_message_are_joined_as_the_reader_writes():
    units = Listed(("甲局", Message("乙%(n)d", {"n": 2})))
    said = Message("%(units)s", {"units": units})
    assert str(said) == "甲局、乙2"
    with translation.override("zh-hans"):
        assert language.worded(said) == "甲局、乙2"
    with translation.override("en"):
        assert language.worded(said) == "甲局, 乙2"
