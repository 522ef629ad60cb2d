"""The way of an application as the firm sees it: steps with day and responsible office; the target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.grants.models import Application, Event, Treasury
from huiqi.grants.workflow import ENDED, State
from huiqi.reference.working_days import Basis, Due, due, working_days_between

# Which event ends which step; the first one counts for the first, the last one for the others.
_ENDS = {
    "submit": ("submit", "prepare"),
    "accept": ("accept", "prepare"),
    "agree": ("agree", "refuse"),
    "meet": ("meet",),
    "notice": ("close_notice",),
    "fund": ("fund",),
    "pay": ("pay",),
}


@dataclass(frozen=True)
class WayStep:
    """One step: `on` when it is done, who does it, whether it is the present one."""

    key: str
    title: str
    who: str
    on: date | None
    is_current: bool


@dataclass(frozen=True)
class Target:
    """The day by which the money should be there, in working days from the first submission; days spent on a
    correction by the firm do not count. `left` is negative when late, None once it is over."""

    due: Due
    days: int
    paused: int
    left: int | None
    used: int


def events_of(application: Application) -> list[Event]:
    """Its own events and those of its round, in order."""
    rows = list(application.events.select_related("by__unit"))
    if application.round is not None and application.state in (State.LISTED, State.PAID):
        rows += application.round.events.select_related("by__unit")
    # By number, not by instant: on a fixed reference date the time of day begins anew.
    return sorted(rows, key=lambda each: each.pk)


def way_of(application: Application, events: Iterable[Event]) -> list[WayStep]:
    """All steps of it, done and to come; those after a refusal or a withdrawal are left out."""
    done: dict[str, date] = {}
    events = list(events)
    for key, acts in _ENDS.items():
        days = [timezone.localdate(each.at) for each in events if each.act in acts]
        if days:
            done[key] = days[0] if key == "submit" else days[-1]
    if application.state in (State.DRAFT, State.RETURNED, State.SUBMITTED):
        done.pop("accept", None)
    titles = _titles(application)
    current = next((key for key in titles if key not in done), "")
    is_over = application.state in ENDED
    return [
        WayStep(key, title, who, done.get(key), key == current and not is_over)
        for key, (title, who) in titles.items()
        if not is_over or key in done
    ]


def _titles(application: Application) -> Mapping[str, tuple[str, str]]:
    office, call = application.call.unit.name, application.call
    reviewed = _("核查、专家评审和复核") if call.experts else _("核查和复核")
    return {
        "submit": (_("提交"), application.enterprise.name),
        "accept": (_("受理"), office),
        "agree": (reviewed, office),
        "meet": (_("会议审定"), office),
        "notice": (_("公示"), office),
        "fund": (_("财政会签和下达指标"), call.payer),
        "pay": (_("国库拨付"), _treasury(application)),
    }


def _treasury(application: Application) -> str:
    county = application.enterprise.prefecture or ""
    rows: list[Treasury] = list(application.call.treasuries.all())
    payers = {each.county: each.title for each in rows}
    return payers.get(county) or payers.get("") or application.call.payer


def target_of(application: Application, events: Iterable[Event], today: date) -> Target | None:
    """None before it was handed in."""
    if application.first_on is None:
        return None
    basis = Basis(today, region=application.call.unit.region)
    paused = _paused(events, today, basis)
    term = due(application.first_on, application.call.target_days + paused, basis)
    ended = _ended(events) if application.state in ENDED else None
    until = ended or today
    return Target(
        due=term,
        days=application.call.target_days,
        paused=paused,
        left=None if ended else working_days_between(today, term.due, basis),
        used=max(working_days_between(application.first_on, until, basis) - paused, 0),
    )


def _paused(events: Iterable[Event], today: date, basis: Basis) -> int:
    """Working days during which the firm had it for correction."""
    total, since = 0, None
    for each in events:
        day = timezone.localdate(each.at)
        if each.act == "return":
            since = day
        elif each.act == "submit" and since is not None:
            total += working_days_between(since, day, basis)
            since = None
    return total + (working_days_between(since, today, basis) if since is not None and since < today else 0)


def _ended(events: Iterable[Event]) -> date | None:
    instants: list[datetime] = [
        each.at for each in events if each.act in ("pay", "refuse", "withdraw", "uphold")
    ]
    return timezone.localdate(instants[-1]) if instants else None


ACT_WORDS: Mapping[str, Any] = {
    "submit": gettext_lazy("提交申报"),
    "prepare": gettext_lazy("列入免申即享名单"),
    "accept": gettext_lazy("受理"),
    "return": gettext_lazy("退回补正"),
    "withdraw": gettext_lazy("企业撤回"),
    "review": gettext_lazy("交专家评审"),
    "propose": gettext_lazy("经办提出意见"),
    "send_back": gettext_lazy("退回重新核查"),
    "agree": gettext_lazy("复核通过"),
    "refuse": gettext_lazy("不予支持"),
    "uphold": gettext_lazy("异议成立，不予支持"),
    "unlist": gettext_lazy("移出批次"),
    "form": gettext_lazy("列入拨付批次"),
    "meet": gettext_lazy("会议审定"),
    "open_notice": gettext_lazy("开始公示"),
    "close_notice": gettext_lazy("公示期满"),
    "countersign": gettext_lazy("财政会签"),
    "fund": gettext_lazy("下达资金指标"),
    "order": gettext_lazy("拨付清单送国库"),
    "bounce": gettext_lazy("银行退票"),
    "pay": gettext_lazy("拨付到账"),
    "repay": gettext_lazy("企业退回资金"),
    "account": gettext_lazy("更正收款账户"),
    "finish": gettext_lazy("本批全部拨付"),
    "publish": gettext_lazy("公开结果"),
}
