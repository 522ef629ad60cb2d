"""The people of the tests, always the same ones, so that a name in a test says what they may do.

A new role of the product gets its person here; the access matrix then demands an answer for it at every
address.
"""

from dataclasses import dataclass

from django.test import Client

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user


@dataclass(frozen=True)
class Part:
    """One person of the cast: the fixture's name, the account and the role."""

    username: str
    name: str
    role: Role


# The visitor has no account and therefore no Part.
CAST: dict[str, Part] = {
    "editor": Part("zhou.min", "周敏", Role.POLICY_EDITOR),
    "admin": Part("liu.yang", "刘洋", Role.SYSTEM_ADMIN),
}
ROLES = ("visitor", *CAST)


def enter(part: str) -> tuple[Client, User | None]:
    """A browser of that person, signed in unless it is the visitor."""
    client = Client()
    if part == "visitor":
        return client, None
    person = CAST[part]
    user = User.objects.filter(username=person.username).first() or make_user(
        username=person.username, name=person.name, role=person.role
    )
    client.force_login(user)
    return client, user
