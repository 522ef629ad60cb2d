"""Reads service items: strictly from files and drafts, quickly from content that was checked. Pure."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huiqi.cases.items.checking import Checker
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
from huiqi.rules.documents import Entry, read_document
from huiqi.rules.problems import Problem, RulebookError
from huiqi.rules.sections import Report
from huiqi.workflow.terms import Limit, LimitUnit

FOLDER = "services"
MOST_ITEMS = 200


@dataclass(frozen=True)
class Shipped:
    """An item as its file has it: the definition, its content as JSON, and the content's digest."""

    definition: ItemDefinition
    content: dict[str, Any]
    digest: str


def read_items(rulebook: Path, policies: Collection[str] | None = None) -> dict[str, Shipped]:
    """The items of `rulebook`/services by id, in the order of the files' names.

    Raises RulebookError with every problem of every file, each with file and line. `policies`: the ids that
    topics may name.
    """
    folder = rulebook / FOLDER
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths or len(paths) > MOST_ITEMS:
        said = "没有事项文件" if not paths else f"事项文件超过{MOST_ITEMS}个"
        raise RulebookError([Problem(FOLDER, said, f"每个事项一个文件，放在 {FOLDER}/ 下")])
    found: dict[str, Shipped] = {}
    problems: list[Problem] = []
    for path in paths:
        shipped, faults = _read_file(path, policies)
        problems += faults
        if shipped is not None:
            found[shipped.definition.id] = shipped
    if problems:
        raise RulebookError(dict.fromkeys(problems))
    return found


def _read_file(path: Path, policies: Collection[str] | None) -> tuple[Shipped | None, list[Problem]]:
    name = f"{FOLDER}/{path.name}"
    document, problems = read_document(path, name)
    if document is None:
        return None, problems
    report = Report(name)
    checker = Checker(report, document, policies)
    checker.run()
    given = checker.top.pairs.get("id")
    if given is not None and given.plain != path.stem:
        checker.top.wrong("id", f"名称与文件名“{path.stem}”不同", "两者写成一样")
    if report.problems:
        return None, report.problems
    content: dict[str, Any] = json.loads(json.dumps(document.plain, default=str))
    return Shipped(from_json(content), content, digest_of(content)), []


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content, whatever the order of its keys and the layout of its file."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


class _Places(Report):
    """Problems of a draft: the place is the path within it, as there is no file and no line."""

    def add(self, line: int, path: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(path, message, remedy))


def check_content(content: Any, policies: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Everything wrong with the content of a draft; the place of a problem is such as `topics[2].lead`."""
    report = _Places("")
    Checker(report, _entry(content), policies).run()
    return tuple(dict.fromkeys(report.problems))


def _entry(value: Any) -> Entry:
    if isinstance(value, dict):
        return Entry({str(key): _entry(child) for key, child in value.items()}, 0)
    if isinstance(value, list | tuple):
        return Entry([_entry(child) for child in value], 0)
    return Entry(value, 0)


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
        questionnaire=content.get("questionnaire", ""),
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
