"""What fieldwork forgets, and when (personal.yaml)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.core.retention import Instants, keeps, years_before
from huiqi.fieldwork.models import Delivery
from huiqi.surveys.commands.retention import YEARS


def _old(instants: Instants) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(received_at__lt=years_before(instants.wall, YEARS))
    return rows.filter(Q(xml__blank=False) | Q(notes__blank=False))


@keeps(
    "fieldwork.deliveries",
    _("待核答卷的原文"),
    "fieldwork.Delivery.xml",
    "fieldwork.Delivery.notes",
    due=_old,
)
def forget_deliveries(rows: list[Any]) -> None:
    """Empty what was sent; that it was sent stays, so that sending it again makes no second response."""
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(xml="", notes="")
