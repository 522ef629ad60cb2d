"""Made-up risk levels for the demonstration, marked as such in the document they name."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from huiqi.reference.commands import record_risk_levels
from huiqi.reference.models import RiskLevel
from huiqi.reference.queries import counties
from huiqi.reference.risk_levels import NewLevel

_DOCUMENT = "演示数据，不是真实等级"
# Every so manieth county has none, so that the page shows what that looks like.
_WITHOUT = 9


def make_risk_levels(*, seed: int, on: date) -> None:
    """A first level a month before, a second one for some since; once."""
    if RiskLevel.objects.exists():
        return
    dice = Random(f"{seed}:risk")  # noqa: S311  repeatable on purpose
    first, second = on - timedelta(days=28), on - timedelta(days=8)
    levels: list[NewLevel] = []
    for number, code in enumerate(counties(on).order_by("code").values_list("code", flat=True)):
        begun = dice.choices(("low", "medium", "high"), weights=(3, 4, 1))[0]
        if number % _WITHOUT:
            levels.append(NewLevel(code, begun, first, None, _DOCUMENT, first))
            if begun != "low" and dice.random() < 0.6:
                levels.append(NewLevel(code, "low", second, None, _DOCUMENT, second))
    at = timezone.make_aware(datetime.combine(second, time(9)))
    record_risk_levels(levels, actor=None, at=at)
