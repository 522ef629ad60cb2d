"""Which key products a firm makes, and with what capacity."""

from datetime import date, timedelta

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.stationing.models import Line
from huiqi.stationing.products import products


@transaction.atomic
def set_line(
    enterprise: Enterprise, product: str, *, capacity: int, actor: User | None, on: date
) -> Line | None:
    """From `on` the firm makes `product` with `capacity` units a day; 0 ends it (then None is returned).

    Earlier days keep their capacity. Refused (`stationing.unknown_product`, `stationing.line_in_past`).
    """
    if product not in products():
        raise Refused("stationing.unknown_product", gettext_noop("没有这种重点产品，请从列表中选择。"))
    Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    line = Line.objects.filter(enterprise=enterprise, product=product, to_on=None).order_by("pk").first()
    if line is not None:
        if line.capacity == capacity:
            return line
        _end(line, on)
    audit.record("line.set", enterprise, actor=actor, product=product, on=on.isoformat())
    if not capacity:
        return None
    return Line.objects.create(enterprise=enterprise, product=product, capacity=capacity, from_on=on)


def _end(line: Line, on: date) -> None:
    """The line's last day is the day before `on`; one that began on `on` itself was a slip and goes."""
    if on < line.from_on:
        raise Refused("stationing.line_in_past", gettext_noop("日期不能早于现有产能的起始日期。"))
    if on == line.from_on:
        line.delete()
        return
    line.to_on = on - timedelta(days=1)
    line.save(update_fields=["to_on"])
