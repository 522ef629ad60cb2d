from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.accounts.roles import Role
from huiqi.accounts.scope import Area
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core.models import AuditRecord
from huiqi.core.slots import SLOTS
from huiqi.enterprises.models import Contact, Enterprise, FirmAccess, FormerIdentity, Membership
from huiqi.enterprises.queries import register
from huiqi.enterprises.queries.register import find, matching, seen_by
from huiqi.enterprises.tests.make import AT, ON, make_code, make_firm, state
from huiqi.enterprises.wanted import Gap, Kind, Sort, Wanted, read_question
from huiqi.reference.pinyin import pinyin_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LIST = "/firms/"


def named(name: str, **more) -> Enterprise:
    return make_firm(name, **more)


def shown(client, query: str = "") -> list[str]:
    """Names of the firms on the list's first page, in order."""
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [row.firm.name for row in response.context["rows"]]


# --- who sees what --------------------------------------------------------------------------------


def test_an_officer_sees_the_firms_of_the_office_s_area_and_no_others(enter):
    make_firm("浏阳甲厂"), make_firm("湘潭乙厂", county="430302"), make_firm("龙山丙厂", county="433130")
    make_firm("无县丁厂", county=None)
    make_office("longshan")
    assert set(shown(enter("province"))) == {"浏阳甲厂", "湘潭乙厂", "龙山丙厂", "无县丁厂"}
    assert shown(enter("city")) == shown(enter("county")) == ["浏阳甲厂"]
    assert shown(enter("direct_county")) == ["龙山丙厂"]
    assert shown(enter("other_city")) == ["湘潭乙厂"]


@pytest.mark.parametrize("role", list(Role))
def test_the_list_sees_exactly_what_visible_to_sees(role):
    user = make_user(role=role, unit=make_office("changsha"))
    firms = [make_firm(county=county) for county in ("430181", "430302")]
    given = make_firm(county="433130")
    merged = make_firm(county="433101", merged_into=firms[1])
    FirmAccess.objects.create(enterprise=given, user=user, ground="stationed", from_on=date(2020, 1, 1))
    Membership.objects.create(enterprise=merged, user=user, part="owner", began_at=AT)
    same = Enterprise.objects.visible_to(user, ON).order_by("pk")
    assert list(seen_by(user, ON).order_by("pk")) == list(same)
    assert {given.pk, firms[1].pk} <= {firm.pk for firm in same}


# --- what people type -----------------------------------------------------------------------------


@settings(max_examples=25)
@given(data=st.data())
def test_every_part_of_a_name_finds_the_firm_within_the_area_and_no_firm_outside(data):
    name = data.draw(
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=20)
    )
    Enterprise.objects.all().update(merged_into=None)
    inside = Enterprise.objects.create(name=name, initials="", prefecture="430181")
    Enterprise.objects.create(name=name, initials="", prefecture="430302")
    start = data.draw(st.integers(0, len(name) - 2))
    part = name[start : data.draw(st.integers(start + 2, len(name)))]
    firms = Enterprise.objects.filter(Area(region="4301").rows(""))
    assert find(firms, Wanted(read_question(part)), ON).ids[-1:] == (inside.pk,)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("浏阳 花炮", Kind.WORDS),
        ("lyhp", Kind.WORDS),
        ("91430181MA4L00001", Kind.CODE),
        ("914301", Kind.CODE),
        ("９１４３０１", Kind.CODE),
        ("91 4301 81", Kind.CODE),
        ("MA4L00001", Kind.WORDS),
        ("13812345678", Kind.PHONE),
        ("+86 138-1234-5678", Kind.PHONE),
        ("0731-82345678", Kind.PHONE),
        ("（0731）8234567", Kind.PHONE),
        ("", Kind.NOTHING),
        ("（）", Kind.NOTHING),
        ("\x00", Kind.NOTHING),
    ],
)
def test_a_question_is_read_as_what_it_looks_like(typed, kind):
    assert read_question(typed).kind is kind


def test_words_initials_and_codes_present_and_former_find_the_firm(enter):
    name = "浏阳市红花炮业有限公司"
    code = make_code()
    firm = named(name, credit_code=code)
    Enterprise.objects.filter(pk=firm.pk).update(initials=pinyin_of(name)[1])
    firm.search_text, firm.initials = "", pinyin_of(name)[1]
    firm.save()
    old = make_code()
    FormerIdentity.objects.create(
        enterprise=firm,
        kind="credit_code",
        value=old,
        until_on=date(2019, 5, 1),
        reason="reissued",
        recorded_at=AT,
    )
    merged = make_firm("浏阳红花炮厂", merged_into=firm)
    named("长沙茶叶商行")
    asked = [
        "花炮",
        "浏阳 炮业",
        "lyshh",
        "hhpy",
        "ly",
        code,
        code[:8] + "MA",
        code.lower(),
        old,
        merged.credit_code,
        code[8:17],
    ]
    client = enter("county")
    assert {word: name in shown(client, f"?q={word}") for word in asked} == dict.fromkeys(asked, True)
    assert shown(client, "?q=茶叶 花炮") == []


def test_a_telephone_number_is_answered_to_a_post_and_never_enters_an_address(enter):
    firm = make_firm()
    Contact.objects.create(enterprise=firm, person="某人", phone="13812345678", source="register")
    client = enter("county")
    response = client.post(LIST, {"q": "138 1234 5678"})
    assert [row.firm for row in response.context["rows"]] == [firm]
    assert "1234" not in response.content.decode().replace(firm.public_id, "")
    assert AuditRecord.objects.filter(act="register.searched_by_phone").count() == 1
    assert "不写进网址" in response.content.decode()
    assert shown(client, "?q=13812345678") == [], "an address with a number is not looked up"


def test_words_typed_into_the_box_go_to_an_address_that_keeps_the_filters(enter):
    response = enter("county").post(LIST + "?size=small&page=3", {"q": " 花炮 "})
    assert response.status_code == 302
    assert response["Location"] == f"{LIST}?size=small&q=%E8%8A%B1%E7%82%AE"


# --- filters --------------------------------------------------------------------------------------


def test_each_filter_leaves_what_it_says(enter):
    mask = make_firm(
        "口罩厂",
        facts={"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00, "org_type": "enterprise"},
    )
    shop = make_firm("杂货店", facts={"gb4754": "5211", "org_type": "individual"}, county="430102")
    gone = make_firm("旧厂", registration="cancelled", is_synthetic=True, county="430302")
    state(gone, {"severe_dishonesty": True}, as_of=date(2020, 2, 20))
    client = enter("province")
    every = {mask.name, shop.name, gone.name}
    expected = {
        "region=4301": {mask.name, shop.name},
        "region=430181": {mask.name},
        "industry=C": {mask.name},
        "industry=27": {mask.name},
        "industry=2770+x": {mask.name},
        "size=small": {mask.name},
        "size=unknown&size=small": every,
        "size=unknown": {shop.name, gone.name},
        "on_list=severe_dishonesty": {gone.name},
        "on_list=severe_dishonesty&on_list=key_supplier_national": {gone.name},
        "state=cancelled": {gone.name},
        "kind=individual": {shop.name},
        "kind=firm": {mask.name, gone.name},
        "gap=size": {shop.name, gone.name},
        "gap=figures": {shop.name, gone.name},
        "gap=expiring": {gone.name},
        "synthetic=1": {gone.name},
        "synthetic=0": {mask.name, shop.name},
        "region=4301&kind=individual": {shop.name},
    }
    assert {query: set(shown(client, f"?{query}")) for query in expected} == expected


@pytest.mark.parametrize(
    "query", ["region=9999", "size=huge", "industry=没有这个行业", "gap=x", "park=7", "sort=z", "state=%00"]
)
def test_a_filter_that_cannot_be_is_named_and_the_page_still_opens(enter, query):
    response = enter("county").get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert "hq-errors" in response.content.decode()


def test_filters_in_force_are_chips_that_can_be_taken_away_one_by_one(enter):
    response = enter("county").get(LIST + "?q=花炮&size=small&size=micro&region=430181")
    assert [(words, url) for words, url in response.context["chips"]] == [
        ("搜索：花炮", "?size=small&size=micro&region=430181"),
        ("浏阳市", "?q=%E8%8A%B1%E7%82%AE&size=small&size=micro"),
        ("规模：小型", "?q=%E8%8A%B1%E7%82%AE&size=micro&region=430181"),
        ("规模：微型", "?q=%E8%8A%B1%E7%82%AE&size=small&region=430181"),
    ]


# --- order, pages, counting -----------------------------------------------------------------------


def test_the_list_comes_by_county_by_name_or_newest_first(enter):
    for name, initials, county in (("丙", "c", "430181"), ("甲", "a", "430302"), ("乙", "b", "430102")):
        make_firm(name, county=county)
        Enterprise.objects.filter(name=name).update(initials=initials)
    client = enter("province")
    assert shown(client) == ["乙", "丙", "甲"]
    assert shown(client, "?sort=name") == ["甲", "乙", "丙"]
    assert shown(client, "?sort=newest") == ["乙", "甲", "丙"]


@pytest.mark.parametrize("question", ["", "企业"])
def test_pages_cut_the_list_without_gap_or_overlap_and_one_behind_the_last_gives_the_last(question):
    ids = [make_firm().pk for _ in range(7)]
    wanted = Wanted(read_question(question))
    firms = Enterprise.objects.present()
    pages = [find(firms, wanted, ON, Sort.PLACE, number) for number in (1, 2)]
    assert pages[0].count == 7
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "PAGE_SIZE", 3)
        cut = [find(firms, wanted, ON, Sort.PLACE, number).ids for number in (1, 2, 3)]
        assert [len(page) for page in cut] == [3, 3, 1]
        assert sorted(pk for page in cut for pk in page) == ids
        behind = find(firms, wanted, ON, Sort.PLACE, 99)
        assert (behind.ids, behind.number) == (cut[2], 3)


def test_counting_stops_at_the_cap_and_says_so(enter, monkeypatch):
    for _ in range(5):
        make_firm()
    monkeypatch.setattr(register, "CAP", 4)
    hits = find(Enterprise.objects.present(), Wanted(), ON)
    assert (hits.count, hits.is_capped) == (4, True)
    monkeypatch.setattr(register, "CAP", 5)
    assert find(Enterprise.objects.present(), Wanted(), ON).is_capped is False


def test_the_conditions_of_the_list_serve_an_export_of_everything(enter):
    make_firm("甲厂"), make_firm("乙店")
    rows = Enterprise.objects.present().filter(matching(Wanted(read_question("甲厂"), gap=Gap.SIZE), ON))
    assert [firm.name for firm in rows.order_by("pk")] == ["甲厂"]


def test_a_page_of_firms_takes_the_same_queries_however_many_there_are(enter, assert_queries, monkeypatch):
    monkeypatch.setattr(SLOTS, "menu", [])  # counts in the menu are other apps' own
    client = enter("county")
    client.get(LIST)
    make_firm()
    with assert_queries(12):
        client.get(LIST + "?q=企业&size=unknown")
    for _ in range(30):
        make_firm()
    with assert_queries(12):
        client.get(LIST + "?q=企业&size=unknown")


def test_an_empty_list_says_why_and_what_next(enter):
    client = enter("county")
    assert "还没有企业档案" in client.get(LIST).content.decode()
    assert "换几个字试试" in client.get(LIST + "?q=没有").content.decode()


def test_who_may_not_read_the_register_finds_nothing_here(enter):
    assert [enter(part).get(LIST).status_code for part in ("visitor", "firm", "editor", "bank_officer")] == [
        302,
        404,
        404,
        404,
    ]
    assert reverse("enterprises:register") == LIST
