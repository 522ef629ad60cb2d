"""Passkeys in a real Chromium with a virtual authenticator; and what Back shows after signing out."""

import pytest

from tests.harness.cast import CAST, PASSWORD, play

pytestmark = [pytest.mark.django_db(transaction=True)]
COUNTY = CAST["county"].username


@pytest.fixture
def authenticator(browse):
    """A page whose browser has a built-in authenticator that says yes; passkeys need localhost, not an IP."""
    play("county")
    watched = browse(1280)
    watched.base = watched.base.replace("127.0.0.1", "localhost")
    devtools = watched.page.context.new_cdp_session(watched.page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return watched


def sign_in(watched):
    page = watched.go("/accounts/sign-in/")
    page.fill("[name=login]", COUNTY)
    page.fill("[name=password]", PASSWORD)
    page.click("form button:has-text('登录') >> nth=0")
    page.wait_for_url("**/desk/")
    return page


def sign_out(page):
    page.locator("form[action$='/sign-out/'] button").first.click()
    page.wait_for_url(lambda url: "/desk/" not in url and "/accounts/" not in url)


def test_a_passkey_is_added_and_opens_the_desk_without_a_password(authenticator):
    page = sign_in(authenticator)
    page = authenticator.go("/accounts/security/passkeys/add/")
    page.check("[name=passwordless]")
    page.click("#passkey_add")
    page.wait_for_url("**/security/codes/")
    assert page.locator("code").count() == 10
    authenticator.go("/accounts/security/")
    sign_out(page)
    page = authenticator.go("/accounts/sign-in/")
    page.click("#passkey_login")
    page.wait_for_url("**/desk/")
    assert "谭丽" in page.content()
    authenticator.assert_calm()


def test_a_passkey_is_the_second_step_after_the_password(authenticator):
    page = sign_in(authenticator)
    page = authenticator.go("/accounts/security/passkeys/add/")
    page.click("#passkey_add")
    page.wait_for_url("**/security/codes/")
    sign_out(page)
    page = authenticator.go("/accounts/sign-in/")
    page.fill("[name=login]", COUNTY)
    page.fill("[name=password]", PASSWORD)
    page.click("form button:has-text('登录') >> nth=0")
    page.wait_for_url("**/sign-in/code/")
    page.click("#passkey_authenticate")
    page.wait_for_url("**/desk/")
    authenticator.assert_calm()


def test_back_after_signing_out_shows_nothing(authenticator):
    page = sign_in(authenticator)
    authenticator.go("/accounts/security/")
    assert page.text_content("h1") == "我的账号"
    sign_out(page)
    page.go_back()
    page.wait_for_load_state()
    assert page.text_content("h1") == "登录"
    assert "/accounts/sign-in/" in page.url


def test_the_account_pages_are_calm_and_accessible(browse):
    for width in (1280, 390):
        watched = browse(width, person="admin")
        for page in ("people", "units", "invitations/new", "security", "security/app", "deputies/new"):
            watched.go(f"/accounts/{page}/")
            watched.assert_calm()
            watched.assert_accessible()
        keeper = browse(width, person="security_admin")
        for page in ("reviews", "locks", "people", "deputies"):
            keeper.go(f"/accounts/{page}/")
            keeper.assert_calm()
            keeper.assert_accessible()
