"""Columns of ours in an XLSForm: facts, policies and requests are checked at upload, kept, and read back."""

import pytest

from huiqi.questionnaires.fact_answers import answer_of, bound_places, facts_in
from huiqi.questionnaires.tests.make import make_session, make_xlsform
from huiqi.questionnaires.xform.definition import Meaning
from huiqi.questionnaires.xform.requests import offers_in
from huiqi.questionnaires.xlsform.compiling import compile_xlsform
from huiqi.questionnaires.xlsform.meanings import ItemSketch, Known
from huiqi.reference import judging

ITEMS = {"shortage": ItemSketch(frozenset({"protective"}), frozenset({"what"}))}
SURVEY = [
    {"type": "integer", "name": "staff", "label": "人数", "huiqi::fact": "employees"},
    {
        "type": "decimal",
        "name": "sales",
        "label": "收入（万元）",
        "huiqi::fact": "revenue",
        "huiqi::unit": "wan",
    },
    {"type": "select_one got", "name": "p", "label": "社保减免", "huiqi::policy": "si-exempt-msme"},
    {"type": "select_one lack", "name": "lack", "label": "缺什么"},
    {"type": "integer", "name": "count", "label": "缺多少", "relevant": "${lack} = 'masks'"},
]
CHOICES = [
    {"list_name": "got", "name": "had", "label": "已享受"},
    {"list_name": "got", "name": "unknown", "label": "不知道"},
    {"list_name": "lack", "name": "masks", "label": "口罩"},
    {"list_name": "lack", "name": "none", "label": "不缺"},
]
RULE = {
    "when": "${lack} = 'masks' and ${count} > 10",
    "item": "shortage",
    "topic": "protective",
    "title": "缺${lack}",
    "text": "缺${lack}${count}只",
    "attach": "lack count",
    "fields": "what=${lack}",
}


def known():
    book = judging.rulebook()
    return Known(book.catalogue.facts, book.policies.keys(), ITEMS)


def compiled(survey=None, requests=None):
    rows = SURVEY if survey is None else survey
    return compile_xlsform(make_xlsform(rows, CHOICES, requests=requests or [RULE]), known())


def with_cell(row, **cells):
    return [{**one, **cells} if at == row else one for at, one in enumerate(SURVEY)]


@pytest.mark.parametrize(
    ("row", "cells", "column", "said"),
    [
        (0, {"huiqi::fact": "emploees"}, "huiqi::fact", "没有“emploees”"),
        (0, {"huiqi::fact": "credit_rating_that_is_none"}, "huiqi::fact", "没有"),
        (0, {"huiqi::fact": "size_class"}, "huiqi::fact", "推算"),
        (2, {"huiqi::fact": "employees"}, "huiqi::fact", "填不了"),
        (1, {"huiqi::unit": "dollar"}, "huiqi::unit", "没有单位"),
        (2, {"huiqi::policy": "no-such-policy"}, "huiqi::policy", "没有政策"),
        (3, {"huiqi::policy": "si-defer"}, "huiqi::policy", "限于"),
    ],
)
def test_a_binding_the_site_does_not_know_is_told_where_it_stands(row, cells, column, said):
    found = compiled(with_cell(row, **cells)).problems
    assert [(one.sheet, one.row, one.column) for one in found] == [("survey", row + 2, column)]
    assert said in found[0].message


def test_what_tax_and_social_insurance_hold_is_not_asked():
    private = next(one.id for one in known().facts.values() if not one.kept and one.type == "int")
    (told,) = compiled(with_cell(0, **{"huiqi::fact": private})).problems
    assert "不能保存" in told.message


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"when": "${lak} = 'masks'"}, "when", "${lak}"),
        ({"when": "${lack} = = 1"}, "when", ""),
        ({"when": ""}, "when", "没有写"),
        ({"item": "nothing"}, "item", "没有开放的事项"),
        ({"topic": "money"}, "topic", "没有主题"),
        ({"fields": "colour=red"}, "fields", "没有“colour”"),
        ({"title": "缺${gone}"}, "title", "${gone}"),
        ({"attach": "lack gone"}, "attach", "${gone}"),
    ],
)
def test_a_rule_of_requests_that_can_not_be_kept_is_told_where_it_stands(cells, column, said):
    found = compiled(requests=[{**RULE, **cells}]).problems
    assert {(one.sheet, one.row, one.column) for one in found} == {("requests", 2, column)}
    assert said in found[0].message


def test_meanings_and_rules_are_kept_in_the_form():
    form = compiled().form
    assert form is not None
    assert {path: one.fact or one.policies for path, one in bound_places(form).items()} == {
        "/data/staff": "employees",
        "/data/sales": "revenue",
        "/data/p": ("si-exempt-msme",),
    }
    (rule,) = form.requests
    assert (rule.item, rule.topic, rule.attach) == ("shortage", "protective", ("/data/lack", "/data/count"))


def test_answers_are_facts_in_the_units_of_the_catalogue():
    session = make_session(compiled().form, {"/data/staff": "35", "/data/sales": "128.5"})
    assert facts_in(session, known().facts) == {"employees": 35, "revenue": 128_500_000}


def test_a_fact_is_shown_in_the_unit_that_is_asked():
    facts = known().facts
    assert answer_of(facts["revenue"], 128_500_000, Meaning("revenue", "wan")) == "128.5"
    assert answer_of(facts["employees"], 35, Meaning("employees")) == "35"


def test_an_answer_offers_a_request_only_when_its_rule_holds():
    form = compiled().form
    assert offers_in(make_session(form, {"/data/lack": "none"})) == []
    assert offers_in(make_session(form, {"/data/lack": "masks", "/data/count": "3"})) == []
    (offer,) = offers_in(make_session(form, {"/data/lack": "masks", "/data/count": "500"}))
    assert (offer.title, offer.text, dict(offer.fields)) == ("缺口罩", "缺口罩500只", {"what": "口罩"})
    rows = [row for section in offer.snapshot["sections"] for row in section["rows"]]
    assert rows == [["缺什么", "口罩"], ["缺多少", "500"]]
