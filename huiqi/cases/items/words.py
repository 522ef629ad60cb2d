"""Limits and guides in words, so that no text promises another time than the clocks keep. Pure."""

import re
from dataclasses import dataclass

from huiqi.accounts.functions import Function
from huiqi.cases.items.definition import Authority, ItemDefinition, Lead, Rung, StageLimit
from huiqi.cases.workflow import Stage, Urgency
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


_LEVELS = {
    "county": gettext_noop("县级"),
    "city": gettext_noop("市级"),
    "province": gettext_noop("省级"),
    "leading_group": gettext_noop("领导小组"),
}
_WAYS = {
    Authority.ASSIGN: gettext_noop("交%(who)s牵头办理"),
    Authority.CONSULT: gettext_noop("我们发函商请%(who)s办理"),
    Authority.FORWARD: gettext_noop("转%(who)s办理，由它答复"),
    Authority.INFORM: gettext_noop("由%(who)s决定，我们告诉您怎么办"),
}
_NAMED_BANK = gettext_noop("您写明的银行")
_OFFICE = gettext_noop("%(level)s%(function)s部门")
_PEOPLES_BANK = gettext_noop("人民银行")
_RUNG = gettext_noop("逾期%(after)s还没有办结的，上报%(level)s")


def lead_words(lead: Lead) -> Message:
    """Who deals with a topic and by what right: 我们发函商请县级税务部门办理."""
    return Message(_WAYS[lead.authority], {"who": _who(lead)})


def _who(lead: Lead) -> Message:
    if lead.function == Function.BANK:
        return Message(_NAMED_BANK)
    if lead.function == Function.CENTRAL_BANK:
        return Message(_PEOPLES_BANK)
    level = Message(_LEVELS[lead.level])
    return Message(_OFFICE, {"level": level, "function": Function(lead.function).label})


def rung_words(rung: Rung) -> Message:
    """逾期5个工作日还没有办结的，上报市级."""
    return Message(_RUNG, {"after": limit_words(rung.after), "level": Message(_LEVELS[rung.level])})


@dataclass(frozen=True)
class StageRow:
    """A stage with its limit for each urgency, in the order of Urgency; None where it has no clock."""

    stage: str
    limits: tuple[StageLimit | None, ...]

    @property
    def is_same(self) -> bool:
        """Whether urgency makes no difference."""
        return len({limit.limit if limit else None for limit in self.limits}) == 1


def stage_rows(definition: ItemDefinition) -> tuple[StageRow, ...]:
    """The stages that have a clock, in the order of the work."""
    rows = (
        StageRow(stage.value, tuple(definition.limit_for(stage, urgency) for urgency in Urgency))
        for stage in Stage
    )
    return tuple(row for row in rows if any(row.limits))
