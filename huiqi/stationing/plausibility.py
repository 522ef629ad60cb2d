"""Whether three numbers look like a slip of the finger. Questions, never refusals: honest numbers may be odd.

Pure. The thresholds are this product's own: a tenfold jump is the usual slip (one digit too many or too few),
and a line may run a fifth above its nameplate by extra shifts.
"""

from dataclasses import dataclass

from huiqi.core.messages import Message, gettext_noop

JUMP = 10
# Nameplate × 1.2, kept whole: output × 10 > capacity × 12.
OVER_CAPACITY = (12, 10)


@dataclass(frozen=True)
class Three:
    """Output of the day, stock at its end and shortage, in whole units of the product."""

    output: int
    stock: int
    shortage: int


_NAMES = {
    "output": gettext_noop("产量"),
    "stock": gettext_noop("库存"),
    "shortage": gettext_noop("缺口"),
}


def questions(now: Three, before: Three | None, capacity: int | None, unit: str) -> list[Message]:
    """What to ask back about `now`; empty when nothing looks odd.

    `before` are the numbers of the day before (None: not reported), `capacity` the nameplate per day.
    """
    asked = []
    if capacity is not None and now.output * OVER_CAPACITY[1] > capacity * OVER_CAPACITY[0]:
        above = gettext_noop("产量%(now)s%(unit)s，超过设计日产能%(capacity)s%(unit)s的1.2倍")
        asked.append(Message(above, {"now": _said(now.output), "capacity": _said(capacity), "unit": unit}))
    if before is not None:
        asked += [_jump(name, now, before, unit) for name in _NAMES if _jumps(name, now, before)]
        if now.stock > before.stock + now.output:
            grown = gettext_noop("库存%(now)s%(unit)s，多于昨日库存加今日产量（%(most)s%(unit)s）")
            values = {"now": _said(now.stock), "most": _said(before.stock + now.output), "unit": unit}
            asked.append(Message(grown, values))
    return asked


def _jumps(name: str, now: Three, before: Three) -> bool:
    """Tenfold up or down. From or to zero is no slip of a digit: lines start and stop."""
    new, old = getattr(now, name), getattr(before, name)
    return bool(new and old and (new >= old * JUMP or new * JUMP <= old))


def _jump(name: str, now: Three, before: Three, unit: str) -> Message:
    far = gettext_noop("%(name)s%(now)s%(unit)s，与昨日%(before)s%(unit)s相差十倍以上")
    values = {"now": _said(getattr(now, name)), "before": _said(getattr(before, name)), "unit": unit}
    return Message(far, {"name": Message(_NAMES[name]), **values})


def _said(number: int) -> str:
    return f"{number:,}"
