"""What is forgotten of objections (personal.yaml): who objected and why, two years after the decision."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.core.models import AuditRecord
from huiqi.core.retention import Instants, keeps, years_before
from huiqi.lists.commands.objections import HOUR, RAISED
from huiqi.lists.models import Objection

YEARS = 2
DECISION = "（已过保存期限）"


def _objections(instants: Instants) -> QuerySet[Objection]:
    before = years_before(instants.at, YEARS)
    # Nobody decides one whose telephone was never proved.
    given_up = Q(state=Objection.State.UNVERIFIED, made_at__lt=before)
    return Objection.objects.filter(Q(decided_at__lt=before) | given_up).exclude(phone_index="")


@keeps(
    "lists.objections",
    _("公示异议的异议人和理由"),
    "lists.Objection.name",
    "lists.Objection.phone",
    "lists.Objection.organisation",
    "lists.Objection.grounds",
    "lists.Objection.admitted_because",
    "lists.Objection.decision",
    due=_objections,
)
def forget_objections(rows: list[Any]) -> None:
    """Empty who objected, why, and why it was decided so; what was decided and when stays."""
    held = Objection.objects.filter(pk__in=[row.pk for row in rows])
    held.update(name="", phone="", phone_index="", organisation="", grounds="", admitted_because="")
    held.exclude(decision="").update(decision=DECISION)


def _addresses(instants: Instants) -> QuerySet[Objection]:
    recent = AuditRecord.objects.filter(act=RAISED, at__gt=instants.wall - HOUR).values("subject_id")
    return Objection.objects.exclude(address_digest="").exclude(public_id__in=recent)


@keeps("lists.addresses", _("公示异议的网络地址"), "lists.Objection.address_digest", due=_addresses)
def forget_addresses(rows: list[Any]) -> None:
    """Empty the digests that counted an hour's objections."""
    Objection.objects.filter(pk__in=[row.pk for row in rows]).update(address_digest="")
