import csv
import io
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from huiqi.reference.code_rows import industry_rows
from huiqi.reference.management.commands.sizeclass import Command
from tests.harness.examples import thorough

HEADING = "gb_code,employees,revenue_wan,assets_wan"
EXAMPLES = Path(__file__).parent / "data" / "size_examples.csv"


def run(path, *argv):
    """`huiqi sizeclass PATH`: exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        Command(stdout=out, stderr=err, no_color=True).run_from_argv(["huiqi", "sizeclass", str(path), *argv])
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def table(tmp_path):
    """Write a file from lines below the usual heading, or from bytes, and run the command on it."""

    def write_and_run(*lines, heading=HEADING, content=None, argv=()):
        path = tmp_path / "firms.csv"
        path.write_bytes("\n".join([heading, *lines, ""]).encode() if content is None else content)
        return run(path, *argv)

    return write_and_run


def classes(out):
    return [row["size_class"] for row in csv.DictReader(io.StringIO(out))]


# --- the file as a whole --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf", "文件是空的"),
        (b"PK\x03\x04" + b"x" * 100, "Excel 工作簿（.xlsx）"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "旧版 Excel"),
        (("\ufeff" + HEADING).encode("utf-16-le"), "UTF-16"),
        (b"%PDF-1.4", "PDF"),
        (b"\xff\x00\x81\xff\xff", "既不是 UTF-8 也不是 GB18030"),
        (b"\n\n\n", "缺少这一列"),
        (b"gb_code;employees;revenue_wan;assets_wan\n", "“gb_code”列：缺少这一列"),
        (b"gb_code,employees,revenue_wan\n0111,1,2\n", "“assets_wan”列：缺少这一列（资产总额）"),
        ((HEADING + ",employees\n").encode(), "“employees”列：列名重复"),
        (b'"gb_code', "列名一行读不出来"),
        (b"a" * 200_000, "列名一行读不出来"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_a_remedy(table, content, said):
    code, out, err = table(content=content)
    assert (code, out) == (1, "")
    assert said in err and "Traceback" not in err


@pytest.mark.parametrize("name", ["", "\x00", "no/such/file.csv", "\udcff.csv", "x" * 5000, "."])
def test_a_file_that_cannot_be_opened_is_named(name):
    code, out, err = run(name)
    assert (code, out) == (1, "")
    assert err and "Traceback" not in err
    err.encode()


@pytest.mark.parametrize(
    ("facts", "said"),
    [(None, "facts.yaml"), ("facts: [", "facts.yaml"), ("facts: []\n", "缺少划型所需的事实 gb4754")],
)
def test_a_broken_catalogue_is_named(settings, tmp_path, facts, said):
    settings.RULEBOOK_DIR = tmp_path
    if facts is not None:
        (tmp_path / "facts.yaml").write_text(facts)
    code, out, err = run(EXAMPLES)
    assert (code, out) == (1, "")
    assert said in err and "无法划型" in err and "Traceback" not in err


def test_wrong_usage_is_exit_2():
    err = io.StringIO()
    with pytest.raises(SystemExit) as leaving:
        Command(stderr=err).run_from_argv(["huiqi", "sizeclass"])
    assert leaving.value.code == 2


# --- bad rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("3411,三百,2000,", "第3行“employees”列：从业人员应为数字，如 35；您填的是“三百”"),
        ("3411,35.5,2000,", "第3行“employees”列：从业人员应为整数"),
        ("3411,1e3,2000,", "第3行“employees”列：从业人员应为整数，如 35；您填的是“1e3”"),
        ("3411,-5,2000,", "第3行“employees”列：从业人员不能为负数"),
        ("3411,300,abc,", "第3行“revenue_wan”列：营业收入应为数字"),
        ("3411,300,-1,", "第3行“revenue_wan”列：营业收入不能为负数"),
        ("3411,300,2000,1e99", "第3行“assets_wan”列：资产总额“1e99”大得不合情理"),
        ("3411,300,2000,NaN", "第3行“assets_wan”列：资产总额应为数字"),
        ("3411,300,1.2.3,", "营业收入应为数字"),
        ('3411,300,"1,00",', "营业收入应为数字"),
        ("3411,300," + "9" * 5000 + ",", "营业收入应为数字"),
        ("3411,1e9999999,,", "从业人员应为数字"),
        ("9999,300,2000,", "第3行“gb_code”列：国民经济行业分类（GB/T 4754-2017）中没有“9999”"),
        ("A3411,300,2000,", "3411属于C类。请改为“C3411”"),
        ("111,300,2000,", "请补成“0111”"),
        ("餐饮,300,2000,", "“餐饮”不是行业代码"),
        ("3411,300,2000", "第3行：有3格，比列名（4列）少"),
        ("3411,300,2000,1,2", "第3行：有5格，比列名（4列）多"),
        ("3411,300,\x00,", "第3行：含有不可见的空字符"),
        ('3411,"3"00,2000,', "第3行：从这一行起读不出来（引号没有成对）"),
        ('3411,"' + "x" * 200_000 + '",2000,', "第3行：从这一行起读不出来（单格内容过长）"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_are_still_written(table, row, said):
    code, out, err = table("0111,,50,", row, "6210,5,,")
    assert code == 1
    assert classes(out) == ["small", "micro"]
    assert said in err and "共1行有错" in err and "Traceback" not in err
    err.encode()


def test_many_bad_rows_are_counted_but_not_all_listed(table):
    code, _, err = table(*["3411,x,,"] * 250)
    assert code == 1
    assert err.count("\n") == 101
    assert "共250行有错（另有150行未列出）" in err


def test_an_unclosed_quote_at_the_end_is_named(table):
    code, out, err = table("0111,,50,", '3411,"300,2000,')
    assert code == 1
    assert classes(out) == ["small"]
    assert "第3行" in err


# --- good tables ----------------------------------------------------------------------------------


def test_the_examples():
    code, out, err = run(EXAMPLES)
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 30
    assert [row["size_class"] for row in rows] == [row["expected"] for row in rows]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("A0111,,50,", "small"),
        ("0111,,50,", "small"),
        ("a0111,,50,", "small"),
        ("Ａ０１１１,,５０,", "small"),
        ("0111,,49.999999,", "micro"),
        ("0111,,49.9999999,", "micro"),
        ("0111,,50.0,", "small"),
        ("0111,,5e1,", "small"),
        ("3411,300.0,2000,", "medium"),
        ('3411,"1,000","40,000.00",', "large"),
        ("3411,19,,", "micro"),
        ("3411,,299,", "micro"),
        ("3411,500,,", "unclassified"),
        (",500,5000,5000", "unclassified"),
        ("8310,500,5000,5000", "unclassified"),
        ("C34,300,2000,", "medium"),
        ("34,300,2000,", "medium"),
        ("G59,300,2000,", "unclassified"),
        ("7320,  300 ,,", "large"),
        ("0111,0,0,0", "micro"),
        ("0111,,-0,", "micro"),
    ],
)
def test_a_row_is_read_exactly(table, row, expected):
    code, out, err = table(row)
    assert (code, err, classes(out)) == (0, "", [expected])


def test_other_columns_and_their_order_are_kept(table):
    code, out, _ = table(
        '甲,3411,"备注,带逗号",300,2000,', heading="name,gb_code,note,employees,revenue_wan,assets_wan"
    )
    assert code == 0
    heading, row = out.splitlines()
    assert heading == "name,gb_code,note,employees,revenue_wan,assets_wan,size_class"
    assert row == '甲,3411,"备注,带逗号",300,2000,,medium'


def test_an_earlier_result_is_replaced(table):
    out = table("large,6210,5,,", heading="size_class," + HEADING)[1]
    assert out == HEADING + ",size_class\n6210,5,,,micro\n"


def test_heading_may_have_capitals_and_blanks(table):
    assert classes(table("6210,5,,", heading=" GB_Code ,Employees,REVENUE_WAN,assets_wan")[1]) == ["micro"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_spreadsheets_write_is_read(table, encoding):
    text = "企业," + HEADING + "\r\n浏阳防护用品厂,2770,300,2000,\r\n\r\n"
    code, out, _ = table(content=text.encode(encoding))
    assert code == 0
    assert "浏阳防护用品厂,2770,300,2000,,medium\n" in out


def test_a_table_without_rows_is_a_heading(table):
    assert table() == (0, HEADING + ",size_class\n", "")


def test_programs_may_ask_for_json(table):
    code, out, _ = table("6210,5,,", "6210,x,,", argv=("--json",))
    assert code == 1
    assert json.loads(out) == {
        "rows": [
            {"gb_code": "6210", "employees": "5", "revenue_wan": "", "assets_wan": "", "size_class": "micro"}
        ],
        "errors": [
            {
                "row": 3,
                "column": "employees",
                "reason": "从业人员应为数字，如 35；您填的是“x”。不知道请留空。",
            }
        ],
    }


@thorough(200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: f"{HEADING}\n{text}".encode("utf-8", "replace")),
    )
)
def test_any_bytes_end_in_a_table_or_a_sentence(table, content):
    code, out, err = table(content=content)
    assert code == (1 if err else 0)
    assert "Traceback" not in err
    if code == 0:
        assert out.splitlines()[0].endswith("size_class")


def test_a_large_table_is_classified_whole(tmp_path):
    choose = random.Random(20200301)
    codes = [row.section + row.code for row in industry_rows() if row.level == 4]
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADING + "\n")
        for _ in range(20_000):
            file.write(
                f"{choose.choice(codes)},{choose.randint(0, 3000)},{choose.randint(0, 10**7) / 100},\n"
            )
    code, out, _ = run(path)
    assert code == 0 and out.count("\n") == 20_001
