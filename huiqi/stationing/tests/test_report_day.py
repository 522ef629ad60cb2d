"""Three numbers a day: one row per firm, product and day, every version kept, closed days closed."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.stationing.commands.lines import set_line
from huiqi.stationing.commands.reports import Said, report_day
from huiqi.stationing.models import DailyReport, Figures, Line, Sending
from huiqi.stationing.plausibility import Three
from huiqi.stationing.tests.make import COVERALL, DAY, MASK, YESTERDAY, at, make_key_firm, report
from tests.harness.examples import thorough
from tests.harness.together import together

pytestmark = pytest.mark.django_db


def stored(firm, on=DAY, product=MASK):
    row = Figures.objects.get(report__enterprise=firm, report__on=on, product=product)
    return row.output, row.stock, row.shortage


def refused_code(**arguments):
    with pytest.raises(Refused) as refusal:
        report(make_key_firm(), **arguments)
    return refusal.value.code


def test_yesterday_is_closed_at_noon_and_says_so():
    assert refused_code(on=YESTERDAY, sent=at(12)) == "stationing.day_closed"


def test_tomorrow_and_the_day_before_yesterday_are_closed():
    assert refused_code(on=DAY + timedelta(days=1), sent=at(0)) == "stationing.day_closed"
    assert refused_code(on=DAY - timedelta(days=2), sent=at(9)) == "stationing.day_closed"


def test_a_product_the_firm_does_not_make_is_refused():
    assert refused_code(product=COVERALL) == "stationing.no_line"


def test_a_line_that_ended_takes_no_numbers_any_more():
    firm = make_key_firm()
    set_line(firm, MASK, capacity=0, actor=None, on=DAY)
    with pytest.raises(Refused):
        report(firm)
    assert report(firm, on=YESTERDAY)


def test_todays_numbers_are_kept_with_who_and_when():
    firm = make_key_firm()
    row = report(firm, (80_000, 20_000, 5_000), note="缺熔喷布")
    assert stored(firm) == (80_000, 20_000, 5_000)
    assert (row.note, row.is_late, row.version, row.sent_at) == ("缺熔喷布", False, 1, at())


def test_yesterday_before_noon_is_marked_as_filled_in_late():
    assert report(make_key_firm(), on=YESTERDAY, sent=at(11, 59)).is_late


def test_correcting_yesterday_does_not_make_a_timely_report_late():
    firm = make_key_firm()
    report(firm, on=YESTERDAY)
    assert not report(firm, (1, 1, 1), on=YESTERDAY, sent=at(9)).is_late


def test_the_day_is_changsha_s_not_greenwich_s():
    assert not report(make_key_firm(), sent=at(0, 1)).is_late
    assert not report(make_key_firm(), sent=at(23, 59)).is_late


def test_sending_the_same_again_changes_nothing():
    firm = make_key_firm()
    first = report(firm)
    again = report(firm, sent=at(15))
    assert (again.version, again.sent_at) == (1, first.sent_at)
    assert Sending.objects.count() == 1


def test_editing_keeps_what_was_said_before():
    firm = make_key_firm()
    report(firm, (80_000, 20_000, 0))
    report(firm, (8_000, 20_000, 0), sent=at(15))
    assert stored(firm) == (8_000, 20_000, 0)
    versions = Sending.objects.order_by("version").values_list("version", "figures")
    assert list(versions) == [(1, {MASK: [80_000, 20_000, 0]}), (2, {MASK: [8_000, 20_000, 0]})]


def test_a_product_not_mentioned_keeps_its_numbers():
    firm = make_key_firm(lines=(MASK, COVERALL))
    report(firm, product=MASK)
    report(firm, (500, 100, 0), product=COVERALL)
    assert stored(firm) == (80_000, 20_000, 0)
    assert stored(firm, product=COVERALL) == (500, 100, 0)


def test_no_figure_reaches_the_audit_trail():
    report(make_key_firm(), (987_654, 123_321, 456_654), note="987654")
    kept = str(list(AuditRecord.objects.order_by("pk").values()))
    assert "report.sent" in kept
    assert not any(number in kept for number in ("987654", "123321", "456654"))


def test_capacity_changes_from_a_day_on_and_the_past_keeps_its_own():
    firm = make_key_firm()
    set_line(firm, MASK, capacity=200_000, actor=None, on=DAY)
    set_line(firm, MASK, capacity=200_000, actor=None, on=DAY)
    running = [Line.objects.running_on(day).get(enterprise=firm).capacity for day in (YESTERDAY, DAY)]
    assert running == [100_000, 200_000]
    set_line(firm, MASK, capacity=300_000, actor=None, on=DAY)
    assert Line.objects.running_on(DAY).get(enterprise=firm).capacity == 300_000


def test_a_capacity_cannot_begin_before_the_one_it_replaces():
    firm = make_key_firm()
    with pytest.raises(Refused) as refusal:
        set_line(firm, MASK, capacity=5, actor=None, on=DAY - timedelta(days=300))
    assert refusal.value.code == "stationing.line_in_past"


three = st.builds(Three, *[st.integers(0, 50)] * 3)


@thorough(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(three, min_size=1, max_size=8))
def test_whatever_is_sent_in_whatever_order_the_last_holds_and_each_change_is_a_version(db, sends):
    firm = make_key_firm()
    for one in sends:
        report_day(firm, on=DAY, said=Said({MASK: one}), actor=None, at=at())
    last, changes = sends[-1], 1 + sum(1 for old, new in zip(sends, sends[1:], strict=False) if old != new)
    assert stored(firm) == (last.output, last.stock, last.shortage)
    assert DailyReport.objects.get(enterprise=firm).version == changes
    assert Sending.objects.filter(report__enterprise=firm).count() == changes


@pytest.mark.django_db(transaction=True)
def test_two_sends_at_once_are_one_report():
    firm = make_key_firm()
    outcomes = together(*[lambda: report(firm)] * 4)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert DailyReport.objects.get().version == 1
    assert Sending.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_different_sends_at_once_are_two_versions_and_one_of_them_holds():
    firm = make_key_firm()
    outcomes = together(lambda: report(firm, (1, 1, 1)), lambda: report(firm, (2, 2, 2)))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    last = Sending.objects.get(version=2)
    assert tuple(last.figures[MASK]) == stored(firm)
