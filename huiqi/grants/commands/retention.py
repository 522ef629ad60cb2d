"""What is forgotten: contacts and words of applications, who objected. Sums, dates and accounts stay."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.core.retention import Instants, keeps, years_before
from huiqi.grants.models import Application, Objection
from huiqi.grants.workflow import ENDED

KEPT_YEARS, OBJECTION_YEARS = 3, 2


def _applications(instants: Instants) -> QuerySet[Application]:
    before = years_before(instants.at, KEPT_YEARS)
    still = Q(contact__blank=False) | Q(phone__blank=False) | Q(statement__blank=False)
    rows = Application.objects.filter(still, state__in=ENDED, made_at__lt=before)
    return rows.exclude(events__at__gte=before)


@keeps(
    "grants.applications",
    _("资金申报的联系人和说明"),
    "grants.Application.contact",
    "grants.Application.phone",
    "grants.Application.phone_index",
    "grants.Application.statement",
    due=_applications,
)
def forget_contacts(rows: list[Any]) -> None:
    """Empty who was to be reached and what the firm wrote."""
    kept = Application.objects.filter(pk__in=[row.pk for row in rows])
    kept.update(contact="", phone="", phone_index="", statement="")


def _objections(instants: Instants) -> QuerySet[Objection]:
    before = years_before(instants.at, OBJECTION_YEARS)
    return Objection.objects.filter(answered_at__lt=before, name__blank=False)


@keeps(
    "grants.objections",
    _("资金公示异议人"),
    "grants.Objection.name",
    "grants.Objection.phone",
    "grants.Objection.grounds",
    "grants.Objection.answer",
    due=_objections,
)
def forget_objectors(rows: list[Any]) -> None:
    """Empty who objected and what was said."""
    answered = Objection.objects.filter(pk__in=[row.pk for row in rows])
    answered.update(name="", phone="", grounds="", answer="")
