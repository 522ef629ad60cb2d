"""Invitations: the system administrator names unit and role, the person sets name and password."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from huiqi.accounts.models import Invitation, Unit, User
from huiqi.accounts.roles import Role
from huiqi.accounts.separation import unit_kinds_for
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop

OPEN_FOR = timedelta(days=7)


class Issued(NamedTuple):
    """An invitation and its token, which is shown once and kept nowhere."""

    invitation: Invitation
    token: str


class Invitee(NamedTuple):
    """Who is invited to what."""

    name: str
    unit: Unit
    role: Role


def token_digest(token: str) -> str:
    """What is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(invitees: Sequence[Invitee], *, actor: User, at: datetime) -> list[Issued]:
    """Make a single-use link for each; all or none."""
    # Names of people who never came are not kept (personal.yaml).
    over = Invitation.objects.filter(expires_at__lte=at, accepted_by=None).exclude(name="")
    over.update(name="")
    issued = [_issue(invitee, actor, at) for invitee in invitees]
    for each in issued:
        audit.record("account.invited", each.invitation, actor=actor, role=each.invitation.role)
    return issued


def _issue(invitee: Invitee, actor: User, at: datetime) -> Issued:
    if invitee.unit.kind not in unit_kinds_for(invitee.role) or not invitee.unit.is_active:
        raise Refused("accounts.role_unfit", gettext_noop("这个单位不设这个角色，或单位已停用，请另选。"))
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token_digest=token_digest(token),
        name=invitee.name,
        unit=invitee.unit,
        role=invitee.role,
        invited_by=actor,
        invited_at=at,
        expires_at=at + OPEN_FOR,
    )
    return Issued(invitation, token)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: User, at: datetime) -> None:
    """The link stops working."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.accepted_at or invitation.revoked_at:
        raise Refused("accounts.invitation_over", gettext_noop("这份邀请已被接受或撤回，不能再撤回。"))
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    audit.record("account.invitation_revoked", invitation, actor=actor)


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, username: str, name: str, phone: str, password: str, at: datetime
) -> User:
    """The person's account, without any power until the security administrator confirms the role."""
    row = Invitation.objects.select_for_update(of=("self",)).open(at).filter(pk=invitation.pk).first()
    if row is None:
        raise Refused(
            "accounts.invitation_over", gettext_noop("邀请链接已用过、撤回或过期，请联系发出邀请的管理员。")
        )
    user = User.objects.create_user(
        username,
        password,
        name=name,
        phone=phone,
        role=row.role,
        unit=row.unit,
        is_role_confirmed=False,
        password_changed_at=at,
    )
    row.accepted_by, row.accepted_at, row.name = user, at, ""
    row.save(update_fields=["accepted_by", "accepted_at", "name"])
    audit.record("account.created", user, actor=user, role=row.role, invitation=row.public_id)
    return user
