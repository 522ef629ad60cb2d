"""Pages of a batch offer what can be done now, to whom may do it, and say why the rest cannot be done."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from huiqi.enterprises.tests.make import make_firm
from huiqi.lists.models import Entry
from huiqi.lists.tests.make import make_batch, make_entry

pytestmark = pytest.mark.django_db
MEETS = {"little_giant_base_ok": True, "province": "430000"}


@pytest.fixture(autouse=True)
def on_first_of_march(settings):
    settings.REFERENCE_DATE = date(2020, 3, 1)


def page(client, name, *args, **query):
    return BeautifulSoup(client.get(reverse(f"lists:{name}", args=args), query).content, "html.parser")


def offered(shown):
    return [option["value"] for option in shown.select("#bulk-act option")]


def noticed(days=5):
    since, until = date(2020, 2, 24), date(2020, 3, 2)
    return make_batch(
        "little-giant-hunan",
        "noticing",
        notice_days=days,
        notice_from=since,
        notice_until=until,
        title="公示批",
    )


# --- the acts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "entry_state"), [("published", "published"), ("reviewing", "accepted")])
def test_without_a_row_whose_turn_it_is_there_is_no_form_and_no_tick(enter, state, entry_state):
    batch = make_batch(state=state)
    make_entry(batch, state=entry_state, level="province")
    shown = page(enter("province"), "batch", batch.public_id)
    assert not shown.select("#bulk-act, input[name=entry]")
    assert "对勾选的企业" not in shown.get_text()


def test_the_menu_offers_a_level_only_what_it_may_do(enter):
    batch = make_batch()
    make_entry(batch, make_firm(county="430181"))
    make_entry(batch, make_firm(county="430181"), "recommended", "city", origin="county")
    make_entry(batch, make_firm(county="430181"), "recommended", "province", origin="county")
    assert offered(page(enter("county"), "batch", batch.public_id)) == ["recommend", "reject"]
    assert offered(page(enter("city"), "batch", batch.public_id)) == ["recommend", "return", "reject"]
    assert offered(page(enter("province"), "batch", batch.public_id)) == ["accept", "return", "reject"]


def test_all_rows_of_the_page_are_ticked_by_a_link_and_the_filter_stays(enter):
    batch = make_batch()
    for _ in range(3):
        make_entry(batch, make_firm(county="430181"))
    client = enter("county")
    plain = page(client, "batch", batch.public_id, mine="1")
    assert not plain.select("input[name=entry][checked]")
    link = next(a["href"] for a in plain.select("a") if a.get_text() == "全选本页轮到您的")
    ticked = BeautifulSoup(
        client.get(reverse("lists:batch", args=[batch.public_id]) + link).content, "html.parser"
    )
    assert len(ticked.select("input[name=entry][checked]")) == 3
    assert ticked.select_one("input[name=mine]").has_attr("checked")
    assert ticked.select_one("input[name=query]")["value"] == "?mine=1", "after the act nothing is ticked"


def test_an_act_that_is_refused_keeps_what_was_ticked_chosen_and_written(enter):
    entry = make_entry(make_batch(), make_firm(county="430181"))
    address = reverse("lists:act_on_entries", args=[entry.batch.public_id])
    given = {"entry": f"{entry.public_id}:{entry.version}", "act": "reject", "reason": " "}
    answer = enter("county").post(address, given)
    shown = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422 and "不列入要写明理由" in shown.get_text()
    assert len(shown.select("input[name=entry][checked]")) == 1
    assert shown.select_one("#bulk-act option[selected]")["value"] == "reject"


# --- the steps ------------------------------------------------------------------------------------


def test_the_page_says_why_a_list_cannot_be_published_or_noticed_yet(enter):
    batch = make_batch("little-giant-hunan", "reviewing")
    make_entry(batch, state="recommended", level="province", origin="city")
    client = enter("province")
    words = page(client, "batch", batch.public_id).get_text()
    assert "现在不能发起公示" in words and "还有1家没有办完" in words
    assert "现在不能发布" in words and "这种名单要先公示" in words
    links = [a["href"] for a in page(client, "batch", batch.public_id).select("a[href]")]
    for name in ("publish", "start_notice"):
        assert reverse(f"lists:{name}", args=[batch.public_id]) not in links
        shown = page(client, name, batch.public_id)
        assert not shown.select("input[name=document], input[name=days]"), "no form to fill in for nothing"
    assert "这种名单要先公示" in page(client, "publish", batch.public_id).get_text()
    Entry.objects.update(state="accepted")
    links = [a["href"] for a in page(client, "batch", batch.public_id).select("a[href]")]
    assert reverse("lists:start_notice", args=[batch.public_id]) in links


def test_a_list_without_notice_offers_its_publication_once_somebody_is_accepted(enter):
    batch = make_batch(state="reviewing")
    client, address = enter("province"), reverse("lists:publish", args=[batch.public_id])
    assert address not in [a["href"] for a in page(client, "batch", batch.public_id).select("a[href]")]
    make_entry(batch, state="accepted", level="province")
    assert address in [a["href"] for a in page(client, "batch", batch.public_id).select("a[href]")]
    assert page(client, "publish", batch.public_id).select("input[name=document]")


def test_an_office_is_told_why_it_cannot_propose_now(enter):
    batch = make_batch(state="drafting")
    words = page(enter("county"), "batch", batch.public_id).get_text()
    assert "现在不能推荐企业" in words and "还没有开始征集" in words
    assert "现在不能发布" not in words, "that is not the county's to do"


# --- joining a running notice ---------------------------------------------------------------------


def test_every_page_where_a_firm_can_join_a_notice_says_its_new_last_day_before(enter):
    batch = noticed()
    make_entry(batch, state="accepted", level="province")
    entry = make_entry(batch, make_firm(facts=MEETS), level="province")
    client = enter("province")
    for name, key in (("propose", batch), ("candidates", batch), ("entry", entry)):
        assert "公示延至2020年3月6日" in page(client, name, key.public_id).get_text(), name
    menu = page(client, "batch", batch.public_id).select_one("#bulk-act option[value=accept]")
    assert menu.get_text() == "同意列入（公示延至2020年3月6日）"


@pytest.mark.parametrize("by", ["chosen", "codes"])
def test_a_firm_proposed_during_a_notice_without_a_reason_is_refused_and_stays_on_the_page(enter, by):
    batch, firm, client = noticed(), make_firm("漏报厂", facts=MEETS), enter("province")
    address = reverse("lists:propose", args=[batch.public_id])
    given = {"by": by, "firm": firm.public_id, "codes": firm.credit_code, "reason": ""}
    answer = client.post(address, given)
    shown = answer.content.decode()
    assert answer.status_code == 422 and "请写明补入的理由" in shown
    assert "推荐理由（选填）" not in BeautifulSoup(shown, "html.parser").get_text()
    assert ("漏报厂" if by == "chosen" else firm.credit_code) in shown
    assert not Entry.objects.exists()
    assert client.post(address, {**given, "reason": "市州漏报"}).status_code in (200, 302)
    assert Entry.objects.get().enterprise == firm


@pytest.mark.parametrize("many", [True, False])
def test_accepting_during_a_notice_asks_a_reason_and_says_the_new_last_day_afterwards(enter, many):
    batch, client = noticed(), enter("province")
    entry = make_entry(batch, make_firm(facts=MEETS), level="province")
    shown = reverse("lists:batch" if many else "lists:entry", args=[(batch if many else entry).public_id])
    given = {"act": "accept", "reason": "", "version": entry.version}
    given |= {"entry": f"{entry.public_id}:{entry.version}"} if many else {}
    address = reverse("lists:act_on_entries", args=[batch.public_id]) if many else f"{shown}act/"
    assert "请写明补入的理由" in client.post(address, given).content.decode()
    client.post(address, {**given, "reason": "漏报，已核"})
    assert "公示期重新计算，延至2020年3月6日" in client.get(shown).content.decode()
    batch.refresh_from_db()
    assert batch.notice_until == date(2020, 3, 6)


# --- by the criteria ------------------------------------------------------------------------------


def test_who_finds_nobody_is_told_how_many_there_are_and_where_they_dropped_out(enter):
    batch = make_batch()
    for number in range(3):
        make_firm(f"旅行社{number}", county="430181", facts={"province": "430000"})
    make_firm("不符合厂", county="430181", facts={"epidemic_supply_category": False, "province": "430000"})
    words = page(enter("county"), "candidates", batch.public_id).get_text()
    assert "不在这一批的企业有4家，筛后0家逐条判断" in words
    assert "省发改和省工信认定" in words
    cells = [
        td.get_text(strip=True)
        for td in page(enter("county"), "candidates", batch.public_id).select("td.hq-num")
    ]
    assert cells == ["0", "1", "3"]


def test_only_firms_that_lack_nothing_but_data_are_shown_of_industries_on_such_lists(enter):
    batch = make_batch()
    make_entry(batch, make_firm("已报口罩厂", county="430181", facts={"gb4754": "2770"}))
    lacking = {"province": "430000"}
    make_firm("同行厂", county="430181", facts={**lacking, "gb4754": "2770"})
    make_firm("旅行社", county="430181", facts={**lacking, "gb4754": "7291"})
    make_firm("外省厂", county="430181", facts={"province": "420000", "gb4754": "2770"})
    client = enter("county")
    words = page(client, "candidates", batch.public_id, open="1").get_text()
    assert "同行厂" in words and "旅行社" not in words and "外省厂" not in words
    assert "另有1家也只缺数据" in words
    everybody = page(client, "candidates", batch.public_id, open="all").get_text()
    assert "旅行社" in everybody and "外省厂" not in everybody


def test_the_nearest_stand_first(enter):
    batch = make_batch()
    make_firm("缺两项厂", county="430181", facts={})
    make_firm("缺一项厂", county="430181", facts={"province": "430000"})
    make_firm("不缺厂", county="430181", facts={"province": "430000", "epidemic_supply_category": True})
    shown = page(enter("county"), "candidates", batch.public_id, open="all")
    names = [one.get_text() for one in shown.select(".hq-rows label span")]
    assert names == ["不缺厂", "缺一项厂", "缺两项厂"]


@pytest.mark.parametrize("query", [{"after": "x"}, {"skip": "-1"}, {"open": "2"}, {"after": "９" * 5}])
def test_nonsense_in_the_address_begins_anew(enter, query):
    assert page(enter("county"), "candidates", make_batch().public_id, **query).select("h1")


def test_how_a_firm_came_on_the_list_stands_with_its_label(enter):
    entry = make_entry(make_batch(), make_firm(county="430181"), door="codes")
    assert "提出方式：粘贴代码" in page(enter("county"), "entry", entry.public_id).get_text()
