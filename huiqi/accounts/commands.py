"""Writes on people."""

from django.db import transaction

from huiqi.accounts.models import Role, User
from huiqi.core import audit

# Shown on the start screen of the demo and refused outside it (see demo.py).
DEMO_ACCOUNTS = [
    ("editor", "政策编辑 周敏", Role.POLICY_EDITOR),
    ("admin", "系统管理员 刘洋", Role.SYSTEM_ADMIN),
]
DEMO_PASSWORD = "huiqi-demo-2020"  # noqa: S105  a published demo password; production has no demo accounts


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
