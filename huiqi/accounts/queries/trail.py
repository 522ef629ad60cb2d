"""The audit trail in words: names of acts and people, and whether the chain was proved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from huiqi.accounts.models import Unit, User
from huiqi.core.acts import act_words
from huiqi.core.models import AuditHead, AuditRecord, AuditWaiting

PROVE_TRAIL = "accounts.prove_trail"  # the kind of job
PROVED = "audit.verified"  # the act it leaves


def acts_known() -> list[tuple[str, str]]:
    """Acts that occur, for a select: code and name."""
    acts = AuditRecord.objects.order_by("act").values_list("act", flat=True).distinct()
    return [(act, act_words(act)) for act in acts]


def actor_ids(words: str) -> list[str]:
    """Public ids of the people so named."""
    people = User.objects.filter(Q(username__icontains=words) | Q(name__icontains=words))
    return list(people.order_by("pk").values_list("public_id", flat=True)[:200])


def named(rows: Iterable[AuditRecord]) -> dict[str, str]:
    """Names of the people in these records, by public id; and of units in whose name somebody acted."""
    ids: set[Any] = set()
    rows = list(rows)
    for row in rows:
        ids |= {row.actor_id, row.on_behalf_id, row.subject_id}
    people = User.objects.filter(public_id__in=ids - {""}).order_by("pk")
    found = {person.public_id: f"{person.name}（{person.username}）" for person in people}
    behind = {row.on_behalf_id for row in rows} - {"", *found}
    if behind:
        units = Unit.objects.filter(public_id__in=behind).order_by("pk")
        found |= dict(units.values_list("public_id", "name"))
    return found


@dataclass(frozen=True)
class Proof:
    """How far the trail is sealed, and what the last proof of the whole chain said."""

    sealed: int
    waiting: int
    digest: str
    last: AuditRecord | None


def proof() -> Proof:
    """The head of the chain and the last proof."""
    head = AuditHead.objects.order_by("pk").first()
    waiting = AuditWaiting.objects.count()
    last = AuditRecord.objects.filter(act=PROVED).order_by("-at", "-pk").first()
    return Proof(head.number if head else 0, waiting, head.digest if head else "", last)
