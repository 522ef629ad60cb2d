"""The site acts on one day; what is measured in minutes keeps real time."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from huiqi.accounts.tests.make import make_user
from huiqi.core import audit, clock
from huiqi.core.models import AuditRecord
from huiqi.core.tests.make import make_job

DAY = date(2020, 3, 1)
LATE = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)  # a second before midnight in Shanghai


@pytest.fixture
def late(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATE)


def test_on_a_fixed_reference_date_the_site_acts_on_that_day_at_this_time_of_day(settings, late):
    settings.REFERENCE_DATE = DAY
    assert clock.today() == DAY
    assert clock.now() == datetime(2020, 3, 1, 15, 59, 59, tzinfo=UTC)
    assert timezone.localdate(clock.now()) == DAY
    assert clock.is_reference_date_fixed()


def test_real_time_goes_on_whatever_day_the_site_acts_on(settings, late):
    settings.REFERENCE_DATE = DAY
    assert (clock.wall_now(), clock.wall_today()) == (LATE, date(2026, 11, 23))


def test_without_a_fixed_date_both_clocks_are_one(settings, late):
    settings.REFERENCE_DATE = None
    assert (clock.now(), clock.today()) == (clock.wall_now(), clock.wall_today())
    assert not clock.is_reference_date_fixed()


@pytest.mark.django_db
def test_jobs_and_the_audit_trail_keep_real_time(settings):
    settings.REFERENCE_DATE = DAY
    before = clock.wall_now()
    job = make_job()
    audit.record("account.signed_in", None, actor=make_user())
    assert job.created_at >= before
    assert AuditRecord.objects.latest("pk").at >= before
