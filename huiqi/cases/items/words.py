"""Limits and guides in words, so that no text promises another time than the clocks keep. Pure."""

import re
from dataclasses import dataclass

from huiqi.cases.items.definition import ItemDefinition
from huiqi.core.messages import Message, gettext_noop
from huiqi.workflow.terms import Limit, LimitUnit

# {handle:ordinary} or {accept} in a guide stands for the limit of that stage.
PLACE = re.compile(r"\{([a-z_]+)(?::([a-z]+))?\}")
_HEADING = re.compile(r"【(.{1,30})】")
_WORKING_DAYS = gettext_noop("%(count)s个工作日")
_OFFICE_HOURS = gettext_noop("%(count)s个工作小时")
_HOURS = gettext_noop("%(count)s小时")
_DAYS = gettext_noop("%(count)s天")
# Up to three days people think in hours when it is urgent; above, whole days around the clock are days.
_MOST_HOURS = 72


@dataclass(frozen=True)
class Part:
    """A part of a guide: its heading ("" before the first) and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


def limit_words(limit: Limit) -> Message:
    """5个工作日, 2个工作小时, 24小时, or 30天 for 720 hours around the clock."""
    if limit.unit == LimitUnit.WORKING_DAYS:
        return Message(_WORKING_DAYS, {"count": limit.amount})
    if limit.unit == LimitUnit.OFFICE_HOURS:
        return Message(_OFFICE_HOURS, {"count": limit.amount})
    if limit.amount > _MOST_HOURS and limit.amount % 24 == 0:
        return Message(_DAYS, {"count": limit.amount // 24})
    return Message(_HOURS, {"count": limit.amount})


def filled_guide(definition: ItemDefinition) -> str:
    """The guide with its limits written out; a place without a limit stays as it is (checked on saving)."""

    def words(match: re.Match[str]) -> str:
        found = definition.limit_for(match[1], match[2] or "")
        return str(limit_words(found.limit)) if found else match[0]

    return PLACE.sub(words, definition.guide)


def guide_parts(definition: ItemDefinition) -> tuple[Part, ...]:
    """The guide cut at its 【headings】, limits written out."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in filled_guide(definition).splitlines():
        heading = _HEADING.fullmatch(line.strip())
        if heading:
            parts.append((heading[1], []))
        elif line.strip():
            parts[-1][1].append(line.strip())
    return tuple(Part(heading, tuple(lines)) for heading, lines in parts if heading or lines)
