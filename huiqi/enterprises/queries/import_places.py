"""The places an import looks up: divisions, parks and industries in every usual spelling, read once a run."""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings

from huiqi.accounts.models import Unit, UnitKind
from huiqi.enterprises.importing.places import Place, Places, park_key, short_name, spellings_of, squeeze
from huiqi.reference.code_rows import division_successors
from huiqi.reference.models import Division, Industry


def load_places() -> Places:
    """Present and past divisions of the province, its parks, the industry classification."""
    divisions = Division.objects.within(settings.HUIQI_PROVINCE).order_by("code")
    today = division_successors()
    places = {
        row.code: Place(
            row.code,
            row.name,
            row.full_name,
            _city_of(row),
            today.get(row.code, row.code),
        )
        for row in divisions
        if row.level != Division.Level.PROVINCE
    }
    province = next((row.name for row in divisions if row.level == Division.Level.PROVINCE), "")
    classes, names = _industries()
    return Places(places, _counties(places, province), _cities(places, province), _parks(), classes, names)


def _city_of(row: Division) -> str:
    """The code above a county; a county right below the province has the province's."""
    return row.parent_id or "" if row.level == Division.Level.COUNTY else ""


def _counties(places: dict[str, Place], province: str) -> dict[str, frozenset[str]]:
    pairs = []
    for place in places.values():
        if place.city:
            above = places.get(place.city)
            spelt = spellings_of(place, above.name if above else "", province)
            pairs += [(squeeze(one), place.code) for one in spelt]
    found = _grouped(pairs)
    # 长沙 alone is rather the city than the county 长沙县: a spelling that is also a city's is the county's
    # only where it is the county's full name.
    cities = _cities(places, province)
    full = {squeeze(place.name) for place in places.values() if place.city}
    return {
        spelling: codes for spelling, codes in found.items() if spelling not in cities or spelling in full
    }


def _cities(places: dict[str, Place], province: str) -> dict[str, frozenset[str]]:
    pairs = []
    for place in places.values():
        if not place.city:
            for own in (place.name, short_name(place.name)):
                pairs += [
                    (squeeze(before + own), place.code) for before in ("", province, short_name(province))
                ]
    return _grouped(pairs)


def _parks() -> dict[str, frozenset[int]]:
    parks = Unit.objects.filter(kind=UnitKind.PARK, is_active=True).order_by("pk")
    return _grouped((park_key(name), pk) for pk, name in parks.values_list("pk", "name"))


def _industries() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Class codes with their sections; names of classes, and of groups no class is called by."""
    classes: dict[str, str] = {}
    names: list[tuple[str, str]] = []
    branches: list[tuple[str, str]] = []
    for code, name, level, section in Industry.objects.order_by("code").values_list(
        "code", "name", "level", "section"
    ):
        if level == Industry.Level.CLASS:
            classes[code] = section
            names.append((squeeze(name), code))
        else:
            branches.append((name, code))
    found = _grouped(names)
    for name, branch in branches:
        inside = frozenset(code for code in classes if code.startswith(branch) or classes[code] == branch)
        found.setdefault(squeeze(name), inside)
    return classes, found


def _grouped(pairs: Iterable[tuple[str, object]]) -> dict[str, frozenset]:  # type: ignore[type-arg]
    found: dict[str, set[object]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}
