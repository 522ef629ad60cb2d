import pytest
from django.urls import reverse

from huiqi.accounts.commands import people, units
from huiqi.accounts.models import AccessNote, Deputyship, Unit, UnitKind, User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.queries.people import may, posts_of
from huiqi.accounts.roles import ADMINISTRATORS, Role
from huiqi.accounts.separation import holds_two, unit_kinds_for
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


def at():
    return clock.wall_now()


def person_url(user, *more):
    return reverse("accounts:person" if not more else more[0], args=[user.public_id, *more[1:]])


# --- three administrators ------------------------------------------------------------------------------


def test_no_role_has_the_powers_of_two_administrators():
    alone = {Power.MANAGE_UNITS, Power.MANAGE_ACCESS, Power.READ_AUDIT}
    assert all(len(alone & powers) <= 1 for powers in POWERS.values())
    assert all(not POWERS[role] & {Power.VIEW_REGISTER} for role in ADMINISTRATORS)


def test_every_role_fits_some_unit_but_the_firms():
    assert [role for role in Role if not unit_kinds_for(role)] == [Role.FIRM]
    assert holds_two([Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
    assert not holds_two([Role.SYSTEM_ADMIN, Role.SYSTEM_ADMIN, Role.OFFICER])


@pytest.mark.parametrize(
    ("who", "act"),
    [
        ("admin", "confirm"),
        ("admin", "reset-factor"),
        ("security_admin", "switch-off"),
        ("security_admin", "password"),
        ("audit_admin", "switch-off"),
        ("admin", "no-such-act"),
    ],
)
def test_an_administrator_has_only_the_own_half_of_the_acts(enter, who, act):
    url = person_url(play("county"), "accounts:person_act", act)
    assert enter(who).post(url, {f"{act}-reason": "试试"}).status_code in {404, 405}


def test_the_system_administrator_cannot_change_a_role(enter):
    assert enter("admin").get(person_url(play("county"), "accounts:person_role")).status_code == 404


@pytest.mark.parametrize("act", ["switch-off", "password"])
def test_nobody_handles_the_own_account(enter, act):
    client, me = enter("admin"), play("admin")
    play("province")
    page = client.post(person_url(me, "accounts:person_act", act), {f"{act}-reason": "自己的"})
    assert page.status_code == 409
    assert "另一名管理员" in page.content.decode()
    assert User.objects.get(pk=me.pk).is_active


def test_the_last_security_administrator_stays(enter):
    keeper = play("security_admin")
    reason = {"reason": "调离", "actor": play("admin"), "at": at()}
    with pytest.raises(Refused, match="最后一名安全管理员"):
        people.switch_off_account(keeper, **reason)
    second = make_user(role=Role.SECURITY_ADMIN, unit=make_office("province"))
    people.switch_off_account(keeper, **reason)
    with pytest.raises(Refused, match="最后一名"):
        people.switch_off_account(second, **reason)


def test_a_person_with_two_accounts_is_no_two_administrators():
    office = make_office("province")
    make_user(role=Role.SYSTEM_ADMIN, unit=office, phone="13800000001")
    person = make_user(role=Role.OFFICER, unit=office, phone="138 0000 0001")
    change = {"role": Role.AUDIT_ADMIN, "unit": office, "actor": play("security_admin")}
    with pytest.raises(Refused, match="三人分任"):
        people.change_role(person, **change, reason="换岗", at=at())


# --- one account ---------------------------------------------------------------------------------------


def test_a_new_person_has_no_power_until_confirmed(enter):
    person = make_user(role=Role.OFFICER, unit=make_office("liuyang"), is_role_confirmed=False)
    assert not may(person, Power.VIEW_REGISTER, clock.today())
    assert (
        enter("security_admin").post(person_url(person, "accounts:person_act", "confirm")).status_code == 302
    )
    person = User.objects.get(pk=person.pk)
    assert may(person, Power.VIEW_REGISTER, clock.today())
    with pytest.raises(Refused):
        people.confirm_role(person, actor=play("security_admin"))


def test_switching_off_needs_a_reason_and_ends_sessions_and_deputyships(enter):
    client, boss = enter("county"), enter("admin")
    person = play("county")
    today = clock.today()
    Deputyship.objects.create(absent=play("city"), deputy=person, from_on=today, to_on=today)
    url = person_url(person, "accounts:person_act", "switch-off")
    assert boss.post(url, {"switch-off-reason": " "}).status_code == 422
    assert boss.post(url, {"switch-off-reason": "调离本单位"}).status_code == 302
    assert client.get("/desk/").status_code == 302
    assert not Deputyship.objects.filter(ended_at=None).exists()
    assert User.objects.get(pk=person.pk).phone == "", "the number is not kept"
    assert AccessNote.objects.get(user=person).reason == "调离本单位"
    assert "调离" not in str(list(AuditRecord.objects.values_list("details", flat=True)))


def test_switched_on_again_staff_wait_for_their_role():
    person = make_user(role=Role.OFFICER, unit=make_office("liuyang"), is_active=False)
    people.switch_on_account(person, actor=play("admin"), reason="借调回来", at=at())
    assert posts_of(User.objects.get(pk=person.pk), clock.today()) == ()


def test_a_temporary_password_is_shown_once_and_must_be_changed(enter, visitor):
    person = make_user(
        username="chen.lan", role=Role.OFFICER, unit=make_office("liuyang"), password="Old-one-2020"
    )
    url = person_url(person, "accounts:person_act", "password")
    page = enter("admin").post(url)
    password = page.context["temporary_password"]
    assert password in page.content.decode()
    assert password not in enter("admin").get(person_url(person)).content.decode()
    assert password not in str(list(AuditRecord.objects.values()))
    visitor.post("/accounts/sign-in/", {"login": "chen.lan", "password": password})
    assert visitor.get("/desk/")["Location"] == "/accounts/password/"


def test_another_role_ends_the_sessions_and_is_told_to_the_trail(enter):
    client, keeper, person = enter("county"), enter("security_admin"), play("county")
    url = person_url(person, "accounts:person_role")
    wanted = {"role": "dispatcher", "unit": make_office("changsha").public_id, "reason": ""}
    assert keeper.post(url, wanted).status_code == 422
    assert keeper.post(url, {**wanted, "role": "bank_officer", "reason": "换岗"}).status_code == 422
    assert keeper.post(url, {**wanted, "reason": "换岗"}).status_code == 302
    person.refresh_from_db()
    assert (person.role, person.unit.name) == ("dispatcher", "长沙市工信局")
    assert client.get("/desk/").status_code == 302
    assert AuditRecord.objects.get(act="account.role_changed").details["before"] == "officer"


def test_people_of_firms_do_not_become_staff():
    firm, office = play("firm"), make_office("province")
    with pytest.raises(Refused, match="不能互换"):
        people.change_role(
            firm, role=Role.OFFICER, unit=office, actor=play("security_admin"), reason="换岗", at=at()
        )


# --- the list --------------------------------------------------------------------------------------------


def names(page):
    return {row.username for row in page.context["page_obj"].object_list}


def test_people_are_found_by_name_role_unit_state_and_whole_phone(enter):
    client, office = enter("admin"), make_office("liuyang")
    person = make_user(username="chen.lan", name="陈兰", role=Role.OFFICER, unit=office, phone="13812345678")
    make_user(username="other", name="别人", role=Role.EXPERT, is_active=False)
    for query in ("q=陈兰", "q=CHEN", f"unit={office.public_id}", "role=officer"):
        assert names(client.get(f"/accounts/people/?{query}")) == {"chen.lan"}, query
    assert names(client.get("/accounts/people/?state=off")) == {"other"}
    assert names(client.post("/accounts/people/", {"q": "138-1234-5678"})) == {"chen.lan"}
    assert names(client.post("/accounts/people/", {"q": "1381234"})) == set(), "found whole or not at all"
    assert client.get("/accounts/people/?role=nonsense&unit=x&page=999&q=%00").status_code == 200
    page = client.get(person_url(person)).content.decode()
    assert "138****5678" in page
    assert "13812345678" not in page


def test_the_list_takes_as_many_queries_for_forty_people_as_for_four(enter, assert_queries):
    client = enter("admin")
    client.get("/accounts/people/")
    counts = []
    for _ in range(2):
        for _ in range(15):
            make_user(unit=make_office("liuyang"), role=Role.OFFICER)
        from django.db import connection  # noqa: PLC0415
        from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

        with CaptureQueriesContext(connection) as seen:
            client.get("/accounts/people/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_list_is_exported_with_a_watermark(enter):
    client = enter("admin")
    make_user(username="chen.lan", name="=1+1", unit=make_office("liuyang"), role=Role.OFFICER)
    assert client.get("/accounts/people/export/").status_code == 405
    text = b"".join(client.post("/accounts/people/export/?q=chen", {"kind": "csv"})).decode("utf-8-sig")
    assert text.startswith("水印：刘洋")
    assert "'=1+1" in text
    record = AuditRecord.objects.get(act="people.exported")
    assert record.details == {"count": 1, "kind": "csv"}


def test_a_phone_searched_for_never_stands_in_an_address(enter):
    client, phone = enter("admin"), "13812345678"
    make_user(username="chen.lan", phone=phone, unit=make_office("liuyang"), role=Role.OFFICER)
    refused = client.get(f"/accounts/people/?q={phone}&state=active")
    assert names(refused) == set()
    assert "请在上面的搜索框里查电话" in refused.content.decode()
    assert f'value="{phone}"' not in refused.content.decode(), "nor is it handed on by the page's forms"
    assert "/accounts/people/export/?state=active" in refused.content.decode()
    found = client.post("/accounts/people/", {"q": phone, "role": "officer"})
    assert names(found) == {"chen.lan"}
    assert f"?q={phone}" not in found.content.decode()
    assert client.post(f"/accounts/people/export/?q={phone}").status_code == 404
    assert "no-store" in found["Cache-Control"]
    assert AuditRecord.objects.get(act="people.searched_by_phone").details == {}
    assert phone not in str(list(AuditRecord.objects.values()))


def test_words_searched_for_go_back_into_the_address(enter):
    client = enter("admin")
    typed = {"q": "陈 兰", "role": "officer", "unit": "", "state": "", "stray": "x"}
    assert client.post("/accounts/people/", typed)["Location"] == (
        "/accounts/people/?q=%E9%99%88+%E5%85%B0&role=officer"
    )
    assert client.post("/accounts/people/", {"q": " "})["Location"] == "/accounts/people/"


# --- units -----------------------------------------------------------------------------------------------


def test_units_are_shown_below_their_superiors(enter):
    client = enter("admin")
    make_office("liuyang")
    branches = client.get("/accounts/units/").context["branches"]
    assert [(each.unit.name, each.depth) for each in branches] == [
        ("省工信厅", 0),
        ("长沙市工信局", 1),
        ("浏阳市工信局", 2),
    ]
    assert "浏阳" in client.get("/accounts/units/?q=浏阳").content.decode()


def test_a_unit_is_added_and_edited(enter):
    client = enter("admin")
    above = make_office("changsha")
    wanted = {"name": "宁乡市工信局", "kind": "county_office", "region": "430182", "parent": above.public_id}
    assert client.post("/accounts/units/add/", wanted).status_code == 302
    unit = Unit.objects.get(name="宁乡市工信局")
    assert (unit.parent, unit.region, unit.kind) == (above, "430182", "county_office")
    assert client.post("/accounts/units/add/", wanted).status_code == 422, "the same name twice"
    assert client.post("/accounts/units/add/", {**wanted, "name": "x", "region": "999999"}).status_code == 422
    edit = reverse("accounts:unit", args=[unit.public_id])
    assert client.post(edit, {**wanted, "name": "宁乡市工业和信息化局"}).status_code == 302
    unit.refresh_from_db()
    assert unit.name == "宁乡市工业和信息化局"


def test_a_unit_is_not_below_itself():
    province, city = make_office("province"), make_office("changsha")
    with pytest.raises(Refused, match="下级"):
        units.edit_unit(province, name="省", region="430000", parent=city, actor=play("admin"))


def test_a_unit_in_use_is_not_switched_off(enter):
    client, unit = enter("admin"), make_office("liuyang")
    person = make_user(unit=unit, role=Role.OFFICER)
    switch = reverse("accounts:unit_switch", args=[unit.public_id])
    page = client.post(switch)
    assert page.status_code == 409
    assert "1个启用的账号" in page.content.decode()
    assert client.post(reverse("accounts:unit_switch", args=[unit.parent.public_id])).status_code == 409
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.post(switch).status_code == 302
    assert not Unit.objects.get(pk=unit.pk).is_active
    assert client.post(switch).status_code == 302
    assert Unit.objects.get(pk=unit.pk).is_active


def test_the_kind_of_a_unit_is_never_edited(enter):
    unit = make_office("liuyang")
    url = reverse("accounts:unit", args=[unit.public_id])
    enter("admin").post(url, {"name": "x", "kind": UnitKind.BANK, "region": "430181", "parent": ""})
    unit.refresh_from_db()
    assert unit.kind == UnitKind.COUNTY_OFFICE
