"""A visitor's case with a code is tied to the firm by a person, after asking, and untied again."""

import pytest

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.commands.linking import link_firm, unlink_firm
from huiqi.cases.models import Case
from huiqi.cases.tests.make import at, make_case, make_officer
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Membership
from huiqi.enterprises.tests.make import make_firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return make_firm(county="430181")


@pytest.fixture
def case(firm):
    """Of a visitor who typed the firm's code."""
    return make_case(credit_code=firm.credit_code)


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


def link(case, actor, confirmed=True):
    return link_firm(case, confirmed=confirmed, actor=actor, at=at())


def test_nothing_is_tied_unasked_and_by_who_may_not_see_the_firm(case):
    assert refusal(link, case, make_officer(), confirmed=False) == "cases.not_confirmed"
    assert refusal(link, case, make_officer("xiangtan")) == "cases.no_firm_to_link"
    assert refusal(link, make_case(), make_officer()) == "cases.no_firm_to_link"


def test_once_tied_the_firms_people_see_the_case_and_the_trail_says_who_tied_it(case, firm):
    person, officer = make_user(role=Role.FIRM), make_officer()
    Membership.objects.create(user=person, enterprise=firm, part="owner", began_at=at())
    assert not Case.objects.asked_by(person).exists()
    link(case, officer)
    assert Case.objects.asked_by(person).get() == case
    row = AuditRecord.objects.get(act="case.firm_linked")
    assert (row.actor_id, row.details) == (officer.public_id, {"firm": firm.public_id})
    assert refusal(link, case, officer) == "cases.no_firm_to_link"


def test_it_is_undone_with_a_reason_and_can_be_done_again(case, firm):
    officer = make_officer()
    link(case, officer)
    assert refusal(unlink_firm, case, reason=" ", actor=officer, at=at()) == "cases.text_missing"
    assert unlink_firm(case, reason="认错了。", actor=officer, at=at()).enterprise is None
    assert refusal(unlink_firm, case, reason="再来。", actor=officer, at=at()) == "cases.not_linked"
    assert link(case, officer).enterprise == firm


def test_a_case_of_the_firms_own_people_is_not_untied(firm):
    case = make_case(enterprise=firm)
    assert refusal(unlink_firm, case, reason="不是。", actor=make_officer(), at=at()) == "cases.not_linked"


def test_the_page_names_the_firm_and_what_tying_means(client, settings, case, firm):
    settings.REFERENCE_DATE = at().date()
    client.force_login(make_officer())
    address = f"/cases/{case.public_id}/"
    page = client.get(address).content.decode()
    assert f"关联到“{firm.name}”" in page and "可以看到这件诉求" in page
    version = Case.objects.get(pk=case.pk).version
    without = client.post(f"{address}act/link_firm/", {"version": version})
    assert without.status_code == 409 and "请先与诉求人核对" in without.content.decode()
    assert client.post(f"{address}act/link_firm/", {"version": version, "confirmed": "on"}).status_code == 302
    page = client.get(address).content.decode()
    assert "取消关联企业" in page and "关联到“" not in page
