from datetime import date

import pytest
from django.template.loader import render_to_string

from huiqi.core import clock
from huiqi.enterprises.models import Enterprise, FirmAccess, Membership
from huiqi.enterprises.tests.make import AT, make_firm
from huiqi.lists.panels import comparison_panel, desk_panel, firm_panel
from huiqi.lists.tests.make import make_batch, make_entry
from huiqi.lists.tests.test_compare_lists import answered, sent, table
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_first_of_march(settings):
    settings.REFERENCE_DATE = date(2020, 3, 1)


@pytest.fixture
def asked_by(rf):
    def request(part):
        made = rf.get("/")
        made.user = play(part)
        return made

    return request


def listed_everywhere():
    """A firm on a published list, on one still weighed, and on one of the compartment."""
    firm = make_firm()
    make_entry(make_batch(state="published", title="已发布"), firm, "published", "province")
    make_entry(make_batch(title="征集中"), firm)
    kept = make_batch("provincial-key-contact", "published", title="限定", secrecy="compartment")
    make_entry(kept, firm, "published", "province")
    return firm


def titles(panel):
    return sorted(row.batch.title for row, _kind, _member in panel["rows"])


def test_staff_without_the_power_do_not_see_the_compartment_on_a_firms_page(asked_by):
    firm = listed_everywhere()
    assert titles(firm_panel(asked_by("analyst"), firm)) == ["已发布", "征集中"]
    assert titles(firm_panel(asked_by("county"), firm)) == ["已发布", "征集中", "限定"]


def test_a_firm_sees_what_was_decided_and_not_what_is_weighed_or_kept_close(asked_by):
    firm = listed_everywhere()
    request = asked_by("firm")
    Membership.objects.create(enterprise=firm, user=request.user, part="owner", began_at=AT)
    shown = firm_panel(request, firm)
    assert titles(shown) == ["已发布"]
    assert not shown["links"]


def test_a_firm_sees_that_it_is_under_public_notice_and_until_when(asked_by):
    firm = make_firm()
    public = make_batch("little-giant-hunan", "noticing", title="公示中", notice_until=date(2020, 3, 6))
    make_entry(public, firm, "accepted", "province")
    inside = make_batch("industry-finance-whitelist", "noticing", title="内部", secrecy="internal")
    make_entry(inside, firm, "accepted", "province")
    weighed = make_batch("little-giant-hunan", "noticing", title="未列入公示")
    make_entry(weighed, firm, "proposed", "county")
    request = asked_by("firm")
    Membership.objects.create(enterprise=firm, user=request.user, part="owner", began_at=AT)
    assert titles(firm_panel(request, firm)) == ["公示中"]
    page = render_to_string("lists/_firm_panel.html", firm_panel(request, firm), request)
    assert "公示至2020年3月6日" in page
    assert f"/lists/public/{public.public_id}/" in page


def test_people_without_a_view_of_lists_are_shown_no_panel(asked_by):
    firm = listed_everywhere()
    assert firm_panel(asked_by("bank_officer"), firm) is None
    assert desk_panel(asked_by("bank_officer"), None) is None


def test_the_desk_counts_what_is_the_readers_turn_and_nothing_else(asked_by):
    batch = make_batch()
    make_entry(batch)
    make_entry(batch, make_firm(county="430302"))
    make_entry(batch, state="recommended", level="city")
    make_entry(make_batch(state="published"))
    assert desk_panel(asked_by("county"), None)["work"].waiting == ((batch, 1),)
    assert desk_panel(asked_by("city"), None)["work"].waiting == ((batch, 1),)
    direct = desk_panel(asked_by("direct_county"), None)["work"]
    assert (direct.waiting, direct.collecting) == ((), ((batch, 0),))


def test_the_province_is_told_of_notices_that_end_today_and_that_are_over(asked_by):
    ends = make_batch("little-giant-hunan", "noticing", notice_until=date(2020, 3, 1))
    over = make_batch("little-giant-hunan", "noticing", notice_until=date(2020, 2, 28))
    make_batch("little-giant-hunan", "noticing", notice_until=date(2020, 3, 2))
    work = desk_panel(asked_by("province"), None)["work"]
    assert (work.ending_notices, work.over_notices) == ((ends,), (over,))
    assert desk_panel(asked_by("county"), None) is None


def test_what_an_authority_answered_is_shown_to_the_firm_and_who_may_ask_and_to_nobody_else(asked_by):
    firm = make_firm(county="430181")
    answered(sent([firm]), table((firm.credit_code, "是", "否", "", "")))
    stationed = asked_by("stationed_officer")
    today = clock.today()
    FirmAccess.objects.create(enterprise=firm, user=stationed.user, ground="stationed", from_on=today)
    assert Enterprise.objects.visible_to(stationed.user, today).filter(pk=firm.pk).exists()
    clerk = asked_by("window_clerk")
    assert Enterprise.objects.visible_to(clerk.user, today).filter(pk=firm.pk).exists()
    stranger, other_city = asked_by("firm"), asked_by("other_city")
    for request in (stationed, clerk, stranger, other_city):
        assert comparison_panel(request, firm) is None
    Membership.objects.create(enterprise=firm, user=stranger.user, part="owner", began_at=AT)
    for request in (stranger, asked_by("county")):
        (line,) = comparison_panel(request, firm)["log"]
        assert ("是否无欠缴", "yes") in line.answers
