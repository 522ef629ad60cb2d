from datetime import date

import pytest

from huiqi.core.errors import Refused
from huiqi.enterprises.catalogue import columns
from huiqi.enterprises.models import Enterprise, Statement
from huiqi.enterprises.models.current_facts import CurrentFacts
from huiqi.enterprises.queries.statements import catalogue, facts_on
from huiqi.enterprises.tests.make import make_firm, state

pytestmark = pytest.mark.django_db


def test_a_figure_of_another_authority_is_refused_and_nothing_is_recorded():
    firm = make_firm()
    before = Statement.objects.count()
    with pytest.raises(Refused, match="不保存"):
        state(firm, {"employees": 10, "tax_due": 100})
    assert Statement.objects.count() == before


def test_the_projection_has_one_column_for_each_kept_fact():
    assert {field.name for field in CurrentFacts._meta.get_fields()} == {
        fact.id for fact in columns(catalogue())
    }


def test_stated_figures_give_the_size_class_in_the_same_transaction():
    firm = make_firm(facts={"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00})
    assert (firm.employees, firm.size_class) == (35, "small")


def test_a_confirmed_figure_is_not_displaced_by_a_later_claim():
    firm = make_firm(facts={"employees": 35})
    state(firm, {"employees": 900}, standing="claimed", as_of=date(2020, 2, 1))
    assert Enterprise.objects.get(pk=firm.pk).employees == 35


def test_knowledge_too_old_is_no_knowledge():
    firm = make_firm(facts={"vacancies": 5})
    assert firm.vacancies is None, "a count of 31 December is stale on 1 March: 30 days fresh"
    known = facts_on(firm, date(2020, 1, 15))
    assert known.facts.get("vacancies") == 5
