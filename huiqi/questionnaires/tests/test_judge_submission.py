"""A submission is judged by the form: what is refused, what is put right, what passes."""

import pytest

from huiqi.questionnaires.tests.make import (
    NOW,
    TODAY,
    YES_NO,
    judged,
    kinds,
    make_form,
    material,
)
from huiqi.questionnaires.xform.reading import read_form
from huiqi.questionnaires.xform.validation import validate


def one_question(**row):
    return make_form([{"name": "q", "label": "问", **row}], YES_NO)


@pytest.mark.parametrize(
    ("row", "right", "wrong"),
    [
        ({"type": "integer"}, ["35", "-3", "0"], ["3.5", "abc", "35人", "1,000", "9" * 30]),
        ({"type": "decimal"}, ["3.5", "35", "-.5"], ["3.5.1", "x", "1，5"]),
        ({"type": "date"}, ["2020-02-29"], ["2020-02-30", "2020-2-9", "昨天", "2019-02-29"]),
        ({"type": "time"}, ["14:30", "14:30:00.000+08:00"], ["25:00", "2点"]),
        ({"type": "dateTime"}, ["2020-02-09T14:30:00.000+08:00"], ["2020-02-09", "2020-02-09T24:30:00Z"]),
        ({"type": "geopoint"}, ["28.2 112.9", "28.2 112.9 40 5"], ["98 112", "28.2", "a b"]),
        ({"type": "image"}, ["照片.jpg"], ["../x.jpg", "a/b.png", "c:\\x.png"]),
        ({"type": "acknowledge"}, ["OK"], ["yes"]),
        ({"type": "range", "parameters": "start=1 end=5 step=2"}, ["1", "3", "5"], ["2", "6", "0", "x"]),
    ],
)
def test_values_are_held_to_their_types(row, right, wrong):
    form = one_question(**row)
    for value in right:
        assert judged(form, f"<q>{value}</q>").is_ok, value
    for value in wrong:
        assert kinds(judged(form, f"<q>{value}</q>")) == [("/data/q", "type")], value


@pytest.mark.parametrize(
    ("type_", "right", "wrong"),
    [
        ("select_one yn", ["y"], ["x", "y n"]),
        ("select_multiple yn", ["y", "n y"], ["x", "y x", "y y"]),
        ("rank yn", ["n y"], ["y", "y y", "y n x"]),
    ],
)
def test_choices_are_held_to_their_list(type_, right, wrong):
    form = one_question(type=type_)
    for value in right:
        assert judged(form, f"<q>{value}</q>").is_ok, value
    for value in wrong:
        assert kinds(judged(form, f"<q>{value}</q>")) == [("/data/q", "choice")], value


def test_a_missing_answer_is_told_with_the_questions_words():
    form = one_question(type="text", required="yes")
    (wrong,) = judged(form, "<q/>").violations
    assert (wrong.path, wrong.kind.value, wrong.message) == (
        "/data/q",
        "required",
        "“问”还没有填。请填写。",
    )
    assert kinds(judged(form, "")) == [("/data/q", "required")]
    assert kinds(judged(form, "<q>  </q>")) == [("/data/q", "required")]


def test_a_constraint_is_told_with_the_officers_words():
    form = one_question(type="integer", constraint=". < 10", constraint_message="要小于10")
    assert judged(form, "<q>9</q>").is_ok
    (wrong,) = judged(form, "<q>10</q>").violations
    assert (wrong.kind.value, wrong.message) == ("constraint", "“问”：要小于10")
    assert judged(form, "<q/>").is_ok


def conditional():
    return make_form(
        [
            {"type": "select_one yn", "name": "has", "label": "有没有"},
            {"type": "begin_group", "name": "g", "label": "组", "relevant": "${has} = 'y'"},
            {"type": "integer", "name": "n", "label": "几", "required": "yes"},
            {"type": "end_group"},
        ],
        YES_NO,
    )


def test_an_answer_to_what_is_not_asked_is_told():
    assert kinds(judged(conditional(), "<has>n</has><g><n>3</n></g>")) == [("/data/g/n", "irrelevant")]
    assert judged(conditional(), "<has>n</has><g><n/></g>").is_ok
    assert judged(conditional(), "<has>n</has>").is_ok
    assert kinds(judged(conditional(), "<has>y</has>")) == [("/data/g/n", "required")]


def test_unknown_places_are_told():
    form = one_question(type="text")
    assert kinds(judged(form, "<q>x</q><evil>1</evil>")) == [("/data/evil", "unknown_node")]
    assert kinds(judged(form, "<q>x<b>1</b></q>")) == [("/data/q/b", "unknown_node")]
    assert judged(form, "<q>x</q><meta><instanceID>uuid:1</instanceID></meta>").instance_id == "uuid:1"
    assert kinds(judged(form, "<q>x</q><meta><evil/></meta>")) == [("/data/meta/evil", "unknown_node")]


def test_the_same_place_twice_is_told():
    assert ("/data/q", "repeat") in kinds(judged(one_question(type="text"), "<q>x</q><q>y</q>"))


def test_another_version_or_form_is_told():
    form = one_question(type="text")
    assert kinds(judged(form, "<q>x</q>", version="2")) == [("/data", "version")]
    assert kinds(judged(form, "<q>x</q>", version="")) == [("/data", "version")]
    other = validate(form, '<data id="other" version="1"><q/></data>', today=TODAY, now=NOW)
    assert kinds(other) == [("/data", "version")]
    assert kinds(judged(form, "<q>x</q>", root="survey")) == [("/survey", "unknown_node")]


def counted():
    return make_form(
        [
            {"type": "integer", "name": "n", "label": "几家"},
            {"type": "begin_repeat", "name": "r", "label": "家", "repeat_count": "${n}"},
            {"type": "text", "name": "name", "label": "名称", "required": "yes"},
            {"type": "end_repeat"},
        ]
    )


def test_more_repeats_than_the_form_counts_are_told():
    two = "<r><name>甲</name></r><r><name>乙</name></r>"
    assert judged(counted(), f"<n>2</n>{two}").is_ok
    assert kinds(judged(counted(), f"<n>1</n>{two}")) == [("/data/r", "repeat")]
    assert kinds(judged(counted(), f"<n>3</n>{two}")) == [("/data/r[3]/name", "required")]


def test_repeats_beyond_every_count_are_told_and_not_worked_through():
    many = "<r><name>甲</name></r>" * 600
    assert ("/data/r", "repeat") in kinds(judged(counted(), f"<n>1000000000</n>{many}"))
    assert kinds(judged(counted(), "<n>1000000000</n>"))[0][1] == "required"


def test_a_calculated_value_that_differs_is_overwritten_and_listed():
    form = make_form(
        [
            {"type": "integer", "name": "a", "label": "甲"},
            {"type": "calculate", "name": "b", "calculation": "${a} * 2"},
            {"type": "note", "name": "c", "label": "${b}"},
        ]
    )
    found = judged(form, "<a>4</a><b>9</b>")
    assert found.is_ok
    assert kinds(found) == [("/data/b", "calculated")]
    assert found.filling.root.named["b"][0].text == "8"
    assert judged(form, "<a>4</a><b>8.0</b>").violations == ()


def test_a_random_value_is_kept_as_it_was_sent():
    form = make_form(
        [
            {"type": "text", "name": "a", "label": "甲"},
            {"type": "calculate", "name": "b", "calculation": "once(uuid())"},
        ]
    )
    found = judged(form, "<a>x</a><b>my-own</b>")
    assert found.violations == ()
    assert found.filling.root.named["b"][0].text == "my-own"


def test_rules_inside_a_repeat_mean_the_own_instance():
    form = make_form(
        [
            {"type": "begin_repeat", "name": "r", "label": "人"},
            {"type": "select_one yn", "name": "sick", "label": "病"},
            {"type": "text", "name": "what", "label": "什么", "relevant": "${sick} = 'y'", "required": "yes"},
            {"type": "integer", "name": "age", "label": "岁", "constraint": ". < 150"},
            {"type": "end_repeat"},
            {"type": "calculate", "name": "sum", "calculation": "sum(${age}[. != ''])"},
        ],
        YES_NO,
    )
    inner = "<r><sick>y</sick><age>3</age></r><r><sick>n</sick><age>200</age></r>"
    found = judged(form, f"{inner}<sum>203</sum>")
    assert kinds(found) == [("/data/r[1]/what", "required"), ("/data/r[2]/age", "constraint")]


def test_today_is_given():
    form = one_question(type="date", constraint=". <= today()")
    assert judged(form, f"<q>{TODAY}</q>").is_ok
    assert kinds(judged(form, "<q>2020-02-10</q>")) == [("/data/q", "constraint")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not xml",
        b"<data",
        b'<!DOCTYPE d [<!ENTITY a "b">]><data>&a;</data>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE d []><data/>'.encode("utf-16"),
        b"<data>" + b"<x>" * 2000,
        b"<data>&lol;</data>",
        b" " * 3_000_000,
    ],
)
def test_hostile_xml_is_told_and_nothing_breaks(raw):
    found = validate(one_question(type="text"), raw, today=TODAY, now=NOW)
    assert not found.is_ok
    assert found.filling is None
    assert found.violations[0].message


def test_a_flood_of_nodes_is_not_worked_through():
    form = make_form(
        [
            {"type": "begin_repeat", "name": "r", "label": "人"},
            {"type": "begin_repeat", "name": "s", "label": "事"},
            {"type": "text", "name": "t", "label": "文"},
            {"type": "end_repeat"},
            {"type": "end_repeat"},
        ]
    )
    inner = ("<r>" + "<s><t>x</t></s>" * 300 + "</r>") * 120
    found = judged(form, inner)
    assert not found.is_ok and found.filling is None


@pytest.mark.skipif(not material("xforms"), reason="the field's forms are not on this machine")
def test_odks_form_of_250_questions_takes_its_submission():
    paths = {path.name: path for path in material("xforms")}
    form = read_form(paths["250q-form.xml"].read_bytes())
    xml = paths["250q-submission.template.xml"].read_text(encoding="utf-8")
    xml = xml.replace("{{randInt}}", "17").replace("{{uuid}}", "1b4e28ba")
    found = validate(form, xml, today=TODAY, now=NOW)
    assert found.is_ok and found.violations == ()
    assert found.instance_id == "uuid:1b4e28ba"
    assert len(form.questions) == 250
