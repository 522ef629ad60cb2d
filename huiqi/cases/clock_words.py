"""A clock in sentences: until when, why then, what is left, by how much it is late. Pure.

The sentences are Messages: their templates are msgids, a page says them in the reader's language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiqi.cases.workflow import PauseReason, Stage
from huiqi.core.messages import Message, gettext_noop
from huiqi.workflow.office_time import OfficeTime
from huiqi.workflow.terms import LimitUnit, Reckoning, Term

_HOUR = 60
# What each stage asks for, after "应于…前".
_DONE = {
    Stage.ACCEPT: gettext_noop("决定是否受理"),
    Stage.DISPATCH: gettext_noop("派单"),
    Stage.SIGN: gettext_noop("签收"),
    Stage.CONTACT: gettext_noop("首次联系诉求人"),
    Stage.HANDLE: gettext_noop("办结"),
    Stage.REVIEW: gettext_noop("审核答复"),
    Stage.CALL_BACK: gettext_noop("回访"),
    Stage.SUPPLEMENT: gettext_noop("补正"),
    Stage.CONSULT: gettext_noop("答复"),
}
_WHY = {
    PauseReason.SUPPLEMENT: gettext_noop("待补正"),
    PauseReason.SUSPENDED: gettext_noop("暂缓办理"),
}


# A month each, so that English names it: 9/2 is September to some readers and February to others.
_DAY_OF = (
    gettext_noop("1月%(day)d日"),
    gettext_noop("2月%(day)d日"),
    gettext_noop("3月%(day)d日"),
    gettext_noop("4月%(day)d日"),
    gettext_noop("5月%(day)d日"),
    gettext_noop("6月%(day)d日"),
    gettext_noop("7月%(day)d日"),
    gettext_noop("8月%(day)d日"),
    gettext_noop("9月%(day)d日"),
    gettext_noop("10月%(day)d日"),
    gettext_noop("11月%(day)d日"),
    gettext_noop("12月%(day)d日"),
)


@dataclass(frozen=True)
class ClockWords:
    """What a page shows of a clock: one line with icon and tone, and sentences for who wants to know why."""

    tone: str  # ok near danger wait quiet: colours of core tags
    icon: str
    line: Message
    why: tuple[Message, ...]


def clock_words(
    stage: Stage, term: Term, found: Reckoning, scale: OfficeTime, at: datetime, *, is_reference: bool = False
) -> ClockWords:
    """The clock at an instant, in words; a stopped one says what was used of what was allowed."""
    why = (due_sentence(stage, term, found, scale), *_story(term, found, scale))
    if is_reference:
        why = (*why, Message(gettext_noop("商请答复，仅供参考：到期未答复不计逾期。")))
    if term.stopped_at is not None:
        return ClockWords(*_stopped_look(found, is_reference), used_sentence(term, found, scale), why)
    line = line_sentence(term, found, scale, at)
    if is_reference:
        line = Message(gettext_noop("%(line)s（商请，仅供参考）"), {"line": line})
    return ClockWords(*_look(term, found, scale, is_reference), line, why)


def line_sentence(term: Term, found: Reckoning, scale: OfficeTime, at: datetime) -> Message:
    """The one line: 还剩1个工作日3小时（2月14日17:30前）, 已逾期2个工作日, 暂停计时（待补正）."""
    until = moment(found.due_at, scale, at)
    if found.is_late:
        late = -found.left
        if late < 1:
            return Message(gettext_noop("刚刚逾期（应于%(until)s前）"), {"until": until})
        words = {"length": length(late, term.limit.unit, scale), "until": until}
        return Message(gettext_noop("已逾期%(length)s（应于%(until)s前）"), words)
    left = length(found.left, term.limit.unit, scale)
    if found.is_paused:
        why = _WHY[PauseReason(found.segments[-1].reason)] if found.segments else ""
        said = {"why": Message(why), "length": left}
        return Message(gettext_noop("暂停计时（%(why)s），恢复后还有%(length)s"), said)
    return Message(gettext_noop("还剩%(length)s（%(until)s前）"), {"length": left, "until": until})


def due_sentence(stage: Stage, term: Term, found: Reckoning, scale: OfficeTime) -> Message:
    """应于2月14日17:30前办结：其中2个工作日因待补正暂停."""
    words: dict[str, object] = {
        "until": moment(found.due_at, scale, term.started_at), "done": Message(_DONE[stage])
    }  # fmt: skip
    paused = _paused(term, found, scale)
    if not paused:
        return Message(gettext_noop("应于%(until)s前%(done)s"), words)
    said = gettext_noop("应于%(until)s前%(done)s：其中%(pauses)s")
    return Message(said, words | {"pauses": paused})


def used_sentence(term: Term, found: Reckoning, scale: OfficeTime) -> Message:
    """用时2个工作日，时限5个工作日, and whether that was in time."""
    unit = term.limit.unit
    words = {"used": length(found.used, unit, scale), "allowed": length(found.allowed, unit, scale)}
    if found.is_late:
        return Message(gettext_noop("超时完成：用时%(used)s，时限%(allowed)s"), words)
    return Message(gettext_noop("按时完成：用时%(used)s，时限%(allowed)s"), words)


def move_sentence(stage: Stage, from_due: datetime, to_due: datetime, scale: OfficeTime, why: str) -> Message:
    """办结期限由2月4日17:30改为2月6日17:30（国办发明电〔2020〕1号）: an end that moved, and by what."""
    words: dict[str, object] = {
        "stage": Message(str(Stage(stage).label)),
        "was": moment(from_due, scale, from_due),
        "now": moment(to_due, scale, from_due),
        "why": why,
    }
    if not why:
        return Message(gettext_noop("%(stage)s期限由%(was)s改为%(now)s"), words)
    return Message(gettext_noop("%(stage)s期限由%(was)s改为%(now)s（%(why)s）"), words)


def length(minutes: int, unit: LimitUnit, scale: OfficeTime) -> Message:
    """So many minutes of a term: 1个工作日3小时, 2小时5分钟, 不到1分钟; around the clock in hours only."""
    if unit == LimitUnit.HOURS:
        return _hours(minutes)
    days, rest = divmod(minutes, scale.day)
    if not days:
        return _hours(rest)
    if rest < _HOUR:
        return Message(gettext_noop("%(days)d个工作日"), {"days": days})
    words = {"days": days, "hours": rest // _HOUR}
    return Message(gettext_noop("%(days)d个工作日%(hours)d小时"), words)


def _hours(minutes: int) -> Message:
    hours, rest = divmod(minutes, _HOUR)
    if hours and rest and hours < 10:
        return Message(gettext_noop("%(hours)d小时%(minutes)d分钟"), {"hours": hours, "minutes": rest})
    if hours:
        return Message(gettext_noop("%(hours)d小时"), {"hours": hours})
    if rest:
        return Message(gettext_noop("%(minutes)d分钟"), {"minutes": rest})
    return Message(gettext_noop("不到1分钟"))


def moment(instant: datetime, scale: OfficeTime, near: datetime) -> Message:
    """2月14日17:30; 凌晨3:00 so that nobody takes it for the afternoon; with the year when it is another."""
    local = instant.astimezone(scale.zone)
    clock = f"{local.hour}:{local.minute:02d}"
    is_night = local.hour < 6
    date = Message(_DAY_OF[local.month - 1], {"day": local.day})
    words: dict[str, object] = {"date": date, "clock": clock, "year": local.year}
    if local.year != near.astimezone(scale.zone).year:
        if is_night:
            return Message(gettext_noop("%(year)d年%(date)s凌晨%(clock)s"), words)
        return Message(gettext_noop("%(year)d年%(date)s%(clock)s"), words)
    if is_night:
        return Message(gettext_noop("%(date)s凌晨%(clock)s"), words)
    return Message(gettext_noop("%(date)s%(clock)s"), words)


# --- the story of a term -------------------------------------------------------------------------------


def _story(term: Term, found: Reckoning, scale: OfficeTime) -> Iterable[Message]:
    started = moment(term.started_at, scale, found.due_at)
    allowed = length(found.allowed, term.limit.unit, scale)
    if term.limit.unit == LimitUnit.WORKING_DAYS:
        said = gettext_noop("%(started)s收到，从第二天起算，共%(allowed)s")
    elif term.limit.unit == LimitUnit.OFFICE_HOURS:
        said = gettext_noop("%(started)s起算，共%(allowed)s，只计办公时间")
    else:
        said = gettext_noop("%(started)s起算，共%(allowed)s，昼夜连续计时")
    yield Message(said, {"started": started, "allowed": allowed})
    if term.extensions:
        more = sum(term.extensions) * (scale.day if term.limit.unit == LimitUnit.WORKING_DAYS else _HOUR)
        words = {"more": length(more, term.limit.unit, scale)}
        yield Message(gettext_noop("其中经批准延长%(more)s"), words)
    rests = _rests(term, found, scale)
    if rests:
        yield Message(gettext_noop("已扣除%(days)d天休息日"), {"days": rests})
    for segment in found.segments:
        if segment.reason:
            yield Message(
                gettext_noop("%(start)s至%(end)s暂停（%(why)s）：%(length)s"),
                {
                    "start": moment(segment.from_at, scale, found.due_at),
                    "end": moment(segment.to_at, scale, found.due_at),
                    "why": Message(_WHY[PauseReason(segment.reason)]),
                    "length": length(segment.minutes, term.limit.unit, scale),
                },
            )


def _rests(term: Term, found: Reckoning, scale: OfficeTime) -> int:
    """Days on which offices do not work between the start of a term of days and its end."""
    if term.limit.unit != LimitUnit.WORKING_DAYS:
        return 0
    first, last = (each.astimezone(scale.zone).date() for each in (term.started_at, found.due_at))
    worked = (scale.close_of(last) - scale.close_of(first)) // scale.day
    return max((last - first).days - worked, 0)


def _paused(term: Term, found: Reckoning, scale: OfficeTime) -> tuple[Message, ...]:
    minutes: dict[str, int] = {}
    for segment in found.segments:
        if segment.reason and segment.minutes:
            minutes[segment.reason] = minutes.get(segment.reason, 0) + segment.minutes
    said = gettext_noop("%(length)s因%(why)s暂停")
    return tuple(
        Message(
            said,
            {
                "length": length(count, term.limit.unit, scale),
                "why": Message(_WHY[PauseReason(reason)]),
            },
        )
        for reason, count in minutes.items()
    )


# --- the look ------------------------------------------------------------------------------------------


def _look(term: Term, found: Reckoning, scale: OfficeTime, is_reference: bool) -> tuple[str, str]:
    if found.is_late:
        return ("near" if is_reference else "danger"), "alert-triangle"
    if found.is_paused:
        return "wait", "circle-dashed"
    soon = scale.day if term.limit.unit == LimitUnit.WORKING_DAYS else 2 * _HOUR
    return ("near", "hourglass") if found.left <= soon else ("ok", "clock")


def _stopped_look(found: Reckoning, is_reference: bool) -> tuple[str, str]:
    if found.is_late and not is_reference:
        return "danger", "alert-triangle"
    return "quiet", "check"


def short_words(due_at: datetime, unit: LimitUnit, scale: OfficeTime, at: datetime) -> tuple[str, Message]:
    """Tone and words of an end for a row of a list, from the end alone; for a clock that runs."""
    if unit == LimitUnit.HOURS:
        left = round((due_at - at).total_seconds()) // 60
    else:
        left = scale.mark(due_at) - scale.mark(at)
    if at > due_at:
        # After the last office minute and before the next: over, but no office time late yet.
        if left >= 0:
            words = {"until": moment(due_at, scale, at)}
            return "danger", Message(gettext_noop("已到期（%(until)s）"), words)
        late = length(-left, unit, scale)
        return "danger", Message(gettext_noop("已逾期%(length)s"), {"length": late})
    soon = scale.day if unit == LimitUnit.WORKING_DAYS else 2 * _HOUR
    words = {"length": length(max(left, 0), unit, scale)}
    return ("near" if left <= soon else "ok"), Message(gettext_noop("还剩%(length)s"), words)


def moves_in(details: Mapping[str, Any]) -> list[tuple[Stage, datetime, datetime]]:
    """The moves that an event `clock_moved` of a recalculation tells of: stage, was, is."""
    return [
        (Stage(row["stage"]), datetime.fromisoformat(row["from"]), datetime.fromisoformat(row["to"]))
        for row in details.get("moves", ())
    ]
