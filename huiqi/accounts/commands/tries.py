"""The lockout: a try is written down before the proof is looked at and taken back when it was right.

Counted by name and address, by address, and more slowly by name over all addresses: guessing from many
addresses is held up too. That last lock is the one a stranger can cause from elsewhere, so it is short, says
how long, never counts a failure twice, leaves passkeys alone and can be lifted.

Written first and counted after the commit, so that tries sent all at once to several workers count each
other: of ten at the same instant at most five are looked at. Nothing of it lives in a cache.
"""

from datetime import datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import SignInLock, SignInTry, User
from huiqi.accounts.queries.sign_in import lock_on
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import AuditResult

# GB/T 22239-2019 8.1.4.1 b asks to limit failed sign-ins; the numbers are ours.
FAILURES = 5
WINDOW = timedelta(minutes=15)
WAIT = timedelta(minutes=15)
# Over all addresses: four addresses used up to their own limit within an hour are no person's mistyping.
EVERYWHERE_FAILURES = 20
EVERYWHERE_WINDOW = timedelta(hours=1)
# A whole county office may share one address: it gets more, for all its people together.
ADDRESS_FAILURES = 60
KEPT = timedelta(days=1)
# As sign-ins are (commands/sessions.py).
LOCKS_KEPT = timedelta(days=365)


class TryLater(Refused):
    """Too many failures; `until` says when to try again."""

    def __init__(self, until: datetime, at: datetime) -> None:
        minutes = max(1, -(-int((until - at).total_seconds()) // 60))
        text = gettext_noop("连续多次没有通过，为安全起见已暂停登录，请等%(minutes)s分钟后再试。")
        super().__init__("accounts.try_later", Message(text, {"minutes": minutes}))
        self.until = until


def begin_try(
    name: str, address: str, *, user: User | None, at: datetime, everywhere: bool = True
) -> SignInTry:
    """Count a try of `name` at `address` (digests) as failed until told otherwise; TryLater when locked.

    `everywhere` False: the name is that of a page, not of a person, and is counted at each address alone.
    """
    lock = lock_on(name, address, at)
    if lock is not None:
        raise TryLater(lock.until, at)
    attempt = SignInTry.objects.create(name_digest=name, address_digest=address, at=at)
    if _failures(attempt) > FAILURES:
        raise TryLater(_lock(name, address, user, at).until, at)
    if address and _failures_at(attempt) > ADDRESS_FAILURES:
        raise TryLater(_lock("", address, None, at).until, at)
    if everywhere and _failures_everywhere(attempt) > EVERYWHERE_FAILURES:
        raise TryLater(_lock(name, "", user, at).until, at)
    return attempt


@transaction.atomic
def fail_try(attempt: SignInTry, *, user: User | None, at: datetime) -> None:
    """The proof was wrong: audited without the name typed; the fifth failure locks."""
    audit.record("account.sign_in_failed", user, actor=None, result=AuditResult.FAILED)
    if _failures(attempt) >= FAILURES:
        _lock(attempt.name_digest, attempt.address_digest, user, at)
    if _failures_everywhere(attempt) >= EVERYWHERE_FAILURES:
        _lock(attempt.name_digest, "", user, at)


def refuse_if_locked(attempt: SignInTry, *, at: datetime) -> None:
    """TryLater when the failure just noted was one too many: said at once, not at the next try."""
    lock = lock_on(attempt.name_digest, attempt.address_digest, at)
    if lock is not None:
        raise TryLater(lock.until, at)


@transaction.atomic
def succeed_try(attempt: SignInTry, *, at: datetime) -> None:
    """The proof was right: the try is no failure, and earlier ones of the same name here are forgiven."""
    same = SignInTry.objects.filter(
        name_digest=attempt.name_digest, address_digest=attempt.address_digest, is_forgiven=False
    )
    same.exclude(pk=attempt.pk).update(is_forgiven=True)
    attempt.delete()
    SignInTry.objects.filter(at__lt=at - KEPT).delete()


@transaction.atomic
def lift_lock(lock: SignInLock, *, actor: User, at: datetime) -> SignInLock:
    """The security administrator ends a lock early; its failures are forgotten."""
    lock = SignInLock.objects.select_for_update(of=("self",)).get(pk=lock.pk)
    if lock.lifted_at or lock.until <= at:
        raise Refused("accounts.lock_over", gettext_noop("这次锁定已经结束，不需要解锁。"))
    lock.lifted_at = at
    lock.save(update_fields=["lifted_at"])
    of_name = {"name_digest": lock.name_digest} if lock.name_digest else {}
    of_address = {"address_digest": lock.address_digest} if lock.address_digest else {}
    SignInTry.objects.filter(**of_name, **of_address).delete()
    audit.record("account.lock_lifted", lock.user or lock, actor=actor)
    return lock


def _failures(attempt: SignInTry) -> int:
    mine = SignInTry.objects.since(attempt.at - WINDOW).filter(
        name_digest=attempt.name_digest, address_digest=attempt.address_digest, is_forgiven=False
    )
    return mine.count()


def _failures_at(attempt: SignInTry) -> int:
    return SignInTry.objects.since(attempt.at - WINDOW).filter(address_digest=attempt.address_digest).count()


def _failures_everywhere(attempt: SignInTry) -> int:
    """Those that led to an earlier lock of the name are spent: one try more does not renew it."""
    name, since = attempt.name_digest, attempt.at - EVERYWHERE_WINDOW
    locks = SignInLock.objects.filter(name_digest=name, address_digest="", locked_at__gt=since)
    spent = locks.order_by("-locked_at", "pk").first()
    tries = SignInTry.objects.since(spent.locked_at if spent else since)
    return tries.filter(name_digest=name, is_forgiven=False).count()


@transaction.atomic
def _lock(name: str, address: str, user: User | None, at: datetime) -> SignInLock:
    """The lock in force of that name at that address, made if there is none; "" is every one."""
    same = SignInLock.objects.in_force(at).filter(name_digest=name, address_digest=address)
    lock = same.order_by("pk").first()
    if lock is None:
        SignInLock.objects.filter(until__lt=at - LOCKS_KEPT).delete()
        lock = SignInLock.objects.create(
            name_digest=name, address_digest=address, user=user, locked_at=at, until=at + WAIT
        )
        audit.record("account.locked", user or lock, actor=None, everybody=not name, everywhere=not address)
    return lock
