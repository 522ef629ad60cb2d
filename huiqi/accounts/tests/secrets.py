"""Drawn tokens for tests of the API."""

from datetime import timedelta

from huiqi.accounts.commands.tokens import Grant, draw_token, grant_token
from huiqi.accounts.models import ApiScope, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import clock


def secret_of(user: User, *scopes: ApiScope) -> str:
    """A drawn token of the person; all scopes when none is named."""
    grant = Grant("平台", scopes or list(ApiScope), timedelta(days=30))
    token = grant_token(user, grant, actor=make_user(role=Role.SECURITY_ADMIN), at=clock.wall_now())
    return draw_token(token, actor=user, at=clock.wall_now())
