"""State machines."""

import pytest

from huiqi.workflow.machine import IllegalStep, Machine, Step

DOOR = Machine(
    {
        "open": Step(frozenset({"shut"}), "open"),
        "shut": Step(frozenset({"open"}), "shut"),
        "knock": Step(frozenset({"shut", "locked"}), None),
        "lock": Step(frozenset({"shut"}), "locked"),
    }
)


def test_a_step_that_does_not_follow_is_refused_and_says_where_it_stood():
    with pytest.raises(IllegalStep) as refused:
        DOOR.take("open", "locked")
    assert (refused.value.step, refused.value.state) == ("open", "locked")


def test_a_step_nobody_knows_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        DOOR.allows("burn", "shut")


def test_a_step_leads_to_its_state_and_one_without_keeps_the_present():
    assert DOOR.take("open", "shut") == "open"
    assert DOOR.take("knock", "locked") == "locked"


def test_open_steps_come_in_the_order_in_which_they_are_listed():
    assert DOOR.open_steps("shut") == ("open", "knock", "lock")
    assert DOOR.open_steps("nowhere") == ()
