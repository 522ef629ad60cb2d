"""Reads service items from their content: the JSON of an edition, checked when it was saved. Pure."""

from collections.abc import Mapping
from typing import Any

from huiqi.cases.items.definition import (
    Authority,
    Field,
    FieldKind,
    ItemDefinition,
    Lead,
    Rung,
    Sourced,
    StageLimit,
    Topic,
)
from huiqi.workflow.terms import Limit, LimitUnit


def from_json(content: Mapping[str, Any]) -> ItemDefinition:
    """The definition of checked content; KeyError or ValueError when it never was checked."""
    return ItemDefinition(
        id=content["id"],
        title=content["title"],
        title_en=content.get("title_en", ""),
        summary=content["summary"],
        kind=content["kind"],
        guide=content.get("guide", ""),
        topics=tuple(_topic(each) for each in content["topics"]),
        limits=tuple(_stage_limit(each) for each in content["limits"]),
        fields=tuple(_field(each) for each in content.get("fields", ())),
        ladder=tuple(Rung(each["level"], _limit(each), _basis(each)) for each in content.get("ladder", ())),
        refusal_reasons=_pairs(content.get("refusal_reasons", ())),
        return_reasons=_pairs(content.get("return_reasons", ())),
        needs_proof=frozenset(content.get("needs_proof", ())),
        masks_requester=content.get("masks_requester", False),
        is_open_to_public=content.get("open_to_public", True),
        gaps=tuple(content.get("gaps", ())),
        sources=tuple(content.get("sources", ())),
    )


def _topic(row: Mapping[str, Any]) -> Topic:
    lead = row["lead"]
    return Topic(
        id=row["id"],
        title=row["title"],
        lead=Lead(lead["function"], lead["level"], Authority(lead["authority"])),
        words=tuple(row.get("words", ())),
        policies=tuple(row.get("policies", ())),
    )


def _stage_limit(row: Mapping[str, Any]) -> StageLimit:
    return StageLimit(row["stage"], row.get("urgency", ""), _limit(row), _basis(row))


def _limit(row: Mapping[str, Any]) -> Limit:
    return Limit(int(row["amount"]), LimitUnit(row.get("unit", LimitUnit.WORKING_DAYS)))


def _basis(row: Mapping[str, Any]) -> Sourced:
    return Sourced(row["confidence"], row["source"])


def _field(row: Mapping[str, Any]) -> Field:
    shown = row.get("shown_if")
    return Field(
        id=row["id"],
        label=row["label"],
        kind=FieldKind(row["kind"]),
        is_required=row.get("required", True),
        help=row.get("help", ""),
        choices=_pairs(row.get("choices", ())),
        unit=row.get("unit", ""),
        most=row.get("most"),
        is_personal=row.get("personal", False),
        shown_if=(shown["field"], shown["is"]) if shown else None,
    )


def _pairs(rows: Any) -> tuple[tuple[str, str], ...]:
    return tuple((row["code"], row["label"]) for row in rows)
