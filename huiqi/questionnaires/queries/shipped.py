"""The questionnaires that come with the site."""

from pathlib import Path

from django.conf import settings

from huiqi.questionnaires.xlsform.readable import read_readable
from huiqi.questionnaires.xlsform.sheets import Book
from huiqi.reference.code_rows import DivisionRow, division_rows


def shipped() -> list[Path]:
    """Their readable sources, by name."""
    return sorted((Path(settings.RULEBOOK_DIR) / "questionnaires").glob("*.yaml"))


def shipped_book(path: Path) -> Book:
    """A questionnaire that comes with the site; where it asks for the county, with those of the province."""
    return read_readable(path, {"counties": county_choices()})


def county_choices() -> dict[str, str]:
    """The counties of today by their codes, city by city: 浏阳市（长沙市）, so that equal names differ."""
    rows = [row for row in division_rows(settings.HUIQI_PROVINCE) if row.valid_to is None]
    cities = {row.code: row.name for row in rows if row.level == "prefecture"}
    return {row.code: _with_city(row, cities) for row in rows if row.level == "county"}


def _with_city(row: DivisionRow, cities: dict[str, str]) -> str:
    city = cities.get(row.parent or "")
    return f"{row.name}（{city}）" if city else row.name
