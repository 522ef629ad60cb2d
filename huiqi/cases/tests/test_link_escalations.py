"""An escalation leads to the case it became, and the case back to it."""

import pytest

from huiqi.accounts.roles import Role
from huiqi.cases.commands.escalated import case_of_escalation
from huiqi.cases.tests.make import load_shipped, make_officer
from huiqi.stationing.tests.make import escalation_in_liuyang

pytestmark = pytest.mark.django_db


@pytest.fixture
def escalation():
    """The public id of an escalation in 浏阳 that became a case."""
    load_shipped()
    make_officer("liuyang")
    return escalation_in_liuyang()["public_id"]


def test_the_escalation_names_its_case_and_links_it_for_who_may_open_it(client, escalation):
    case = case_of_escalation(escalation)
    client.force_login(make_officer("liuyang"))
    page = client.get(f"/stationing/escalations/{escalation}/").content.decode()
    assert "已转为诉求" in page and f"/cases/{case.public_id}/" in page


def test_the_case_leads_back_to_the_escalation_for_who_may_open_that(client, escalation):
    case = case_of_escalation(escalation)
    client.force_login(make_officer("liuyang"))
    assert escalation in client.get(f"/cases/{case.public_id}/").content.decode()
    client.force_login(make_officer("liuyang", Role.ANALYST))
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert f"/stationing/escalations/{escalation}/" not in page
