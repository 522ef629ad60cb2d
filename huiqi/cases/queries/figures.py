"""The account of cases: what each number counts, of what, and what is left out. One definition each.

A number takes the rows of a base (cases that ended in the time, clocks that ended in it …) and gives every
row exactly one part: left out for a reason, in a class of its own, counted, or the rest. Pages, files and
lists of the cases behind a number all rest on this, so that a number is the same everywhere and its parts
add up. The conditions here are the database's; figure_rows.py asks them once for each row and keeps the
answers, figure_tables.py counts them.

Formulas after the practice of 接诉即办 (北京市接诉即办工作条例: 响应率、解决率、满意率) and the rules
named in each definition. No composite: the weights of a published one were not found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Case as Choose
from django.db.models import Q, QuerySet, SmallIntegerField, Value, When
from django.utils import timezone

from huiqi.accounts.scope import Scope
from huiqi.cases.models import Case, Clock, Order, OrderPart, OrderState
from huiqi.cases.workflow import Ending, Stage, Word
from huiqi.core.messages import gettext_noop

# 满意 counts "basically satisfied" too: 3 of 5 and more (好差评; facts: satisfied (+ basically) / rated).
SATISFIED_FROM = 3
# Again for the same item and topic within so many days after an earlier one.
REPEAT_WITHIN = timedelta(days=30)


class Base(StrEnum):
    """Whose rows a number counts, each row by one instant."""

    OPENED = "opened"
    ENDED = "ended"
    CONTACT = "contact"
    SIGN = "sign"
    HANDLE = "handle"
    ORDERS = "orders"
    DAYS = "days"  # no number of its own: how long handling took


_MOMENT = {
    Base.OPENED: "opened_at",
    Base.ENDED: "ended_at",
    Base.ORDERS: "sent_at",
    Base.DAYS: "stopped_at",
}
_OF_CASES = (Base.OPENED, Base.ENDED)


def moment_of(base: Base) -> str:
    """The column by whose instant a row falls into a time."""
    return _MOMENT.get(base, "due_at")


def to_case(base: Base) -> str:
    """The prefix that leads from a row of the base to its case."""
    return "" if base in _OF_CASES else "case__"


@dataclass(frozen=True)
class Account:
    """Whose figures: cases in a scope, of the months from `start` (in) to `end` (out), as things stand `at`.

    `only` narrows by columns of a case: item, topic, prefecture, channel.
    """

    scope: Scope
    start: datetime
    end: datetime
    at: datetime
    only: tuple[tuple[str, Any], ...] = ()

    def cases(self) -> Q:
        """The cases as a filter."""
        return self.scope.rows() & Q(*self.only)


def midnight(day: date) -> datetime:
    """When a day begins here."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True)
class Part:
    """A part of a base's rows: `name` in addresses, `label` in words."""

    name: str
    label: str
    when: Q


@dataclass(frozen=True)
class Number:
    """One number. `label`, `says` are msgids. Without `counted` it counts its rows and is no rate.

    `left_out` have an order: a row is in the first that fits. `apart` are the left-out parts
    that are results of their own (nobody reached), not exclusions.
    """

    id: str
    base: Base
    label: str
    says: str
    counted: Part | None = None
    rest: str = ""
    left_out: tuple[Part, ...] = ()
    apart: frozenset[str] = frozenset()
    is_better_low: bool = False
    is_of_three: bool = False  # one of 响应率、解决率、满意率

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts but the rest, in the order in which a row is tried."""
        return (*self.left_out, *((self.counted,) if self.counted else ()))


COUNTED, REST = "counted", "rest"


def _excluded(prefix: str) -> Part:
    label = gettext_noop("申诉剔除（经审核）")
    return Part("excluded", label, Q(**{f"{prefix}excluded_at__isnull": False}))


def _ended_as(name: str, label: str, prefix: str, *endings: Ending) -> Part:
    return Part(name, label, Q(**{f"{prefix}ending__in": list(endings)}))


def _outside(prefix: str) -> tuple[Part, ...]:
    """What none of the three rates counts: honest endings, reviewed, and cases that went away."""
    return (
        _excluded(prefix),
        _ended_as("outside_power", gettext_noop("不属本部门职权（经审核）"), prefix, Ending.OUTSIDE_POWER),
        _ended_as("policy_forbids", gettext_noop("政策不允许（经审核）"), prefix, Ending.POLICY_FORBIDS),
        _ended_as("merged", gettext_noop("并入他件"), prefix, Ending.MERGED),
        _ended_as("withdrawn", gettext_noop("诉求人撤回"), prefix, Ending.WITHDRAWN),
        _ended_as("not_accepted", gettext_noop("不予受理"), prefix, Ending.NOT_ACCEPTED),
    )


def _measured(answered: Q) -> tuple[Part, ...]:
    """Of clocks: those that say nothing yet, and those that stopped in time because the matter went away."""
    return (
        Part("not_due", gettext_noop("还没有到期"), Q(stopped_at=None, was_late=None, due_at__gt=_AT)),
        Part("standing", gettext_noop("依法暂停计时"), Q(stopped_at=None, is_paused=True)),
        Part("gone", gettext_noop("到期前改派、撤回或并案"), Q(was_late=False) & ~answered),
    )


# Stands for the instant of the account inside definitions; replaced when a query is made.
_AT = Value("at")

_ANSWERED = Q(order__state=OrderState.ANSWERED)
_CONTACTED = Q(order__contacted_at__isnull=False)
_SIGNED = Q(order__signed_at__isnull=False) | Q(order__state=OrderState.RETURNED)
_IN_TIME = Q(was_late=False)
_LATE = gettext_noop("逾期")

NUMBERS: Mapping[str, Number] = {
    each.id: each
    for each in (
        Number(
            "received",
            Base.OPENED,
            gettext_noop("登记件数"),
            gettext_noop("这段时间登记的诉求，不论渠道，含后来不予受理、合并和撤回的。"),
        ),
        Number(
            "ended",
            Base.ENDED,
            gettext_noop("办结件数"),
            gettext_noop(
                "这段时间办结的诉求，含不予受理、合并和撤回的。办结不等于解决，是否解决只认诉求人的话。"
            ),
        ),
        Number(
            "response",
            Base.CONTACT,
            gettext_noop("响应率"),
            gettext_noop(
                "首次联系期限落在这段时间的派单中，主办单位按时联系了诉求人的占多少。"
                "期限由事项规定（参照株洲市2024年机制，3个工作日）。"
            ),
            Part(COUNTED, gettext_noop("按时联系"), _IN_TIME & _CONTACTED),
            gettext_noop("没有按时联系"),
            (*_outside("case__"), *_measured(_CONTACTED)),
            is_of_three=True,
        ),
        Number(
            "solved",
            Base.ENDED,
            gettext_noop("解决率"),
            gettext_noop(
                "这段时间办结并问到诉求人的件中，诉求人自己说“已解决”的占多少。只认诉求人的话，"
                "办理单位自报的不算；“部分解决”不算已解决；联系不上的单列，不算满意也不算解决。"
            ),
            Part(COUNTED, gettext_noop("诉求人说已解决"), Q(word=Word.SOLVED)),
            gettext_noop("诉求人说部分解决或未解决"),
            (
                *_outside(""),
                Part("unreachable", gettext_noop("回访联系不上"), Q(word=Word.UNREACHABLE)),
                Part("not_asked", gettext_noop("没有回访结果"), Q(word=Word.NONE)),
            ),
            apart=frozenset({"unreachable", "not_asked"}),
            is_of_three=True,
        ),
        Number(
            "satisfied",
            Base.ENDED,
            gettext_noop("满意率"),
            gettext_noop(
                "这段时间办结并有满意度评价的件中，评3分（基本满意）以上的占多少。没有评价的不算满意。"
            ),
            Part(COUNTED, gettext_noop("评3分以上"), Q(rating__gte=SATISFIED_FROM)),
            gettext_noop("评1到2分"),
            (
                *_outside(""),
                Part("unreachable", gettext_noop("回访联系不上"), Q(word=Word.UNREACHABLE)),
                Part("not_rated", gettext_noop("没有评价"), Q(rating=None)),
            ),
            apart=frozenset({"unreachable", "not_rated"}),
            is_of_three=True,
        ),
        Number(
            "unreachable",
            Base.ENDED,
            gettext_noop("回访联系不上"),
            gettext_noop("这段时间办结、回访几次都联系不上的件。单独成一类，不算解决，也不算满意。"),
            Part(COUNTED, gettext_noop("联系不上"), Q(word=Word.UNREACHABLE)),
            gettext_noop("问到了诉求人"),
            (*_outside(""), Part("not_asked", gettext_noop("没有回访结果"), Q(word=Word.NONE))),
            apart=frozenset({"not_asked"}),
            is_better_low=True,
        ),
        Number(
            "on_time",
            Base.HANDLE,
            gettext_noop("按期办结率"),
            gettext_noop(
                "办理期限（含批准的延期）落在这段时间的派单中，按期答复的占多少；主办、协办各计各的。"
                "商请函只是参考时限，不计。"
            ),
            Part(COUNTED, gettext_noop("按期答复"), _IN_TIME & _ANSWERED),
            _LATE,
            (_excluded("case__"), *_measured(_ANSWERED)),
        ),
        Number(
            "signed",
            Base.SIGN,
            gettext_noop("签收及时率"),
            gettext_noop("签收期限落在这段时间的派单中，按时签收或按时退回的占多少。"),
            Part(COUNTED, gettext_noop("按时签收或退回"), _IN_TIME & _SIGNED),
            _LATE,
            _measured(_SIGNED),
        ),
        Number(
            "bounced",
            Base.ORDERS,
            gettext_noop("退单率"),
            gettext_noop("这段时间派出的主办派单中，被退回的占多少。办理中取消改派的不计。"),
            Part(COUNTED, gettext_noop("被退回"), Q(state=OrderState.RETURNED)),
            gettext_noop("没有退回"),
            (Part("cancelled", gettext_noop("派出后取消"), Q(state=OrderState.CANCELLED)),),
            is_better_low=True,
        ),
        Number(
            "extended",
            Base.HANDLE,
            gettext_noop("延期率"),
            gettext_noop("办理期限落在这段时间的派单中，批准过延期的占多少。"),
            Part(COUNTED, gettext_noop("批准过延期"), ~Q(extensions=[])),
            gettext_noop("没有延期"),
            (Part("gone", gettext_noop("到期前改派、撤回或并案"), _IN_TIME & ~_ANSWERED),),
            is_better_low=True,
        ),
        Number(
            "redone",
            Base.ENDED,
            gettext_noop("重办率"),
            gettext_noop("这段时间办结的件中，审核退回、诉求人说未解决或申请重启而办过两轮以上的占多少。"),
            Part(COUNTED, gettext_noop("办过两轮以上"), Q(round__gt=1)),
            gettext_noop("一轮办结"),
            _outside("")[3:],
            is_better_low=True,
        ),
        Number(
            "repeated",
            Base.OPENED,
            gettext_noop("重复诉求率"),
            gettext_noop(
                "这段时间登记的件中，同一诉求人（统一社会信用代码或电话相同）30天内就同一事项同一主题"
                "反映过的占多少。"
            ),
            Part(COUNTED, gettext_noop("30天内反映过"), Q(is_repeat=True)),
            gettext_noop("第一次反映"),
            is_better_low=True,
        ),
    )
}


def offered(names: Iterable[str] = NUMBERS) -> tuple[str, ...]:
    """These numbers as far as this site shows them: an office may leave the three rates out."""
    return tuple(name for name in names if settings.HUIQI_THREE_RATES or not NUMBERS[name].is_of_three)


def rows_of(base: Base) -> QuerySet[Any]:
    """All rows of a base, of every time and region."""
    if base in _OF_CASES:
        return Case.objects.order_by().filter(**{f"{moment_of(base)}__isnull": False})
    if base is Base.ORDERS:
        return Order.objects.order_by().filter(part=OrderPart.LEAD)
    if base is Base.DAYS:
        return _days_rows()
    clocks = Clock.objects.order_by().filter(stage=Stage(base.value), is_reference=False)
    return clocks.filter(round=1) if base is Base.CONTACT else clocks


def _days_rows() -> QuerySet[Clock]:
    """Handling clocks of answered lead orders that stopped and ran in office minutes.

    Clocks in plain hours (war-time matters) are not working days and are left out.
    """
    clocks = Clock.objects.order_by().filter(
        stage=Stage.HANDLE, is_reference=False, stopped_at__isnull=False, used_minutes__isnull=False
    )
    lead = clocks.filter(order__part=OrderPart.LEAD, order__state=OrderState.ANSWERED)
    return lead.exclude(limit_unit="hours")


def place_of(number: Number, at: datetime) -> Choose | Value:
    """Into which part a row falls, as things stand `at`: the part's place, one past the last for the rest."""
    whens = [When(_at(part.when, at), then=Value(place)) for place, part in enumerate(number.parts)]
    last = Value(len(whens))
    return Choose(*whens, default=last, output_field=SmallIntegerField()) if whens else last


def _at(when: Q, at: datetime) -> Q:
    """The condition with the account's instant where the definition has its placeholder."""
    found = when.copy()
    found.children = [
        _at(child, at) if isinstance(child, Q) else _filled(child, at) for child in found.children
    ]
    return found


def _filled(child: Any, at: datetime) -> Any:
    return (child[0], at) if isinstance(child, tuple) and child[1] is _AT else child


def unit_of(base: Base) -> str:
    """The unit a row is counted for: the lead of a case, whose clock it is, to whom an order went."""
    return "lead" if base in _OF_CASES else "unit"
