from datetime import UTC, date, datetime, timedelta

import pytest

from huiqi.accounts.tests.make import make_user
from huiqi.enterprises.commands.merging import merge_firms, undo_merging
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing, retract_statements
from huiqi.enterprises.models import Enterprise, FormerIdentity, Statement
from huiqi.enterprises.queries.history import fact_history, known_on
from huiqi.enterprises.queries.identity import former_identity, identity_events, identity_on, kept_row
from huiqi.enterprises.tests.make import AT, ON, make_firm

pytestmark = pytest.mark.django_db


def at(month: int, day: int) -> datetime:
    return datetime(2020, month, day, 9, tzinfo=UTC)


def tell(firm, fact, value, *, on, standing="confirmed", actor=None, **more):
    filing = open_filing("officer", actor=actor, at=on, issuer="浏阳市工信局", document="浏工信〔2020〕1号")
    as_of = more.pop("as_of", date(2020, 1, 31))
    file_statements([Said(firm.pk, fact, value, as_of, **more)], filing=filing, standing=standing, on=ON)


def test_a_fact_nobody_spoke_of_has_no_line_and_an_unknown_one_no_history():
    firm = make_firm()
    assert known_on(firm, ON).line("employees") is None
    assert fact_history(firm, "no_such_fact", ON) == []


def test_the_history_names_who_said_it_through_which_door_under_which_document():
    firm, officer = make_firm(), make_user(name="谭丽")
    tell(firm, "employees", 35, on=at(2, 3), actor=officer)
    (entry,) = fact_history(firm, "employees", ON)
    assert (entry.shown, entry.state_label, entry.standing_label) == ("35人", "采用", "已核实")
    assert (entry.actor, entry.issuer, entry.document) == ("谭丽", "浏阳市工信局", "浏工信〔2020〕1号")
    assert (entry.source_label, entry.fresh_until) == ("干部核实", date(2021, 1, 30))


def test_each_statement_says_why_it_does_not_count():
    firm = make_firm()
    tell(firm, "vacancies", 1, on=at(1, 2), as_of=date(2020, 1, 1))
    tell(firm, "vacancies", 2, on=at(2, 20), as_of=date(2020, 2, 19), standing="claimed")
    tell(firm, "vacancies", 3, on=at(2, 21), as_of=date(2020, 2, 20))
    tell(firm, "vacancies", 4, on=at(2, 22), as_of=date(2020, 4, 1))
    tell(firm, "vacancies", 5, on=at(2, 23), as_of=date(2020, 2, 22))
    retract_statements(
        Statement.objects.filter(number=5), filing=open_filing("officer", actor=None, at=at(2, 25)), on=ON
    )
    entries = fact_history(firm, "vacancies", ON)
    assert [(entry.value, entry.state) for entry in entries] == [
        (5, "retracted"), (4, "later"), (3, "counts"), (2, "weaker"), (1, "stale"),
    ]  # fmt: skip
    assert entries[0].retracted_at == at(2, 25)


def test_as_known_before_a_retraction_the_statement_counted():
    firm = make_firm()
    tell(firm, "employees", 35, on=at(2, 3))
    retract_statements(
        Statement.objects.filter(fact="employees"),
        filing=open_filing("officer", actor=None, at=at(2, 10)),
        on=ON,
    )
    assert known_on(firm, ON).line("employees").entry is None
    then = known_on(firm, ON, date(2020, 2, 9))
    assert (then.line("employees").shown, then.line("employees").entry.retracted_at) == ("35人", None)


def test_what_was_not_recorded_yet_is_not_in_the_history_as_known_then():
    firm = make_firm()
    tell(firm, "employees", 35, on=at(2, 3))
    assert fact_history(firm, "employees", ON, date(2020, 2, 2)) == []


def test_an_unknown_fact_shows_the_last_that_was_known_as_past():
    firm = make_firm()
    tell(firm, "vacancies", 5, on=at(1, 2), as_of=date(2020, 1, 1))
    line = known_on(firm, ON).line("vacancies")
    assert (line.shown, line.stale.shown, line.stale.state_label) == ("未填", "5人", "已过期")


def test_a_derived_size_class_is_shown_and_a_mere_claim_against_the_figures_is_not():
    firm = make_firm(facts={"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00})
    assert known_on(firm, ON).line("size_class").shown == "小型"
    tell(firm, "size_class", "micro", on=at(2, 3), standing="claimed")
    assert known_on(firm, ON).line("size_class").shown == "小型"
    tell(firm, "size_class", "medium", on=at(2, 4), as_of=date(2020, 2, 1))
    assert known_on(firm, ON).line("size_class").shown == "中型"


def test_the_page_costs_the_same_whatever_the_firm_has(assert_queries):
    firm, other = make_firm(), make_firm()
    for value in range(5):
        tell(firm, "employees", value, on=at(2, 3), actor=make_user())
    merge_firms(dropped=other, kept=firm, reason="", actor=None, at=AT, on=ON)
    with assert_queries(2):
        [entry.actor for line in known_on(firm, ON).lines if (entry := line.entry)]


# --- merged rows --------------------------------------------------------------------------------------


def test_before_two_rows_were_one_each_is_remembered_with_its_own_facts_and_after_the_undoing_again():
    firm, other = make_firm(), make_firm(name="另一行")
    tell(other, "employees", 35, on=at(2, 3))
    merging = merge_firms(dropped=other, kept=firm, reason="", actor=None, at=at(2, 10), on=ON)
    assert known_on(firm, ON).line("employees").entry.came_with == "另一行"
    assert known_on(firm, ON, date(2020, 2, 9)).line("employees") is None
    undo_merging(merging, reason="不是同一家", actor=None, at=at(2, 20), on=ON)
    assert known_on(firm, ON, date(2020, 2, 19)).line("employees").shown == "35人"
    assert known_on(firm, ON, date(2020, 2, 20)).line("employees") is None
    assert known_on(other, ON).line("employees").shown == "35人"


def test_a_row_merged_over_two_steps_comes_back_with_those_merged_into_it():
    first, second, third = make_firm(), make_firm(), make_firm()
    merge_firms(dropped=first, kept=second, reason="", actor=None, at=AT, on=ON)
    later = merge_firms(dropped=second, kept=third, reason="", actor=None, at=AT + timedelta(days=1), on=ON)
    tell(first, "employees", 35, on=at(2, 23))
    assert Enterprise.objects.get(pk=third.pk).employees == 35
    assert kept_row(first.public_id) == third
    undo_merging(later, reason="", actor=None, at=AT + timedelta(days=5), on=ON)
    assert (Enterprise.objects.get(pk=third.pk).employees, kept_row(first.public_id)) == (None, second)
    assert Enterprise.objects.get(pk=second.pk).employees == 35


# --- identity -----------------------------------------------------------------------------------------


def past(firm, kind, value, until):
    FormerIdentity.objects.create(
        enterprise=firm, kind=kind, value=value, until_on=until, reason="renamed", recorded_at=AT
    )


def test_old_names_and_codes_and_those_of_merged_rows_find_the_firm():
    firm, other = make_firm(name="浏阳新名有限公司"), make_firm(name="浏阳副本有限公司")
    past(firm, "name", "浏阳旧名有限公司", date(2019, 5, 31))
    past(other, "credit_code", "91430181MA0000001X", date(2019, 5, 31))
    merge_firms(dropped=other, kept=firm, reason="", actor=None, at=AT, on=ON)
    present = Enterprise.objects.present()
    for words in ("浏阳旧名", "副本", "91430181ma0000001x", " ９１430181MA0000001X", other.credit_code):
        assert list(present.filter(former_identity(words))) == [firm], words
    for words in ("", "无此企业", "\x00", "91430181MA0000001"):
        assert list(present.filter(former_identity(words))) == [], words


def test_the_name_on_a_day_is_the_one_used_then():
    firm = make_firm(name="现名")
    past(firm, "name", "初名", date(2018, 5, 31))
    past(firm, "name", "次名", date(2019, 5, 31))
    days = [date(2018, 5, 31), date(2018, 6, 1), date(2019, 5, 31), date(2019, 6, 1)]
    assert [identity_on(firm, day)[0] for day in days] == ["初名", "次名", "次名", "现名"]


def test_changes_of_identity_are_told_newest_first(assert_queries):
    firm, other = make_firm(), make_firm(name="副本")
    past(firm, "name", "旧名", date(2019, 5, 31))
    merge_firms(dropped=other, kept=firm, reason="同一家", actor=make_user(name="谭丽"), at=AT, on=ON)
    with assert_queries(3):
        events = identity_events(firm, is_office=True)
    assert [event.title for event in events] == ["重复归并", "更名"]
    assert (events[0].actor, events[1].text) == ("谭丽", "曾用名：旧名")
