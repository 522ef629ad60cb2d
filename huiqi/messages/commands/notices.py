"""Telling people things, and reading them."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.messages.kinds import KINDS
from huiqi.messages.models import MutedKind, Notice

# A mobile number or an identity card: neither belongs into a notice.
_PERSONAL = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
_BATCH = 500


def notify(  # noqa: PLR0913  each is a fact about the notice
    user: User,
    kind: str,
    text: str,
    url: str,
    *,
    at: datetime,
    once_key: str = "",
    about: Model | None = None,
) -> None:
    """Put a notice on the person's page; part of the caller's transaction.

    `kind` is a registered code (KeyError otherwise); `text` a sentence with a number and no personal data;
    `url` a path of this site. With a `once_key` the same person gets the same kind once for that key, so
    that a command that runs twice tells once. `about` is the row of a task: `settle_notices` closes all
    notices about it when the task is done.
    """
    notify_all([user], kind, text, url, at=at, once_key=once_key, about=about)


@transaction.atomic
def notify_all(  # noqa: PLR0913  each is a fact about the notice
    users: Iterable[User],
    kind: str,
    text: str,
    url: str,
    *,
    at: datetime,
    once_key: str = "",
    about: Model | None = None,
) -> None:
    """The same notice for several people; see `notify`."""
    KINDS[kind]
    if _PERSONAL.search(text):
        raise ValueError("a notice holds no number of a person")
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError("a notice leads to a page of this site")
    same: dict[str, Any] = {"kind": kind, "text": text[:200], "url": url, "at": at, "once_key": once_key}
    rows = [Notice(user=user, about=_key(about), **same) for user in users]
    Notice.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=bool(once_key))


def _key(about: Model | None) -> str:
    return f"{about._meta.label_lower}:{getattr(about, 'public_id', about.pk)}" if about is not None else ""


@transaction.atomic
def settle_notices(kind: str, about: Model, *, at: datetime) -> int:
    """The task of these notices is done: nobody need read them any more. Returns how many were unread.

    Part of the transaction of the command that does the task; doing it again changes nothing.
    """
    open_rows = Notice.objects.filter(kind=kind, about=_key(about), settled_at=None)
    unread = open_rows.filter(read_at=None).update(read_at=at, settled_at=at)
    open_rows.update(settled_at=at)
    return unread


@transaction.atomic
def settle_about(
    tasks: Iterable[Model], *kinds: str, at: datetime, users: Iterable[User] | None = None
) -> int:
    """The same for several tasks, of these kinds or of all, for everybody or for those who are done with
    their part; returns how many were unread.

    Their `once_key` goes too: when the task comes back on the same day, the same person is told again.
    """
    keys = [_key(task) for task in tasks]
    if not keys:
        return 0
    open_rows = Notice.objects.filter(about__in=keys, settled_at=None)
    open_rows = open_rows.filter(kind__in=kinds) if kinds else open_rows
    open_rows = open_rows if users is None else open_rows.filter(user__in=list(users))
    unread = open_rows.filter(read_at=None).update(read_at=at, settled_at=at, once_key="")
    open_rows.update(settled_at=at, once_key="")
    return unread


@transaction.atomic
def settle_reminders(kind: str, once_key: str, users: Iterable[User], *, at: datetime) -> int:
    """The same for reminders told under a `once_key` (a day): these people have nothing left to do of it."""
    open_rows = Notice.objects.filter(kind=kind, once_key=once_key, user__in=list(users), settled_at=None)
    unread = open_rows.filter(read_at=None).update(read_at=at, settled_at=at)
    open_rows.update(settled_at=at)
    return unread


@transaction.atomic
def read_notice(notice: Notice, *, at: datetime) -> None:
    """Mark a notice as read; the first time counts."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at)


@transaction.atomic
def read_all(user: User, *, up_to: Notice, at: datetime) -> int:
    """Mark as read what the person saw: everything up to the newest notice on the page, not later ones."""
    return Notice.objects.filter(user=user, read_at=None, pk__lte=up_to.pk).update(read_at=at)


@transaction.atomic
def mute_kinds(user: User, kinds: Iterable[str]) -> None:
    """From now on these dismissible kinds, and no others, stay out of the person's digest."""
    wanted = {code for code in kinds if code in KINDS and KINDS[code].is_dismissible}
    MutedKind.objects.filter(user=user).exclude(kind__in=wanted).delete()
    rows = [MutedKind(user=user, kind=code) for code in sorted(wanted)]
    MutedKind.objects.bulk_create(rows, ignore_conflicts=True)
    audit.record("message.kinds_muted", user, actor=user, count=len(wanted))
