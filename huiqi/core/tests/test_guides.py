"""The guide of the first days: ticked by what was done, put away for good, brought back."""

import pytest
from django.db import transaction
from django.test import RequestFactory

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import audit
from huiqi.core.guides import acts_done, bring_back, dismiss, is_dismissed, shown_guide
from huiqi.core.models import AuditRecord, Dismissed
from huiqi.core.slots import SLOTS, Guide, Step

pytestmark = pytest.mark.django_db
STEPS = (
    Step("导入", "", "core:desk", frozenset({"import.started"})),
    Step("看", "", "core:desk"),
    Step("已知", "", "core:desk", is_done=lambda request: True),
)


@pytest.fixture
def asked(monkeypatch):
    """A request of a person for whom there is one guide."""
    monkeypatch.setattr(SLOTS, "guides", [Guide("first", STEPS, lambda request: True)])
    request = RequestFactory().get("/desk/")
    request.user = make_user(role=Role.OFFICER)
    return request


def do(act, person):
    with transaction.atomic():
        audit.record(act, None, actor=person)


def ticks(request):
    return [done for _, done in shown_guide(request).steps]


def test_a_step_is_ticked_by_its_own_act_and_by_nobody_elses(asked):
    do("import.started", make_user())
    do("import.checked", asked.user)
    assert ticks(asked) == [False, False, True]
    do("import.started", asked.user)
    assert ticks(asked) == [True, False, True]
    assert shown_guide(asked).done_count == 2


def test_the_acts_are_asked_in_one_query(asked, assert_queries):
    do("import.started", asked.user)
    with assert_queries(1):
        assert acts_done(asked.user.public_id, {"import.started", "claim.granted"}) == {"import.started"}
    with assert_queries(0):
        assert acts_done(asked.user.public_id, ()) == set()


def test_there_is_no_guide_for_people_for_whom_none_was_written(asked, monkeypatch):
    monkeypatch.setattr(SLOTS, "guides", [Guide("first", STEPS, lambda request: False)])
    assert shown_guide(asked) is None


def test_a_guide_put_away_twice_is_put_away_once_and_for_this_person_alone(asked):
    other = make_user()
    dismiss("first", actor=asked.user)
    dismiss("first", actor=asked.user)
    assert shown_guide(asked) is None
    assert Dismissed.objects.count() == 1
    assert not is_dismissed(other.public_id, "first")
    acts = AuditRecord.objects.filter(act="guide.dismissed").values_list("actor_id", "details")
    assert list(acts) == [(asked.user.public_id, {"guide": "first"})]


def test_a_guide_brought_back_is_shown_and_the_second_time_nothing_happens(asked):
    dismiss("first", actor=asked.user)
    bring_back("first", actor=asked.user)
    bring_back("first", actor=asked.user)
    assert shown_guide(asked) is not None
    assert AuditRecord.objects.filter(act="guide.brought_back").count() == 1
