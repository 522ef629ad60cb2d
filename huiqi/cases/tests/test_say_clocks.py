"""Clocks in sentences."""

import pytest

from huiqi.cases.clock_words import clock_words, length, move_sentence, short_words
from huiqi.cases.workflow import Stage
from huiqi.workflow.terms import LimitUnit, reckon
from huiqi.workflow.tests.make import at, make_scale, make_term

SCALE = make_scale()
OFFICE, HOURS = LimitUnit.OFFICE_HOURS, LimitUnit.HOURS


def say(term, now, stage=Stage.HANDLE, **more):
    return clock_words(stage, term, reckon(term, SCALE, at(now)), SCALE, at(now), **more)


def line(term, now, **more):
    return str(say(term, now, **more).line)


def test_the_sentence_of_the_design_is_said_to_the_letter():
    term = make_term("2020-02-05 10:00", 5, pauses=[("2020-02-06 17:30", "2020-02-10 17:30")])
    assert str(say(term, "2020-02-12 10:00").why[0]) == "应于2月14日17:30前办结：其中2个工作日因待补正暂停"


def test_both_kinds_of_pauses_are_named():
    pauses = [("2020-02-11 09:00", "2020-02-11 17:30"), ("2020-02-12 09:00", "2020-02-12 12:00", "suspended")]
    term = make_term("2020-02-10 10:00", 5, pauses=pauses)
    said = str(say(term, "2020-02-13 10:00").why[0])
    assert said == "应于2月19日12:00前办结：其中1个工作日因待补正暂停；3小时因暂缓办理暂停"


def test_a_pause_at_night_is_not_worth_a_word_in_the_sentence():
    term = make_term("2020-02-10 10:00", 5, pauses=[("2020-02-11 17:30", "2020-02-12 09:00")])
    assert str(say(term, "2020-02-13 10:00").why[0]) == "应于2月17日17:30前办结"


def test_what_is_left_is_said_in_working_days_and_hours_with_the_end():
    term = make_term("2020-02-10 10:00", 4)
    found = say(term, "2020-02-13 14:30")
    assert str(found.line) == "还剩1个工作日3小时（2月14日17:30前）"
    assert (found.tone, found.icon) == ("ok", "clock")
    assert say(term, "2020-02-14 09:00").tone == "near"
    assert line(term, "2020-02-14 17:25") == "还剩5分钟（2月14日17:30前）"


def test_lateness_is_said_in_working_days():
    term = make_term("2020-02-10 10:00", 1)
    assert line(term, "2020-02-13 17:30") == "已逾期2个工作日（应于2月11日17:30前）"
    assert say(term, "2020-02-13 17:30").tone == "danger"
    assert line(term, "2020-02-11 20:00") == "刚刚逾期（应于2月11日17:30前）"


def test_a_paused_clock_says_why_and_what_remains_when_it_goes_on():
    term = make_term("2020-02-10 10:00", 5, pauses=[("2020-02-12 17:30",)])
    assert line(term, "2020-02-20 10:00") == "暂停计时（待补正），恢复后还有3个工作日"
    assert say(term, "2020-02-20 10:00").tone == "wait"


def test_a_letter_of_consultation_is_a_reference_and_never_red():
    found = say(make_term("2020-02-10 10:00", 1), "2020-02-14 17:30", stage=Stage.CONSULT, is_reference=True)
    assert str(found.line) == "已逾期3个工作日（应于2月11日17:30前）（商请，仅供参考）"
    assert found.tone == "near"
    assert "商请答复，仅供参考：到期未答复不计逾期。" in map(str, found.why)


def test_closing_shows_what_was_used_of_what_was_allowed():
    # zammad 4777.
    good = make_term("2020-02-10 10:00", 5, stopped="2020-02-12 17:30")
    late = make_term("2020-02-10 10:00", 1, stopped="2020-02-13 12:00")
    assert line(good, "2020-05-01 10:00") == "按时完成：用时2个工作日，时限5个工作日"
    assert line(late, "2020-05-01 10:00") == "超时完成：用时2个工作日3小时，时限1个工作日"


def test_the_story_tells_start_extension_rest_days_and_pauses():
    term = make_term("2020-02-12 15:00", 3, extensions=[2], pauses=[("2020-02-13 13:30", "2020-02-13 17:30")])
    assert [str(each) for each in say(term, "2020-02-14 10:00").why] == [
        "应于2月20日14:30前办结：其中4小时因待补正暂停",
        "2月12日15:00收到，从第二天起算，共5个工作日",
        "其中经批准延长2个工作日",
        "已扣除2天休息日",
        "2月13日13:30至2月13日17:30暂停（待补正）：4小时",
    ]


def test_hour_clocks_speak_of_hours_and_of_the_night():
    term = make_term("2020-01-24 23:30", 4, HOURS)
    assert line(term, "2020-01-25 00:30") == "还剩3小时（1月25日凌晨3:30前）"
    assert line(term, "2020-01-25 02:15") == "还剩1小时15分钟（1月25日凌晨3:30前）"
    assert say(term, "2020-01-25 02:15").tone == "near"
    assert str(say(term, "2020-01-25 02:15").why[1]) == "1月24日23:30起算，共4小时，昼夜连续计时"


def test_office_hours_are_said_to_count_only_those():
    found = say(make_term("2020-02-11 11:00", 4, OFFICE), "2020-02-11 11:30", stage=Stage.SIGN)
    assert str(found.line) == "还剩3小时30分钟（2月11日16:30前）"
    assert str(found.why[0]) == "应于2月11日16:30前签收"
    assert str(found.why[1]) == "2月11日11:00起算，共4小时，只计办公时间"


def test_an_end_in_another_year_is_said_with_the_year():
    term = make_term("2020-12-30 10:00", 5)
    assert "2021年1月" in line(term, "2020-12-31 10:00")


def test_every_stage_has_its_verb():
    term = make_term("2020-02-10 10:00", 1)
    assert len({str(say(term, "2020-02-10 11:00", stage=stage).why[0]) for stage in Stage}) == len(Stage)


def test_a_move_names_both_ends_and_the_document():
    said = move_sentence(
        Stage.HANDLE, at("2020-02-04 17:30"), at("2020-02-06 17:30"), SCALE, "国办发明电〔2020〕1号"
    )
    assert str(said) == "办理期限由2月4日17:30改为2月6日17:30（国办发明电〔2020〕1号）"


@pytest.mark.parametrize(
    ("minutes", "unit", "said"),
    [
        (0, OFFICE, "不到1分钟"),
        (59, OFFICE, "59分钟"),
        (60, OFFICE, "1小时"),
        (421, LimitUnit.WORKING_DAYS, "1个工作日"),
        (540, LimitUnit.WORKING_DAYS, "1个工作日2小时"),
        (1441, HOURS, "24小时"),
    ],
)
def test_lengths_are_said_as_exactly_as_people_need(minutes, unit, said):
    assert str(length(minutes, unit, SCALE)) == said


def test_a_row_of_a_list_needs_the_end_alone():
    due = at("2020-02-14 17:30")
    tone, said = short_words(due, LimitUnit.WORKING_DAYS, SCALE, at("2020-02-12 17:30"))
    assert (tone, str(said)) == ("ok", "还剩2个工作日")
    tone, said = short_words(due, LimitUnit.WORKING_DAYS, SCALE, at("2020-02-18 17:30"))
    assert (tone, str(said)) == ("danger", "已逾期2个工作日")
    tone, said = short_words(at("2020-01-25 03:30"), HOURS, SCALE, at("2020-01-25 02:00"))
    assert (tone, str(said)) == ("near", "还剩1小时30分钟")


def test_on_a_sunday_after_a_deadline_on_friday_the_row_says_it_is_over_and_since_when():
    due = at("2020-02-14 17:30")
    tone, said = short_words(due, LimitUnit.WORKING_DAYS, SCALE, at("2020-02-16 10:00"))
    assert (tone, str(said)) == ("danger", "已到期（2月14日17:30）")
