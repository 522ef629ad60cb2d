from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from huiqi.accounts.models import SignIn, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import clock
from huiqi.core.models import AuditRecord
from tests.harness.cast import PASSWORD

pytestmark = pytest.mark.django_db
DESK = "/desk/"
NEW = "Another-phrase-2"


@pytest.fixture
def sign_in(db):
    """`sign_in(browser)`: 周敏 signs in by the form at that browser."""
    make_user(username="zhou.min", password=PASSWORD)

    def enter(client, agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120"):
        client.post(
            "/accounts/sign-in/", {"login": "zhou.min", "password": PASSWORD}, headers={"user-agent": agent}
        )
        return client

    return enter


def test_a_session_planted_before_signing_in_is_worth_nothing(client, sign_in):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    sign_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_twelve_hours_end_a_session_however_busy(client, sign_in, monkeypatch):
    sign_in(client)
    began = clock.wall_now()
    monkeypatch.setattr(clock, "wall_now", lambda: began + timedelta(hours=11, minutes=59))
    assert client.get(DESK).status_code == 200
    monkeypatch.setattr(clock, "wall_now", lambda: began + timedelta(hours=12, minutes=1))
    assert client.get(DESK)["Location"].startswith("/accounts/sign-in/")
    assert client.get(DESK).status_code == 302


def test_half_an_hour_idle_ends_a_session(client, sign_in, settings):
    assert settings.SESSION_COOKIE_AGE == 1800
    assert settings.SESSION_SAVE_EVERY_REQUEST is True
    sign_in(client)
    Session.objects.update(expire_date=clock.wall_now() - timedelta(seconds=1))
    assert client.get(DESK).status_code == 302


def test_a_session_without_a_beginning_is_ended(client, sign_in):
    sign_in(client)
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert client.get(DESK).status_code == 302


def test_pages_of_signed_in_people_are_kept_nowhere(client, sign_in):
    assert "no-store" not in client.get("/").headers.get("Cache-Control", "")
    sign_in(client)
    for page in ("/", DESK, "/accounts/security/"):
        assert "no-store" in client.get(page)["Cache-Control"], page
    assert "no-store" in client.post("/accounts/sign-out/")["Cache-Control"]


def test_a_person_sees_the_own_sessions_by_device(client, sign_in, visitor):
    sign_in(client)
    other = type(client)()
    sign_in(other, "Mozilla/5.0 (iPhone; CPU iPhone OS 13) MicroMessenger/7.0 Safari")
    page = client.get("/accounts/security/").content.decode()
    assert "Windows · Chrome" in page
    assert "iPhone · WeChat" in page
    assert page.count("当前登录") == 1


def test_one_session_can_be_ended_and_nobody_elses(client, sign_in):
    sign_in(client)
    other = type(client)()
    sign_in(other)
    row = SignIn.objects.get(session_key=other.session.session_key)
    stranger = make_user(username="stranger", password=PASSWORD)
    outside = type(client)()
    outside.force_login(stranger)
    assert outside.post(reverse("accounts:session_end", args=[row.public_id])).status_code == 404
    assert client.post(reverse("accounts:session_end", args=[row.public_id])).status_code == 302
    assert other.get(DESK).status_code == 302
    assert client.get(DESK).status_code == 200


def test_all_other_sessions_can_be_ended_at_once(client, sign_in):
    others = [sign_in(type(client)()) for _ in range(3)]
    sign_in(client)
    client.post(reverse("accounts:sessions_end_others"))
    assert [other.get(DESK).status_code for other in others] == [302, 302, 302]
    assert client.get(DESK).status_code == 200
    assert AuditRecord.objects.get(act="account.sessions_ended").details == {"sessions": 3}


def test_an_account_switched_off_is_out_at_once(client, sign_in):
    sign_in(client)
    User.objects.update(is_active=False)
    assert client.get(DESK).status_code == 302


def test_signing_out_is_audited(client, sign_in):
    sign_in(client)
    client.post("/accounts/sign-out/")
    assert list(AuditRecord.objects.order_by("pk").values_list("act", flat=True)) == [
        "account.signed_in",
        "account.signed_out",
    ]
    assert SignIn.objects.get().ended_at is not None


# --- passwords ----------------------------------------------------------------------------------------


def change(client, new=NEW, old=PASSWORD, again=None):
    return client.post("/accounts/password/", {"old": old, "new": new, "again": again or new})


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("Short-1", "10"),
        ("onlysmallletters", "三类"),
        ("small-and-signs", "三类"),
        ("1234567890123", "三类"),
        (PASSWORD, "最近5次"),
        ("Password123", "常见"),
    ],
)
def test_a_weak_or_old_password_is_refused_with_what_to_do(client, sign_in, new, said):
    sign_in(client)
    response = change(client, new)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_the_present_password_is_asked_for(client, sign_in):
    sign_in(client)
    assert change(client, old="not-my-password").status_code == 422
    assert User.objects.get().check_password(PASSWORD)


def test_two_different_new_ones_are_refused(client, sign_in):
    sign_in(client)
    assert "不一样" in change(client, again="Another-phrase-3").content.decode()


def test_a_new_password_ends_the_other_sessions_only(client, sign_in):
    other = sign_in(type(client)())
    sign_in(client)
    assert change(client).status_code == 302
    assert client.get(DESK).status_code == 200
    assert other.get(DESK).status_code == 302
    assert len(client.get("/accounts/security/").context["sessions"]) == 1


def test_the_last_five_are_remembered_and_no_more(client, sign_in):
    sign_in(client)
    old = PASSWORD
    for number in range(6):
        assert change(client, f"Phrase-number-{number}", old).status_code == 302
        old = f"Phrase-number-{number}"
    assert change(client, "Phrase-number-1", old).status_code == 422
    assert change(client, PASSWORD, old).status_code == 302


def test_staff_change_it_every_ninety_days_and_people_of_firms_do_not(client, sign_in, enter):
    sign_in(client)
    User.objects.update(password_changed_at=clock.wall_now() - timedelta(days=91))
    assert client.get(DESK)["Location"] == "/accounts/password/"
    assert client.get("/accounts/password/").status_code == 200
    assert change(client).status_code == 302
    assert client.get(DESK).status_code == 200
    firm = enter("firm")
    User.objects.filter(role=Role.FIRM).update(password_changed_at=clock.wall_now() - timedelta(days=400))
    assert firm.get("/").status_code == 200
