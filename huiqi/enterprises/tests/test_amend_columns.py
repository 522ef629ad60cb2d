"""Columns amended where statements were filed are those a projection from all statements would make."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.enterprises.catalogue import SIZE_CLASS, SIZE_INPUTS, settled_together
from huiqi.enterprises.commands.columns import project_firms
from huiqi.enterprises.commands.projection import rebuild_facts
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.projection import Projector
from huiqi.enterprises.queries.statements import catalogue, size_class_of
from huiqi.enterprises.resolution import RANK, Stated
from huiqi.enterprises.tests.make import AT, ON, make_firm, state
from tests.harness.examples import thorough

FIRST = date(2019, 11, 1)
DAYS = st.integers(0, 500).map(lambda count: FIRST + timedelta(days=count))
CELLS = {
    "gb4754": st.sampled_from(["2770", "5211", "6510"]),
    "employees": st.integers(0, 1200),
    "revenue": st.integers(0, 50_000_000_000),
    SIZE_CLASS: st.sampled_from(["micro", "small", "medium"]),
    "graduate_hires": st.integers(0, 9),
    "vacancies": st.integers(0, 9),
    "monthly_rent": st.integers(0, 9),
    "loan_contract_date": DAYS.map(date.toordinal),
    "own_brand": st.integers(0, 1),
}


@st.composite
def statements(draw: st.DrawFn, facts: list[str], first_id: int) -> list[Stated]:
    """Some statements about these facts, recorded in the order of their keys."""
    found = []
    for number, fact in enumerate(draw(st.lists(st.sampled_from(facts), max_size=8))):
        as_of = draw(DAYS)
        lasts = draw(st.one_of(st.none(), st.integers(0, 90)))
        found.append(
            Stated(
                first_id + number,
                fact,
                draw(st.sampled_from(["", "2018", "2019", "2020"])),
                draw(st.one_of(st.none(), CELLS[fact])),
                as_of,
                FIRST,
                draw(st.sampled_from(list(RANK))),
                None if lasts is None else as_of + timedelta(days=lasts),
                draw(st.sampled_from([None, None, None, FIRST])) if first_id == 1 else None,
            )
        )
    return found


def by_fact(said: list[Stated]) -> dict[str, list[Stated]]:
    found: dict[str, list[Stated]] = {}
    for one in said:
        found.setdefault(one.fact, []).append(one)
    return found


def projector(on: date) -> Projector:
    return Projector(catalogue(), on, size_class_of)


def amended(early: list[Stated], late: list[Stated], until: date, on: date):
    names = settled_together(one.fact for one in late)
    before, after = by_fact(early), by_fact([*early, *late])
    return projector(on).amend(
        until, {name: before.get(name, []) for name in names}, {name: after.get(name, []) for name in names}
    )


@thorough(500)
@given(
    statements(list(CELLS), 1),
    st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=2).flatmap(lambda few: statements(few, 100)),
    DAYS,
    st.integers(0, 400),
)
def test_amended_columns_and_their_last_day_are_those_of_the_whole_projection(early, late, made_on, later):
    stood = projector(made_on).project(by_fact(early))
    on = min(made_on + timedelta(days=later), stood.until)
    whole = projector(on).project(by_fact([*early, *late]))
    made = amended(early, late, stood.until, on)
    if made is None:
        assert whole.until >= stood.until, "the day came nearer, which the filed facts alone tell"
    else:
        assert {**stood.columns, **made.columns} == whole.columns
        assert made.until == whole.until


def said(number: int, fact: str, cell: object, as_of: date, expires_on: date | None = None) -> Stated:
    return Stated(number, fact, "", cell, as_of, as_of, "confirmed", expires_on)


def test_a_fact_filed_beside_others_needs_none_of_them():
    early = [said(1, "vacancies", 5, date(2020, 2, 20)), said(2, "own_brand", 1, date(2020, 2, 1))]
    stood = projector(ON).project(by_fact(early))
    made = amended(early, [said(3, "own_brand", 0, ON)], stood.until, ON)
    assert made is not None
    assert (made.columns, made.until) == ({"own_brand": False}, date(2020, 3, 21))


def test_where_the_fact_filed_again_had_set_the_last_day_all_facts_are_asked():
    early = [said(1, "vacancies", 5, date(2020, 2, 20)), said(2, "monthly_rent", 7, date(2020, 2, 1))]
    stood = projector(ON).project(by_fact(early))
    assert stood.until == date(2020, 3, 21)
    assert amended(early, [said(3, "vacancies", 6, ON)], stood.until, ON) is None


@pytest.mark.parametrize("fact", [SIZE_CLASS, *SIZE_INPUTS])
def test_what_the_size_class_follows_from_is_settled_together(fact):
    assert settled_together([fact, "own_brand"]) == {SIZE_CLASS, *SIZE_INPUTS, "own_brand"}
    assert settled_together(["own_brand"]) == {"own_brand"}


# --- through the door --------------------------------------------------------------------------------


def filed(firm: Enterprise, fact: str, value: object, on: date) -> Enterprise:
    filing = open_filing("officer", actor=None, at=AT)
    file_statements([Said(firm.pk, fact, value, on)], filing=filing, standing="confirmed", on=on)
    return Enterprise.objects.get(pk=firm.pk)


def is_as_rebuilt() -> bool:
    *_, met = rebuild_facts(ON, check=True)
    return met.differing == 0


@pytest.mark.django_db
def test_a_figure_filed_alone_renews_the_class_that_follows_from_it():
    firm = make_firm(facts={"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00})
    assert firm.size_class == "small"
    assert filed(firm, "employees", 18, ON).size_class == "micro"
    assert is_as_rebuilt()


@pytest.mark.django_db
@pytest.mark.parametrize("made_on", [date(2020, 1, 5), date(2020, 6, 1)])
def test_columns_that_ran_out_or_were_made_for_a_later_day_are_made_whole(made_on):
    firm = make_firm(facts={"own_brand": True})
    state(firm, {"vacancies": 5}, as_of=date(2020, 1, 5))
    project_firms([firm.pk], on=made_on)
    firm = filed(firm, "own_brand", False, ON)
    assert (firm.vacancies, firm.own_brand, firm.current_on) == (None, False, ON)
    assert is_as_rebuilt()


@pytest.mark.django_db
def test_columns_still_holding_are_amended_for_the_day_of_the_filing():
    firm = make_firm()
    state(firm, {"vacancies": 5}, as_of=ON)
    firm = filed(firm, "own_brand", True, ON + timedelta(days=9))
    assert (firm.vacancies, firm.own_brand) == (5, True)
    assert (firm.current_on, firm.current_until) == (ON + timedelta(days=9), ON + timedelta(days=30))
    assert is_as_rebuilt()


@pytest.mark.django_db
def test_a_filing_reads_only_the_facts_filed(django_assert_max_num_queries):
    firm = make_firm(facts={"employees": 35, "vacancies": 5})
    filing = open_filing("officer", actor=None, at=AT)
    one = [Said(firm.pk, "own_brand", True, ON)]
    with django_assert_max_num_queries(8) as queries:
        file_statements(one, filing=filing, standing="confirmed", on=ON)
    read = [query["sql"] for query in queries if '"enterprises_statement"' in query["sql"]]
    assert sum("SELECT" in sql and "own_brand" in sql for sql in read) == 1
    assert not any("SELECT" in sql and "own_brand" not in sql for sql in read)
