from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from huiqi.accounts.commands import tries
from huiqi.accounts.models import SignInLock, SignInTry
from huiqi.accounts.queries.sign_in import address_digest, name_digest, sign_up_digest
from huiqi.accounts.tests.make import make_user
from huiqi.core import clock
from huiqi.core.models import AuditRecord
from tests.harness.together import together

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"
PASSWORD = "A-long-passphrase-1"  # noqa: S105
NOON = datetime(2020, 3, 2, 4, 0, tzinfo=UTC)


def guess(client, name="zhou.min", password="wrong-passphrase", address="10.0.0.1"):  # noqa: S107
    return client.post(SIGN_IN, {"login": name, "password": password}, REMOTE_ADDR=address)


@pytest.fixture
def at_noon(monkeypatch):
    """A clock the test can move."""
    hands = {"now": NOON}
    monkeypatch.setattr(clock, "wall_now", lambda: hands["now"])
    return hands


@pytest.mark.parametrize("name", ["zhou.min", "nobody.at.all"])
def test_the_fifth_failure_locks_whether_or_not_the_account_exists(visitor, name):
    make_user(username="zhou.min", password=PASSWORD)
    for _ in range(tries.FAILURES - 1):
        page = guess(visitor, name).content.decode()
        assert "账号或密码不对" in page
        assert "请等" not in page
    assert "请等15分钟" in guess(visitor, name).content.decode()
    assert "请等15分钟" in guess(visitor, name).content.decode()


def test_a_locked_account_stays_shut_to_the_right_password(visitor):
    make_user(username="zhou.min", password=PASSWORD)
    for _ in range(tries.FAILURES):
        guess(visitor)
    assert guess(visitor, password=PASSWORD).status_code == 422
    assert "_auth_user_id" not in visitor.session


def test_the_lock_ends_after_a_quarter_of_an_hour(visitor, at_noon):
    make_user(username="zhou.min", password=PASSWORD)
    for _ in range(tries.FAILURES):
        guess(visitor)
    at_noon["now"] = NOON + timedelta(minutes=14)
    assert "请等1分钟" in guess(visitor, password=PASSWORD).content.decode()
    at_noon["now"] = NOON + timedelta(minutes=15, seconds=1)
    assert guess(visitor, password=PASSWORD).status_code == 302


def test_slow_guessing_is_not_locked(visitor, at_noon):
    for minutes in range(0, 60, 4):
        at_noon["now"] = NOON + timedelta(minutes=minutes)
        assert "请等" not in guess(visitor).content.decode()


def test_somebody_elsewhere_cannot_lock_a_person_out(visitor):
    make_user(username="zhou.min", password=PASSWORD)
    for _ in range(tries.FAILURES):
        guess(visitor, address="203.0.113.9")
    assert guess(visitor, password=PASSWORD, address="10.0.0.1").status_code == 302


def test_a_success_forgives_what_went_before(visitor):
    make_user(username="zhou.min", password=PASSWORD)
    for _ in range(tries.FAILURES - 1):
        guess(visitor)
    assert guess(visitor, password=PASSWORD).status_code == 302
    visitor.post("/accounts/sign-out/")
    assert "请等" not in guess(visitor).content.decode()


def test_name_and_phone_number_of_one_account_count_together(visitor):
    make_user(username="zhou.min", password=PASSWORD, phone="13800000001")
    for name in ["zhou.min", "13800000001", "zhou.min", "138 0000 0001"]:
        guess(visitor, name)
    assert "请等" in guess(visitor, "zhou.min").content.decode()


def test_an_address_that_tries_many_names_has_to_wait(visitor):
    for number in range(tries.ADDRESS_FAILURES):
        assert "请等" not in guess(visitor, f"person{number}").content.decode()
    assert "请等" in guess(visitor, "one.more").content.decode()
    assert "请等" not in guess(visitor, "one.more", address="10.0.0.2").content.decode()


def guess_from_everywhere(visitor, name="zhou.min"):
    """As many wrong guesses as lock the name everywhere, no address of them locked."""
    for number in range(tries.EVERYWHERE_FAILURES):
        page = guess(visitor, name, address=f"203.0.113.{number // (tries.FAILURES - 1)}")
    return page.content.decode()


@pytest.mark.parametrize("name", ["zhou.min", "nobody.at.all"])
def test_guessing_from_many_addresses_locks_the_name_everywhere(visitor, name):
    make_user(username="zhou.min", password=PASSWORD)
    assert "请等15分钟" in guess_from_everywhere(visitor, name)
    assert "请等15分钟" in guess(visitor, name, password=PASSWORD, address="10.9.9.9").content.decode()
    assert guess(visitor, "another.one", address="10.9.9.9").status_code == 422
    assert SignInLock.objects.in_force(clock.wall_now()).get().address_digest == ""


def test_the_lock_everywhere_ends_and_its_failures_do_not_renew_it(visitor, at_noon):
    make_user(username="zhou.min", password=PASSWORD)
    guess_from_everywhere(visitor)
    at_noon["now"] = NOON + timedelta(minutes=14)
    assert guess(visitor, password=PASSWORD).status_code == 422
    at_noon["now"] = NOON + timedelta(minutes=15, seconds=1)
    assert "请等" not in guess(visitor, address="203.0.113.77").content.decode()
    assert guess(visitor, password=PASSWORD).status_code == 302


def test_the_security_administrator_lifts_the_lock_everywhere(visitor, enter):
    user = make_user(username="zhou.min", password=PASSWORD)
    guess_from_everywhere(visitor)
    keeper = enter("security_admin")
    lock = SignInLock.objects.get(user=user)
    assert lock.public_id in keeper.get("/accounts/locks/").content.decode()
    assert keeper.post(reverse("accounts:lock_lift", args=[lock.public_id])).status_code == 302
    assert guess(visitor, password=PASSWORD).status_code == 302


def test_guesses_at_the_name_of_the_sign_up_page_lock_no_sign_up(visitor):
    guess_from_everywhere(visitor, "sign-up")
    for number in range(tries.EVERYWHERE_FAILURES + 1):
        tries.begin_try(
            sign_up_digest(),
            address_digest(f"10.1.0.{number}"),
            user=None,
            at=clock.wall_now(),
            everywhere=False,
        )


def test_addresses_of_one_ipv6_network_are_one():
    assert address_digest("2001:db8:1:2::1") == address_digest("2001:db8:1:2:ffff::9")
    assert address_digest("2001:db8:1:2::1") != address_digest("2001:db8:1:3::1")


def test_the_lock_needs_no_cache(visitor, monkeypatch):
    def gone(*args, **kwargs):
        raise ConnectionError("the cache is gone")

    for name in ("get", "set", "add", "incr", "delete"):
        monkeypatch.setattr(cache, name, gone)
    for _ in range(tries.FAILURES):
        guess(visitor)
    assert "请等" in guess(visitor).content.decode()


def test_failures_are_audited_without_what_was_typed(visitor):
    user = make_user(username="zhou.min", password=PASSWORD)
    guess(visitor, "my-secret-typed-as-name")
    for _ in range(tries.FAILURES):
        guess(visitor, "zhou.min")
    rows = list(AuditRecord.objects.order_by("pk").values("act", "subject_id", "actor_id", "details"))
    assert [row["act"] for row in rows] == ["account.sign_in_failed"] * 6 + ["account.locked"]
    assert rows[0]["subject_id"] == ""
    assert {row["subject_id"] for row in rows[1:]} == {user.public_id}
    assert "my-secret" not in str(rows)
    assert "my-secret" not in str(list(SignInTry.objects.order_by("pk").values()))


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_are_counted_together():
    name, address = name_digest("zhou.min", None), address_digest("10.0.0.1")

    def guess_once():
        return tries.begin_try(name, address, user=None, at=NOON)

    outcomes = together(*[guess_once] * 8)
    looked_at = [each for each in outcomes if isinstance(each, SignInTry)]
    assert all(isinstance(each, SignInTry | tries.TryLater) for each in outcomes), outcomes
    assert 1 <= len(looked_at) <= tries.FAILURES
    assert SignInLock.objects.count() >= 1


def test_the_security_administrator_sees_and_lifts_a_lock(visitor, enter):
    user = make_user(username="zhou.min", name="周敏", password=PASSWORD)
    for _ in range(tries.FAILURES):
        guess(visitor)
        guess(visitor, "nobody.at.all")
    keeper = enter("security_admin")
    page = keeper.get("/accounts/locks/").content.decode()
    assert "周敏" in page
    assert "不存在的账号" in page
    assert "nobody.at.all" not in page
    lift = reverse("accounts:lock_lift", args=[SignInLock.objects.get(user=user).public_id])
    assert enter("admin").post(lift).status_code == 404
    assert keeper.post(lift).status_code == 302
    assert keeper.post(lift).status_code == 409
    assert guess(visitor, password=PASSWORD).status_code == 302
    assert AuditRecord.objects.get(act="account.lock_lifted").subject_id == user.public_id
