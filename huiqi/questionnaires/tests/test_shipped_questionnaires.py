"""The questionnaires that come with the site work as their authors meant."""

import io

import pytest
import yaml

from huiqi.questionnaires.queries.shipped import shipped, shipped_book
from huiqi.questionnaires.tests.make import make_session
from huiqi.questionnaires.xlsform.compiling import compile_xlsform
from huiqi.questionnaires.xlsform.readable import to_xlsx


def compiled(stem):
    (path,) = (path for path in shipped() if path.stem == stem)
    return compile_xlsform(io.BytesIO(to_xlsx(shipped_book(path))))


def form_of(stem):
    made = compiled(stem)
    assert made.form is not None
    return made.form


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_every_shipped_questionnaire_compiles_without_a_warning(path):
    made = compiled(path.stem)
    assert (made.is_ok, made.problems, made.warnings) == (True, (), ())


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_every_shipped_questionnaire_names_its_sources(path):
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert given["sources"]
    assert all(one["confidence"] in {"VERIFIED", "KNOWN", "BENCHMARK", "GAP"} for one in given["sources"])


def source_of(stem):
    (path,) = (path for path in shipped() if path.stem == stem)
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_every_option_of_the_impact_survey_says_where_it_comes_from():
    given = source_of("impact")
    traced = {
        name: sorted(str(option) for options in sources.values() for option in options)
        for name, sources in given["traces"].items()
    }
    # A list that is a word is the site's own: counties come from the division codes.
    own = {name: options for name, options in given["lists"].items() if not isinstance(options, str)}
    assert traced == {name: sorted(map(str, options)) for name, options in own.items()}


def test_the_first_days_survey_offers_the_same_options_as_the_long_one():
    long = source_of("impact")["lists"]
    assert {name: long.get(name) for name in source_of("day-one")["lists"]} == source_of("day-one")["lists"]


def test_who_does_several_things_says_which_is_the_main_one():
    session = make_session(form_of("impact"))
    session.answer("/data/doing/response", "loan")
    assert not session.is_relevant("/data/doing/response_main")
    session.answer("/data/doing/response", "loan stop")
    assert session.is_relevant("/data/doing/response_main")
    session.answer("/data/doing/response_main", "equity")
    found = {one.path: one.message for one in session.problems()}
    assert "请从上一题选的里面挑一项" in found["/data/doing/response_main"]
    session.answer("/data/doing/response_main", "stop")
    assert "/data/doing/response_main" not in {one.path for one in session.problems()}


def test_the_first_days_survey_has_twelve_questions_all_of_the_long_one():
    short, long = form_of("day-one"), form_of("impact")
    assert len(short.questions) == 12
    both = {path.rpartition("/")[2] for path in short.questions}
    assert both <= {path.rpartition("/")[2] for path in long.questions}
    for path, question in short.questions.items():
        assert question.kind is long.questions[long_path(long, path)].kind


def long_path(form, path):
    name = path.rpartition("/")[2]
    return next(one for one in form.questions if one.rpartition("/")[2] == name)


def test_who_still_works_is_not_asked_why_not():
    session = make_session(form_of("day-one"))
    session.answer("/data/now/status", "open")
    assert not session.is_relevant("/data/now/why_not")
    session.answer("/data/now/status", "partial")
    assert session.is_relevant("/data/now/why_not")


def test_four_wishes_are_one_too_many():
    session = make_session(form_of("impact"))
    session.answer("/data/wish/want", "tax social rent finance")
    found = {one.path: one.message for one in session.problems()}
    assert "最多选3项" in found["/data/wish/want"]


@pytest.mark.parametrize("level", ["", "low", "medium", "high"])
def test_the_self_check_advises_by_the_countys_risk(level):
    session = make_session(form_of("self-check"))
    session.answer("/data/risk_level", level)
    shown = {question.name for question in session.page(2).questions}
    assert shown & {"low_note", "medium_note", "high_note", "unknown_note"} == {f"{level or 'unknown'}_note"}


def test_honesty_in_the_self_check_brings_help_and_no_refusal():
    session = make_session(form_of("self-check"))
    checks = [path for path in session.form.questions if path.rpartition("/")[2].startswith("c_")]
    session.answer_all({"/data/start/back": "30", "/data/start/from_risk": "2"})
    session.answer_all(dict.fromkeys(checks, "help"))
    last = session.page(99)
    assert "有 8 项做不到" in " ".join(question.label for question in last.questions)
    assert [one.path for one in session.problems()] == ["/data/advice/need"]
    session.answer("/data/advice/need", "masks plan")
    assert session.problems() == []
