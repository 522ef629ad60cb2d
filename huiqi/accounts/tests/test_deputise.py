from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from huiqi.accounts.commands.deputies import LONGEST, MOST_POSTS, Absence, end_deputyship, name_deputy
from huiqi.accounts.models import Deputyship, User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.queries.directory import possible_deputies
from huiqi.accounts.queries.people import absent_behind, may, posts_of, scope_of, scope_with
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.core import audit, clock
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from tests.harness.cast import play
from tests.harness.examples import thorough

pytestmark = pytest.mark.django_db
MONDAY = date(2020, 3, 2)
WEEK = Absence(MONDAY, MONDAY + timedelta(days=6), "公差")


def person(office, role=Role.OFFICER):
    return make_user(role=role, unit=make_office(office))


def name(absent, deputy, absence=WEEK, today=MONDAY):
    return name_deputy(absent, deputy=deputy, absence=absence, actor=absent, today=today)


def fresh(user):
    return User.objects.select_related("unit").get(pk=user.pk)


@pytest.mark.parametrize(
    ("offices", "allowed"),
    [
        (("liuyang", "liuyang"), True),
        (("liuyang", "changsha"), True),
        (("changsha", "liuyang"), True),
        (("province", "changsha"), True),
        (("province", "liuyang"), False),
        (("liuyang", "xiangtan"), False),
        (("xiangxi", "longshan"), False),
        (("liuyang", "tax"), False),
    ],
)
def test_a_deputy_works_beside_above_or_below(offices, allowed):
    absent, deputy = person(offices[0]), person(offices[1])
    if allowed:
        assert name(absent, deputy).pk
    else:
        with pytest.raises(Refused, match="同一单位"):
            name(absent, deputy)


def test_impossible_deputyships_are_refused_in_words():
    absent, deputy, firm = person("liuyang"), person("liuyang"), make_user(role=Role.FIRM)
    off = make_user(role=Role.OFFICER, unit=absent.unit, is_active=False)
    day = timedelta(days=1)
    for other, absence, said in (
        (absent, WEEK, "本人"),
        (off, WEEK, "启用"),
        (firm, WEEK, "同一单位"),
        (deputy, Absence(MONDAY, MONDAY - day), "结束日期"),
        (deputy, Absence(MONDAY - 9 * day, MONDAY - day), "早于今天"),
        (deputy, Absence(MONDAY, MONDAY + LONGEST + day), "最长"),
    ):
        with pytest.raises(Refused, match=said):
            name(absent, other, absence)
    name(absent, deputy)
    with pytest.raises(Refused, match="已有代理人"):
        name(absent, person("liuyang"), Absence(WEEK.to_on, WEEK.to_on + day))


def test_nobody_fills_many_posts():
    deputy = person("liuyang")
    for _ in range(MOST_POSTS):
        name(person("liuyang"), deputy)
    with pytest.raises(Refused, match="不能再代理"):
        name(person("liuyang"), deputy)


def test_administrators_do_not_deputise_for_each_other():
    system, security, officer = (
        person("province", role) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.OFFICER)
    )
    with pytest.raises(Refused, match="三人分任"):
        name(security, system)
    with pytest.raises(Refused, match="同一角色"):
        name(security, officer)
    name(system, person("province", Role.SYSTEM_ADMIN))


@pytest.mark.parametrize(
    "role", [Role.HOTLINE_AGENT, Role.EXPERT, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]
)
def test_who_must_see_no_firm_does_not_come_to_see_one_as_a_deputy(role):
    officer, other = person("province"), person("province", role)
    with pytest.raises(Refused, match="同一角色"):
        name(officer, other)
    with pytest.raises(Refused, match="同一角色"):
        name(other, officer)
    assert other not in possible_deputies(officer)
    assert officer not in possible_deputies(other)
    name(other, person("province", role))


def test_the_deputy_sees_and_may_what_the_absent_one_does_on_those_days_only():
    absent, deputy = person("changsha"), person("liuyang", Role.POLICY_EDITOR)
    name(absent, deputy)
    for day, inside in ((MONDAY - timedelta(days=1), False), (MONDAY, True), (WEEK.to_on, True)):
        assert may(fresh(deputy), Power.VIEW_REGISTER, day) is inside
        assert scope_of(fresh(deputy), day).admits("430182", None) is inside
    assert not may(fresh(deputy), Power.VIEW_REGISTER, WEEK.to_on + timedelta(days=1))
    assert absent_behind(fresh(deputy), Power.VIEW_REGISTER, MONDAY) == absent
    assert absent_behind(fresh(deputy), Power.USE_OFFICE, MONDAY) is None, "has it by the own post too"


def test_a_deputised_scope_goes_with_the_deputised_power_alone():
    absent, deputy = person("changsha", Role.ANALYST), person("liuyang")
    name(absent, deputy)
    assert scope_of(fresh(deputy), MONDAY).admits("430102", None)
    assert not scope_with(fresh(deputy), Power.CONFIRM_FACTS, MONDAY).admits("430102", None)
    assert scope_with(fresh(deputy), Power.CONFIRM_FACTS, MONDAY).admits("430181", None)


def test_what_was_deputised_is_not_passed_on():
    first, second, third = (
        person("province"),
        person("changsha", Role.POLICY_EDITOR),
        person("liuyang", Role.POLICY_EDITOR),
    )
    name(first, second)
    name(second, third)
    assert may(fresh(second), Power.VIEW_REGISTER, MONDAY)
    assert not may(fresh(third), Power.VIEW_REGISTER, MONDAY)
    assert not scope_of(fresh(third), MONDAY).areas


def test_somebody_switched_off_lends_nothing():
    absent, deputy = person("changsha"), person("liuyang", Role.POLICY_EDITOR)
    name(absent, deputy)
    User.objects.filter(pk=absent.pk).update(is_active=False)
    assert not may(fresh(deputy), Power.VIEW_REGISTER, MONDAY)


def test_ended_early_it_ends_at_once():
    absent, deputy = person("changsha"), person("liuyang", Role.POLICY_EDITOR)
    row = name(absent, deputy)
    end_deputyship(row, actor=absent, at=clock.now())
    assert not may(fresh(deputy), Power.VIEW_REGISTER, MONDAY)
    with pytest.raises(Refused):
        end_deputyship(row, actor=absent, at=clock.now())


OFFICES = ("province", "changsha", "liuyang", "xiangtan")
STAFF = [role for role in Role if role != Role.FIRM]


@thorough(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.tuples(st.sampled_from(OFFICES), st.sampled_from(STAFF)), min_size=2, max_size=5),
    wishes=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 9), st.integers(0, 9)), max_size=8
    ),
    day=st.integers(0, 12),
)
def test_powers_are_ones_own_and_those_of_direct_absentees_whatever_was_wished(people, wishes, day):
    """However deputies are named, nobody has more than the own post and the posts deputised that day."""
    Deputyship.objects.all().delete()
    staff = [person(office, role) for office, role in people]
    granted = []
    for absent, deputy, start, length in wishes:
        one, other = staff[absent % len(staff)], staff[deputy % len(staff)]
        first = MONDAY + timedelta(days=start)
        try:
            name(one, other, Absence(first, first + timedelta(days=length)))
        except Refused:
            continue
        granted.append((one, other, first, first + timedelta(days=length)))
    today = MONDAY + timedelta(days=day)
    for each in staff:
        roles = [each.role] + [one.role for one, other, a, b in granted if other == each and a <= today <= b]
        posts = posts_of(fresh(each), today)
        assert sorted(post.role for post in posts) == sorted(roles)
        assert len({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} & set(roles)) <= 1
        wanted = set().union(*(POWERS[Role(role)] for role in roles))
        assert {power for power in Power if may(fresh(each), power, today)} == wanted


# --- pages -------------------------------------------------------------------------------------------


def days(first, last):
    return {"from_on": first.isoformat(), "to_on": last.isoformat(), "reason": "休假"}


def test_a_person_names_a_deputy_and_both_see_it_on_their_desks(enter):
    county, city, other = enter("county"), enter("city"), enter("province")
    today = clock.today()
    wanted = {"deputy": play("city").public_id, **days(today, today + timedelta(days=3))}
    assert county.post("/accounts/deputies/new/", {**wanted, "deputy": ""}).status_code == 422
    outside = {**wanted, "deputy": play("other_city").public_id}
    assert county.post("/accounts/deputies/new/", outside).status_code == 422
    assert county.post("/accounts/deputies/new/", wanted).status_code == 302
    for client in (county, city):
        assert "罗斌代理谭丽" in client.get("/desk/").content.decode()
    assert "罗斌代理谭丽" not in other.get("/desk/").content.decode()
    row = Deputyship.objects.get()
    assert other.post(reverse("accounts:deputy_end", args=[row.public_id])).status_code == 404
    assert city.post(reverse("accounts:deputy_end", args=[row.public_id])).status_code == 302
    assert AuditRecord.objects.filter(act="deputyship.ended").count() == 1


def test_the_security_administrator_names_a_deputy_for_anybody_and_others_do_not(enter):
    play("city")
    address = f"/accounts/deputies/new/?absent={play('county').public_id}"
    assert enter("province").get(address).status_code == 404
    today = clock.today()
    wanted = {"deputy": play("city").public_id, **days(today, today)}
    assert enter("security_admin").post(address, wanted).status_code == 302
    assert Deputyship.objects.get().absent == play("county")


@pytest.mark.parametrize("door", ["", "2020-03-02", "nonsense", "2020-03-02 power_of_another_release"])
def test_work_from_an_unknown_door_is_recorded_for_nobody(door):
    absent, deputy = person("changsha"), person("liuyang", Role.WINDOW_CLERK)
    name(absent, deputy)
    with audit.acting_as_then(deputy.public_id, door):
        assert audit.record("import.finished", None, actor=deputy).on_behalf_id == ""


def test_work_in_the_background_is_recorded_for_whom_it_was_begun():
    absent, deputy = person("changsha"), person("liuyang", Role.WINDOW_CLERK)
    name(absent, deputy)
    door = f"{MONDAY.isoformat()} {Power.IMPORT_FIRMS}"
    with audit.acting_as_then(deputy.public_id, door):
        assert audit.record("import.finished", None, actor=deputy).on_behalf_id == absent.public_id
        assert audit.record("import.finished", None, actor=absent).on_behalf_id == ""
        assert audit.present_door() == door
    later = f"{(MONDAY + timedelta(days=30)).isoformat()} {Power.IMPORT_FIRMS}"
    with audit.acting_as_then(deputy.public_id, later):
        assert audit.record("import.finished", None, actor=deputy).on_behalf_id == ""
    assert audit.present_door() == ""
