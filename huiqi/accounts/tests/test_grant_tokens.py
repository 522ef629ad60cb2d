"""Access tokens of programs: granted by one, drawn by another, worth nothing once revoked."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse

from huiqi.accounts.commands.tokens import (
    LONGEST,
    Grant,
    count_call,
    draw_token,
    find_token,
    grant_token,
    revoke_token,
)
from huiqi.accounts.models import ApiScope, ApiToken
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from tests.harness.together import together

pytestmark = pytest.mark.django_db
GRANT = Grant("园区服务平台提交诉求", [ApiScope.CASES_CREATE], timedelta(days=30))


@pytest.fixture
def admin(db):
    return make_user(role=Role.SECURITY_ADMIN)


@pytest.fixture
def person(db):
    return make_user(role=Role.WINDOW_CLERK)


def granted(person, admin, grant=GRANT):
    return grant_token(person, grant, actor=admin, at=clock.wall_now())


def drawn(person, admin):
    token = granted(person, admin)
    return draw_token(token, actor=person, at=clock.wall_now()), token


def test_nobody_grants_a_token_to_oneself(admin):
    with pytest.raises(Refused, match="别人"):
        granted(admin, admin)


@pytest.mark.parametrize("off", [{"is_active": False}, {"is_role_confirmed": False}])
def test_an_account_that_is_off_or_not_confirmed_gets_none(admin, off):
    with pytest.raises(Refused):
        granted(make_user(role=Role.WINDOW_CLERK, **off), admin)


def test_a_token_holds_a_year_at_most_and_has_a_scope(admin, person):
    for grant in (
        Grant("x", [ApiScope.CASES_READ], LONGEST + timedelta(days=1)),
        Grant("x", [], timedelta(days=1)),
    ):
        with pytest.raises(ValueError, match="a token has scopes"):
            granted(person, admin, grant)


def test_who_grants_cannot_draw(admin, person):
    token = granted(person, admin)
    with pytest.raises(ApiToken.DoesNotExist):
        draw_token(token, actor=admin, at=clock.wall_now())


def test_the_secret_is_shown_once_and_only_its_digest_is_kept(admin, person):
    secret, token = drawn(person, admin)
    token.refresh_from_db()
    assert secret not in str(ApiToken.objects.values().get())
    assert (len(token.digest), secret.startswith(token.prefix)) == (64, True)
    with pytest.raises(Refused, match="已经领取"):
        draw_token(token, actor=person, at=clock.wall_now())


def test_a_drawn_token_is_found_by_its_secret_until_it_is_revoked(admin, person):
    secret, token = drawn(person, admin)
    found = find_token(secret, at=clock.wall_now())
    assert found is not None and found.user == person
    assert find_token(secret + "x", at=clock.wall_now()) is None
    revoke_token(token, actor=person, at=clock.wall_now())
    assert find_token(secret, at=clock.wall_now()) is None


def test_an_expired_token_and_one_of_an_account_switched_off_are_not_found(admin, person):
    secret, token = drawn(person, admin)
    assert find_token(secret, at=token.expires_at) is None
    person.is_active = False
    person.save()
    assert find_token(secret, at=clock.wall_now()) is None


def test_the_database_keeps_no_secret_that_was_not_drawn(admin, person):
    token = granted(person, admin)
    with pytest.raises(DatabaseError):
        ApiToken.objects.filter(pk=token.pk).update(digest="0" * 64)


def test_granting_drawing_and_revoking_stand_in_the_trail_without_the_secret(admin, person):
    secret, token = drawn(person, admin)
    revoke_token(token, actor=admin, at=clock.wall_now())
    revoke_token(token, actor=admin, at=clock.wall_now())
    rows = AuditRecord.objects.filter(act__startswith="token.").order_by("pk")
    assert [(row.act, row.actor_id) for row in rows] == [
        ("token.granted", admin.public_id),
        ("token.drawn", person.public_id),
        ("token.revoked", admin.public_id),
    ]
    assert secret[:8] not in str(list(rows.values()))


def test_the_calls_of_a_minute_are_counted_and_begin_anew_with_the_next(admin, person, settings):
    settings.HUIQI_API_CALLS_PER_MINUTE = 2
    _secret, token = drawn(person, admin)
    at = clock.wall_now().replace(second=20, microsecond=0)
    assert [count_call(token, at=at) for _ in range(3)] == [0, 0, 40]
    assert count_call(token, at=at + timedelta(seconds=40)) == 0


@pytest.mark.django_db(transaction=True)
def test_calls_at_the_same_moment_never_pass_the_limit(settings):
    settings.HUIQI_API_CALLS_PER_MINUTE = 3
    _secret, token = drawn(make_user(role=Role.WINDOW_CLERK), make_user(role=Role.SECURITY_ADMIN))
    at = clock.wall_now()
    passed = together(*[lambda: count_call(token, at=at)] * 6)
    assert [each for each in passed if each == 0] == [0, 0, 0]


# --- the pages ------------------------------------------------------------------------------------
def test_the_security_administrator_grants_on_the_page(enter, person):
    browser = enter("security_admin")
    page = browser.post(reverse("accounts:token_grant"), {"account": "nobody", "name": "", "days": "30"})
    assert page.status_code == 422
    for said in ("没有这个账号", "请写明哪个系统", "请至少选择一项"):
        assert said in page.content.decode()
    given = {"account": person.username, "name": "园区平台", "scopes": ["cases:create"], "days": "30"}
    assert browser.post(reverse("accounts:token_grant"), given).status_code == 302
    listed = browser.get(reverse("accounts:tokens")).content.decode()
    assert "园区平台" in listed and "待本人领取" in listed and "领取</button>" not in listed


def test_the_person_draws_on_the_own_page_and_sees_no_others(client, admin, person):
    token = granted(person, admin)
    client.force_login(make_user(role=Role.WINDOW_CLERK))
    assert GRANT.name not in client.get(reverse("accounts:tokens")).content.decode()
    assert client.post(reverse("accounts:token_draw", args=[token.public_id])).status_code == 404
    assert client.post(reverse("accounts:token_revoke", args=[token.public_id])).status_code == 404
    client.force_login(person)
    page = client.post(reverse("accounts:token_draw", args=[token.public_id]))
    token.refresh_from_db()
    assert f"{token.prefix}" in page.content.decode() and "no-store" in page["Cache-Control"]
    again = client.post(reverse("accounts:token_draw", args=[token.public_id]))
    assert again.status_code == 409
    assert client.post(reverse("accounts:token_revoke", args=[token.public_id])).status_code == 302
    assert "已撤销" in client.get(reverse("accounts:tokens")).content.decode()
