"""The projection under time, two writers at once, and a process that dies between two writes."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.enterprises.commands.columns import project_firms
from huiqi.enterprises.commands.merging import merge_firms
from huiqi.enterprises.commands.projection import rebuild_facts, refresh_facts
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import Enterprise, Filing, Statement
from huiqi.enterprises.queries.statements import facts_on
from huiqi.enterprises.tests.make import AT, ON, make_firm, state
from tests.harness.database import WRITE
from tests.harness.together import together

pytestmark = pytest.mark.django_db


def fresh(firm: Enterprise) -> Enterprise:
    return Enterprise.objects.get(pk=firm.pk)


def said(firm: Enterprise, fact: str, value: object, **more: object) -> Said:
    return Said(firm.pk, fact, value, more.pop("as_of", date(2020, 2, 1)), **more)


def run(name: str, *args: str) -> dict:
    out = StringIO()
    call_command(name, *args, "--json", stdout=out)
    return json.loads(out.getvalue())


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "value", "more", "word"),
    [
        ("employees", -1, {}, "超出范围"),
        ("employees", 3_000_001, {}, "超出范围"),
        ("employees", "35", {}, "不是整数"),
        ("severe_dishonesty", 1, {}, "是否"),
        ("org_type", "club", {}, "选项"),
        ("gb4754", "27701", {}, "4位"),
        ("loan_contract_date", date(1999, 12, 31), {}, "超出范围"),
        ("employees", 35, {"period": "2019-06"}, "2019"),
        ("monthly_rent", 1, {"period": "2020-13"}, "2020-01"),
        ("employees", 35, {"as_of": date(2120, 1, 1)}, "一年以后"),
        ("employees", 35, {"expires_on": date(2020, 1, 1)}, "有效期"),
        ("sme_group", 2, {}, "系统"),
        ("no_such_fact", 2, {}, "没有"),
    ],
)
def test_what_the_catalogue_does_not_allow_is_refused_in_words(fact, value, more, word):
    firm = make_firm()
    before = Statement.objects.count()
    filing = open_filing("firm", actor=None, at=AT)
    good = said(firm, "vacancies", 5)
    with pytest.raises(Refused, match=word):
        file_statements([good, said(firm, fact, value, **more)], filing=filing, standing="claimed", on=ON)
    assert Statement.objects.count() == before, "the good one beside it must not go in alone"


def test_a_code_with_its_section_letter_is_kept_without_it():
    assert make_firm(facts={"gb4754": "C2770"}).gb4754 == "2770"


# --- size class ---------------------------------------------------------------------------------------

FIGURES = {"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}


def test_a_class_the_firm_claims_does_not_displace_its_figures():
    firm = make_firm(facts=FIGURES)
    state(firm, {"size_class": "micro"}, standing="claimed", as_of=date(2020, 2, 1))
    assert fresh(firm).size_class == "small"
    assert "size_class" not in facts_on(firm, ON).facts.values, "rules derive it from the same figures"


def test_a_claimed_class_stands_where_no_figures_do():
    firm = make_firm()
    state(firm, {"size_class": "micro"}, standing="claimed")
    assert fresh(firm).size_class == "micro"
    assert facts_on(firm, ON).facts.get("size_class") == "micro"


def test_a_class_the_office_settled_prevails_over_the_figures_until_the_year_ends():
    firm = make_firm(facts=FIGURES)
    state(firm, {"size_class": "medium"}, as_of=date(2020, 2, 1), period="2019")
    assert fresh(firm).size_class == "medium"
    list(refresh_facts(date(2021, 1, 1)))
    assert fresh(firm).size_class is None, "the figures of 2019 are no longer those of the year before"


# --- time ---------------------------------------------------------------------------------------------


def test_refreshing_touches_only_what_ran_out_and_a_second_time_nothing():
    lasting, ending = make_firm(facts={"employees": 3}), make_firm()
    state(ending, {"vacancies": 5}, as_of=date(2020, 2, 20))
    assert fresh(ending).current_until == date(2020, 3, 21)
    assert run("refresh_facts", "--on", "2020-03-21") == {"refreshed": 0, "on": "2020-03-21"}
    assert run("refresh_facts", "--on", "2020-3-22")["refreshed"] == 1
    assert (fresh(ending).vacancies, fresh(ending).current_on) == (None, date(2020, 3, 22))
    assert fresh(lasting).current_on == ON
    assert run("refresh_facts", "--on", "2020-03-22")["refreshed"] == 0


def test_what_begins_tomorrow_is_shown_tomorrow():
    firm = make_firm()
    state(firm, {"severe_dishonesty": True}, as_of=ON + timedelta(days=1))
    assert (fresh(firm).severe_dishonesty, fresh(firm).current_until) == (None, ON)
    list(refresh_facts(ON + timedelta(days=1)))
    assert fresh(firm).severe_dishonesty is True


def test_a_firm_never_projected_and_one_projected_for_a_later_day_are_refreshed():
    never = Enterprise.objects.create(name="新建企业", initials="xjqy")
    ahead = make_firm(facts={"employees": 3})
    project_firms([ahead.pk], on=date(2020, 6, 1))
    assert run("refresh_facts", "--on", "2020-03-01")["refreshed"] == 2
    assert {fresh(never).current_on, fresh(ahead).current_on} == {ON}


def test_a_day_that_does_not_exist_is_refused_in_a_sentence():
    with pytest.raises(CommandError, match="2月只有29天"):
        call_command("refresh_facts", "--on", "2020-02-30")


def test_looking_for_what_ran_out_uses_the_index():
    due = Enterprise.objects.filter(current_until__lt=ON).order_by("current_until", "pk")
    if connection.vendor == "postgresql":
        # Of an empty table its planner reads whatever is smallest; left no choice it shows what it could use.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert "enterprise_current_until" in due.values("pk").explain()


def test_a_rebuild_finds_and_mends_a_column_that_somebody_changed_by_hand():
    firm = make_firm(facts={"employees": 35})
    assert run("rebuild_facts", "--check")["differing"] == 0
    Enterprise.objects.filter(pk=firm.pk).update(employees=36)
    with pytest.raises(SystemExit):
        run("rebuild_facts", "--check")
    assert fresh(firm).employees == 36, "--check writes nothing"
    assert run("rebuild_facts")["examples"] == [{"firm": firm.public_id, "columns": ["employees"]}]
    assert fresh(firm).employees == 35


def test_a_rebuild_takes_the_same_number_of_queries_for_every_step(assert_queries):
    for _ in range(3):
        make_firm(facts={"employees": 3})
    with assert_queries(5):  # keys, merged rows, statements, columns, and the next step's keys
        list(rebuild_facts(ON, check=True))


# --- merged rows --------------------------------------------------------------------------------------


def test_a_statement_about_a_merged_row_shows_on_the_row_that_stands_for_it():
    dropped, kept = make_firm(), make_firm()
    merge_firms(dropped=dropped, kept=kept, reason="同一家", actor=None, at=AT, on=ON)
    state(dropped, {"employees": 35})
    assert (fresh(kept).employees, fresh(dropped).employees) == (35, None)


# --- two at once, and dying in between ----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_filings_on_the_same_firms_at_once_end_in_the_projection_of_both():
    for turn in range(4):
        first, second = make_firm(), make_firm()

        def filed(fact, value, firms):
            filing = open_filing("officer", actor=None, at=AT)
            rows = [said(firm, fact, value) for firm in firms]
            return file_statements(rows, filing=filing, standing="confirmed", on=ON)

        outcomes = together(
            lambda pair=(first, second): filed("employees", 35, pair),
            lambda pair=(second, first): filed("invention_patents", 7, pair),
            lambda pair=(first, second): project_firms([firm.pk for firm in pair], on=ON),
        )
        assert outcomes[:2] == [2, 2], turn
        for firm in (first, second):
            assert (fresh(firm).employees, fresh(firm).invention_patents) == (35, 7)


class PulledPlugError(RuntimeError):
    """The process died here."""


def test_dying_before_any_write_of_a_filing_leaves_nothing_of_it_behind():
    firm = make_firm(facts={"employees": 35})

    def counts():
        rows = Enterprise.objects.filter(pk=firm.pk).values_list("employees", "vacancies", "current_on")
        return Statement.objects.count(), Filing.objects.count(), AuditRecord.objects.count(), rows.get()

    before, survived, nth = counts(), 0, 0
    while not survived:
        nth += 1
        writes = []

        def dies(execute, sql, params, many, context, nth=nth, writes=writes):
            if WRITE.match(sql):
                writes.append(sql)
                if len(writes) == nth:
                    raise PulledPlugError
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(dies):
                state_atomically(firm)
            survived = nth
        except PulledPlugError:
            assert counts() == before, writes[-1]
    assert survived > 3, "the filing, its audit row, the statement, the columns"
    assert fresh(firm).vacancies == 5


def state_atomically(firm: Enterprise) -> None:
    """As every door does it: the act and its statements in one transaction."""
    with transaction.atomic():
        state(firm, {"vacancies": 5, "employees": 40}, as_of=date(2020, 2, 25))
