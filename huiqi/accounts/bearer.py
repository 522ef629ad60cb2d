"""The door of programs to the API: an access token in `Authorization: Bearer …`."""

import math
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer

from huiqi.accounts.commands.tokens import count_call, find_token
from huiqi.accounts.models import ApiScope, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import audit, clock

MOST_PER_PAGE = 200


class ErrorItem(Schema):
    """One thing to mend: where, what, how."""

    place: str
    message: str
    remedy: str = ""


class ProblemOut(Schema):
    """An error answer (RFC 9457): `code` for programs, `title` a Chinese sentence for people."""

    type: str
    status: int
    code: str
    title: str
    errors: list[ErrorItem] = []


# What an operation behind a token may answer besides what was asked for.
TOKEN_ERRORS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 422, 429), ProblemOut)


class PageAsked(Schema):
    """Which part of a list: so many rows after so many."""

    limit: int = Field(50, ge=1, le=MOST_PER_PAGE, description="每页条数，最多200")
    offset: int = Field(0, ge=0, le=100_000_000, description="跳过的条数")


def person_with(request: HttpRequest, *powers: Power) -> User:
    """The person of the token, when today's posts have each of the powers; else as if there were nothing."""
    user: Any = request.user
    if not all(may(user, power, clock.today()) for power in powers):
        raise Http404
    found: User = user
    return found


class TooManyCalls(HttpError):
    """The token has no call left in this minute; `retry_after` in whole seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(429, "调用太频繁，已超过每分钟的次数。请按 Retry-After 的秒数等一会儿再试。")
        self.retry_after = math.ceil(seconds)


class Bearer(HttpBearer):
    """A token with this scope. The request then is that of the token's person; without a token another door
    is asked."""

    def __init__(self, scope: ApiScope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The person; 401 for a token that is not usable, 403 without the scope, 429 when it is used up."""
        at = clock.wall_now()
        found = find_token(token, at=at)
        if found is None:
            raise HttpError(401, "访问令牌无效、已过期或已撤销。请核对令牌，或请安全管理员重新批准。")
        if self.scope not in found.scopes:
            raise HttpError(403, f"这个访问令牌没有“{self.scope.label}”（{self.scope}）的权限范围。")
        seconds = count_call(found, at=at)
        if seconds:
            raise TooManyCalls(seconds)
        request.user = found.user
        audit.name_token(found.public_id)
        return found.user
