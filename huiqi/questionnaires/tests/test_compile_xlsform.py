"""What officers upload is checked whole: every fault with sheet, row, column, in Chinese, with the remedy."""

import io
import zipfile

import openpyxl
import pytest

from huiqi.questionnaires.tests.make import (
    YES_NO,
    compiled,
    make_form,
    make_xlsform,
    material,
    raw_xlsx,
)
from huiqi.questionnaires.xform.definition import Kind
from huiqi.questionnaires.xlsform.compiling import compile_xlsform

A = {"type": "text", "name": "a", "label": "甲"}


def told(survey, choices=None, settings=None):
    """(sheet, row, column, message) of every problem."""
    made = compiled(survey, choices, settings)
    assert not made.is_ok
    assert made.form is None
    return [(one.sheet, one.row, one.column, one.message) for one in made.problems]


def advised(survey, choices=None, settings=None):
    made = compiled(survey, choices, settings)
    assert made.is_ok, [str(one) for one in made.problems]
    return [(one.sheet, one.row, one.column, one.message) for one in made.warnings]


@pytest.mark.parametrize(
    ("column", "formula", "said"),
    [
        ("relevant", "${nope} = 'y'", "${nope} 没有对应的题目"),
        ("relevant", "${A} = 'y'", "是不是 ${a}"),
        ("constraint", ". > 3)", "读不下去"),
        ("constraint", "regex(., '(?!x)')", "前后查找"),
        ("calculation", "if(${a} = '', 1)", "要3个参数"),
        ("calculation", "pulldata('f', 'x', 'y', ${a})", "不支持函数 pulldata()"),
        ("required", "${a} ＝ 1", "中文标点"),
        ("default", "todays()", "没有函数 todays()"),
        ("required", "是", "必填、只读写作 yes"),
        ("relevant", "a = 1", "引用题目写作 ${a}"),
        ("relevant", "${last-saved#a} = 1", "last-saved"),
        ("label", "${last-saved#a}", "last-saved"),
        ("label", "您好 ${nope}", "${nope} 没有对应的题目"),
        ("constraint_message", "多于 ${nope}", "${nope} 没有对应的题目"),
    ],
)
def test_a_wrong_formula_is_told_where_it_stands(column, formula, said):
    row = {"type": "text", "name": "b", "label": "乙", **{column: formula}}
    ((sheet, number, where, message),) = told([A, row])
    assert (sheet, number, where) == ("survey", 3, column)
    assert said in message


def test_all_faults_are_told_at_once():
    found = told(
        [
            {"type": "txt", "name": "a", "label": "甲", "relevant": ""},
            {"type": "select_one none", "name": "b", "label": "乙"},
            {"type": "text", "name": "c c", "label": "丙", "relevant": "foo()"},
            {"type": "video", "name": "d", "label": "丁"},
        ]
    )
    assert [(row, column) for _, row, column, _ in found] == [
        (2, "type"),
        (3, "type"),
        (4, "name"),
        (4, "relevant"),
        (5, "type"),
    ]
    assert "是不是 text" in found[0][3]
    assert "录像" in found[4][3]


def test_the_column_is_named_as_the_sheet_names_it():
    found = told([A, {"type": "text", "name": "b", "label": "乙", "bind::relevance": "${x}"}])
    assert found[0][2] == "bind::relevance"
    found = told([A, {"type": "text", "name": "b", "label::中文 (zh)": "${x}"}])
    assert found[0][2] == "label::中文 (zh)"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"type": "begin_group", "name": "g", "label": "组"}, A], "没有结束"),
        ([A, {"type": "end_group"}], "多了一行"),
        (
            [{"type": "begin_group", "name": "g", "label": "组"}, A, {"type": "end_repeat"}],
            "用 end_repeat 结束",
        ),
        ([A, {**A, "label": "又一个"}], "与第2行重复"),
        ([{"type": "text", "label": "没有名字"}], "没有名称"),
        ([{"name": "x", "label": "没有题型"}], "没有写题型"),
        ([{"type": "select_one", "name": "x", "label": "选"}], "没有选项表的名称"),
        ([{"type": "number", "name": "x", "label": "数"}], "是不是 integer"),
        ([{"type": "calculate", "name": "x"}, A], "没有公式"),
        ([{"type": "note", "name": "n", "label": "没有题"}, {"type": "calculate", "name": "c"}], "没有题目"),
    ],
)
def test_a_wrong_outline_is_told(rows, said):
    assert any(said in message for _, _, _, message in told(rows))


def test_wrong_choices_are_told_on_their_sheet():
    choices = [
        {"list_name": "yn", "name": "y", "label": "是"},
        {"list_name": "yn", "name": "y", "label": "又是"},
        {"list_name": "yn", "name": "n o"},
        {"name": "z", "label": "无家可归"},
        {"list_name": "yn", "label": "无名"},
    ]
    found = told([{"type": "select_multiple yn", "name": "q", "label": "问"}], choices)
    assert [(sheet, row, column) for sheet, row, column, _ in found] == [
        ("choices", 3, "name"),
        ("choices", 4, "label"),
        ("choices", 4, "name"),
        ("choices", 5, "list_name"),
        ("choices", 6, "name"),
    ]


def test_a_filter_may_only_ask_for_columns_there_are():
    survey = [
        {"type": "select_one yn", "name": "p", "label": "省"},
        {"type": "select_one yn", "name": "q", "label": "市", "choice_filter": "province = ${p}"},
    ]
    ((_, row, column, message),) = told(survey, YES_NO)
    assert (row, column) == (3, "choice_filter")
    assert "没有“province”这一列" in message


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([{"type": "a", "calculation": "${b} + 1"}, {"type": "b", "calculation": "${a} + 1"}], ("a", "b")),
        ([{"type": "a", "calculation": "${a} + 1"}], ("a",)),
        (
            [{"type": "a", "relevant": "${b} = 1"}, {"type": "b", "relevant": "${a} = 1"}],
            ("a", "b"),
        ),
    ],
)
def test_calculations_in_a_circle_are_found(rows, names):
    survey = [A | {"name": "z"}]
    for row in rows:
        kind = "calculate" if "calculation" in row else "integer"
        survey.append({**row, "type": kind, "name": row["type"], "label": "数"})
    ((_, row, column, message),) = told(survey)
    assert row >= 3 and column in {"calculation", "relevant"}
    assert "绕成了圈" in message
    assert all(name in message for name in names)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"type": "audio"}, "录音"),
        ({"type": "geotrace"}, "轨迹"),
        ({"type": "barcode"}, "扫条码"),
        ({"type": "select_one_from_file a.csv"}, "外部数据文件"),
        ({"type": "image", "appearance": "signature"}, "手写签名"),
        ({"type": "text", "appearance": "ex:org.app"}, "外部应用"),
        ({"type": "text", "image": "a.png"}, "图片、声音、视频"),
        ({"type": "text", "media::audio": "a.mp3"}, "图片、声音、视频"),
        ({"type": "image", "parameters": "app=org.x"}, "外部应用"),
    ],
)
def test_what_is_not_supported_is_an_error_that_names_it(row, said):
    found = told([A, {"name": "x", "label": "问", **row}])
    assert [(sheet, number) for sheet, number, _, _ in found] == [("survey", 3)]
    assert said in found[0][3]


def test_encryption_and_entities_are_refused():
    found = told([A], settings=[{"form_id": "f", "public_key": "abc"}])
    assert found[0][:3] == ("settings", 2, "public_key")
    made = compile_xlsform(make_xlsform([A], entities=[{"list_name": "x", "label": "y"}]))
    assert "entities" in made.problems[0].message


def test_pyxforms_own_complaint_is_told_in_chinese_with_its_row():
    ((_, row, _, message),) = told(
        [A, {"type": "range", "name": "r", "label": "几", "parameters": "start=x"}]
    )
    assert row == 3
    assert message == "range 的参数 start 要是数字。"


# --- files that are not what they say ---------------------------------------------------------------------


def refused(content):
    made = compile_xlsform(io.BytesIO(content) if isinstance(content, bytes) else content)
    assert not made.is_ok
    return made.problems[0].message


def test_an_xls_under_the_name_xlsx_is_told():
    stream = "Workbook".encode("utf-16le")
    assert ".xls，只是文件名" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream)


def test_macros_are_refused():
    book = make_xlsform([A])
    with zipfile.ZipFile(book, "a") as container:
        container.writestr("xl/vbaProject.bin", b"x")
    assert "宏" in refused(book)


def test_a_bomb_is_refused():
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": "<workbook/>",
        "xl/worksheets/sheet1.xml": " " * 60_000_000,
    }
    assert "异常庞大" in refused(raw_xlsx(parts))


def test_a_document_type_is_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f"{bomb}<Relationships/>",
        "xl/workbook.xml": "<workbook/>",
    }
    assert "DOCTYPE" in refused(raw_xlsx(parts))


@pytest.mark.parametrize("content", [b"", b"type,name\n", b"PK\x03\x04broken", b"%PDF-1.4", b"\x00" * 100])
def test_what_is_no_workbook_is_told_and_nothing_breaks(content):
    assert refused(content)


def test_a_workbook_without_a_survey_is_told():
    book = openpyxl.Workbook()
    book.active.append(["企业名称"])
    file = io.BytesIO()
    book.save(file)
    assert "没有名为 survey 的工作表" in refused(file)


# --- advice -----------------------------------------------------------------------------------------------


def test_sums_over_blanks_are_advised_against():
    survey = [
        {"type": "begin_repeat", "name": "r", "label": "人"},
        {"type": "integer", "name": "n", "label": "数"},
        {"type": "end_repeat"},
        {"type": "calculate", "name": "s", "calculation": "sum(${n})"},
        {"type": "note", "name": "o", "label": "共 ${s}"},
    ]
    ((_, row, column, message),) = advised(survey)
    assert (row, column) == (5, "calculation")
    assert "sum(${n}[. != ''])" in message
    survey[3]["calculation"] = "sum(${n}[. != ''])"
    assert advised(survey) == []
    survey[3]["calculation"] = "sum(${n})"
    survey[1]["default"] = "0"
    assert advised(survey) == []


def test_choices_that_are_not_there_are_advised_against():
    survey = [
        {"type": "select_one yn", "name": "q", "label": "问"},
        {"type": "text", "name": "t", "label": "文", "relevant": "${q} = 'yes'"},
    ]
    assert "没有选项“yes”" in advised(survey, YES_NO)[0][3]


def test_unused_names_and_lists_are_mentioned():
    survey = [A, {"type": "calculate", "name": "c", "calculation": "1 + 1"}]
    found = advised(survey, YES_NO)
    assert [(sheet, row) for sheet, row, _, _ in found] == [("survey", 3), ("choices", 2)]


def test_paths_typed_into_a_list_are_advised_against():
    survey = [
        {"type": "select_one yn", "name": "q", "label": "问"},
        {
            "type": "text",
            "name": "t",
            "label": "文",
            "default": "instance('yn')/root/item[name = /data/q]/label",
        },
    ]
    assert any("绝对路径" in message for _, _, _, message in advised(survey, YES_NO))


def test_labels_without_chinese_are_mentioned():
    found = advised([A, {"type": "text", "name": "b", "label": "Name"}])
    assert [(row, column) for _, row, column, _ in found] == [(3, "label")]


def test_more_than_twenty_questions_for_everybody_are_advised_against():
    rows = [{"type": "text", "name": f"q{number}", "label": "问"} for number in range(21)]
    assert "21道题" in advised(rows)[0][3]
    rows[0]["relevant"] = "${q1} = 'x'"
    assert advised(rows) == []


def test_a_condition_that_is_only_a_question_is_advised_against():
    found = advised([A, {"type": "text", "name": "b", "label": "乙", "relevant": "${a}"}])
    assert "${a} != ''" in found[0][3]


# --- what works -------------------------------------------------------------------------------------------


def test_every_supported_type_comes_through():
    types = {
        "text": Kind.TEXT,
        "integer": Kind.INTEGER,
        "decimal": Kind.DECIMAL,
        "date": Kind.DATE,
        "time": Kind.TIME,
        "dateTime": Kind.DATETIME,
        "select_one yn": Kind.SELECT_ONE,
        "select_multiple yn": Kind.SELECT_MULTIPLE,
        "rank yn": Kind.RANK,
        "range": Kind.RANGE,
        "note": Kind.NOTE,
        "acknowledge": Kind.ACKNOWLEDGE,
        "geopoint": Kind.GEOPOINT,
        "image": Kind.IMAGE,
        "file": Kind.FILE,
    }
    rows = [
        {"type": type_, "name": f"q{at}", "label": "问", "parameters": "start=1 end=5 step=1"}
        if type_ == "range"
        else {"type": type_, "name": f"q{at}", "label": "问"}
        for at, type_ in enumerate(types)
    ]
    rows += [{"type": "hidden", "name": "h"}, {"type": "today", "name": "d"}, {"type": "start", "name": "s"}]
    form = make_form(rows, YES_NO)
    assert [one.kind for one in form.questions.values()] == list(types.values())
    assert {"/data/h", "/data/d", "/data/s"} <= form.slots.keys()


def test_sixteen_thousand_choices_are_fine():
    choices = [
        {"list_name": "v", "name": f"v{number}", "label": f"村{number}", "county": f"c{number % 120}"}
        for number in range(16_000)
    ]
    counties = [{"list_name": "c", "name": f"c{at}", "label": f"县{at}"} for at in range(120)]
    survey = [
        {"type": "select_one c", "name": "county", "label": "县"},
        {"type": "select_one v", "name": "village", "label": "村", "choice_filter": "county = ${county}"},
    ]
    form = make_form(survey, counties + choices)
    assert len(form.instances["v"].children[0].children) == 16_000


def test_several_languages_are_kept_apart():
    form = make_form([{"type": "text", "name": "a", "label::中文 (zh)": "甲", "label::English (en)": "A"}])
    assert form.languages == ("中文 (zh)", "English (en)")
    assert form.text(form.questions["/data/a"].label, "English (en)") == ("A",)


@pytest.mark.skipif(not material("xlsforms"), reason="the field's forms are not on this machine")
def test_the_fields_own_forms_are_compiled_or_refused_by_name():
    for path in material("xlsforms"):
        with path.open("rb") as file:
            made = compile_xlsform(file)
        assert made.title, path.name
        assert made.is_ok or all("不支持" in one.message for one in made.problems), path.name
