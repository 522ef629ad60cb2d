import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from huiqi.accounts.commands import passwords, tries
from huiqi.accounts.models import AccessNote, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.accounts.tests.totp import code_of, set_up_app, set_up_codes
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from tests.harness.addresses import addresses

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = "/accounts/sign-in/", "/accounts/sign-in/code/"
PASSWORD = "A-long-passphrase-1"  # noqa: S105


def is_in(client):
    return "_auth_user_id" in client.session


@pytest.fixture
def guarded():
    """Somebody with a phone app: the account and the secret."""
    user = make_user(username="zhou.min", password=PASSWORD)
    return user, set_up_app(user)


def give_password(client):
    return client.post(SIGN_IN, {"login": "zhou.min", "password": PASSWORD})


def test_the_password_alone_does_not_get_in(visitor, guarded):
    assert give_password(visitor)["Location"] == CODE
    assert not is_in(visitor)
    assert visitor.get(reverse("core:desk")).status_code == 302
    assert visitor.get(CODE).status_code == 200


@pytest.mark.parametrize("code", ["000000", "", "abcdef", "1" * 20, "12345\x00"])
def test_a_wrong_code_is_refused_and_asked_again(visitor, guarded, code):
    give_password(visitor)
    assert visitor.post(CODE, {"code": code}).status_code == 422
    assert not is_in(visitor)


def test_the_right_code_gets_in_under_a_new_key(visitor, guarded):
    give_password(visitor)
    before = visitor.session.session_key
    assert visitor.post(CODE, {"code": code_of(guarded[1])}).status_code == 302
    assert is_in(visitor)
    assert visitor.session.session_key != before
    assert AuditRecord.objects.get(act="account.signed_in").details == {"second_factor": True}


def test_a_code_is_good_once(visitor, guarded):
    code = code_of(guarded[1])
    give_password(visitor)
    visitor.post(CODE, {"code": code})
    other = Client()
    give_password(other)
    assert other.post(CODE, {"code": code}).status_code == 422
    assert not is_in(other)


def test_a_code_used_at_another_worker_is_used(guarded):
    user, secret = guarded
    row = Authenticator.objects.get(user=user)
    assert passwords.use_code(row, code_of(secret))
    assert not passwords.use_code(Authenticator.objects.get(user=user), code_of(secret))


def test_codes_of_two_minutes_ago_or_ahead_are_refused(visitor, guarded):
    give_password(visitor)
    for steps in (-4, 4):
        assert visitor.post(CODE, {"code": code_of(guarded[1], steps)}).status_code == 422


def test_guessing_codes_is_locked_from_whatever_address(visitor, guarded):
    for number in range(tries.FAILURES):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        give_password(client)
        page = client.post(CODE, {"code": "000000"}).content.decode()
    assert "请等15分钟" in page
    give_password(visitor)
    assert visitor.post(CODE, {"code": code_of(guarded[1])}).status_code == 422
    assert not is_in(visitor)


def test_a_recovery_code_gets_in_once(guarded):
    code = set_up_codes(guarded[0])[0]
    for expected in (True, False):
        client = Client()
        give_password(client)
        client.post(CODE, {"code": code})
        assert is_in(client) is expected


def test_whoever_breaks_off_can_start_anew(visitor, guarded):
    give_password(visitor)
    visitor.post("/accounts/sign-out/")
    assert visitor.get(CODE).status_code == 302
    assert visitor.get(SIGN_IN).status_code == 200


# --- setting it up -----------------------------------------------------------------------------------


def secret_on(page):
    return re.search(r"<code>([A-Z2-7]{16,})</code>", page.content.decode())[1]


def test_a_wrong_first_code_keeps_the_secret_and_sets_nothing_up(editor):
    secret = secret_on(editor.get("/accounts/security/app/"))
    page = editor.post("/accounts/security/app/", {"code": "000000"})
    assert page.status_code == 422
    assert secret_on(page) == secret
    assert not Authenticator.objects.exists()


def test_setting_up_an_app_ends_all_other_sessions_and_keeps_this_one(enter):
    here, elsewhere = enter("editor"), enter("editor")
    secret = secret_on(here.get("/accounts/security/app/"))
    response = here.post("/accounts/security/app/", {"code": code_of(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert here.get(response["Location"]).status_code == 200
    assert elsewhere.get("/accounts/security/").status_code == 302
    row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(row.data), "the secret is encrypted at rest"
    assert AuditRecord.objects.filter(act="account.second_factor_added").exists()


def test_an_unattended_screen_is_asked_for_the_password_first(editor, monkeypatch):
    later = clock.wall_now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "wall_now", lambda: later)
    response = editor.get("/accounts/security/app/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/confirm/")


# --- staff must have one ------------------------------------------------------------------------------


@pytest.fixture
def demanding(settings):
    settings.HUIQI_REQUIRE_SECOND_FACTOR = True


OPEN = {
    *("accounts:sign_out", "account_logout", "core:healthz", "core:large_type", "set_language"),
    *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"),
    "account_reauthenticate",
}


def test_without_one_no_address_opens_but_those_to_set_it_up(demanding, editor):
    around = []
    for address in addresses():
        if "<" in address.route or "(?P" in address.route or address.name in OPEN:
            continue
        response = editor.get(f"/{address.route}")
        if not (response.status_code == 302 and response["Location"] == "/accounts/security/"):
            around.append((address.name, response.status_code))
    assert around == []


def test_the_page_that_stays_open_says_what_to_do(demanding, editor):
    assert "设好后才能打开其他页面" in editor.get("/accounts/security/").content.decode()


def test_with_one_everything_opens(demanding, visitor, guarded):
    give_password(visitor)
    visitor.post(CODE, {"code": code_of(guarded[1])})
    assert visitor.get(reverse("core:desk")).status_code == 200


def test_recovery_codes_alone_are_no_factor(demanding, enter):
    client = enter("editor")
    set_up_codes(User.objects.get())
    assert client.get(reverse("core:desk"))["Location"] == "/accounts/security/"


def test_people_of_firms_need_none(demanding, enter):
    assert enter("firm").get(reverse("core:home")).status_code == 200


def test_staff_cannot_remove_the_last_one(demanding, visitor, guarded):
    give_password(visitor)
    visitor.post(CODE, {"code": code_of(guarded[1])})
    page = visitor.post("/accounts/security/app/remove/")
    assert page.status_code == 422
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()


# --- the phone is lost --------------------------------------------------------------------------------


def test_a_reset_needs_a_reason_and_another_person(guarded):
    user, _secret = guarded
    keeper = make_user(role=Role.SECURITY_ADMIN)
    for actor, reason in ((keeper, "  "), (user, "手机遗失")):
        with pytest.raises(Refused):
            passwords.reset_second_factor(user, actor=actor, reason=reason, at=clock.wall_now())
    assert Authenticator.objects.filter(user=user).exists()


def test_a_reset_takes_all_factors_away_and_ends_the_sessions(visitor, guarded):
    user, secret = guarded
    give_password(visitor)
    visitor.post(CODE, {"code": code_of(secret)})
    keeper = make_user(role=Role.SECURITY_ADMIN)
    passwords.reset_second_factor(user, actor=keeper, reason="手机遗失，已当面核对", at=clock.wall_now())
    assert not Authenticator.objects.filter(user=user).exists()
    assert visitor.get(reverse("core:desk")).status_code == 302
    assert AccessNote.objects.get(user=user).reason == "手机遗失，已当面核对"
    row = AuditRecord.objects.get(act="account.second_factor_reset")
    assert (row.actor_id, row.subject_id) == (keeper.public_id, user.public_id)
    assert "手机" not in str(row.details)
