"""Changed names, codes, places and bounds keep their history: the commands, then the pages."""

from datetime import date

import pytest
from django.urls import reverse

from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core.errors import Refused, VersionConflict
from huiqi.enterprises.commands import identity, succession
from huiqi.enterprises.commands.identity import Act
from huiqi.enterprises.commands.merging import merge_firms
from huiqi.enterprises.commands.succession import Heir
from huiqi.enterprises.models import Enterprise, FormerIdentity, Registration, Succession
from huiqi.enterprises.queries.identity import former_identity, identity_events, identity_on
from huiqi.enterprises.tests.make import AT, ON, make_code, make_firm, state
from tests.harness.together import together

pytestmark = pytest.mark.django_db
ACT = Act(None, AT, date(2020, 2, 20), "（湘）登字〔2020〕第18号", ON)


def fresh(firm: Enterprise) -> Enterprise:
    return Enterprise.objects.get(pk=firm.pk)


def found(words: str) -> list[Enterprise]:
    return list(Enterprise.objects.present().filter(former_identity(words)))


# --- commands -----------------------------------------------------------------------------------------


def test_the_same_name_again_is_refused():
    firm = make_firm(name="浏阳湘瑞机械有限公司")
    with pytest.raises(Refused, match="相同"):
        identity.rename_firm(firm, name=" 浏阳湘瑞机械有限公司 ", expected=1, act=ACT)


def test_a_renamed_firm_has_new_initials_and_is_found_by_both_names():
    firm = make_firm(name="浏阳湘瑞机械有限公司")
    renamed = identity.rename_firm(firm, name="湖南湘锐智能装备有限公司", expected=1, act=ACT)
    assert (renamed.initials, renamed.version) == ("hnxrznzbyxgs", 2)
    assert identity_on(renamed, date(2020, 2, 19))[0] == "浏阳湘瑞机械有限公司"
    assert identity_on(renamed, date(2020, 2, 20))[0] == "湖南湘锐智能装备有限公司"
    assert found("湘瑞机械") == [firm]
    assert list(Enterprise.objects.filter(search_text__has_grams=("湘瑞",))) == [firm]


def test_a_name_changed_from_an_old_version_is_a_conflict_and_leaves_no_trace():
    firm = make_firm(name="甲公司")
    identity.rename_firm(firm, name="乙公司", expected=1, act=ACT)
    with pytest.raises(VersionConflict):
        identity.rename_firm(firm, name="丙公司", expected=1, act=ACT)
    assert fresh(firm).name == "乙公司"
    assert FormerIdentity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_rename_at_once_one_is_told():
    firm = make_firm(name="甲公司")
    outcomes = together(
        lambda: identity.rename_firm(firm, name="乙公司", expected=1, act=ACT).name,
        lambda: identity.rename_firm(firm, name="丙公司", expected=1, act=ACT).name,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["VersionConflict", "str"]
    assert FormerIdentity.objects.count() == 1


def test_a_wrong_code_is_refused_as_everywhere():
    code = make_code()
    wrong = code[:-1] + ("1" if code.endswith("0") else "0")
    with pytest.raises(Refused, match="校验码"):
        identity.change_credit_code(make_firm(), code=wrong, reason="reissued", expected=1, act=ACT)


def test_the_code_of_another_firm_is_refused_and_says_to_merge_instead():
    firm, other = make_firm(), make_firm(name="另一家公司")
    with pytest.raises(Refused, match="另一家公司.*合并"):
        identity.change_credit_code(firm, code=other.credit_code, reason="corrected", expected=1, act=ACT)


def test_the_code_of_a_row_merged_into_the_firm_says_where_it_is():
    firm, other = make_firm(name="留下的公司"), make_firm()
    merge_firms(dropped=other, kept=firm, reason="", actor=None, at=AT, on=ON)
    with pytest.raises(Refused, match="已并入“留下的公司”"):
        identity.change_credit_code(firm, code=other.credit_code, reason="corrected", expected=2, act=ACT)


@pytest.mark.django_db(transaction=True)
def test_of_two_firms_that_take_the_same_code_at_once_one_is_refused():
    first, second, code = make_firm(), make_firm(), make_code()
    outcomes = together(
        *(
            lambda firm=firm: (
                identity.change_credit_code(
                    firm, code=code, reason="reissued", expected=1, act=ACT
                ).credit_code
            )
            for firm in (first, second)
        )
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "str"]
    assert Enterprise.objects.filter(credit_code=code).count() == 1


def test_a_firm_is_found_by_its_former_code():
    firm, code = make_firm(), make_code()
    identity.change_credit_code(firm, code=code, reason="reissued", expected=1, act=ACT)
    assert (found(firm.credit_code), fresh(firm).credit_code) == ([firm], code)


def test_moving_changes_the_county_and_keeps_the_former_one_as_known():
    firm = make_firm(county="430181")
    moved = identity.move_firm(firm, county="430121", park=None, expected=1, act=ACT)
    assert moved.prefecture == "430121"
    assert [event.title for event in identity_events(moved)] == []


def test_moving_out_of_a_park_remembers_the_park():
    park = make_office("park")
    firm = make_firm(park=park)
    moved = identity.move_firm(firm, county="430181", park=None, expected=1, act=ACT)
    assert moved.park is None
    assert identity_events(moved)[0].text == f"原所在园区：{park.name}"


def test_a_move_that_a_list_speaks_against_is_refused_rather_than_without_effect():
    firm = make_firm()
    state(firm, {"prefecture": "430181"}, standing="listed", as_of=date(2020, 2, 1))
    with pytest.raises(Refused, match="不会生效"):
        identity.move_firm(firm, county="430121", park=make_office("park"), expected=1, act=ACT)
    assert (fresh(firm).park, fresh(firm).version) == (None, 1)


def test_a_cancelled_firm_remembers_that_it_was_active():
    firm = identity.change_registration(make_firm(), registration="cancelled", expected=1, act=ACT)
    assert firm.registration == Registration.CANCELLED
    assert identity_events(firm)[0].text == "原登记状态：存续"


# --- firms from firms ---------------------------------------------------------------------------------


def test_two_firms_become_a_new_one_that_inherits_place_and_industry():
    first, second = make_firm(facts={"gb4754": "2770"}), make_firm()
    heir = Heir(name="合并后公司", code=make_code())
    made = succession.record_merger([first, second], heir=heir, versions={first.pk: 1}, act=ACT)
    assert (made.prefecture, made.gb4754, made.initials) == ("430181", "2770", "hbhgs")
    assert {fresh(first).registration, fresh(second).registration} == {Registration.CANCELLED}
    assert [event.other for event in identity_events(made)] == [first, second]


def test_in_a_merger_by_absorption_the_absorbing_firm_goes_on():
    first, second = make_firm(), make_firm()
    succession.record_merger([first, second], heir=Heir(row=first), versions={first.pk: 1}, act=ACT)
    assert (fresh(first).registration, fresh(second).registration) == ("active", "cancelled")
    assert [(one.predecessor, one.successor) for one in Succession.objects.all()] == [(second, first)]


def test_a_firm_does_not_merge_with_itself():
    firm = make_firm()
    with pytest.raises(Refused, match="两家"):
        succession.record_merger([firm, firm], heir=Heir(row=firm), versions={}, act=ACT)


def test_a_merger_seen_on_an_old_version_is_a_conflict_and_makes_no_firm():
    first, second = make_firm(), make_firm()
    with pytest.raises(VersionConflict):
        succession.record_merger(
            [first, second], heir=Heir(name="新", code=make_code()), versions={first.pk: 7}, act=ACT
        )
    assert Enterprise.objects.count() == 2


def test_a_firm_that_ends_by_splitting_needs_two_heirs():
    firm = make_firm()
    heirs = [Heir(name="甲", code=make_code()), Heir(name="乙", code=make_code())]
    with pytest.raises(Refused, match="至少"):
        succession.record_split(firm, heirs=heirs[:1], goes_on=False, versions={firm.pk: 1}, act=ACT)
    made = succession.record_split(firm, heirs=heirs, goes_on=False, versions={firm.pk: 1}, act=ACT)
    assert ([one.name for one in made], fresh(firm).registration) == (["甲", "乙"], "cancelled")


def test_an_individual_business_goes_on_as_a_company_with_a_row_of_its_own():
    shop = make_firm(name="老王五金店", facts={"org_type": "individual"})
    made = succession.record_incorporation(
        shop, heir=Heir(name="老王五金有限公司", code=make_code()), versions={shop.pk: 1}, act=ACT
    )
    assert (made.org_type, fresh(shop).registration) == ("enterprise", "cancelled")
    assert identity_events(made)[0].text == "由“老王五金店”而来"
    with pytest.raises(Refused, match="已经登记过"):
        succession.record_incorporation(shop, heir=Heir(row=made), versions={}, act=ACT)


# --- pages --------------------------------------------------------------------------------------------

BASE = {"on": "2020-2-20", "document": "（湘）登字〔2020〕第18号", "version": "1"}


def page(firm: Enterprise, kind: str = "") -> str:
    if not kind:
        return reverse("enterprises:identity_change", args=[firm.public_id])
    return reverse("enterprises:identity_form", args=[firm.public_id, kind])


def test_an_officer_of_another_place_finds_nothing_and_a_window_clerk_neither(enter):
    firm = make_firm()
    for person in ("other_city", "direct_county", "window_clerk", "firm"):
        for address in (page(firm), page(firm, "rename")):
            assert enter(person).get(address).status_code == 404, person
            assert enter(person).post(address, {**BASE, "name": "新名"}).status_code in {404, 405}


def test_a_kind_that_does_not_exist_is_404(enter):
    assert enter("county").get(page(make_firm(), "explode")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("rename", {"name": "测试公司"}, "与现名称相同"),
        ("rename", {"name": ""}, "新名称"),
        ("rename", {"name": "新名公司", "document": ""}, "依据"),
        ("rename", {"name": "新名公司", "on": "2031-1-1"}, "一年以后"),
        ("code", {"code": "91430181MA0000001", "reason": "reissued"}, "17位"),
        ("move", {"county": "430181", "park": ""}, "没有变化"),
        ("registration", {"registration": "active"}, "现在就是"),
        ("merger", {"others": "91430181MA0000001X", "code": ""}, "没有在册"),
        ("incorporation", {"code": "{new}", "name": ""}, "请填写新企业的名称"),
        ("split", {"goes_on": "no", "code_1": "{new}", "name_1": "甲公司"}, "第2家"),
    ],
)
def test_a_form_filled_in_wrongly_says_what_and_keeps_the_text(enter, kind, data, words):
    firm = make_firm(name="测试公司")
    data = {key: value.replace("{new}", make_code()) for key, value in data.items()}
    response = enter("county").post(page(firm, kind), {**BASE, **data, "do": "check"})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert fresh(firm).version == 1


def test_the_code_of_another_firm_points_to_merging(enter):
    firm, other = make_firm(), make_firm(name="另一家公司")
    data = {**BASE, "code": other.credit_code, "reason": "corrected", "do": "check"}
    response = enter("county").post(page(firm, "code"), data)
    assert response.status_code == 422
    assert "疑似重复" in response.content.decode()


def test_nothing_changes_before_the_officer_has_checked(enter):
    firm, county = make_firm(name="测试公司"), enter("county")
    data = {**BASE, "name": "新名公司"}
    checked = county.post(page(firm, "rename"), {**data, "do": "check"})
    assert checked.status_code == 200
    assert "新名公司" in checked.content.decode()
    assert fresh(firm).name == "测试公司"
    back = county.post(page(firm, "rename"), {**data, "do": "edit"})
    assert 'value="新名公司"' in back.content.decode()
    done = county.post(page(firm, "rename"), {**data, "do": "confirm"}, follow=True)
    assert fresh(firm).name == "新名公司"
    assert "曾用名：测试公司" in done.content.decode()


DONE = {
    "code": {"code": "{new}", "reason": "reissued"},
    "move": {"county": "430121", "park": ""},
    "registration": {"registration": "suspended"},
    "merger": {"others": "{other}", "code": "{new}", "name": "合并后公司"},
    "split": {"goes_on": "yes", "code_1": "{new}", "name_1": "新公司"},
    "incorporation": {"code": "{new}", "name": "转企后公司"},
}


@pytest.mark.parametrize("kind", DONE)
def test_each_kind_is_checked_and_recorded(enter, kind):
    firm, other, code = make_firm(), make_firm(), make_code()
    filled = {
        key: value.replace("{new}", code).replace("{other}", other.credit_code)
        for key, value in DONE[kind].items()
    }
    city = enter("city")
    assert city.post(page(firm, kind), {**BASE, **filled, "do": "check"}).status_code == 200
    assert city.post(page(firm, kind), {**BASE, **filled, "do": "confirm"}).status_code == 302
    assert fresh(firm).version == 2 or kind == "split"
    assert city.get(page(firm)).status_code == 200


def test_a_firm_of_another_region_cannot_be_drawn_into_a_merger(enter):
    firm, far = make_firm(), make_firm(county="430302")
    data = {**BASE, "others": far.credit_code, "code": firm.credit_code, "do": "check"}
    response = enter("county").post(page(firm, "merger"), data)
    assert response.status_code == 422
    assert "管辖范围" in response.content.decode()


def test_a_firm_moved_out_of_the_officers_region_is_gone_from_his_sight_and_he_is_told(enter):
    firm, county = make_firm(), enter("county")
    data = {**BASE, "county": "430302", "park": "", "do": "confirm"}
    done = county.post(page(firm, "move"), data, follow=True)
    assert done.redirect_chain[0][0] == reverse("core:desk")
    assert "不再显示" in done.content.decode()
    assert county.get(page(firm)).status_code == 404


def test_a_colleague_was_quicker_both_versions_are_shown_and_nothing_is_lost(enter):
    firm, county = make_firm(name="原名公司"), enter("county")
    act = Act(make_user(name="李四"), AT, date(2020, 2, 20), "文号", ON)
    identity.rename_firm(firm, name="同事改的名", expected=1, act=act)
    response = county.post(page(firm, "rename"), {**BASE, "name": "我要的名", "do": "confirm"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "李四" in text
    assert "同事改的名" in text
    assert "我要的名" in text
    assert fresh(firm).name == "同事改的名"
    again = {**BASE, "name": "我要的名", "version": "2", "do": "confirm"}
    assert county.post(page(firm, "rename"), again).status_code == 302
    assert fresh(firm).name == "我要的名"
