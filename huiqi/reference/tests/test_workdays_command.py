import io
import json

import pytest

from huiqi.core.tests.make import Terminal
from huiqi.reference.management.commands.workdays import Command


def run(*argv):
    """`huiqi workdays …`: exit code, standard output, standard error."""
    out, err = Terminal(), io.StringIO()
    code = 0
    try:
        Command(stdout=out, stderr=err, no_color=True).run_from_argv(["huiqi", "workdays", *argv])
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--from", "2020-2-30", "--days", "5"], "2020年2月只有29天"),
        (["--from", "昨天", "--days", "5"], "不是能识别的日期"),
        (["--from", "", "--days", "5"], "没有填写日期"),
        (["--from", "9999-12-31", "--days", "5"], "日期应在2004年至2100年之间"),
        (["--from", "1900-1-1", "--days", "5"], "日期应在2004年至2100年之间"),
        (["--from", "2100-12-30", "--days", "3650"], "期限超出了2100年"),
        (["--from", "2020-1-22", "--days=-1"], "应在0至3650之间，您填的是-1"),
        (["--from", "2020-1-22", "--days", "3651"], "应在0至3650之间"),
        (["--from", "2020-1-22", "--days", "9" * 14], "应在0至3650之间，您填的是99999999999999"),
        (["--from", "2020-1-22", "--days", "9" * 5000], "应在0至3650之间"),
        (["--from", "2020-1-22", "--days=-" + "9" * 5000], "应在0至3650之间"),
        (["--from", "2020-1-22", "--days", "五"], "工作日数应为整数，如 5；您填的是“五”"),
        (["--from", "2020-1-22", "--days", "5.5"], "应为整数"),
        (["--from", "2020-1-22", "--days", "\udcff"], "应为整数"),
        (["--from", "2020-1-22", "--days", "5", "--known-on", "2020-13-1"], "月份应在1至12之间"),
        (["--from", "2020-1-22", "--days", "5", "--region", "439999"], "没有代码为“439999”的行政区划"),
        (["--from", "2020-1-22", "--days", "5", "--region", "长沙"], "没有代码为“长沙”的行政区划"),
        (["--from", "2020-1-22", "--days", "5", "--region", "430000" + " " * 20 + "x"], "没有代码为"),
        (["--from", "2020-1-22", "--days", "5", "--calendar", "moon"], "没有“moon”这种日历"),
    ],
)
def test_bad_input_is_one_readable_sentence_and_exit_1(argv, said):
    code, out, err = run("due", *argv)
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "argv", [[], ["due"], ["due", "--from", "2020-1-22"], ["due", "--days", "5"], ["dew"], ["due", "--from"]]
)
def test_wrong_usage_is_exit_2(argv):
    assert run(*argv)[0] == 2


@pytest.mark.parametrize(
    "written", ["2020-1-22", "2020-01-22", "2020年1月22日", "２０２０－１－２２", "20200122"]
)
def test_the_contract_for_programs(written):
    code, out, err = run("due", "--from", written, "--days", "5", "--known-on", "2020年1月28日", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "due": "2020-02-06",
        "explanation": "自2020年1月23日起算，5个工作日，扣除春节假期1月24日至2月2日，应于2020年2月6日办结",
        "provisional": False,
    }


@pytest.mark.parametrize(
    ("days", "known_on", "due"),
    [
        ("5", "2020-01-22", "2020-02-04"),
        ("5", "2020-01-28", "2020-02-06"),
        ("10", "2020-01-22", "2020-02-11"),
        ("10", "2020-01-28", "2020-02-13"),
    ],
)
def test_the_worked_examples(days, known_on, due):
    out = run("due", "--from", "2020-01-22", "--days", days, "--known-on", known_on, "--json")[1]
    assert json.loads(out)["due"] == due


def test_without_a_date_of_knowledge_it_is_today_s():
    assert json.loads(run("due", "--from", "2020-01-22", "--days", "5", "--json")[1])["due"] == "2020-02-06"


def test_people_get_a_sentence():
    assert run("due", "--from", "2020-03-02", "--days", "3") == (
        0,
        "自2020年3月3日起算，3个工作日，应于2020年3月5日办结。\n",
        "",
    )


def test_enterprises_of_hunan_had_other_days():
    term = ["--from", "2020-01-22", "--days", "5", "--known-on", "2020-02-01"]
    out = run("due", *term, "--calendar", "enterprise", "--region", "430181", "--json")[1]
    assert json.loads(out)["due"] == "2020-02-13"


def test_an_unannounced_year_is_provisional():
    out = run("due", "--from", "2019-12-30", "--days", "5", "--known-on", "2019-11-01", "--json")[1]
    assert json.loads(out)["provisional"] is True
