"""Access tokens of programs: granted by the security administrator, drawn by the person whose token it is.

Who grants never sees the secret, so that nobody can act in another's name (docs/adr/0022).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from huiqi.accounts.models import ApiScope, ApiToken, User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import new_token, token_digest
from huiqi.core.messages import gettext_noop

# Ours: a year, then somebody looks again whether the program is still there.
LONGEST = timedelta(days=366)
MOST_PER_PERSON = 10
_MARK = "hq_"


@dataclass(frozen=True)
class Grant:
    """What a token is for, what it may do, how long it holds."""

    name: str
    scopes: Collection[ApiScope]
    lasts: timedelta


@transaction.atomic
def grant_token(user: User, grant: Grant, *, actor: User, at: datetime) -> ApiToken:
    """Let programs act as `user`; it cannot be used until that person draws the secret.

    Refused: `accounts.token_not_for` (oneself, an account that is off or whose role is not confirmed),
    `accounts.token_too_many`.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if user.pk == actor.pk or not user.is_active or not user.is_role_confirmed:
        said = gettext_noop("令牌只能批给别人的、已启用且角色已确认的账号。请核对账号。")
        raise Refused("accounts.token_not_for", said)
    if not grant.scopes or not timedelta(0) < grant.lasts <= LONGEST:
        raise ValueError("a token has scopes and holds a year at most")
    if user.api_tokens.filter(revoked_at=None, expires_at__gt=at).count() >= MOST_PER_PERSON:
        said = gettext_noop("这个账号的令牌已经太多。请先撤销不再用的。")
        raise Refused("accounts.token_too_many", said)
    token = ApiToken.objects.create(
        user=user,
        name=grant.name.strip()[:60],
        scopes=sorted(grant.scopes),
        granted_by=actor,
        granted_at=at,
        expires_at=at + grant.lasts,
    )
    scopes = " ".join(token.scopes)
    audit.record("token.granted", token, actor=actor, user=user.public_id, scopes=scopes)
    return token


@transaction.atomic
def draw_token(token: ApiToken, *, actor: User, at: datetime) -> str:
    """The secret, for the one time it is shown. Refused `accounts.token_gone`: drawn, revoked or expired."""
    token = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk, user=actor)
    if token.drawn_at is not None or token.revoked_at is not None or token.expires_at <= at:
        said = gettext_noop(
            "这个令牌已经领取过、已撤销或已过期，不能再领取。没有保存好的，请撤销后请安全管理员重新批准。"
        )
        raise Refused("accounts.token_gone", said)
    secret = _MARK + new_token()
    token.digest, token.prefix, token.drawn_at = token_digest(secret), secret[:8], at
    token.save(update_fields=["digest", "prefix", "drawn_at"])
    audit.record("token.drawn", token, actor=actor)
    return secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User, at: datetime) -> None:
    """From the next call on it is worth nothing; doing it again changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        audit.record("token.revoked", token, actor=actor, user=token.user.public_id)


def find_token(secret: str, *, at: datetime) -> ApiToken | None:
    """The usable token of a secret, with its person."""
    rows = ApiToken.objects.usable(at).select_related("user__unit")
    return rows.filter(digest=token_digest(secret)).order_by().first()


def count_call(token: ApiToken, *, at: datetime) -> int:
    """Count a call; 0 when it may go on, else the seconds to wait: so many calls a minute, then the next one.

    One statement of its own, outside of what the call does: workers count in one row, and a call that fails
    counts as well.
    """
    minute = at.replace(second=0, microsecond=0)
    is_this_minute = Q(window_at=minute)
    is_free = Q(window_at=None) | ~is_this_minute | Q(window_count__lt=settings.HUIQI_API_CALLS_PER_MINUTE)
    count = Case(When(is_this_minute, then=F("window_count") + 1), default=Value(1))
    rows = ApiToken.objects.filter(is_free, pk=token.pk)
    return 0 if rows.update(window_count=count, window_at=minute, last_used_at=at) else 60 - at.second
