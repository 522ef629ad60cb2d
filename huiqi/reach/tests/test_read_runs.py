"""The funnel beside the newest run: who is entitled and on no list, in the reader's scope, of one edition."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from huiqi.accounts.scope import Area, Scope
from huiqi.enterprises.tests.make import make_firm
from huiqi.reach.models import Journey
from huiqi.reach.queries.entitled import newest_run, not_begun, register_in
from huiqi.reach.queries.funnel import funnels
from huiqi.reach.tests.make import ON, POLICY, SMALL, edition_of, make_way
from huiqi.reference.judging import rulebook
from huiqi.runs.models import Run
from huiqi.runs.tests.make import make_run

FITTING = {**SMALL, "assets": 700_000_000, "org_type": "enterprise"}
WHOLE = Scope((Area(""),))
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_root(tmp_path: Path, settings: Any) -> None:
    settings.PRIVATE_ROOT = tmp_path


def firm(county: str = "430181") -> Any:
    return make_firm(facts={**FITTING, "prefecture": county})


def test_without_a_run_nothing_is_said_of_the_register(enter):
    make_way(firm())
    page = enter("county").get(reverse("reach:funnel")).content.decode()
    assert newest_run() is None
    assert "的全省测算" not in page


def test_the_funnel_tells_how_many_more_fit_than_were_listed():
    make_way(firm())
    firm()
    firm("430381")
    make_run()
    register = register_in(WHOLE, by_county=False)
    one = funnels(Journey.objects.all(), ON, by_county=False, register=register)[0]
    assert one.register is not None
    assert (one.register.eligible, one.beyond_lists) == (3, 2)


def test_by_county_each_funnel_has_its_own_counts():
    make_way(firm())
    firm("430381")
    make_run()
    register = register_in(WHOLE, by_county=True)
    edition = edition_of(POLICY)
    assert register.found[POLICY, edition, "430181"].eligible == 1
    assert register.found[POLICY, edition, ""].eligible == 2


def test_a_run_of_another_edition_is_not_compared():
    make_way(firm(), edition="earlier")
    make_run()
    register = register_in(WHOLE, by_county=False)
    assert funnels(Journey.objects.all(), ON, by_county=False, register=register)[0].register is None


def test_only_the_newest_whole_run_that_is_done_counts():
    firm()
    kept = make_run()
    make_run(policies=(POLICY,))
    Run.objects.filter(pk=make_run().pk).update(state="failed")
    assert newest_run() == kept


def test_the_page_counts_firms_in_scope_and_names_what_was_not_begun(enter):
    make_way(firm())
    firm("430381")
    make_run()
    page = enter("county").get(reverse("reach:funnel")).content.decode()
    assert "这里初步符合1家" in page
    assert "还没有移送名单" in page
    assert f'?policy={POLICY}"' not in page.split("notbegun", 1)[1]


def test_policies_the_office_decides_itself_are_no_lists_to_prepare():
    firm()
    make_run()
    found = not_begun(register_in(WHOLE, by_county=False), set())
    assert found
    assert all(rulebook().policies[one.policy].role != "decide" for one in found)
