"""Writes on people."""

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.accounts.roles import DEMO_ACCOUNTS, DEMO_PASSWORD, Role
from huiqi.core import audit


@transaction.atomic
def create_demo_accounts(*, actor: User | None) -> list[User]:
    """The demo's accounts, made once; running again changes nothing."""
    made = []
    for username, name, role in DEMO_ACCOUNTS:
        if not User.objects.filter(username=username).exists():
            user = User.objects.create_user(
                username, DEMO_PASSWORD, name=name, role=role, is_superuser=role == Role.SYSTEM_ADMIN
            )
            audit.record("account.created", user, actor=actor, demo=True)
            made.append(user)
    return made
