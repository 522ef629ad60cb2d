"""What is recorded of a firm carries the day the site acts on; links and files end by real time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from huiqi.core import clock
from huiqi.enterprises.models import ImportRun, MemberInvitation, Membership, Statement
from huiqi.enterprises.queries.history import fact_history
from huiqi.enterprises.tests.make import ON, make_firm, make_member, state
from huiqi.enterprises.tests.tables import HEADINGS, csv_upload, firm_row
from huiqi.enterprises.tests.test_correct_facts import address, fresh, typed

pytestmark = pytest.mark.django_db
BEFORE_MIDNIGHT = datetime(2020, 3, 1, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
AFTER_MIDNIGHT = datetime(2020, 2, 29, 16, 1, tzinfo=UTC)  # 00:01, the same day anew


def test_a_fact_is_recorded_on_the_day_every_page_names(enter):
    firm = make_firm(facts={"employees": 35})
    client = enter("county")
    assert client.post(address(firm, "employees"), typed(firm, value="40", period="2019")).status_code == 302
    said = Statement.objects.select_related("filing").latest("pk")
    assert timezone.localdate(said.recorded_at) == timezone.localdate(said.filing.recorded_at) == ON
    page = client.get(f"/firms/{firm.public_id}/").content.decode()
    assert f"{clock.wall_today():%Y}年" not in page


def test_of_two_figures_of_a_fixed_day_the_later_one_counts_though_midnight_lies_between():
    firm = make_firm()
    for value, at in ((40, BEFORE_MIDNIGHT), (50, AFTER_MIDNIGHT)):
        state(firm, {"employees": value}, period="2019", at=at)
    assert fresh(firm).employees == 50
    assert [entry.value for entry in fact_history(firm, "employees", ON)] == [50, 40]


def test_a_later_day_counts_before_a_later_row():
    firm = make_firm()
    for value, day in ((40, 29), (50, 28)):
        at = datetime(2020, 2, day, 4, tzinfo=UTC)
        state(firm, {"employees": value}, period="2019", at=at)
    assert fresh(firm).employees == 40


def test_an_imported_file_is_of_the_site_s_day_and_goes_a_real_week_later(enter, private_files):
    enter("county").post(reverse("enterprises:import_start"), {"file": csv_upload([firm_row(1)], HEADINGS)})
    run = ImportRun.objects.get()
    assert timezone.localdate(run.created_at) == ON
    assert timedelta(days=6) < run.kept_until - clock.wall_now() <= timedelta(days=7)


def test_a_membership_begins_on_the_site_s_day_and_its_link_ends_a_real_week_later(client, enter):
    firm = make_firm()
    client.force_login(make_member(firm))
    page = client.post(reverse("enterprises:invite", args=[firm.public_id]), {"part": "clerk"})
    invitation = MemberInvitation.objects.get()
    assert timedelta(days=6) < invitation.expires_at - clock.wall_now() <= timedelta(days=7)
    joined = enter("firm").post(page.context["link"])
    assert joined.status_code == 302
    assert timezone.localdate(Membership.objects.latest("pk").began_at) == ON


def test_an_expired_link_is_over_by_real_time(client, enter):
    firm = make_firm()
    client.force_login(make_member(firm))
    link = client.post(reverse("enterprises:invite", args=[firm.public_id]), {"part": "clerk"}).context[
        "link"
    ]
    MemberInvitation.objects.update(expires_at=clock.wall_now() - timedelta(seconds=1))
    assert enter("firm").get(link).status_code == 410
    assert enter("firm").post(link).status_code == 409
