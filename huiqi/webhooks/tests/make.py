"""Plain functions that make hooks for tests."""

from datetime import UTC, datetime
from typing import Any

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.webhooks.commands.hooks import make_hook as register
from huiqi.webhooks.models import Event, Hook

AT = datetime(2020, 3, 1, 2, 0, tzinfo=UTC)


def make_hook(address: str = "https://hooks.example.org/in", **fields: Any) -> Hook:
    """A hook for all events."""
    hook, _secret = register("平台", address, list(Event), actor=make_user(role=Role.SECURITY_ADMIN), at=AT)
    Hook.objects.filter(pk=hook.pk).update(**fields) if fields else None
    return hook


def one_hook() -> dict[str, str]:
    """Arguments of the address of a hook."""
    return {"public_id": make_hook().public_id}
