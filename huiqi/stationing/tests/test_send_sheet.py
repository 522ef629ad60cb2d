"""The officer's page: every firm in one send, odd numbers asked once, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from huiqi.accounts.models import Deputyship
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import clock
from huiqi.enterprises.models import Membership
from huiqi.stationing.commands.stationings import When, end_stationing
from huiqi.stationing.models import DailyReport, Escalation, Figures, Sending
from huiqi.stationing.queries.compartment import firms_to_report
from huiqi.stationing.queries.sheets import sheets
from huiqi.stationing.tests.make import (
    COVERALL,
    DAY,
    MASK,
    YESTERDAY,
    at,
    make_key_firm,
    make_officer,
    make_stationing,
    report,
)

pytestmark = pytest.mark.django_db
PAGE = "/stationing/today/"


@pytest.fixture(autouse=True)
def nine_o_clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at(9))


def sign_in(client, user):
    client.force_login(user)
    return client


def numbers(firm, output="80000", stock="20000", shortage="0", product=MASK, **more):
    key = firm.public_id
    boxes = {"output": output, "stock": stock, "shortage": shortage}
    return {f"{key}-{product}-{name}": value for name, value in boxes.items()} | {
        f"{key}-{name}": value for name, value in more.items()
    }


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def firm(officer):
    return make_stationing(officer=officer).enterprise


@pytest.fixture
def page(client, officer, firm):
    return sign_in(client, officer)


def body(response):
    return response.content.decode()


def test_firms_of_other_officers_are_not_there_and_cannot_be_sent_for(page):
    other = make_stationing(officer=make_officer("钟山")).enterprise
    assert other.name not in body(page.get(PAGE))
    page.post(PAGE, numbers(other))
    assert not DailyReport.objects.filter(enterprise=other).exists()


def test_an_officer_whose_stationing_ended_reports_no_more(page, firm):
    stationing = firm.stationings.get()
    end_stationing(stationing, reason="调离", actor=None, when=When(DAY, at()))
    assert "目前没有要报的企业" in body(page.get(PAGE))
    page.post(PAGE, numbers(firm))
    assert not DailyReport.objects.exists()


def test_numbers_are_saved_and_the_browser_is_sent_on(page, firm):
    response = page.post(PAGE, numbers(firm))
    assert response.status_code == 302
    assert Figures.objects.get(report__enterprise=firm).output == 80_000
    assert "已报送1家" in body(page.get(response["Location"]))


def test_numbers_as_people_write_them_are_understood(page, firm):
    page.post(PAGE, numbers(firm, "８０，０００", "20,000只", " 0 "))
    row = Figures.objects.get()
    assert (row.output, row.stock, row.shortage) == (80_000, 20_000, 0)


def test_all_firms_go_in_one_send_and_untouched_ones_are_left_out(page, officer, firm):
    second, third = (make_stationing(officer=officer).enterprise for _ in range(2))
    page.post(PAGE, {**numbers(firm), **numbers(second, "70000"), **numbers(third, "", "", "")})
    assert set(DailyReport.objects.values_list("enterprise", flat=True)) == {firm.pk, second.pk}


def test_sending_twice_is_harmless(page, firm):
    for _ in range(2):
        assert page.post(PAGE, numbers(firm)).status_code == 302
    assert Sending.objects.count() == 1


def test_firms_sent_before_are_not_counted_again(page, officer, firm):
    second = make_stationing(officer=officer).enterprise
    page.post(PAGE, numbers(firm))
    response = page.post(PAGE, {**numbers(firm), **numbers(second)})
    assert "已报送1家" in body(page.get(response["Location"]))
    assert "没有新填或改动" in body(page.get(page.post(PAGE, numbers(firm))["Location"]))


def test_a_missing_number_is_named_and_what_was_typed_stays(page, firm):
    response = page.post(PAGE, numbers(firm, "81234", "", "0"))
    assert response.status_code == 422
    assert "请填库存；没有就填0。" in body(response)
    assert "81234" in body(response)
    assert not DailyReport.objects.exists()


def test_no_number_is_named_with_what_was_typed(page, firm):
    response = page.post(PAGE, numbers(firm, "八万"))
    assert response.status_code == 422
    assert "您填的是“八万”" in body(response)


def test_a_faulty_firm_does_not_keep_the_others_from_being_saved(page, officer, firm):
    second = make_stationing(officer=officer).enterprise
    response = page.post(PAGE, {**numbers(firm, "八万"), **numbers(second)})
    assert response.status_code == 422
    assert "已保存1家" in body(response)
    assert [row.enterprise for row in DailyReport.objects.all()] == [second]


def test_odd_numbers_are_asked_back_and_taken_when_sent_again(page, firm):
    report(firm, (8_000, 20_000, 0), on=YESTERDAY)
    response = page.post(PAGE, numbers(firm))
    assert response.status_code == 422
    assert "与昨日8,000只相差十倍以上" in body(response)
    assert not DailyReport.objects.filter(on=DAY).exists()
    asked = response.context["forms"][0]["asked"].value()
    assert page.post(PAGE, numbers(firm, asked=asked)).status_code == 302
    assert Sending.objects.get(report__on=DAY).confirmed == 1


def test_other_odd_numbers_are_asked_about_anew(page, firm):
    report(firm, (8_000, 20_000, 0), on=YESTERDAY)
    asked = page.post(PAGE, numbers(firm)).context["forms"][0]["asked"].value()
    response = page.post(PAGE, numbers(firm, "800000", asked=asked))
    assert response.status_code == 422
    assert not DailyReport.objects.filter(on=DAY).exists()


def test_numbers_once_confirmed_are_not_asked_about_again(page, firm):
    report(firm, (8_000, 20_000, 0), on=YESTERDAY)
    report(firm, (80_000, 20_000, 0))
    assert page.post(PAGE, numbers(firm, note="加班")).status_code == 302


def test_yesterdays_numbers_stand_beside_the_boxes(page, firm):
    report(firm, (76_543, 20_000, 0), on=YESTERDAY)
    assert "昨日 76,543" in body(page.get(PAGE))


def test_yesterday_can_be_filled_in_before_noon_and_not_after(page, firm, monkeypatch):
    late = {**numbers(firm), "day": YESTERDAY.isoformat()}
    assert page.post(PAGE, late).status_code == 302
    assert DailyReport.objects.get().is_late
    monkeypatch.setattr(clock, "now", lambda: at(12))
    response = page.post(PAGE, {**late, **numbers(firm, "70000")})
    assert response.status_code == 422
    assert "2月29日的三数已不能填报" in body(response)


def test_a_page_left_open_over_midnight_reports_the_day_it_was_drawn_for(page, firm):
    page.post(PAGE, {**numbers(firm), "day": YESTERDAY.isoformat()})
    assert DailyReport.objects.get().on == YESTERDAY


def test_an_unreadable_day_is_today(page, firm):
    page.post(PAGE, {**numbers(firm), "day": "甲"})
    assert DailyReport.objects.get().on == DAY


def test_a_tick_reports_upwards_once(page, firm):
    for _ in range(2):
        page.post(PAGE, numbers(firm, note="熔喷布只够两天", up="on"))
    row = Escalation.objects.get()
    assert (row.text, row.urgency, row.enterprise) == ("熔喷布只够两天", "normal", firm)
    assert "已上报：熔喷布只够两天" in body(page.get(PAGE))


def test_a_tick_without_words_asks_for_them(page, firm):
    response = page.post(PAGE, numbers(firm, up="on"))
    assert response.status_code == 422
    assert "请在说明里写清要上报的事项" in body(response)


def test_the_deputy_of_an_absent_officer_reports_in_their_stead(client, officer, firm):
    deputy = make_officer("钟山")
    # The post is filled today by the clock on the wall, whatever the reference date.
    Deputyship.objects.create(absent=officer, deputy=deputy, from_on=clock.today(), to_on=clock.today())
    page = sign_in(client, deputy)
    assert firm.name in body(page.get(PAGE))
    assert page.post(PAGE, numbers(firm)).status_code == 302
    assert DailyReport.objects.get().sent_by == deputy


def test_the_firm_s_own_people_may_report_their_firm_and_no_other(client, firm):
    owner = make_user(role=Role.FIRM)
    Membership.objects.create(enterprise=firm, user=owner, part="owner", began_at=at())
    other = make_key_firm()
    page = sign_in(client, owner)
    page.post(PAGE, {**numbers(firm), **numbers(other)})
    row = DailyReport.objects.get()
    assert (row.enterprise, row.by_firm) == (firm, True)
    assert other.name not in body(page.get(PAGE))


def test_an_officer_who_has_left_looks_at_no_day_but_the_last_ones_still_open(client):
    officer = make_officer()
    kept, left = make_stationing(officer=officer), make_stationing(officer=officer)
    for row in (kept, left):
        report(row.enterprise, on=DAY - timedelta(days=5))
    end_stationing(left, reason="轮换", actor=None, when=When(DAY, at()))
    page = sign_in(client, officer)
    names = kept.enterprise.name, left.enterprise.name
    for days_ago, seen in ((0, (True, False)), (1, (True, True)), (5, (True, False))):
        day = (DAY - timedelta(days=days_ago)).isoformat()
        shown = body(page.get(PAGE, {"day": day}))
        assert tuple(name in shown for name in names) == seen, day


def test_a_firm_without_lines_says_whom_to_ask(client):
    officer = make_officer()
    make_stationing(make_key_firm(lines=()), officer)
    assert "还没有登记重点产品" in body(sign_in(client, officer).get(PAGE))


def test_the_sheets_ask_the_same_number_of_questions_for_one_firm_and_for_ten(officer, firm, assert_queries):
    firms = firms_to_report(officer, DAY, DAY)
    with assert_queries(5):
        sheets(firms, DAY)
    for _ in range(9):
        make_stationing(make_key_firm(lines=(MASK, COVERALL)), officer)
    with assert_queries(5):
        assert len(sheets(firms.all(), DAY)) == 10


def test_the_address_of_the_page_is_the_menu_s(page):
    assert reverse("stationing:today") == PAGE
    assert f'href="{PAGE}"' in body(page.get("/desk/"))
