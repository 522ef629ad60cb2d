import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from huiqi.accounts.tests.make import make_user

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"
PASSWORD = "a-long-passphrase"  # noqa: S105


def signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [
        ("zhou.min", "wrong-passphrase", "账号或密码不对"),
        ("nobody", PASSWORD, "账号或密码不对"),
        ("ZHOU.MIN", PASSWORD, "账号或密码不对"),
        ("", "", "请填写账号"),
        ("zhou.min", "", "请填写密码"),
        ("zhou.min\x00", PASSWORD, ""),
        ("x" * 5000, "y" * 5000, ""),
        ("' OR 1=1 --", PASSWORD, "账号或密码不对"),
    ],
)
def test_a_wrong_account_or_password_is_told_without_saying_which(visitor, username, password, said):
    make_user(username="zhou.min", password=PASSWORD)
    response = visitor.post(SIGN_IN, {"login": username, "password": password})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not signed_in(visitor)


def test_the_password_typed_is_never_sent_back(visitor):
    response = visitor.post(SIGN_IN, {"login": "zhou.min", "password": "typed-by-mistake"})
    page = response.content.decode()
    assert "typed-by-mistake" not in page
    assert "zhou.min" in page


def test_an_account_switched_off_cannot_sign_in(visitor):
    make_user(username="zhou.min", password=PASSWORD, is_active=False)
    response = visitor.post(SIGN_IN, {"login": "zhou.min", "password": PASSWORD})
    assert response.status_code == 422
    assert not signed_in(visitor)


def test_the_right_password_opens_a_new_session(visitor):
    make_user(username="zhou.min", password=PASSWORD)
    before = visitor.session.session_key
    response = visitor.post(SIGN_IN, {"login": "zhou.min", "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == reverse(settings.LOGIN_REDIRECT_URL)
    assert signed_in(visitor)
    assert visitor.session.session_key != before


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(visitor, target):
    make_user(username="zhou.min", password=PASSWORD)
    response = visitor.post(SIGN_IN, {"login": "zhou.min", "password": PASSWORD, "next": target})
    assert response["Location"] == reverse(settings.LOGIN_REDIRECT_URL)


def test_signing_out_ends_the_session(editor):
    assert signed_in(editor)
    assert editor.get("/accounts/sign-out/").status_code == 405
    response = editor.post("/accounts/sign-out/")
    assert (response.status_code, response["Location"]) == (302, reverse("core:home"))
    assert not signed_in(editor)


def test_a_person_is_addressed_by_an_opaque_id():
    first, second = make_user(), make_user()
    assert first.public_id != second.public_id
    assert len(first.public_id) == 16


def test_passwords_are_hashed_with_argon2_outside_the_tests():
    source = settings.PASSWORD_HASHERS
    assert source == ["django.contrib.auth.hashers.MD5PasswordHasher"], "the tests hash quickly"
    text = (settings.ROOT / "config" / "settings" / "base.py").read_text(encoding="utf-8")
    assert 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]' in text


@pytest.mark.parametrize("wanted", ["/join/a-link/", "https://evil.example/"])
def test_signing_up_goes_on_to_the_invitation_and_never_to_another_site(visitor, wanted):
    fields = visitor.get(reverse("accounts:sign_up")).context["form"].fields
    data = {name: "Long-enough-2020" for name in fields if "password" in name}
    data |= {"username": "newcomer", "name": "钟诚", "phone": "17000001234"}
    response = visitor.post(f"{reverse('accounts:sign_up')}?next={wanted}", data)
    reached = wanted if wanted.startswith("/") else reverse(settings.LOGIN_REDIRECT_URL)
    assert (response.status_code, response["Location"]) == (302, reached)


def test_a_short_password_is_told_in_chinese():
    with pytest.raises(ValidationError) as refused:
        validate_password("Kurz-1")
    assert "密码至少要有10个字符" in "".join(refused.value.messages)
