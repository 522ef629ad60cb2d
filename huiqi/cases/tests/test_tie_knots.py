"""Many alike cases become one knot with an owner and a task."""

from datetime import date

import pytest

from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands.desk import withdraw_case
from huiqi.cases.commands.knots import confirm_knot, dismiss_knot, propose_knots, tie_case, untie_knot
from huiqi.cases.models import Knot
from huiqi.cases.queries.alike import KNOT_CASES
from huiqi.cases.tests.make import at, make_case, make_officer
from huiqi.core.errors import Refused, VersionConflict

pytestmark = pytest.mark.django_db
MORNING = at("2020-03-06")


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


def many(number=KNOT_CASES, **said):
    return [make_case(**said) for _ in range(number)]


@pytest.fixture
def knot():
    many()
    (found,) = propose_knots(at=MORNING)
    return found


def confirm(knot, **said):
    words = {
        "owner": make_office("changsha"),
        "cause": "返程班车停运。",
        "task": "协调包车。",
        "due_on": date(2020, 3, 20),
        "actor": make_officer(),
        "at": MORNING,
        **said,
    }
    return confirm_knot(knot, **words)


def test_four_are_no_knot():
    many(KNOT_CASES - 1)
    many(1, topic="tax")
    many(1, prefecture="430121")
    assert propose_knots(at=MORNING) == []


def test_five_of_one_kind_in_one_county_within_a_week_are_proposed_once(knot):
    assert (knot.item, knot.topic, knot.prefecture, knot.state) == ("request", "work", "430181", "proposed")
    assert knot.title.endswith("复工用工")
    assert propose_knots(at=MORNING) == []


def test_who_asks_five_times_is_one():
    many(phone="13800138000")
    many(credit_code="91430100MA4L16JQ9B")
    assert propose_knots(at=MORNING) == []


def test_what_came_over_a_week_ago_or_was_taken_back_does_not_count():
    many(2, when=at("2020-02-20"))
    for case in many(2):
        withdraw_case(case, reason="", actor=None, at=at())
    many(KNOT_CASES - 1)
    assert propose_knots(at=MORNING) == []


def test_a_knot_needs_an_owner_a_cause_a_task_and_a_day_to_come(knot):
    assert refusal(confirm, knot, cause="") == refusal(confirm, knot, task=" ") == "cases.text_missing"
    assert refusal(confirm, knot, due_on=date(2020, 3, 5)) == "cases.due_passed"
    shut = make_office("park")
    shut.is_active = False
    assert refusal(confirm, knot, owner=shut) == "cases.unit_closed"
    with pytest.raises(VersionConflict):
        confirm(knot, expected=knot.version + 1)
    assert not Knot.objects.get().cases.exists()


def test_a_confirmed_knot_holds_its_cases_and_those_that_come_later(knot):
    confirm(knot)
    assert knot.cases.count() == KNOT_CASES
    late = make_case(when=at("2020-03-09"))
    make_case(topic="tax", when=at("2020-03-09"))
    assert propose_knots(at=at("2020-03-10")) == []
    assert knot.cases.count() == KNOT_CASES + 1
    late.refresh_from_db()
    assert late.events.get(kind="tied").details == {"knot": knot.public_id}


def test_a_knot_is_decided_once(knot):
    confirm(knot)
    assert refusal(confirm, knot) == "cases.knot_decided"
    assert (
        refusal(dismiss_knot, knot, reason="无关。", actor=make_officer(), at=MORNING) == "cases.knot_decided"
    )


def test_what_was_dismissed_is_not_proposed_again_from_the_same_cases(knot):
    assert refusal(dismiss_knot, knot, reason="", actor=None, at=MORNING) == "cases.text_missing"
    dismiss_knot(knot, reason="各有各的原因。", actor=make_officer(), at=MORNING)
    assert propose_knots(at=at("2020-03-07")) == []
    many(when=at("2020-03-16"))
    assert len(propose_knots(at=at("2020-03-17"))) == 1


def test_an_untied_knot_says_how_and_takes_no_more_cases(knot):
    assert refusal(untie_knot, knot, result="好了。", actor=None, at=MORNING) == "cases.knot_decided"
    knot = confirm(knot)
    assert refusal(untie_knot, knot, result="", actor=None, at=MORNING) == "cases.text_missing"
    knot = untie_knot(knot, result="包车20趟。", actor=make_officer(), at=at("2020-03-12"))
    assert (knot.state, knot.result) == ("untied", "包车20趟。")
    assert refusal(tie_case, make_case(), knot=knot, actor=None, at=MORNING) == "cases.knot_not_open"


def test_a_case_belongs_to_one_knot(knot):
    knot = confirm(knot)
    assert refusal(tie_case, knot.cases.first(), knot=knot, actor=None, at=MORNING) == "cases.tied_already"
