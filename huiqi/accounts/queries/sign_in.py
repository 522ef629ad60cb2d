"""Who is signing in, what holds them up, which sessions they have."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.crypto import salted_hmac

from huiqi.accounts.demo import DEMO_NAMES
from huiqi.accounts.models import SignIn, SignInLock, User
from huiqi.accounts.roles import STAFF_ROLES, Role
from huiqi.core.personal import plain_phone

# A phone number as an account name would let one person block another's.
PHONE_DIGITS = 11


def account_named(name: str) -> User | None:
    """The account of that name, or else the active one that has that phone number by the best claim.

    Nobody proves a number when he types it at sign-up. So that typing somebody else's takes nothing from
    its owner, an account made by invitation comes before one made at sign-up, and then the older one.
    """
    if "\x00" in name:  # PostgreSQL refuses to look for it
        return None
    known = User.objects.filter(username=name).first()
    if known or len(plain_phone(name)) != PHONE_DIGITS:
        return known
    signed_up = Case(When(role=Role.FIRM, then=Value(1)), default=Value(0))
    return User.objects.filter(phone_index__finds=name, is_active=True).order_by(signed_up, "pk").first()


def name_digest(name: str, user: User | None) -> str:
    """What tries are counted by: the account, however it was called; what was typed when there is none."""
    return _digest(f"user:{user.public_id}" if user else f"name:{name.strip().lower()}")


def code_digest(user: User) -> str:
    """What guesses at a second factor are counted by."""
    return _digest(f"code:{user.public_id}")


def sign_up_digest() -> str:
    """What new accounts are counted by; no name that can be typed at sign-in has it."""
    return _digest("sign-up:")


def address_digest(address: str) -> str:
    """The network address, for IPv6 its /64: one household or office has all of those."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return _digest(f"address:{address}")
    if number.version == 6:
        number = ipaddress.ip_network(f"{number}/64", strict=False).network_address
    return _digest(f"address:{number}")


def _digest(text: str) -> str:
    return salted_hmac("huiqi.accounts.tries", text, algorithm="sha256").hexdigest()


def lock_on(name: str, address: str, at: datetime) -> SignInLock | None:
    """The lock that makes this name at this address wait longest; both are digests."""
    mine = Q(name_digest=name, address_digest__in=["", address]) if name else Q(pk__in=[])
    theirs = Q(name_digest="", address_digest=address) if address else Q(pk__in=[])
    return SignInLock.objects.in_force(at).filter(mine | theirs).order_by("-until", "pk").first()


def locks(at: datetime) -> QuerySet[SignInLock]:
    """Locks in force, for the security administrator."""
    return SignInLock.objects.in_force(at).select_related("user__unit").order_by("-locked_at", "pk")


def has_second_factor(user: User) -> bool:
    """Whether the person has a phone app or a key; recovery codes alone are none."""
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(factors.exists())


def must_change_password(user: User, at: datetime) -> bool:
    """Whether the person is led to the password page: told to, or staff whose password is too old."""
    if settings.HUIQI_DEMO and user.username in DEMO_NAMES:
        return False
    if user.must_change_password:
        return True
    days = settings.HUIQI_PASSWORD_DAYS
    if not days or user.role not in STAFF_ROLES or not user.has_usable_password():
        return False
    return at - (user.password_changed_at or user.created_at) > timedelta(days=days)


def must_enrol(user: User) -> bool:
    """Whether the person works for an office and the site asks such people for a second factor."""
    return bool(settings.HUIQI_REQUIRE_SECOND_FACTOR) and Role(user.role) in STAFF_ROLES


@dataclass(frozen=True)
class OpenSession:
    """One of a person's sessions."""

    public_id: str
    device: str
    at: datetime
    last_seen_at: datetime
    is_this: bool


def open_sessions(user: User, this_key: str | None, at: datetime) -> list[OpenSession]:
    """The person's sessions, the newest first.

    Every request moves a session's expiry (SESSION_SAVE_EVERY_REQUEST), so that its last use is known
    without another write.
    """
    rows = list(SignIn.objects.filter(user=user, ended_at=None).order_by("-at", "pk"))
    keys = [row.session_key for row in rows]
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=at).order_by("pk")
    expiry = dict(alive.values_list("session_key", "expire_date"))
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return [
        OpenSession(
            row.public_id, row.device, row.at, expiry[row.session_key] - idle, row.session_key == this_key
        )
        for row in rows
        if row.session_key in expiry
    ]
