from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup

from huiqi.accounts.tests.make import make_user
from huiqi.core.models import AuditRecord
from huiqi.core.slots import SLOTS
from huiqi.enterprises.catalogue import columns
from huiqi.enterprises.commands.contacts import MOST_REVEALS
from huiqi.enterprises.commands.merging import merge_firms
from huiqi.enterprises.fact_groups import GROUPS
from huiqi.enterprises.models import Contact, FormerIdentity, Membership
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.tests.make import AT, ON, make_firm, make_member, state
from tests.harness.cast import play

pytestmark = pytest.mark.django_db
MAKER = {"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}


def page(client, firm, query: str = "") -> str:
    response = client.get(f"/firms/{firm.public_id}/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def own_firm(part: str = "firm"):
    firm = make_firm(facts=MAKER)
    Membership.objects.create(enterprise=firm, user=play(part), part="owner", began_at=AT)
    return firm


# --- who ------------------------------------------------------------------------------------------


def test_a_firm_outside_one_s_area_is_not_there(enter):
    firm = make_firm(county="430302")
    assert [
        enter(part).get(f"/firms/{firm.public_id}/").status_code for part in ("county", "firm", "expert")
    ] == [404] * 3


def test_a_firm_s_people_see_it_without_what_is_for_the_office(enter):
    firm = own_firm()
    Contact.objects.create(enterprise=firm, person="张某", phone="13812345678", source="register")
    text = page(enter("firm"), firm)
    assert firm.name in text and "企业人员" in text
    assert "查看完整号码" not in text and "核实或更正" not in text


def test_the_address_of_a_merged_row_leads_to_the_one_that_was_kept(enter):
    kept = make_firm()
    far = make_firm(county="430302")
    merged, hidden = make_firm(merged_into=kept), make_firm(merged_into=far, county="430302")
    client = enter("county")
    assert client.get(f"/firms/{merged.public_id}/")["Location"] == f"/firms/{kept.public_id}/"
    assert client.get(f"/firms/{hidden.public_id}/").status_code == 404


# --- what -----------------------------------------------------------------------------------------


def test_every_kept_fact_has_its_place_and_none_has_two():
    placed = [fact_id for _title, ids in GROUPS.values() for fact_id in ids]
    assert sorted(set(placed)) == sorted(placed)
    kept = {fact.id for fact in columns(catalogue())}
    assert set(placed) <= kept
    assert kept - set(placed) == {"is_individual_business"} & kept


def test_a_fact_is_shown_with_its_source_its_day_and_how_long_it_holds(enter):
    firm = make_firm(facts=MAKER)
    text = page(enter("county"), firm)
    assert "35人" in text and "1,200万元" in text or "1200万元" in text
    assert "已核实" in text and "登记或导入" in text
    assert "截至2019年12月31日 · 2020年2月20日记入 · 有效至2020年12月30日" in text
    assert "小型" in text and "按数据推算" in text and "工业：" in text


def test_what_has_run_out_and_what_others_say_is_told(enter):
    firm = make_firm(facts={"vacancies": 5, "employees": 35})
    state(firm, {"employees": 80}, standing="claimed", source="firm", as_of=date(2020, 1, 31))
    text = page(enter("county"), firm)
    assert "已过期：原为5人，截至2019年12月31日" in text
    assert "有不同说法：企业自报为80人（截至2020年1月31日）" in text


def test_the_page_of_a_past_day_is_marked_and_says_what_is_otherwise_today(enter):
    firm = make_firm(facts={"on_cloud": False})
    state(firm, {"on_cloud": True}, as_of=date(2020, 2, 10), at=datetime(2020, 2, 25, tzinfo=UTC))
    client = enter("county")
    text = page(client, firm, "?on=2020-02-01")
    assert "这是2020年2月1日的情况" in text and "有1项与今天不同" in text
    assert "各项与今天相同" in page(client, firm, "?on=2020-02-20")
    assert "按2020年2月21日掌握的数据" in page(client, firm, "?on=2020-02-20&known_on=2020-02-21")
    assert "有1项与今天不同" in page(client, firm, "?on=2020-02-20&known_on=2020-02-21")
    assert "核实或更正" not in text and "联系人" not in text


def test_a_day_that_cannot_be_read_is_named_and_today_is_shown(enter):
    text = page(enter("county"), make_firm(), "?on=昨天")
    assert "不是能识别的日期" in text and "这是" not in text


def test_former_names_are_listed_and_stand_in_the_head_on_their_day(enter):
    firm = make_firm("浏阳新厂")
    FormerIdentity.objects.create(
        enterprise=firm,
        kind="name",
        value="浏阳老厂",
        until_on=date(2020, 1, 31),
        reason="renamed",
        recorded_at=AT,
    )
    client = enter("county")
    assert "曾用名：浏阳老厂" in page(client, firm)
    assert "<title>浏阳老厂" in page(client, firm, "?on=2020-01-15")


def test_the_page_takes_the_same_queries_however_much_is_known(enter, assert_queries, monkeypatch):
    for shared in ("firm", "menu"):  # what other apps show there is theirs to count
        monkeypatch.setattr(SLOTS, shared, [])
    firm, full = make_firm(), make_firm(facts={**MAKER, "on_cloud": True, "own_brand": True})
    for number in range(5):
        state(full, {"vacancies": number}, as_of=date(2020, 2, 10 + number))
    client = enter("county")
    page(client, firm)
    with assert_queries(17):
        page(client, firm)
    with assert_queries(17):
        page(client, full)


def test_all_that_was_said_of_a_fact_is_on_its_page(enter):
    firm = make_firm(facts={"employees": 35})
    state(firm, {"employees": 80}, standing="claimed", source="firm", as_of=date(2020, 1, 31))
    response = enter("county").get(f"/firms/{firm.public_id}/facts/employees/")
    assert [(entry.shown, entry.state) for entry in response.context["entries"]] == [
        ("80人", "weaker"),
        ("35人", "counts"),
    ]
    assert enter("county").get(f"/firms/{firm.public_id}/facts/tax_due/").status_code == 404
    assert enter("other_city").get(f"/firms/{firm.public_id}/facts/employees/").status_code == 404


# --- telephone numbers ----------------------------------------------------------------------------


def test_a_number_is_masked_until_somebody_gives_a_reason_that_is_recorded(enter):
    firm = make_firm()
    contact = Contact.objects.create(enterprise=firm, person="张三丰", phone="13812345678", source="register")
    client = enter("county")
    text = page(client, firm)
    assert "138****5678" in text and "张**" in text and "13812345678" not in text
    address = f"/firms/{firm.public_id}/contacts/{contact.pk}/reveal/"
    assert client.post(address, {"reason": "curious"}).status_code == 422
    assert not AuditRecord.objects.filter(act="contact.revealed").exists()
    response = client.post(address, {"reason": "case"})
    assert "13812345678" in response.content.decode() and "no-store" in response["Cache-Control"]
    record = AuditRecord.objects.get(act="contact.revealed")
    assert (record.subject_id, record.details) == (firm.public_id, {"reason": "case", "contact": contact.pk})


def test_who_may_not_see_numbers_or_the_firm_gets_none(enter):
    firm, far = make_firm(), make_firm(county="430302")
    numbers = {
        each: Contact.objects.create(enterprise=each, person="张", phone="13812345678", source="register").pk
        for each in (firm, far)
    }
    address = f"/firms/{firm.public_id}/contacts/{numbers[firm]}/reveal/"
    assert enter("analyst").post(address, {"reason": "case"}).status_code == 404
    assert "查看完整号码" not in page(enter("analyst"), firm)
    county = enter("county")
    assert (
        county.post(f"/firms/{far.public_id}/contacts/{numbers[far]}/reveal/", {"reason": "case"}).status_code
        == 404
    )
    assert (
        county.post(
            f"/firms/{firm.public_id}/contacts/{numbers[far]}/reveal/", {"reason": "case"}
        ).status_code
        == 404
    )


def test_more_numbers_than_anybody_can_call_in_an_hour_are_refused(enter):
    firm = make_firm()
    contact = Contact.objects.create(enterprise=firm, person="张", phone="13812345678", source="register")
    client, officer = enter("county"), play("county")
    AuditRecord.objects.bulk_create(
        AuditRecord(act="contact.revealed", actor_id=officer.public_id) for _ in range(MOST_REVEALS)
    )
    response = client.post(f"/firms/{firm.public_id}/contacts/{contact.pk}/reveal/", {"reason": "case"})
    assert response.status_code == 409
    assert "13812345678" not in response.content.decode()


def test_a_former_member_sees_the_firm_no_more(enter):
    firm = own_firm()
    Membership.objects.update(ended_at=AT)
    assert enter("firm").get(f"/firms/{firm.public_id}/").status_code == 404


def test_a_firm_reads_that_rows_were_merged_but_not_why_officers_thought_so(client):
    firm, other = make_firm(facts={"employees": 35}), make_firm("副本")
    merge_firms(dropped=other, kept=firm, reason="试撤销", actor=make_user(name="谭丽"), at=AT, on=ON)
    client.force_login(make_member(firm))
    page = client.get(f"/firms/{firm.public_id}/").content.decode()
    assert "重复归并" in page
    assert "试撤销" not in page
    assert "谭丽" not in page


def test_an_office_reads_why_rows_were_merged(enter):
    firm, other = make_firm(facts={"employees": 35}), make_firm("副本")
    merge_firms(dropped=other, kept=firm, reason="同一地址", actor=make_user(), at=AT, on=ON)
    assert "同一地址" in enter("county").get(f"/firms/{firm.public_id}/").content.decode()


def test_first_groups_are_open_others_folded_and_contacts_stand_above_them(enter):
    firm = make_firm(facts={"employees": 35, "vacancies": 3})
    page = BeautifulSoup(enter("county").get(f"/firms/{firm.public_id}/").content, "lxml")
    assert page.select_one("#g-basis").has_attr("open")
    assert page.select_one("#g-size").has_attr("open")
    assert not page.select_one("#g-work").has_attr("open")
    order = [one["id"] for one in page.select("#contacts-title, #g-basis, #g-work")]
    assert order == ["contacts-title", "g-basis", "g-work"]
    assert page.select_one("nav a[href='#g-work']") is not None


def test_a_folded_group_with_two_opinions_is_open(enter):
    firm = make_firm()
    state(firm, {"vacancies": 3}, as_of=date(2020, 2, 18))
    state(firm, {"vacancies": 9}, standing="claimed", as_of=date(2020, 2, 20))
    page = BeautifulSoup(enter("county").get(f"/firms/{firm.public_id}/").content, "lxml")
    assert page.select_one("#g-work").has_attr("open")


def test_a_fact_has_the_same_short_name_on_every_page_and_its_full_one_where_it_is_stated(enter):
    firm = make_firm(facts={"vacancies": 3})
    client = enter("county")
    for address in ("", "facts/vacancies/", "facts/vacancies/state/"):
        page = client.get(f"/firms/{firm.public_id}/{address}").content.decode()
        assert "缺工人数" in page
        assert ("招工缺口人数" in page) is bool(address)
