"""The funnel: every firm in exactly one furthest step, sums agree, the database says what the rules say."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from huiqi.accounts.tests.make import make_office
from huiqi.enterprises.tests.make import make_firm, make_member
from huiqi.reach.models import Dismissal, Journey
from huiqi.reach.queries.funnel import funnels
from huiqi.reach.queries.reasons import silent_before, with_reason
from huiqi.reach.steps import ORDER, Dates, Reason, Step, at_least, furthest, weighted_median, why_not
from huiqi.reach.tests.make import EDITION, ON, POLICY, authority, make_way
from tests.harness.examples import thorough

DAYS = ("entitled_on", "told_on", "applied_on", "decided_on", "arrived_on")
days = st.one_of(st.none(), st.dates(date(2020, 1, 2), ON))
ways = st.fixed_dictionaries(
    {
        **dict.fromkeys(DAYS, days),
        "outcome": st.sampled_from(["", "returned", "refused", "accepted"]),
        "policy": st.sampled_from([POLICY, "vat-small-scale-1pct"]),
        "dismissed": st.booleans(),
    }
)


@given(st.lists(st.sampled_from(ORDER)))
def test_sums_agree_whatever_stands_where(stands):
    counts = {step.value: stands.count(step) for step in Step}
    reached = at_least(counts)
    assert reached[Step.UNSETTLED] == len(stands)
    for this, following in zip(ORDER, ORDER[1:], strict=False):
        assert reached[this] - reached[following] == counts[this.value]


@given(st.dictionaries(st.integers(0, 60), st.integers(1, 5)))
def test_the_median_of_counted_days_is_that_of_the_days_written_out(counts):
    written = sorted(day for day, times in counts.items() for _ in range(times))
    expected = written[(len(written) - 1) // 2] if written else None
    assert weighted_median(counts) == expected


@pytest.fixture
def firms(db):
    made = [make_firm() for _ in range(6)]
    for firm in made[:3]:
        make_member(firm)
    return made


UNTROUBLED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@thorough(60, suppress_health_check=UNTROUBLED, deadline=None)
@given(st.lists(ways, min_size=1, max_size=6))
def test_every_firm_stands_in_one_step_for_one_reason_as_the_rules_say(firms, drawn):
    with transaction.atomic():
        _put(firms, drawn)
        rows = Journey.objects.all()
        found = funnels(rows, ON, by_county=False)
        assert sum(one.total for one in found) == len(drawn)
        for one in found:
            assert sum(bar.here for bar in one.bars) == one.total
            assert one.arrived + sum(firms for _reason, firms in one.reasons) == one.total
        quiet = silent_before(ON)
        for way in with_reason(rows, ON):
            rule = why_not(
                way.dates, is_dismissed=way.is_dismissed, has_account=way.has_account, silent_before=quiet
            )
            assert way.reason == (rule.value if rule else "")
        transaction.set_rollback(True)


def _put(firms, drawn):
    office, unit = make_office("liuyang"), authority()
    for firm, one in zip(firms, drawn, strict=False):
        dates = Dates(*(one[name] for name in DAYS), one["outcome"])
        Journey.objects.create(
            enterprise=firm,
            policy=one["policy"],
            edition=EDITION,
            office=office,
            authority=unit,
            assurance="claimed",
            listed_on=ON,
            step=furthest(dates),
            outcome=one["outcome"],
            **{name: one[name] for name in DAYS},
        )
        if one["dismissed"]:
            Dismissal.objects.get_or_create(enterprise=firm, policy=one["policy"], on=ON)


@pytest.mark.django_db
def test_the_database_refuses_a_step_that_its_days_do_not_bear_out():
    way = make_way()
    with pytest.raises(IntegrityError), transaction.atomic():
        Journey.objects.filter(pk=way.pk).update(step="arrived")


@pytest.mark.django_db
def test_the_database_refuses_an_amount_where_none_may_be_kept():
    way = make_way(arrived_on=ON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Journey.objects.filter(pk=way.pk).update(amount_fen=100)


@pytest.mark.django_db
def test_a_firm_is_silent_after_five_whole_working_days():
    way = make_way(told_on=date(2020, 2, 24))
    reasons = {
        day: with_reason(Journey.objects.all(), day).get(pk=way.pk).reason
        for day in (date(2020, 3, 1), date(2020, 3, 2), date(2020, 3, 3))
    }
    assert list(reasons.values()) == [Reason.JUST_TOLD, Reason.SILENT, Reason.SILENT]


def test_the_page_shows_medians_only_of_firms_in_scope_in_constant_queries(enter):
    make_way(told_on=ON, listed_on=ON - timedelta(days=7))
    make_way(make_firm(county="430381"), told_on=ON)
    client = enter("county")
    url = reverse("reach:funnel")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        page = client.get(url).content.decode()
    assert "1家里0家已享受或到账" in page
    for _ in range(4):
        make_way(applied_on=ON)
    with CaptureQueriesContext(connection) as many:
        by_county = client.get(url, {"by": "county"}).content.decode()
    assert len(many) == len(few)
    assert "5家里0家已享受或到账" in by_county and "浏阳市" in by_county


def test_the_list_of_ways_is_filtered_and_taken_along_for_a_purpose(enter):
    make_way(make_firm("甲厂"))
    make_way(make_firm("乙厂"), applied_on=ON)
    client = enter("county")
    page = client.get(reverse("reach:ways"), {"reason": "waiting_decision"}).content.decode()
    assert "乙厂" in page and "甲厂" not in page
    url = reverse("reach:ways_export")
    assert client.post(url, {"purpose": "会"}).status_code == 422
    response = client.post(f"{url}?q=甲", {"purpose": "会前了解进度", "as": "csv"})
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "甲厂" in content and "乙厂" not in content and "会前了解进度" in content
