"""Loading the code lists into the database, and recording the dated risk levels of counties."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.reference.code_rows import DivisionRow, IndustryRow, checksum, division_rows, industry_rows
from huiqi.reference.models import CodeList, Division, Industry, RiskLevel
from huiqi.reference.pinyin import pinyin_of
from huiqi.reference.risk_levels import NewLevel

REFERENCE = "reference"
_BATCH = 500


@dataclass(frozen=True)
class LoadReport:
    """Whether anything was loaded, and how many entries the lists have by level."""

    changed: bool
    counts: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def load_reference(*, province: str, force: bool = False) -> LoadReport:
    """Bring divisions of `province` and the industries up to date; nothing is written when nothing changed.

    Idempotent, one transaction. Rows of another province loaded before stay (others may refer to them).
    Refused (`reference.unknown_province`) when the package knows no such province.
    """
    divisions, industries = division_rows(province), industry_rows()
    if not divisions:
        raise Refused(
            "reference.unknown_province",
            f"没有代码为“{province[:12]}”的省级行政区。请把 HUIQI_PROVINCE 设为六位代码，如湖南 430000。",
        )
    counts = _counts(divisions, industries)
    wanted = checksum(province)
    if not force and CodeList.objects.filter(name=REFERENCE, checksum=wanted).exists():
        return LoadReport(False, counts)
    _save_divisions(divisions)
    _save_industries(industries)
    rows = len(divisions) + len(industries)
    CodeList.objects.update_or_create(name=REFERENCE, defaults={"checksum": wanted, "rows": rows})
    return LoadReport(True, counts)


def _save_divisions(rows: tuple[DivisionRow, ...]) -> None:
    Division.objects.bulk_create(
        [_division(row) for row in sorted(rows, key=_from_the_top)],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "name", "full_name", "level", "parent", "valid_from", "valid_to", "pinyin", "initials",
        ],
    )  # fmt: skip


def _from_the_top(row: DivisionRow) -> tuple[int, str]:
    return ["province", "prefecture", "county"].index(row.level), row.code


def _division(row: DivisionRow) -> Division:
    pinyin, initials = pinyin_of(row.name)
    return Division(
        code=row.code,
        name=row.name,
        full_name=row.full_name,
        level=row.level,
        parent_id=row.parent,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        pinyin=pinyin,
        initials=initials,
    )


def _save_industries(rows: tuple[IndustryRow, ...]) -> None:
    Industry.objects.bulk_create(
        [_industry(row) for row in sorted(rows, key=lambda row: (row.level, row.code))],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["level", "name", "parent", "section", "pinyin", "initials"],
    )


def _industry(row: IndustryRow) -> Industry:
    pinyin, initials = pinyin_of(row.name)
    return Industry(
        code=row.code,
        level=row.level,
        name=row.name,
        parent_id=row.parent,
        section=row.section,
        pinyin=pinyin,
        initials=initials,
    )


def _counts(divisions: tuple[DivisionRow, ...], industries: tuple[IndustryRow, ...]) -> dict[str, int]:
    """Entries by level; former divisions are counted apart."""
    present = [row.level for row in divisions if row.valid_to is None]
    levels = [row.level for row in industries]
    return {
        "prefectures": present.count("prefecture"),
        "counties": present.count("county"),
        "former_divisions": len(divisions) - len(present),
        "industry_sections": levels.count(1),
        "industry_divisions": levels.count(2),
        "industry_groups": levels.count(3),
        "industry_classes": levels.count(4),
    }


@transaction.atomic
def record_risk_levels(levels: Sequence[NewLevel], *, actor: Model | None, at: datetime) -> int:
    """Add rows to the dated risk levels; nothing is changed or deleted. Returns how many were new.

    Refused: `reference.no_county` when a county did not exist on the day its level begins,
    `reference.risk_days` when the last day is before the first.
    """
    made = 0
    for new in levels:
        _check_level(new)
        _row, is_new = RiskLevel.objects.get_or_create(
            division_id=new.county,
            level=new.level,
            valid_from=new.valid_from,
            valid_to=new.valid_to,
            document=new.document,
            known_on=new.known_on,
            defaults={"recorded_at": at},
        )
        made += is_new
    audit.record("risk_levels.recorded", None, actor=actor, rows=len(levels), new=made)
    return made


def _check_level(new: NewLevel) -> None:
    counties = Division.objects.valid_on(new.valid_from).filter(level=Division.Level.COUNTY)
    if not counties.filter(code=new.county).exists():
        said = gettext_noop("没有代码为“%(code)s”的县（市、区），或它那时还没有设立、已经撤销。")
        raise Refused("reference.no_county", Message(said, {"code": new.county[:12]}))
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise Refused("reference.risk_days", gettext_noop("截止日期早于开始日期，请核对。"))
