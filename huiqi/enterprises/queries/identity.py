"""How a firm was called, and what it came from and became: for search and for its page."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Enterprise, FormerIdentity, Merging, Registration, Succession
from huiqi.reference.credit_codes import normalise

Kind = FormerIdentity.Kind


@dataclass(frozen=True)
class IdentityEvent:
    """One change of who the firm is."""

    on: date
    title: str
    text: str
    document: str = ""
    actor: str = ""
    other: Enterprise | None = None


def former_identity(words: str) -> Q:
    """A filter for firms that had this name (a part suffices) or code before, or into which such a row was
    merged. Subqueries: no firm comes twice.
    """
    plain = unicodedata.normalize("NFKC", words).replace("\x00", "").strip()
    if not plain:
        return Q(pk__in=[])
    code = normalise(plain)
    past = FormerIdentity.objects.filter(
        Q(kind=Kind.NAME, value__contains=plain) | Q(kind=Kind.CREDIT_CODE, value=code)
    ).order_by()
    gone = Enterprise.objects.filter(merged_into__isnull=False).order_by()
    gone = gone.filter(Q(name__contains=plain) | Q(credit_code=code) | Q(pk__in=past.values("enterprise")))
    return Q(pk__in=past.values("enterprise")) | Q(pk__in=gone.values("merged_into"))


def identity_on(enterprise: Enterprise, on: date) -> tuple[str, str | None]:
    """The firm's name and code as they were on a day (the last day of use is a day of the old one)."""
    past = FormerIdentity.objects.filter(enterprise=enterprise, until_on__gte=on).order_by("until_on", "pk")
    name, code = enterprise.name, enterprise.credit_code
    for row in reversed(past):
        if row.kind == Kind.NAME:
            name = row.value
        elif row.kind == Kind.CREDIT_CODE:
            code = row.value or None
    return name, code


def kept_row(public_id: str) -> Enterprise | None:
    """The row that stands for the firm with this id: the row itself, or the one it was merged into."""
    row = Enterprise.objects.select_related("merged_into").filter(public_id=public_id).first()
    return row.merged_into or row if row else None


@dataclass(frozen=True)
class LastChange:
    """Who changed a firm's row last, and when; what a conflict page tells."""

    name: str
    at: datetime


def last_change(enterprise: Enterprise) -> LastChange | None:
    """The newest act on the firm in the audit trail, None when there was none."""
    trail = AuditRecord.objects.filter(
        subject_type=Enterprise._meta.label_lower, subject_id=enterprise.public_id
    )
    row = trail.order_by("-at", "-id").first()
    if row is None:
        return None
    person = User.objects.filter(public_id=row.actor_id).first() if row.actor_id else None
    return LastChange(person.name if person else _("系统"), row.at)


def find_by_codes(codes: Iterable[str]) -> dict[str, Enterprise]:
    """Rows by credit code, each the one that stands for the firm."""
    rows = Enterprise.objects.filter(credit_code__in=list(codes)).select_related("merged_into")
    return {str(row.credit_code): row.merged_into or row for row in rows.order_by("pk")}


def identity_events(enterprise: Enterprise, *, is_office: bool = False) -> list[IdentityEvent]:
    """All changes of the firm's identity, newest first; three queries.

    Why officers took two rows for one firm, and who, is their work: the firm reads that it was done and when.
    """
    mergings = _mergings(enterprise)
    if not is_office:
        mergings = [replace(event, document="", actor="") for event in mergings]
    events = [*_former(enterprise), *_successions(enterprise), *mergings]
    return sorted(events, key=lambda event: event.on, reverse=True)


def _former(enterprise: Enterprise) -> list[IdentityEvent]:
    rows = FormerIdentity.objects.filter(enterprise=enterprise).select_related("actor")
    rows = rows.only("kind", "value", "until_on", "reason", "document", "actor__name")
    return [
        IdentityEvent(
            row.until_on,
            str(FormerIdentity.Reason(row.reason).label),
            f"{Kind(row.kind).label}：{_value(row)}",
            row.document,
            row.actor.name if row.actor else "",
        )
        for row in rows.order_by("-until_on", "pk")
    ]


def _value(row: FormerIdentity) -> str:
    if row.kind == Kind.REGISTRATION and row.value in Registration:
        return str(Registration(row.value).label)
    return row.value or _("无")


def _successions(enterprise: Enterprise) -> list[IdentityEvent]:
    rows = Succession.objects.filter(Q(predecessor=enterprise) | Q(successor=enterprise))
    found = []
    rows = rows.select_related("predecessor", "successor", "actor").only(
        "predecessor", "successor", "kind", "on", "document", "actor__name",
        *(f"{side}__{name}" for side in ("predecessor", "successor") for name in ("name", "public_id")),
    )  # fmt: skip
    for row in rows.order_by("-on", "pk"):
        is_from = row.successor_id == enterprise.pk
        other = row.predecessor if is_from else row.successor
        text = (_("由“%s”而来") if is_from else _("转为“%s”")) % other.name
        title = str(Succession.Kind(row.kind).label)
        found.append(
            IdentityEvent(row.on, title, text, row.document, row.actor.name if row.actor else "", other)
        )
    return found


def _mergings(enterprise: Enterprise) -> list[IdentityEvent]:
    # A firm has more than a hundred columns; its name is all that is told here.
    rows = Merging.objects.filter(kept=enterprise).select_related("dropped", "merged_by", "undone_by")
    rows = rows.only(
        "merged_at",
        "reason",
        "undone_at",
        "undo_reason",
        "dropped__name",
        "merged_by__name",
        "undone_by__name",
    )
    found = []
    for row in rows.order_by("-merged_at", "pk"):
        text = _("“%s”并入本企业") % row.dropped.name
        by = row.merged_by.name if row.merged_by else ""
        found.append(IdentityEvent(timezone.localdate(row.merged_at), _("重复归并"), text, row.reason, by))
        if row.undone_at:
            by = row.undone_by.name if row.undone_by else ""
            text = _("“%s”恢复为单独的企业") % row.dropped.name
            on = timezone.localdate(row.undone_at)
            found.append(IdentityEvent(on, _("撤销归并"), text, row.undo_reason, by))
    return found
