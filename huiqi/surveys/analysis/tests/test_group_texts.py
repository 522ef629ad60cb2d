import pytest

from huiqi.surveys.analysis.codebook import Kind, Question
from huiqi.surveys.analysis.tests.make import SECTION, make_wave
from huiqi.surveys.analysis.themes import themes, words_of
from huiqi.surveys.analysis.wave import Query

pytestmark = pytest.mark.pure
SAID = Question("said", "还有什么困难", Kind.TEXT)
RENT = ("房租压力太大，希望减免房租", "厂房租金交不起，请减免租金和房租", "门面房租每月三万，房租能否减免")
LOANS = ("银行贷款到期，希望贷款展期", "贷款利息高，银行不肯续贷", "银行贷款审批太慢，贷款下不来")
MASKS = ("口罩买不到，消毒液也没有", "工人复工缺口罩和消毒液", "口罩、消毒液不够用")
FREE = Query("said")


def many(*kinds):
    return [text for texts, count in kinds for at in range(count) for text in (texts[at % 3],)]


def test_too_few_texts_are_not_grouped():
    result = themes(make_wave({SAID: ["房租高"] * 5}, least=10), FREE)
    assert result.themes == () and result.unsorted == 5
    assert "不足以归类" in str(result.notes[0])


def test_texts_are_grouped_by_what_they_are_about():
    texts = many((RENT, 30), (LOANS, 24), (MASKS, 18)) + [""] * 5 + ["无"] * 3
    result = themes(make_wave({SAID: texts}, least=10), FREE, most=3)
    assert result.texts == 75 and result.unsorted == 3
    assert [theme.n for theme in result.themes] == [30, 24, 18]
    assert [
        word in theme.words for theme, word in zip(result.themes, ("房租", "贷款", "口罩"), strict=True)
    ] == [True] * 3
    assert set(result.themes[2].quotes) == set(MASKS)


def test_the_same_answers_give_the_same_themes():
    wave = make_wave({SAID: many((RENT, 30), (LOANS, 24), (MASKS, 18))}, least=10)
    assert themes(wave, FREE) == themes(wave, FREE)


def test_quotations_are_masked():
    texts = many((RENT, 20), (LOANS, 20)) + ["房租太高，房东是王总，电话13800138000"] * 12
    result = themes(make_wave({SAID: texts}, least=10), FREE)
    quoted = "".join(quote for theme in result.themes for quote in theme.quotes)
    assert "13800138000" not in quoted and "王总" not in quoted


def test_a_theme_of_few_texts_is_not_shown():
    texts = many((RENT, 30), (LOANS, 24)) + ["口罩买不到，消毒液也没有"] * 4
    result = themes(make_wave({SAID: texts}, least=10), FREE, most=3)
    assert all(theme.n >= 10 for theme in result.themes)
    assert "口罩" not in "".join(word for theme in result.themes for word in theme.words)


def test_a_filter_holds_for_texts_too():
    texts = many((RENT, 30), (LOANS, 30))
    wave = make_wave({SECTION: [0] * 30 + [1] * 30, SAID: texts}, strata=(SECTION,), least=10)
    result = themes(wave, Query("said", where=(("section", ("section1",)),)))
    assert result.texts == 30 == result.source.n


def test_texts_without_a_common_word_stay_unsorted():
    result = themes(make_wave({SAID: ["好", "无", "没", "嗯"] * 6}, least=10), FREE)
    assert result.themes == () and result.unsorted == 24


def test_words_without_meaning_of_their_own_do_not_count():
    assert words_of("希望政府减免房租！") == ["减免", "房租"]
