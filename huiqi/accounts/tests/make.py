"""Plain functions that make people for tests."""

from itertools import count

from huiqi.accounts.models import Role, User

_numbers = count(1)


def make_user(
    *, username: str = "", name: str = "王芳", role: Role = Role.POLICY_EDITOR, **fields: object
) -> User:
    """A person with an account; without `password` nobody can sign in by form (use force_login)."""
    return User.objects.create_user(username or f"user{next(_numbers)}", name=name, role=role, **fields)
