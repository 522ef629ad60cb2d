import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from huiqi.accounts.commands import create_demo_accounts
from huiqi.accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, demo_groups
from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.queries.people import scope_of
from huiqi.accounts.roles import Role
from huiqi.accounts.separation import unit_kinds_for
from huiqi.core import clock
from huiqi.core.models import AuditRecord

pytestmark = pytest.mark.django_db


def test_there_is_somebody_for_every_role_and_everybody_is_on_the_pick_list():
    assert {account.role for account in DEMO_ACCOUNTS} == set(Role)
    assert sorted(each for _, group in demo_groups() for each in group) == sorted(DEMO_ACCOUNTS)


def test_the_province_is_there_with_its_tree_and_a_second_run_changes_nothing():
    assert len(create_demo_accounts(actor=None)) == len(DEMO_ACCOUNTS)
    kinds = {kind: Unit.objects.filter(kind=kind).count() for kind in UnitKind}
    assert (kinds["province_office"], kinds["city_office"], kinds["county_office"]) == (1, 14, 122)
    assert kinds["park"] >= 20
    longshan, liuyang = (
        Unit.objects.get(region="433130", kind="county_office"),
        Unit.objects.get(region="430181", kind="county_office"),
    )
    assert longshan.parent.kind == UnitKind.PROVINCE_OFFICE
    assert liuyang.parent.region == "430100"
    before = (Unit.objects.count(), User.objects.count(), AuditRecord.objects.count())
    assert create_demo_accounts(actor=None) == []
    assert before == (Unit.objects.count(), User.objects.count(), AuditRecord.objects.count())


def test_every_demo_account_fits_its_unit_and_has_the_published_password():
    create_demo_accounts(actor=None)
    for user in User.objects.select_related("unit").order_by("pk"):
        assert (user.unit.kind in unit_kinds_for(Role(user.role))) if user.unit else user.role == Role.FIRM
        assert check_password(DEMO_PASSWORD, user.password)
    city = scope_of(User.objects.get(username="city"), clock.today())
    assert city.admits("430181", None)
    assert not city.admits("433130", None)
    assert scope_of(User.objects.get(username="longshan"), clock.today()).admits("433130", None)


def test_picking_an_account_fills_the_form_in_the_demo_only(visitor, settings):
    page = visitor.get("/accounts/sign-in/?as=county").content.decode()
    assert 'value="county"' in page
    assert DEMO_PASSWORD in page
    for account in DEMO_ACCOUNTS:
        assert f">{account.username}</code>" in page, "the names that the tour speaks of"
    assert DEMO_PASSWORD not in visitor.get("/accounts/sign-in/?as=nobody").content.decode()
    settings.HUIQI_DEMO = False
    page = visitor.get("/accounts/sign-in/?as=county").content.decode()
    assert DEMO_PASSWORD not in page
    assert "演示账号" not in page


def test_the_published_password_opens_nothing_on_a_real_site_that_kept_a_demo_s_accounts(visitor, settings):
    create_demo_accounts(actor=None)
    given = {"login": "county", "password": DEMO_PASSWORD}
    settings.HUIQI_DEMO = False
    assert visitor.post("/accounts/sign-in/", given).status_code == 422
    with pytest.raises(ValidationError, match="演示密码"):
        validate_password(DEMO_PASSWORD)
    settings.HUIQI_DEMO = True
    assert visitor.post("/accounts/sign-in/", given).status_code == 302
