"""Two rows that are one firm: one is kept, the other counts as it, until somebody undoes that.

Nothing that points at the dropped row is moved. Statements, people and lists are read through the kept row,
so that undoing gives both rows back what they had, what came in between included.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.commands.columns import lock_firms, project_locked
from huiqi.enterprises.commands.search_words import renew_search_words
from huiqi.enterprises.listeners import tell_written
from huiqi.enterprises.models import Enterprise, Merging


@transaction.atomic
def merge_firms(  # noqa: PLR0913  each is a fact about the act
    *, dropped: Enterprise, kept: Enterprise, reason: str, actor: Any, at: datetime, on: date
) -> Merging:
    """From now on `dropped` counts as `kept`. Refused when one of them counts as another already."""
    lock_firms([dropped.pk, kept.pk])
    both = Enterprise.objects.filter(pk__in=[dropped.pk, kept.pk]).order_by("pk")
    if dropped.pk == kept.pk or any(row.merged_into_id for row in both):
        already = gettext_noop("其中一家已经并入别的企业，不能再合并。请刷新后查看现在的情况。")
        raise Refused("enterprises.merged_already", already)
    merging = Merging.objects.create(dropped=dropped, kept=kept, merged_at=at, merged_by=actor, reason=reason)
    Enterprise.objects.filter(Q(pk=dropped.pk) | Q(merged_into=dropped)).update(merged_into=kept)
    _raise_versions(dropped.pk, kept.pk)
    project_locked([kept.pk], on=on)
    tell_written([dropped.pk])
    renew_search_words([kept.pk])
    audit.record("firm.merged", kept, actor=actor, dropped=dropped.public_id, merging=merging.public_id)
    return merging


@transaction.atomic
def undo_merging(merging: Merging, *, reason: str, actor: Any, at: datetime, on: date) -> Merging:
    """The dropped row stands for a firm of its own again, and with it the rows merged into it before."""
    rows = Merging.objects.select_for_update(of=("self",)).select_related("dropped", "kept")
    merging = rows.get(pk=merging.pk)
    if merging.undone_at is not None:
        raise Refused("enterprises.merging_undone", gettext_noop("这次合并已经撤销，无需再撤。"))
    family = _merged_into(merging.dropped_id)
    roots = set(lock_firms([merging.dropped_id, *family]).values())
    merging.undone_at, merging.undone_by, merging.undo_reason = at, actor, reason
    merging.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    Enterprise.objects.filter(pk=merging.dropped_id).update(merged_into=None)
    Enterprise.objects.filter(pk__in=family).update(merged_into=merging.dropped)
    _raise_versions(merging.dropped_id, *roots)
    standing = sorted({merging.dropped_id, *roots})
    project_locked(standing, on=on)
    renew_search_words(standing)
    dropped = merging.dropped.public_id
    audit.record("firm.unmerged", merging.kept, actor=actor, dropped=dropped, merging=merging.public_id)
    return merging


def _merged_into(pk: int) -> list[int]:
    """Rows merged into this one, directly or through another."""
    found: list[int] = []
    latest = [pk]
    while latest:
        standing = Merging.objects.filter(kept__in=latest, undone_at=None).order_by("pk")
        latest = list(standing.values_list("dropped_id", flat=True))
        found += latest
    return found


def _raise_versions(*pks: int) -> None:
    """Whoever has one of the rows open for a change is told that it is not what it was."""
    Enterprise.objects.filter(pk__in=pks).update(version=F("version") + 1)
