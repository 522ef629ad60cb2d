"""After a new key joined the ring: encrypt and index everything with it, so that the old key can go.

Rows done are recognised by the key id they carry, so that a run that stopped is simply started again.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from huiqi.core import audit, crypto
from huiqi.core.personal import (
    SEALED,
    BlindIndexField,
    EncryptedTextField,
    Locked,
    SealedTexts,
    index_of,
)

BATCH = 500
Progress = Callable[[str, int], None]


@dataclass
class Rotated:
    """Rows rewritten and rows that no key can read, by `app.Model`."""

    rewritten: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Columns:
    """The columns of one model that depend on a key."""

    model: type[models.Model]
    encrypted: list[EncryptedTextField]
    indexes: list[BlindIndexField]

    @property
    def label(self) -> str:
        return f"{self.model._meta.app_label}.{self.model.__name__}"


def keyed_columns(watched: Collection[type[models.Model]] | None = None) -> list[Columns]:
    """Every table with columns that depend on a key; `watched` None means all models of the site."""
    found = []
    for model in apps.get_models() if watched is None else watched:
        if watched is None and not model._meta.managed:
            continue
        fields = model._meta.local_concrete_fields
        encrypted = [one for one in fields if isinstance(one, EncryptedTextField)]
        indexes = [one for one in fields if isinstance(one, BlindIndexField)]
        if encrypted or indexes:
            found.append(Columns(model, encrypted, indexes))
    return found


def rotate_keys(
    *, watched: Collection[type[models.Model]] | None = None, progress: Progress = lambda label, count: None
) -> Rotated:
    """Rewrite what carries another key than the first of the ring; one transaction a batch.

    Texts that cannot be read stay as they are and are counted. `progress` hears of each batch.
    """
    rotated = Rotated()
    for columns in keyed_columns(watched):
        _rotate_table(columns, rotated, progress)
    for texts in SEALED:
        if watched is None or texts.model in watched:
            _rotate_table(texts, rotated, progress)
    with transaction.atomic():
        audit.record(
            "keys.rotated",
            None,
            actor=None,
            key=crypto.current_key_id(),
            rows=sum(rotated.rewritten.values()),
            unreadable=sum(rotated.unreadable.values()),
        )
    return rotated


def _rotate_table(columns: Columns | SealedTexts, rotated: Rotated, progress: Progress) -> None:
    last = None
    while True:
        with transaction.atomic():
            rows = list(_outdated(columns, last)[:BATCH])
            outcomes = Counter(_rewrite(columns, row) for row in rows)
        if not rows:
            return
        last = rows[-1].pk
        _add(rotated.unreadable, columns.label, outcomes["unreadable"])
        _add(rotated.rewritten, columns.label, outcomes["rewritten"])
        progress(columns.label, rotated.rewritten.get(columns.label, 0))


def _add(counts: dict[str, int], label: str, count: int) -> None:
    if count:
        counts[label] = counts.get(label, 0) + count


def _outdated(columns: Columns | SealedTexts, last: Any) -> models.QuerySet[Any]:
    """Rows after `last` with any column under another key, locked against people who save meanwhile."""
    rows = columns.model._base_manager.select_for_update(of=("self",)).order_by("pk")
    if last is not None:
        rows = rows.filter(pk__gt=last)
    return _stale(rows, columns) if isinstance(columns, Columns) else rows.only(columns.column)


def _stale(rows: models.QuerySet[Any], columns: Columns) -> models.QuerySet[Any]:
    key_id = crypto.current_key_id()
    stale = Q(pk__in=[])
    marked = [(one.name, ".") for one in columns.encrypted] + [(one.name, ":") for one in columns.indexes]
    for name, mark in marked:
        # The text as it is stored: an encrypted column itself cannot be compared.
        rows = rows.annotate(**{f"stored_{name}": Cast(name, models.TextField())})
        stored = f"stored_{name}"
        stale |= Q(**{f"{stored}__gt": ""}) & ~Q(**{f"{stored}__startswith": f"{key_id}{mark}"})
    return rows.filter(stale)


def _rewrite(columns: Columns | SealedTexts, row: Any) -> str:
    """Write the row's columns anew: "rewritten", "unreadable" (the rest of the row is done) or "current"."""
    is_whole, values = (
        _columns_anew(columns, row) if isinstance(columns, Columns) else _texts_anew(columns, row)
    )
    if values:
        # Not save(): nothing about the row has changed, neither its version nor the time of its last change.
        columns.model._base_manager.filter(pk=row.pk).update(**values)
    if not is_whole:
        return "unreadable"
    return "rewritten" if values else "current"


def _columns_anew(columns: Columns, row: Any) -> tuple[bool, dict[str, Any]]:
    texts = {one.name: getattr(row, one.attname) for one in columns.encrypted}
    values = {name: text for name, text in texts.items() if not isinstance(text, Locked)}
    for one in columns.indexes:
        source = getattr(row, one.source)
        if not isinstance(source, Locked):
            values[one.name] = index_of(source or "", one.purpose)
    return len(values) == len(texts) + len(columns.indexes), values


def _texts_anew(texts: SealedTexts, row: Any) -> tuple[bool, dict[str, Any]]:
    stored = getattr(row, texts.column)
    try:
        anew = _resealed(stored, texts.members) if texts.members else crypto.reseal(stored)
    except crypto.Unreadable:
        return False, {}
    return True, {texts.column: anew} if anew != stored else {}


def _resealed(stored: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    return {**stored, **{name: crypto.reseal(stored[name]) for name in members if name in stored}}
