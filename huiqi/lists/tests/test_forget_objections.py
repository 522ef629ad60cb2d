"""Two years after the decision nobody can tell who objected; what was decided and when stays."""

import pytest

from huiqi.cases.tests.make import at
from huiqi.core import clock
from huiqi.core.retention import RULES, Instants, carry_out
from huiqi.lists.models import Objection
from huiqi.lists.tests.make import make_batch

pytestmark = pytest.mark.django_db
OPEN, UNVERIFIED = Objection.State.OPEN, Objection.State.UNVERIFIED


def run(day, rule="objections"):
    return carry_out(RULES[f"lists.{rule}"], Instants(at(day), clock.wall_now()))


def make_objection(state, **fields):
    told = {"name": "赵先生", "phone": "13800000000", "organisation": "赵氏厂", "grounds": "不属实"}
    return Objection.objects.create(
        batch=make_batch(), state=state, made_at=at(), **{**told, "token_digest": state, **fields}
    )


def test_an_objection_that_nobody_decided_stays():
    make_objection(OPEN, verified_at=at())
    assert run("2029-03-02") == 0


def test_a_decided_one_loses_who_objected_and_keeps_what_was_decided():
    made = make_objection(
        Objection.State.DISMISSED, decided_at=at(), decision="赵先生所述不实", admitted_because="当面来说"
    )
    assert run("2022-03-02") == 0

    assert run("2022-03-03") == 1
    assert run("2022-03-03") == 0

    made.refresh_from_db()
    texts = [made.name, made.phone, made.phone_index, made.organisation, made.grounds, made.admitted_because]
    assert (texts, made.decision, made.state) == ([""] * 6, "（已过保存期限）", "dismissed")
    assert made.decided_at == at()


def test_one_whose_telephone_was_never_proved_goes_two_years_after_it_was_made():
    make_objection(UNVERIFIED)
    assert run("2022-03-03") == 1
    assert Objection.objects.get().decision == ""


def test_the_address_goes_after_the_hour_without_waiting_for_the_next_objection():
    # No record of the last hour tells of it.
    make_objection(UNVERIFIED, address_digest="digest")
    assert run("2020-03-02", "addresses") == 1
    assert Objection.objects.get().address_digest == ""
