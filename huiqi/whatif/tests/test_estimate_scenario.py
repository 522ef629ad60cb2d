"""Base against scenario: the same as judging firm by firm; without changes nothing changes."""

from typing import Any

import polars as pl
import pytest

from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core.errors import Refused
from huiqi.enterprises.models import Enterprise
from huiqi.reference.judging import rulebook
from huiqi.rules.judge import Judge
from huiqi.rules.rulebook import Rulebook
from huiqi.runs.tests.make import make_firms, snapshot
from huiqi.whatif.commands.estimates import carry_out, estimate_scenario
from huiqi.whatif.queries import results
from huiqi.whatif.queries.curves import Trial, curve, spend, spread
from huiqi.whatif.tests.make import FUND, ON, analyst_of, entitled_firms, make_scenario, policy_of
from huiqi.whatif.variants import AddedCondition, AddedFigure, Changes

pytestmark = pytest.mark.django_db
SMALLER = Changes(
    conditions={"act_rent": "employees <= staff_max", "notice": ""},
    parameters={"award": 5_000_00},
    added=(AddedFigure("staff_max", "人数上限", "person", 12),),
)


def estimated(row: Any) -> Any:
    for _done in carry_out(row):
        pass
    row.refresh_from_db()
    return row


def test_without_a_snapshot_nothing_is_estimated():
    row = make_scenario()
    with pytest.raises(Refused, match="快照"):
        estimate_scenario(row, actor=row.author)


def test_a_scenario_without_changes_comes_to_what_the_edition_comes_to():
    entitled_firms(9)
    snapshot()
    row = estimated(make_scenario())
    found = results.result_of(row, scope_with(row.author, Power.ESTIMATE_POLICIES, ON))
    assert found.whole.firms == 9
    assert found.whole.base == found.whole.scenario
    assert found.whole.base.eligible > 0
    assert not any(found.whole.moves.values())


def test_a_scenario_says_of_each_firm_what_the_policy_says_of_it_alone():
    firms = make_firms(9)
    snapshot()
    row = estimated(make_scenario(FUND, SMALLER))
    frame = results.changed_firms(row, scope_with(row.author, Power.VIEW_REGISTER, ON))
    after = dict(zip(frame["enterprise"], zip(frame["after"], frame["after_fen"], strict=True), strict=True))
    policies = {"base": policy_of(row, Changes()), "scenario": policy_of(row, SMALLER)}
    for firm in firms:
        before, now = (_alone(firm, one) for one in policies.values())
        expected = (
            (now.status, now.amount_fen)
            if (before.status, before.amount_fen) != (now.status, now.amount_fen)
            else None
        )
        assert after.get(firm.public_id) == expected


def _alone(firm: Enterprise, policy: Any) -> Any:
    book = rulebook()
    alone = Rulebook(book.catalogue, {policy.id: policy})
    columns = {"employees": 10 + _number(firm)}
    return Judge(alone, ON).verdict(book.catalogue.parse(columns), policy.id)


def _number(firm: Enterprise) -> int:
    return list(Enterprise.objects.order_by("pk").values_list("pk", flat=True)).index(firm.pk)


def test_a_firm_that_changes_is_listed_with_the_condition_that_did_it():
    make_firms(5)
    snapshot()
    row = estimated(make_scenario(FUND, SMALLER))
    frame = results.changed_firms(row, scope_with(row.author, Power.VIEW_REGISTER, ON), "settled")
    assert frame.height == 3
    assert all("act_rent" in reasons for reasons in frame["reasons"])


def test_a_county_sees_its_own_firms_alone():
    make_firms(6)
    snapshot()
    row = estimated(make_scenario(FUND, SMALLER))
    county = analyst_of("liuyang")
    found = results.result_of(row, scope_with(county, Power.ESTIMATE_POLICIES, ON))
    assert found.whole.firms == 2


def test_a_budget_is_spent_by_the_last_value_that_keeps_to_it():
    make_firms(9)
    snapshot()
    row = make_scenario(FUND, SMALLER)
    scope = scope_with(row.author, Power.ESTIMATE_POLICIES, ON)
    found = spend(Trial(row, "staff_max", "person", scope), 0, 1_000_000, 4 * 5_000_00)
    assert found.is_monotone
    assert found.best is not None and found.beyond is not None
    assert found.best.sum.amount_fen == 4 * 5_000_00
    assert (found.best.steps, found.beyond.steps) == (13, 14)


def test_a_budget_over_sums_that_go_up_and_down_is_no_search():
    make_firms(9)
    snapshot()
    changes = Changes(
        conditions={"act_rent": "employees <= staff_max and employees <= 20 - staff_max", "notice": ""},
        parameters={"award": 5_000_00},
        added=(AddedFigure("staff_max", "人数上限", "person", 12),),
    )
    row = make_scenario(FUND, changes)
    scope = scope_with(row.author, Power.ESTIMATE_POLICIES, ON)
    found = spend(Trial(row, "staff_max", "person", scope), 0, 14, 1)
    assert not found.is_monotone


def test_a_curve_has_at_most_fifteen_points_each_once():
    assert spread(0, 3, 15) == [0, 1, 2, 3]
    make_firms(3)
    snapshot()
    row = make_scenario(FUND, SMALLER)
    trial = Trial(row, "staff_max", "person", scope_with(row.author, Power.ESTIMATE_POLICIES, ON))
    points = curve(trial, 0, 100, 99)
    assert len(points) == 15
    assert [one.sum.eligible for one in points] == sorted(one.sum.eligible for one in points)


def test_an_added_condition_shuts_firms_out():
    entitled_firms(4)
    snapshot()
    row = estimated(
        make_scenario(changes=Changes(added_conditions=(AddedCondition("小的", "employees <= 11"),)))
    )
    frame = results.changed_firms(row, scope_with(row.author, Power.VIEW_REGISTER, ON), "lost")
    assert isinstance(frame, pl.DataFrame)
    assert frame["reasons"].to_list() == [["added_1"], ["added_1"]]
