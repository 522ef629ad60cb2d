import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiqi.accounts.models import Unit, UnitKind
from huiqi.accounts.queries.people import scope_of
from huiqi.accounts.roles import Role
from huiqi.accounts.scope import Area, Scope, union
from huiqi.accounts.tests.make import make_office, make_offices, make_user
from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm

pytestmark = pytest.mark.django_db
COUNTIES = ("430102", "430181", "430182", "430302", "433101", "433130")


def sees(office, role=Role.OFFICER):
    user = make_user(role=role, unit=make_offices()[office])
    scope = scope_of(user, clock.today())
    return {county for county in COUNTIES if scope.admits(county, None)}


@pytest.mark.parametrize(
    ("office", "seen"),
    [
        ("province", set(COUNTIES)),
        ("changsha", {"430102", "430181", "430182"}),
        ("liuyang", {"430181"}),
        ("park", set()),
        ("xiangtan", {"430302"}),
        ("xiangxi", {"433101"}),
        ("longshan", {"433130"}),
        ("tax", set()),
        ("bank", set()),
    ],
)
def test_a_region_is_seen_from_its_office_and_above_and_a_direct_county_from_the_province(office, seen):
    assert sees(office) == seen


@pytest.mark.parametrize("role", [Role.STATIONED_OFFICER, Role.SYSTEM_ADMIN, Role.EXPERT, Role.HOTLINE_AGENT])
def test_some_roles_see_firms_one_by_one_wherever_they_sit(role):
    assert sees("province", role) == set()


def test_an_office_switched_off_sees_nothing():
    user = make_user(role=Role.OFFICER, unit=make_office("liuyang"))
    Unit.objects.filter(pk=user.unit_id).update(is_active=False)
    assert not scope_of(type(user).objects.get(pk=user.pk), clock.today()).areas


areas = st.one_of(
    st.builds(
        Area,
        region=st.sampled_from(["", "4301", "4331", "430181", "433130"]),
        excluded=st.lists(st.sampled_from(COUNTIES), max_size=2, unique=True).map(tuple),
    ),
    st.builds(Area, park_id=st.sampled_from([-1, -2])),
    st.just(Area()),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scope=st.lists(areas, max_size=4).map(union))
def test_rows_and_columns_are_cut_alike(scope, firms_everywhere):
    """The filter of the database and the column predicate admit the same firms, whatever the areas."""
    firms, parks = firms_everywhere
    real = Scope(
        tuple(
            Area(area.region, area.excluded, parks[area.park_id] if area.park_id else None)
            for area in scope.areas
        )
    )
    found = set(Enterprise.objects.filter(real.rows()).values_list("pk", flat=True))
    wanted = {firm.pk for firm in firms if real.admits(firm.prefecture, firm.park_id)}
    assert found == wanted
    assert real.is_whole <= (found == {firm.pk for firm in firms})
    assert set(Enterprise.objects.filter(Q(pk=-1) | real.rows()).values_list("pk", flat=True)) == wanted


@pytest.fixture
def firms_everywhere():
    """A firm in each county, in and out of two parks, and one without a county."""
    one = make_office("park")
    two = Unit.objects.create(name="龙山工业集中区", kind=UnitKind.PARK, region="433130")
    firms = [make_firm(county=county) for county in COUNTIES]
    firms += [make_firm(county="430181", park=one), make_firm(county="433130", park=two)]
    firms.append(Enterprise.objects.create(name="不知在哪的企业", initials="bzznd"))
    return firms, {-1: one.pk, -2: two.pk}
