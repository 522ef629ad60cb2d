"""The mistakes people make most in XLSForms, each with its place and a sentence that says what to do.

From the questions on the trackers and forums of the field's tools, and from workbooks that came back.
"""

import pytest

from huiqi.questionnaires.tests.make import YES_NO, compiled

A = {"type": "integer", "name": "a", "label": "甲"}
B = {"type": "text", "name": "b", "label": "乙"}
GROUP, END = {"type": "begin_group", "name": "g", "label": "组"}, {"type": "end_group"}
PICK = {"type": "select_one yn", "name": "p", "label": "选"}
CJK = range(0x4E00, 0x9FFF)

# what · rows · choices · settings · (sheet, row, column) · words of the message
MISTAKES = [
    ("a type written in Chinese", [{**B, "type": "单选"}], [], ("survey", 2, "type"), "select_one 选项表名"),
    ("a type misspelt", [{**B, "type": "intger"}], [], ("survey", 2, "type"), "是不是 integer"),
    ("number for integer", [{**B, "type": "number"}], [], ("survey", 2, "type"), "是不是 integer"),
    (
        "no type at all",
        [{"type": "", "name": "b", "label": "乙"}, A],
        [],
        ("survey", 2, "type"),
        "没有写题型",
    ),
    ("no name", [{"type": "text", "name": "", "label": "乙"}], [], ("survey", 2, "name"), "没有名称"),
    ("a name with a space", [{**B, "name": "my name"}], [], ("survey", 2, "name"), "不留空格"),
    ("a name that begins with a digit", [{**B, "name": "1a"}], [], ("survey", 2, "name"), "以字母开头"),
    ("the same name twice", [A, {**B, "name": "a"}], [], ("survey", 3, "name"), "与第2行重复"),
    ("select_one without a list", [{**B, "type": "select_one"}], [], ("survey", 2, "type"), "选项表的名称"),
    (
        "select_one and list run together",
        [{**B, "type": "select_oneyn"}],
        YES_NO,
        ("survey", 2, "type"),
        "题型",
    ),
    (
        "a list that is not there",
        [{**PICK, "type": "select_one yes"}],
        YES_NO,
        ("survey", 2, "type"),
        "现有：yn",
    ),
    (
        "a choice without a name",
        [PICK],
        [*YES_NO, {"list_name": "yn", "label": "都行"}],
        ("choices", 4, "name"),
        "没有名称",
    ),
    (
        "a choice without a text",
        [PICK],
        [*YES_NO, {"list_name": "yn", "name": "x"}],
        ("choices", 4, "label"),
        "没有文字",
    ),
    ("the same choice twice", [PICK], [*YES_NO, YES_NO[0]], ("choices", 4, "name"), "与第2行重复"),
    (
        "a choice of no list",
        [PICK],
        [*YES_NO, {"name": "x", "label": "某"}],
        ("choices", 4, "list_name"),
        "哪个选项表",
    ),
    (
        "spaces in choices of several",
        [{**PICK, "type": "select_multiple yn"}],
        [*YES_NO, {"list_name": "yn", "name": "a b", "label": "某"}],
        ("choices", 4, "name"),
        "去掉空格",
    ),
    ("a group that does not end", [GROUP, A], [], ("survey", 2, "type"), "没有结束"),
    ("an end without a beginning", [A, END], [], ("survey", 3, "type"), "删去这一行"),
    ("a group ended as a repeat", [GROUP, A, {"type": "end_repeat"}], [], ("survey", 4, "type"), "成对"),
    (
        "a question that is not there",
        [A, {**B, "relevant": "${c} = 1"}],
        [],
        ("survey", 3, "relevant"),
        "没有对应的题目",
    ),
    (
        "another case of letters",
        [A, {**B, "relevant": "${A} = 1"}],
        [],
        ("survey", 3, "relevant"),
        "是不是 ${a}",
    ),
    ("braces without a dollar", [A, {**B, "relevant": "{a} = 1"}], [], ("survey", 3, "relevant"), "${"),
    ("round for curly brackets", [A, {**B, "relevant": "$(a) = 1"}], [], ("survey", 3, "relevant"), "${"),
    (
        "a bracket too few",
        [A, {**B, "relevant": "selected(${a}, 'x'"}],
        [],
        ("survey", 3, "relevant"),
        "括号",
    ),
    (
        "Chinese quotes",
        [PICK, {**B, "relevant": "${p} = ‘y’"}],
        YES_NO,
        ("survey", 3, "relevant"),
        "中文标点",
    ),
    ("Chinese brackets", [A, {**B, "relevant": "（${a} = 1）"}], [], ("survey", 3, "relevant"), "中文标点"),
    (
        "a text without quotes",
        [PICK, {**B, "relevant": "${p} = y"}],
        YES_NO,
        ("survey", 3, "relevant"),
        "文字要加引号",
    ),
    ("two equals signs", [A, {**B, "relevant": "${a} == 1"}], [], ("survey", 3, "relevant"), "等于写作 ="),
    (
        "an Excel formula",
        [A, {**B, "type": "calculate", "calculation": "IF(${a}>1,2,3)"}],
        [],
        ("survey", 3, "calculation"),
        "if",
    ),
    ("&& for and", [A, {**B, "relevant": "${a} > 1 && ${a} < 3"}], [], ("survey", 3, "relevant"), "and"),
    ("not equal as <>", [A, {**B, "relevant": "${a} <> 1"}], [], ("survey", 3, "relevant"), "!="),
    (
        "the name of the question in its own constraint",
        [{**A, "constraint": "a > 0"}],
        [],
        ("survey", 2, "constraint"),
        "引用题目写作",
    ),
    ("required in Chinese", [{**A, "required": "是"}], [], ("survey", 2, "required"), "yes"),
    (
        "a calculation without a formula",
        [A, {"type": "calculate", "name": "c"}],
        [],
        ("survey", 3, "calculation"),
        "没有公式",
    ),
    (
        "two calculations that wait for each other",
        [
            {"type": "calculate", "name": "c", "calculation": "${d}"},
            {"type": "calculate", "name": "d", "calculation": "${c}"},
            A,
        ],
        [],
        ("survey", 2, "calculation"),
        "c",
    ),
    (
        "a picture in a question",
        [{**A, "media::image": "a.png"}],
        [],
        ("survey", 2, "media::image"),
        "文字说明",
    ),
    (
        "a type the field knows and this site does not",
        [{**B, "type": "barcode"}],
        [],
        ("survey", 2, "type"),
        "扫条码",
    ),
]


@pytest.mark.parametrize(
    ("rows", "choices", "place", "words"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_it_is_told_where_it_is_and_what_to_do(rows, choices, place, words):
    made = compiled(rows, choices)
    assert not made.is_ok
    found = {(one.sheet, one.row, one.column): one.message for one in made.problems}
    assert place in found, found
    assert words in found[place], found[place]
    assert all(any(ord(letter) in CJK for letter in message) for message in found.values())
    assert not any("pyxform" in message for message in found.values())


def test_no_mistake_is_told_as_many():
    many = [case[0] for case in MISTAKES if len(compiled(case[1], case[2]).problems) > 2]
    assert many == []
