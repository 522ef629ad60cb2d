"""Sign-ins, locks and invitations are forgotten on time although nobody comes to sign in."""

from datetime import timedelta

import pytest

from huiqi.accounts.models import Invitation, SignIn, SignInLock
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core import clock
from huiqi.core.retention import RULES, Instants, carry_out

pytestmark = pytest.mark.django_db


def run(rule, days):
    wall = clock.wall_now() + timedelta(days=days)
    return carry_out(RULES[f"accounts.{rule}"], Instants(clock.now(), wall))


def test_a_sign_in_is_kept_for_a_year():
    SignIn.objects.create(user=make_user(), session_key="a", device="手机", at=clock.wall_now())
    assert run("sign_ins", 364) == 0
    assert run("sign_ins", 366) == 1
    assert not SignIn.objects.exists()


def test_a_lock_is_kept_for_a_year():
    wall = clock.wall_now()
    SignInLock.objects.create(name_digest="a", locked_at=wall, until=wall)
    assert run("locks", 364) == 0
    assert run("locks", 366) == 1
    assert not SignInLock.objects.exists()


def test_the_name_on_an_invitation_goes_when_it_expires_unanswered():
    wall = clock.wall_now()
    Invitation.objects.create(
        token_digest="a",
        name="彭清",
        unit=make_office("liuyang"),
        role=Role.OFFICER,
        invited_by=make_user(),
        invited_at=wall,
        expires_at=wall + timedelta(days=7),
    )
    assert run("invitations", 6) == 0
    assert run("invitations", 8) == 1
    assert Invitation.objects.get().name == ""
