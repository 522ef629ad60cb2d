"""What pyxform is handed: `or_other` written out in Chinese, long lists filled in afterwards, rows kept."""

import re

import pytest

from huiqi.questionnaires.tests.make import YES_NO, compiled, make_form, make_session, make_xlsform
from huiqi.questionnaires.xform.definition import FormError
from huiqi.questionnaires.xform.reading import read_form
from huiqi.questionnaires.xlsform import handing
from huiqi.questionnaires.xlsform.compiling import compile_xlsform

ASKED = [
    {"type": "select_one yn or_other", "name": "a", "label": "复工了吗"},
    {"type": "text", "name": "b", "label": "备注", "relevant": "${missing} = 1"},
]


def test_or_other_is_asked_in_chinese_and_only_of_who_chose_it():
    session = make_session(make_form(ASKED[:1], YES_NO))
    labels = [choice.label for choice in session.question("/data/a").choices]
    assert labels == ["是", "否", "其他"]
    session.answer("/data/a", "y")
    assert not session.is_relevant("/data/a_other")
    session.answer("/data/a", "other")
    assert session.question("/data/a_other").label == "请填写其他是什么"


def test_or_other_speaks_english_in_the_english_column():
    asked = [
        {"type": "select_one yn or_other", "name": "a", "label::中文": "复工", "label::English (en)": "Open?"}
    ]
    choices = [{"list_name": "yn", "name": "y", "label::中文": "是", "label::English (en)": "Yes"}]
    made = compiled(asked, choices)
    assert made.form is not None, [str(one) for one in made.problems]
    assert {"其他", "Other"} <= set(re.findall(r"<value>([^<]*)</value>", made.xform))
    assert {"请填写其他是什么", "Please specify"} <= set(re.findall(r"<value>([^<]*)</value>", made.xform))


def test_a_list_with_an_other_of_its_own_keeps_it():
    choices = [*YES_NO, {"list_name": "yn", "name": "other", "label": "别的"}]
    session = make_session(make_form(ASKED[:1], choices))
    assert [choice.label for choice in session.question("/data/a").choices] == ["是", "否", "别的"]


def test_rows_are_told_as_the_file_has_them_behind_an_or_other():
    problem = compiled(ASKED, YES_NO).problems[0]
    assert (problem.sheet, problem.row) == ("survey", 3)


def test_a_long_list_comes_out_as_a_short_one_would(monkeypatch: pytest.MonkeyPatch):
    asked = [{"type": "select_one v", "name": "a", "label": "村", "choice_filter": "county = 'c1'"}]
    choices = [
        {
            "list_name": "v",
            "name": f"v{at}",
            "label": f"村 <{at}> & 组",
            "county": f"c{at % 3}" if at % 7 else None,
        }
        for at in range(handing.LONG_LIST + 50)
    ]
    file = make_xlsform(asked, choices, [{"form_title": "村", "form_id": "v", "version": "1"}])
    long = compile_xlsform(file)
    monkeypatch.setattr(handing, "LONG_LIST", 10_000)
    file.seek(0)
    plain = compile_xlsform(file)
    assert long.is_ok
    assert re.sub(r">\s+<", "><", long.xform) == re.sub(r">\s+<", "><", plain.xform)


def test_a_trigger_nobody_fills_in_is_told():
    asked = [
        {"type": "calculate", "name": "c", "calculation": "1 + 1"},
        {"type": "text", "name": "t", "label": "数", "trigger": "${c}", "calculation": "2"},
    ]
    assert "不是给人填的题" in compiled(asked).problems[0].message


@pytest.mark.parametrize(
    ("place", "event"),
    [("model", "xforms-value-changed"), ("model", "jr-insert"), ("question", "xforms-ready")],
)
def test_an_action_that_nothing_would_run_is_an_error(place: str, event: str):
    action = f'<setvalue event="{event}" ref="/data/a">1</setvalue>'
    model, question = (action, "") if place == "model" else ("", action)
    xform = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
      <model><instance><data id="x"><a/></data></instance><bind nodeset="/data/a"/>{model}</model>
      </h:head><h:body><input ref="/data/a"><label>甲</label>{question}</input></h:body></h:html>"""
    with pytest.raises(FormError, match="不会执行"):
        read_form(xform)
