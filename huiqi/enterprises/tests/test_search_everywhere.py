import pytest

from huiqi.core.models import AuditRecord
from huiqi.core.slots import SLOTS
from huiqi.enterprises.models import Contact
from huiqi.enterprises.register_panel import firms_found, register_panel
from huiqi.enterprises.tests.make import make_firm
from tests.harness.cast import play

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def hits(rf, part: str, words: str):
    request = rf.get("/")
    request.user = play(part)
    return firms_found(request, words, 8)


def test_the_site_s_search_finds_firms_of_one_s_own_area_by_name_or_code(rf):
    firm = make_firm("浏阳红花炮厂", facts={"gb4754": "2672"})
    make_firm("湘潭红花炮厂", county="430302")
    for words in ("花炮", firm.credit_code):
        (hit,) = hits(rf, "county", words)
        assert (hit.label, hit.url) == ("浏阳红花炮厂", f"/firms/{firm.public_id}/")
        assert hit.note.startswith(f"{firm.credit_code} · 浏阳市 · ")
    assert len(hits(rf, "province", "花炮")) == 2


def test_who_may_not_read_the_register_finds_none_and_an_address_asks_for_no_telephone(rf):
    make_firm("浏阳红花炮厂")
    assert hits(rf, "editor", "花炮") == hits(rf, "firm", "花炮") == ()
    (hint,) = hits(rf, "county", "13812345678")
    assert hint.url == "/firms/" and "13812345678" not in hint.label + hint.note


def test_a_posted_telephone_number_is_answered_and_leaves_a_trace(enter):
    firm = make_firm("浏阳红花炮厂")
    Contact.objects.create(enterprise=firm, person="某人", phone="13812345678", source="register")
    text = enter("county").post("/desk/search/", {"q": "138-1234-5678"}).content.decode()
    assert f"/firms/{firm.public_id}/" in text
    assert AuditRecord.objects.filter(act="register.searched_by_phone").count() == 1
    assert (
        firm.public_id not in enter("other_city").post("/desk/search/", {"q": "13812345678"}).content.decode()
    )


def test_the_desk_counts_the_firms_of_the_area_and_those_with_gaps(rf):
    make_firm(facts={"gb4754": "2770", "employees": 35, "revenue": 12_000_000_00}), make_firm()
    make_firm(county="430302")
    request = rf.get("/")
    request.user = play("county")
    assert [(one.label, one.hits.count) for one in register_panel(request, None)["counts"]] == [
        ("辖区内企业", 2),
        ("划不出规模", 1),
        ("30天内有数据到期", 0),
    ]
    request.user = play("analyst")
    assert register_panel(request, None) is None


def test_the_site_offers_the_search_of_firms():
    assert firms_found in [source.find for source in SLOTS.search]
