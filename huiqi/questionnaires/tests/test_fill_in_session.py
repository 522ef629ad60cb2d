"""Pages, drafts and answers: what the public pages will show and keep."""

import json

import pytest

from huiqi.questionnaires.tests.make import NOW, TODAY, YES_NO, make_form, make_session
from huiqi.questionnaires.xform.definition import Kind
from huiqi.questionnaires.xform.session import NoSuchPlace
from huiqi.questionnaires.xform.validation import validate

CITIES = [
    {"list_name": "city", "name": "cs", "label": "长沙", "prov": ""},
    {"list_name": "county", "name": "ly", "label": "浏阳", "city": "cs"},
    {"list_name": "county", "name": "xx", "label": "湘乡", "city": "xt"},
]


def cascade():
    return make_form(
        [
            {"type": "begin_group", "name": "g", "label": "在哪里", "appearance": "field-list"},
            {"type": "select_one city", "name": "city", "label": "市"},
            {"type": "select_one county", "name": "county", "label": "县", "choice_filter": "city = ${city}"},
            {"type": "end_group"},
            {"type": "text", "name": "why", "label": "为什么是${county}", "relevant": "${county} != ''"},
        ],
        CITIES,
    )


def test_an_answer_opens_what_depends_on_it():
    session = make_session(cascade())
    assert session.question("/data/g/county").choices == ()
    assert [draft.key for draft in session.pages] == ["/data/g"]
    session.answer("/data/g/city", "cs")
    assert [one.label for one in session.question("/data/g/county").choices] == ["浏阳"]
    session.answer("/data/g/county", "ly")
    assert session.page(2).questions[0].label == "为什么是ly"
    assert session.said("/data/g/county") == "浏阳"


def test_a_page_says_where_one_is():
    session = make_session(cascade())
    page = session.page(1)
    assert (page.number, page.of, page.titles) == (1, 1, ("在哪里",))
    assert [question.steers for question in page.questions] == [True, True]
    assert session.progress(1).minutes_left == 1
    assert session.page(99).number == 1
    assert session.number_of("/data/g/county") == 1
    assert session.number_of("/data/why") == 0


def test_a_draft_is_plain_texts_and_opens_again_as_it_was():
    session = make_session(cascade())
    session.answer_all(
        {
            "/data/g/city": "cs",
            "/data/g/county": "ly",
        }
    )
    session.answer("/data/why", "一行\r\n两行")
    draft = json.loads(json.dumps(session.answers()))
    assert draft == {"/data/g/city": "cs", "/data/g/county": "ly", "/data/why": "一行\n两行"}
    assert make_session(cascade(), draft).answers() == draft


def test_what_is_hidden_by_another_answer_is_kept_in_the_draft_but_not_sent():
    session = make_session(cascade())
    session.answer_all({"/data/g/city": "cs", "/data/g/county": "ly"})
    session.answer("/data/why", "原因")
    session.answer("/data/g/county", "")
    assert session.answers()["/data/why"] == "原因"
    assert "原因" not in session.submission_xml("uuid:1")
    session.answer("/data/g/county", "ly")
    assert "原因" in session.submission_xml("uuid:1")


def test_answers_to_places_that_are_gone_are_named_and_left_out():
    session = make_session(
        cascade(), {"/data/g/city": "cs", "/data/gone": "x", "/data/g": "y", "nonsense": ""}
    )
    assert session.dropped == ["/data/gone", "/data/g", "nonsense"]
    with pytest.raises(NoSuchPlace):
        session.answer("/data/gone", "x")


def people():
    return make_form(
        [
            {"type": "begin_repeat", "name": "p", "label": "员工"},
            {"type": "text", "name": "name", "label": "姓名", "required": "yes"},
            {"type": "integer", "name": "nr", "label": "号", "default": "position(..)"},
            {"type": "end_repeat"},
            {"type": "note", "name": "n", "label": "共 ${c} 人"},
            {"type": "calculate", "name": "c", "calculation": "count(${p})"},
        ]
    )


def test_people_add_and_remove_instances():
    session = make_session(people())
    assert session.page(1).repeat.number == 1
    assert session.add("/data/p") == "/data/p[2]"
    session.answer("/data/p[1]/name", "甲")
    session.answer("/data/p[2]/name", "乙")
    assert [page.repeat.number if page.repeat else 0 for page in session.review()] == [1, 2, 0]
    assert session.review()[2].questions[0].label == "共 2 人"
    assert session.answers()["/data/p/@count"] == "2"
    session.remove("/data/p[1]")
    assert session.value("/data/p[1]/name") == "乙"
    session.remove("/data/p[1]")
    empty = session.page(1)
    assert (empty.entries, empty.repeat.number, empty.repeat.may_add) == ((), 0, True)
    assert make_session(people(), session.answers()).answers() == session.answers()
    for bad in ("/data/p[9]", "/data", "/data/n", "/x[", "/data/p[a]"):
        with pytest.raises(NoSuchPlace):
            session.remove(bad)
    with pytest.raises(NoSuchPlace):
        session.add("/data/n")


def test_a_new_instance_gets_its_defaults():
    session = make_session(people())
    session.add("/data/p")
    assert [session.value(f"/data/p[{at}]/nr") for at in (1, 2)] == ["1", "2"]


def test_a_counted_repeat_follows_its_count_and_forgets_nothing():
    form = make_form(
        [
            {"type": "integer", "name": "n", "label": "几"},
            {"type": "begin_repeat", "name": "r", "label": "家", "repeat_count": "${n}"},
            {"type": "text", "name": "t", "label": "名"},
            {"type": "end_repeat"},
        ]
    )
    session = make_session(form)
    session.answer("/data/n", "2")
    session.answer("/data/r[2]/t", "乙")
    assert session.page(3).repeat.may_add is False
    with pytest.raises(NoSuchPlace):
        session.add("/data/r")
    session.answer("/data/n", "1")
    assert len(session.pages) == 2
    session.answer("/data/n", "2")
    assert session.value("/data/r[2]/t") == "乙"
    assert make_session(form, session.answers()).value("/data/r[2]/t") == "乙"
    session.answer("/data/n", "999999999")
    assert len(session.filling.root.named["r"]) == 500


def test_problems_of_a_page_are_only_its_own():
    session = make_session(people())
    session.add("/data/p")
    assert [one.path for one in session.problems(session.page(1))] == ["/data/p[1]/name"]
    assert [one.path for one in session.problems()] == ["/data/p[1]/name", "/data/p[2]/name"]
    session.answer("/data/p[1]/nr", "三")
    assert session.value("/data/p[1]/nr") == "三"
    assert [one.kind.value for one in session.problems(session.page(1))] == ["required", "type"]


def test_calculated_places_do_not_take_answers():
    session = make_session(people())
    session.answer("/data/c", "99")
    assert session.value("/data/c") == "1"
    assert "/data/c" not in session.answers()


def test_a_matrix_is_one_page_with_a_head():
    form = make_form(
        [
            {"type": "begin_group", "name": "m", "label": "您怎么看", "appearance": "table-list"},
            {"type": "select_one yn", "name": "a", "label": "甲"},
            {"type": "select_one yn", "name": "b", "label": "乙"},
            {"type": "end_group"},
        ],
        YES_NO,
    )
    (page,) = make_session(form).review()
    heads = [question for question in page.questions if question.is_head]
    assert [one.label for one in heads[0].choices] == ["是", "否"]
    assert [question.name for question in page.questions if question.is_asked] == ["a", "b"]
    assert page.questions[0].kind is Kind.NOTE
    assert page.questions[0].label == "您怎么看"


def test_long_forms_are_cut_into_pages_of_five():
    form = make_form([{"type": "text", "name": f"q{at}", "label": "问"} for at in range(12)])
    session = make_session(form)
    assert [len(page.questions) for page in session.review()] == [5, 5, 2]
    keys = [draft.key for draft in session.pages]
    session.answer("/data/q0", "x")
    assert [draft.key for draft in session.pages] == keys
    assert session.progress(1).answered == 1
    assert session.progress(1).asked == 12


def test_values_set_by_another_answer_follow_it():
    form = make_form(
        [
            {"type": "integer", "name": "a", "label": "甲"},
            {"type": "integer", "name": "b", "label": "乙", "calculation": "${a} * 2", "trigger": "${a}"},
        ]
    )
    session = make_session(form)
    session.answer("/data/a", "4")
    assert session.value("/data/b") == "8"
    session.answer("/data/b", "5")
    assert session.value("/data/b") == "5"


def test_what_is_filled_in_passes_as_a_submission():
    session = make_session(people())
    session.answer("/data/p[1]/name", "甲 <&> \x07乙")
    found = validate(people(), session.submission_xml("uuid:7"), today=TODAY, now=NOW)
    assert found.violations == ()
    assert found.instance_id == "uuid:7"


def test_choice_names_and_texts_are_said_in_the_language_chosen():
    form = make_form(
        [
            {"type": "select_one yn", "name": "q", "label::zh": "问", "label::en": "Ask"},
            {"type": "calculate", "name": "c", "calculation": "jr:choice-name(${q}, '${q}')"},
            {"type": "note", "name": "n", "label::zh": "您选了${c}", "label::en": "You chose ${c}"},
        ],
        [
            {"list_name": "yn", "name": "y", "label::zh": "是", "label::en": "Yes"},
            {"list_name": "yn", "name": "n", "label::zh": "否", "label::en": "No"},
        ],
    )
    session = make_session(form)
    session.answer("/data/q", "y")
    assert session.question("/data/n").label == "您选了是"
    session.filling.language = "en"
    session.answer("/data/q", "n")
    assert session.question("/data/n").label == "You chose No"
    assert [one.label for one in session.question("/data/q").choices] == ["Yes", "No"]
