"""Reading policy.yaml: the descriptive part, the legal content and the editions that change it."""

import re
from collections import Counter
from datetime import date

from huiqi.rules import ir, wording
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.conditions_file import (
    Reader,
    read_benefit,
    read_conditions,
    read_optional,
    read_parameters,
)
from huiqi.rules.documents import Entry
from huiqi.rules.editions import rivals
from huiqi.rules.policy import Benefit, Deadline, Edition, Group, Leaf, Parameter, Policy, Source, leaves
from huiqi.rules.problems import Problem
from huiqi.rules.sections import Report, Section

KEYS = frozenset(
    "id title title_en summary clauses documents authority role grant_mode governed_by standing conditions"
    " optional benefit parameters editions papers where deadline gaps readings confidence"
    " confidence_note sources".split()
)
EDITION_KEYS = frozenset(
    "id known_on from to supersedes precision confidence note conditions optional benefit parameters".split()
)
ROLES = ("decide", "recommend", "coordinate", "inform")
GRANT_MODES = ("application", "filing", "auto", "service", "rule", "confirm")
STANDINGS = ("live", "open", "draft")
CONFIDENCES = ("VERIFIED", "KNOWN", "PARTIAL")
EDITION_CONFIDENCES = (*CONFIDENCES, "BENCHMARK", "GAP")
OVERRIDES = ("conditions", "optional", "benefit", "parameters")
POLICY_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Content = tuple[Group, tuple[Leaf, ...], Benefit, dict[str, Parameter]]


def read_policy(
    document: Entry, folder: str, catalogue: Catalogue | None, report: Report
) -> tuple[Policy | None, list[Problem]]:
    """The policy with its warnings; None when a part it cannot do without is missing (see report)."""
    section = Section(report, document, "", KEYS)
    policy_id = section.text("id", required=True)
    if policy_id is not None and policy_id != folder:
        section.wrong("id", f"“{policy_id[:80]}”与目录名“{folder}”不同", "请改成一致")
    reader = Reader(catalogue, report)
    parameters = read_parameters(reader, section)
    reader.use(parameters)
    conditions, benefit = read_conditions(reader, section), read_benefit(reader, section)
    optional = read_optional(reader, section)
    deadline = _read_deadline(reader, section)
    content = (conditions, optional, benefit, parameters) if conditions and benefit else None
    editions = _read_editions(reader, section, content)
    described = _described(section)
    if content is None:
        return None, reader.warnings
    _check_ids(report, section, content[0], optional)
    policy = Policy(
        id=folder,
        conditions=content[0],
        optional=optional,
        benefit=content[2],
        parameters=parameters,
        editions=editions,
        deadline=deadline,
        **described,  # type: ignore[arg-type]
    )
    return policy, reader.warnings


def _described(section: Section) -> dict[str, object]:
    return {
        "title": section.text("title", required=True) or "",
        "title_en": section.text("title_en"),
        "summary": section.text("summary", required=True) or "",
        "clauses": section.texts("clauses"),
        "documents": section.texts("documents"),
        "authority": section.text("authority", required=True) or "",
        "role": section.word("role", ROLES, "inform"),
        "grant_mode": section.word("grant_mode", GRANT_MODES, "application"),
        "governed_by": section.text("governed_by", required=True) or "",
        "standing": section.word("standing", STANDINGS, "draft"),
        "papers": section.texts("papers"),
        "where": section.text("where"),
        "gaps": section.texts("gaps"),
        "readings": section.texts("readings"),
        "confidence": section.word("confidence", CONFIDENCES, "PARTIAL"),
        "confidence_note": section.text("confidence_note"),
        "sources": _read_sources(section),
    }


def _read_sources(section: Section) -> tuple[Source, ...]:
    result: list[Source] = []
    for index, entry in enumerate(section.items("sources")):
        part = Section(section.report, entry, f"sources[{index}]", {"title", "url", "confidence", "note"})
        url = part.text("url")
        if url is not None and not url.startswith(("https://", "http://")):
            part.wrong("url", "不是网址", "网址以 https:// 开头；没有网址的不写这一项")
        confidence = part.optional_word("confidence", EDITION_CONFIDENCES)
        result.append(Source(part.text("title"), url, confidence, part.text("note")))
    return tuple(result)


def _read_deadline(reader: Reader, section: Section) -> Deadline | None:
    if not section.has("deadline"):
        return None
    part = Section(reader.report, section.pairs["deadline"], "deadline", {"text", "on", "expr"})
    text = part.text("text", required=True)
    compiled = None
    if part.has("expr"):
        compiled = reader.expression(part.pairs["expr"], "deadline.expr", ir.DATE)
    expr = str(part.pairs["expr"].plain) if part.has("expr") else None
    return Deadline(text or "", part.day("on"), expr, compiled[0] if compiled else None)


def _check_ids(report: Report, section: Section, conditions: Group, optional: tuple[Leaf, ...]) -> None:
    counted = Counter([leaf.id for leaf in leaves(conditions)] + [leaf.id for leaf in optional])
    counted.update(group.id for group in groups(conditions))
    for name in (name for name, times in counted.items() if times > 1):
        section.wrong("conditions", f"条件名“{name}”重复", "请给其中一个改名")


def groups(node: Group) -> list[Group]:
    """The group and the groups under it."""
    return [node, *(inner for child in node.children if isinstance(child, Group) for inner in groups(child))]


# ---------------------------------------------------------------- editions


def _read_editions(reader: Reader, section: Section, content: Content | None) -> tuple[Edition, ...]:
    entries = section.items("editions", required=True)
    if not entries and "editions" in section.pairs:
        section.wrong("editions", "没有版本", "至少写一个版本；起止日不明的写 from: null")
    read = [_read_edition(reader, entry, index, content) for index, entry in enumerate(entries)]
    editions = tuple(edition for edition in read if edition is not None)
    if len(editions) == len(read):
        _check_succession(section, editions)
    return editions


def _read_edition(reader: Reader, entry: Entry, index: int, content: Content | None) -> Edition | None:
    part = Section(reader.report, entry, f"editions[{index}]", EDITION_KEYS)
    edition_id = part.text("id", required=True)
    start, end = part.day("from"), part.day("to")
    if start and end and start > end:
        part.wrong("to", "终止日早于起始日", "请核对日期")
    known_on, supersedes = part.day("known_on"), part.text("supersedes")
    precision = part.optional_word("precision", ("month", "year"))
    confidence = part.optional_word("confidence", EDITION_CONFIDENCES)
    note = part.text("note")
    own = tuple(key for key in OVERRIDES if key in part.pairs)
    merged = _edition_content(reader, part, own, content)
    if edition_id is None or merged is None:
        return None
    return Edition(edition_id, known_on, start, end, supersedes, *merged, precision, confidence, note, own)


def _edition_content(
    reader: Reader, part: Section, own: tuple[str, ...], content: Content | None
) -> Content | None:
    """The policy's content with what the edition has of its own; its figures apply to both."""
    if not own or content is None:
        return content
    outer = reader.parameters
    parameters = dict(outer) | read_parameters(reader, part)
    reader.use(parameters)
    conditions = read_conditions(reader, part) if "conditions" in own else content[0]
    optional = read_optional(reader, part) if "optional" in own else content[1]
    benefit = read_benefit(reader, part) if "benefit" in own else content[2]
    reader.use(outer)
    if conditions is None or benefit is None:
        return None
    _check_ids(reader.report, part, conditions, optional)
    return conditions, optional, benefit, parameters


def _check_succession(section: Section, editions: tuple[Edition, ...]) -> None:
    by_id = {edition.id: edition for edition in editions}
    for edition_id, times in Counter(edition.id for edition in editions).items():
        if times > 1:
            section.wrong("editions", f"版本“{edition_id}”重复", "请给其中一个改名")
    for edition in editions:
        if edition.supersedes is not None and edition.supersedes not in by_id:
            section.wrong(
                "editions", f"版本“{edition.id}”所替代的“{edition.supersedes}”不存在", "请核对 supersedes"
            )
            return
    for edition in editions:
        if _goes_in_circle(edition, by_id):
            section.wrong("editions", f"版本“{edition.id}”的替代关系绕成一圈", "请核对 supersedes")
            return
    _check_overlap(section, editions)


def _check_overlap(section: Section, editions: tuple[Edition, ...]) -> None:
    """Two texts in force on one day, neither replacing the other, would leave the law to chance."""
    found = rivals(editions)
    if found is None:
        return
    one, other, on = found
    since = "" if on == date.min else f"自{wording.day(on)}起"
    section.wrong(
        "editions",
        f"版本“{one.id}”与“{other.id}”{since}同时有效，又互不替代",
        "请写明后一版本的 supersedes，或把前一版本的 to 提前",
    )


def _goes_in_circle(edition: Edition, by_id: dict[str, Edition]) -> bool:
    seen = {edition.id}
    earlier = edition.supersedes
    while earlier is not None:
        if earlier in seen:
            return True
        seen.add(earlier)
        earlier = by_id[earlier].supersedes
    return False
