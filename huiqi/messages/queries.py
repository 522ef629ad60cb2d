"""Notices as the pages show them, and who gets a digest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from huiqi.accounts.models import User
from huiqi.core import crypto
from huiqi.messages.kinds import KINDS, NoticeKind
from huiqi.messages.models import MutedKind, Notice, OneTimeCode

PANEL_ROWS = 5


def notices_of(user: User) -> QuerySet[Notice]:
    """All notices of the person, unread first."""
    return Notice.objects.visible_to(user).unread_first()


def newest_of(user: User) -> Notice | None:
    """The notice that arrived last: what "mark all as read" reaches up to."""
    return Notice.objects.visible_to(user).order_by("-pk").first()


@dataclass(frozen=True)
class Waiting:
    """What the desk shows: how many are unread and the newest of them."""

    count: int
    newest: list[Notice]


def waiting_for(user: User) -> Waiting:
    """Unread notices of the person."""
    unread = Notice.objects.visible_to(user).unread()
    return Waiting(unread.count(), list(unread.unread_first()[:PANEL_ROWS]))


@dataclass(frozen=True)
class KindChoice:
    """A kind and whether the person has it in the digest."""

    kind: NoticeKind
    is_muted: bool


def kind_choices(user: User) -> list[KindChoice]:
    """Every registered kind, by code."""
    muted = set(MutedKind.objects.filter(user=user).values_list("kind", flat=True))
    return [KindChoice(KINDS[code], code in muted) for code in sorted(KINDS)]


def undigested(user: User) -> QuerySet[Notice]:
    """Unread notices that no digest has counted and that the person wants counted."""
    return _wanted().filter(user=user)


def people_to_digest() -> Iterator[int]:
    """Keys of the active people who have such notices."""
    people = _wanted().filter(user__is_active=True).order_by("user_id").values_list("user_id", flat=True)
    return people.distinct().iterator()


def _wanted() -> QuerySet[Notice]:
    muted = MutedKind.objects.filter(user=OuterRef("user"), kind=OuterRef("kind"))
    return Notice.objects.unread().filter(~Exists(muted), digest_on=None).order_by()


def is_code_on_its_way(phone: str, purpose: str, user: User, at: datetime) -> bool:
    """Whether a code was sent to this number for the person's purpose and can still be typed."""
    sent = OneTimeCode.objects.filter(
        purpose=purpose, user=user, phone_index__in=crypto.blind_indexes(phone, "phone"), closed_at=None
    )
    return sent.filter(expires_at__gte=at).exists()
