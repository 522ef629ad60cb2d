"""Accepting invitations in a real browser, which sends an Origin where a test client sends none."""

import pytest

from huiqi.accounts.commands.invitations import Invitee, invite
from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office
from huiqi.core import clock
from huiqi.enterprises.commands.membership import invite_member
from huiqi.enterprises.models import Membership
from huiqi.enterprises.tests.make import make_firm, make_member
from tests.browser.conftest import WIDTHS
from tests.harness.cast import play

PASSWORD = "Liuyang-2020"  # noqa: S105


def fill_account(page, name):
    page.fill("[name=name]", name)
    page.fill("[name=username]", "zhong.cheng")
    page.fill("[name=phone]", "17000001234")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.hq-btn-primary")


def invited_to(part):
    firm = make_firm("浏阳防护用品有限公司")
    owner = make_member(firm)
    return firm, owner, invite_member(firm, part=part, actor=owner, at=clock.wall_now())


@pytest.mark.parametrize("width", WIDTHS)
def test_a_colleague_accepts_an_invitation_and_signs_in(browse, width):
    issued = invite(
        [Invitee("钟诚", make_office("liuyang"), Role.OFFICER)], actor=play("admin"), at=clock.wall_now()
    )
    watched = browse(width)
    page = watched.go(f"/accounts/join/{issued[0].token}/")
    assert "浏阳市工信局" in page.content()
    watched.shoot("join-staff")
    watched.assert_calm()
    watched.assert_accessible()
    fill_account(page, "钟诚")
    page.wait_for_url("**/accounts/sign-in/")
    page.fill("[name=login]", "zhong.cheng")
    page.fill("[name=password]", PASSWORD)
    page.click("form button:has-text('登录') >> nth=0")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    made = User.objects.get(username="zhong.cheng")
    assert (made.name, made.role, made.is_role_confirmed) == ("钟诚", Role.OFFICER, False)
    watched.go("/desk/")
    watched.shoot("desk-unconfirmed")
    watched.assert_calm()
    watched.go(f"/accounts/join/{issued[0].token}/", status=404)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_newcomer_is_told_of_the_invitation_signs_up_and_joins_the_firm(browse, width):
    firm, _owner, token = invited_to(Membership.Part.CLERK)
    watched = browse(width)
    page = watched.go(f"/join/{token}/")
    assert firm.name in page.text_content("h1")
    assert "经办人" in page.text_content("main")
    watched.shoot("join-visitor")
    watched.assert_calm()
    watched.assert_accessible()
    page.click("main a.hq-btn-primary")
    page.wait_for_url(lambda url: "/accounts/sign-up/" in url)
    watched.shoot("sign-up-invited")
    watched.assert_calm()
    fill_account(page, "钟诚")
    page.wait_for_url(f"**/join/{token}/")
    watched.shoot("join-signed-in")
    watched.assert_accessible()
    page.click("main button.hq-btn-primary")
    page.wait_for_url("**/my/")
    assert firm.name in page.text_content("main")
    watched.assert_calm()
    joined = Membership.objects.current().get(user__username="zhong.cheng")
    assert (joined.enterprise, joined.part) == (firm, Membership.Part.CLERK)


def test_a_firm_is_handed_over_to_somebody_with_an_account(browse):
    firm, owner, token = invited_to(Membership.Part.OWNER)
    watched = browse(390, person="firm")
    page = watched.go(f"/join/{token}/")
    page.click("main button.hq-btn-primary")
    page.wait_for_url("**/my/")
    watched.assert_calm()
    parts = {row.user: row.part for row in Membership.objects.current().filter(enterprise=firm)}
    assert parts == {play("firm"): Membership.Part.OWNER, owner: Membership.Part.CLERK}
