"""The way of one firm to one relief that another authority decides: furthest step, why not further. Pure.

A firm stands in exactly one furthest step. Steps may be skipped: one that applied by itself was never told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Working days after which a firm that was told and did nothing counts as silent. Our own choice: a digest a
# week, and a firm should have had one full week to act. No rule sets it.
SILENT_AFTER = 5


class Step(TextChoices):
    """Furthest step, from first to last."""

    UNSETTLED = "unsettled", _("待认定")
    ENTITLED = "entitled", _("初步符合")
    TOLD = "told", _("已告知")
    APPLIED = "applied", _("已申请")
    DECIDED = "decided", _("已认定")
    ARRIVED = "arrived", _("已享受或到账")


ORDER: tuple[Step, ...] = tuple(Step)


class Outcome(TextChoices):
    """What the deciding authority said last."""

    RETURNED = "returned", _("退回补正")
    REFUSED = "refused", _("不予认定")
    ACCEPTED = "accepted", _("予以认定")


class Source(TextChoices):
    """On whose word a step stands."""

    AUTHORITY = "authority", _("认定机关回执")
    OFFICE = "office", _("本系统")
    FIRM = "firm", _("企业自述")
    SURVEY = "survey", _("问卷")


class Reason(TextChoices):
    """Why a relief has not arrived."""

    MISSING = "missing", _("情况不全，待企业补充")
    NO_ACCOUNT = "no_account", _("没有平台账号，待电话告知")
    NOT_TOLD = "not_told", _("还没有告知")
    JUST_TOLD = "just_told", _("刚告知")
    SILENT = "silent", _("告知后没有动静")
    RETURNED = "returned", _("被退回，待企业补正")
    WAITING_DECISION = "waiting_decision", _("待认定机关办理")
    WAITING_PAYMENT = "waiting_payment", _("已认定，待落实")
    REFUSED = "refused", _("不予认定")
    NOT_NEEDED = "not_needed", _("企业表示不需要")


class Party(TextChoices):
    """For whom it waits."""

    OFFICE = "office", _("我们")
    FIRM = "firm", _("企业")
    AUTHORITY = "authority", _("认定机关")
    NOBODY = "nobody", _("已了结")


WAITS_FOR: Mapping[Reason, Party] = {
    Reason.MISSING: Party.FIRM,
    Reason.NO_ACCOUNT: Party.OFFICE,
    Reason.NOT_TOLD: Party.OFFICE,
    Reason.JUST_TOLD: Party.FIRM,
    Reason.SILENT: Party.FIRM,
    Reason.RETURNED: Party.FIRM,
    Reason.WAITING_DECISION: Party.AUTHORITY,
    Reason.WAITING_PAYMENT: Party.AUTHORITY,
    Reason.REFUSED: Party.NOBODY,
    Reason.NOT_NEEDED: Party.NOBODY,
}
# Where a telephone call can help.
TO_CALL = (Reason.NO_ACCOUNT, Reason.SILENT, Reason.RETURNED, Reason.MISSING)


class RefusalCode(TextChoices):
    """Why an authority refused or returned, as agreed for the status file; the words are the office's own."""

    NOT_FITTING = "R01", _("不符合条件")
    PAPERS = "R02", _("材料不齐")
    DIFFERS = "R03", _("申报与部门数据不一致")
    LATE = "R04", _("超过办理期限")
    HAD_ALIKE = "R05", _("已享受同类政策")
    EXCLUDED = "R06", _("在失信或限制名单上")
    UNREACHED = "R07", _("联系不上企业")
    OTHER = "R99", _("其他")


@dataclass(frozen=True)
class Dates:
    """The day of each step, None where it was not taken; `outcome` is an Outcome or ""."""

    entitled_on: date | None = None
    told_on: date | None = None
    applied_on: date | None = None
    decided_on: date | None = None
    arrived_on: date | None = None
    outcome: str = ""


def furthest(dates: Dates) -> Step:
    """The last step that was taken, whatever was skipped before it.

    A firm that lacks facts is told too, what is missing; that alone does not make it one that fits.
    """
    told_on = dates.told_on if dates.entitled_on is not None else None
    taken = (
        (Step.ARRIVED, dates.arrived_on),
        (Step.DECIDED, dates.decided_on),
        (Step.APPLIED, dates.applied_on),
        (Step.TOLD, told_on),
        (Step.ENTITLED, dates.entitled_on),
    )
    return next((step for step, day in taken if day is not None), Step.UNSETTLED)


def why_not(dates: Dates, *, is_dismissed: bool, has_account: bool, silent_before: date) -> Reason | None:
    """The one reason why it has not arrived; None when it has.

    `silent_before`: who was told on that day or earlier and did nothing counts as silent.
    """
    step = furthest(dates)
    if step is Step.ARRIVED:
        return None
    if step is Step.DECIDED:
        return Reason.REFUSED if dates.outcome == Outcome.REFUSED else Reason.WAITING_PAYMENT
    if is_dismissed:
        return Reason.NOT_NEEDED
    if step is Step.APPLIED:
        return Reason.RETURNED if dates.outcome == Outcome.RETURNED else Reason.WAITING_DECISION
    return _before_applying(step, dates, has_account=has_account, silent_before=silent_before)


def _before_applying(step: Step, dates: Dates, *, has_account: bool, silent_before: date) -> Reason:
    if step is Step.TOLD and dates.told_on is not None:
        return Reason.SILENT if dates.told_on <= silent_before else Reason.JUST_TOLD
    if step is Step.UNSETTLED:
        return Reason.MISSING
    return Reason.NOT_TOLD if has_account else Reason.NO_ACCOUNT


def at_least(counts: Mapping[str, int]) -> dict[Step, int]:
    """How many came at least so far, from how many stand in each furthest step. Sums agree: the first holds
    everybody, and each is the next one plus those who stand there."""
    found: dict[Step, int] = {}
    beyond = 0
    for step in reversed(ORDER):
        beyond += counts.get(step, 0)
        found[step] = beyond
    return {step: found[step] for step in ORDER}


def weighted_median(values: Mapping[int, int]) -> int | None:
    """The (lower) median of whole numbers given with how often each occurs; None of nothing."""
    total = sum(values.values())
    if not total:
        return None
    seen = 0
    for value in sorted(values):
        seen += values[value]
        if seen * 2 >= total:
            return value
    return None
