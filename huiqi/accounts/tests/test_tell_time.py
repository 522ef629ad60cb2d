"""Deputyships and reviews count by the site's day; locks and invitations by real time."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from huiqi.accounts.commands import tries
from huiqi.accounts.models import AccessReview, Deputyship, Invitation, SignInLock
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core import clock
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 1)


@pytest.fixture(autouse=True)
def fixed_day(settings):
    settings.REFERENCE_DATE = DAY


def name_deputy(client, first: date, last: date):
    days = {"from_on": first.isoformat(), "to_on": last.isoformat(), "reason": "休假"}
    return client.post("/accounts/deputies/new/", {"deputy": play("city").public_id, **days})


def test_a_deputy_is_named_from_the_day_every_page_names_and_acts_on_it(enter):
    county = enter("county")
    yesterday = DAY - timedelta(days=1)
    assert name_deputy(county, yesterday, yesterday).status_code != 302
    assert name_deputy(county, DAY, DAY + timedelta(days=4)).status_code == 302
    assert list(Deputyship.objects.valid_on(clock.today())) == [Deputyship.objects.get()]
    assert "罗斌代理谭丽" in enter("city").get("/desk/").content.decode()


def test_a_deputyship_of_the_real_day_gives_no_power_on_another(enter):
    real = clock.wall_today()
    clerk = make_user(role="supervisor", unit=make_office("liuyang"))
    Deputyship.objects.create(absent=play("county"), deputy=clerk, from_on=real, to_on=real)
    assert not may(clerk, Power.CONFIRM_FACTS, clock.today())


def test_a_review_is_opened_and_due_by_the_site_s_day_and_counts_idle_days_by_the_real_one(enter):
    idle = clock.wall_now() - timedelta(days=91)
    person = make_user(role="officer", unit=make_office("liuyang"), last_login=idle)
    client = enter("security_admin")
    assert f"{DAY.year}年3月1日" in client.get("/accounts/reviews/").content.decode()
    client.post("/accounts/reviews/open/")
    review = AccessReview.objects.get()
    assert review.opened_on == DAY
    assert "idle" in review.lines.get(user=person).marks
    page = client.get(f"/accounts/reviews/{review.public_id}/")
    assert [line.days_idle for line, _form in page.context["shown"] if line.line.user == person] == [91]


def test_an_invitation_ends_a_real_week_later(enter):
    given = {"one-name": "陈兰", "one-unit": make_office("liuyang").public_id, "one-role": "officer"}
    enter("admin").post("/accounts/invitations/new/", given)
    left = Invitation.objects.get().expires_at - clock.wall_now()
    assert timedelta(days=6) < left <= timedelta(days=7)


def test_a_lock_lasts_a_real_quarter_of_an_hour(visitor):
    make_user(username="zhou.min", password="Xiangjiang-77")  # noqa: S106
    for _ in range(tries.FAILURES):
        visitor.post("/accounts/sign-in/", {"login": "zhou.min", "password": "wrong-passphrase"})
    lock = SignInLock.objects.get()
    assert timezone.localdate(lock.locked_at) != DAY
    assert timedelta(0) < lock.until - clock.wall_now() <= tries.WAIT


def test_the_audit_page_says_that_its_times_are_real_only_where_the_day_is_fixed(enter, settings):
    client = enter("audit_admin")
    assert "录入时间为系统实际时间" in client.get("/accounts/audit/").content.decode()
    settings.REFERENCE_DATE = None
    assert "录入时间为系统实际时间" not in client.get("/accounts/audit/").content.decode()
