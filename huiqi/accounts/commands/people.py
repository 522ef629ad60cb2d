"""Accounts: made, confirmed, moved, switched off. Two administrators share this, each with half the acts."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from huiqi.accounts.commands.sessions import end_all_sessions
from huiqi.accounts.models import AccessNote, Deputyship, PastPassword, Unit, User
from huiqi.accounts.roles import ADMINISTRATORS, Role
from huiqi.accounts.separation import holds_two, unit_kinds_for
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

# Read over the telephone: no letters or digits that are mistaken for each other.
_SPEAKABLE = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


@transaction.atomic
def sign_up_firm_person(username: str, *, name: str, phone: str, password: str, at: datetime) -> User:
    """Somebody of a firm makes an account; which firm it is for is claimed later, in huiqi.enterprises."""
    user = User.objects.create_user(
        username, password, name=name, phone=phone, role=Role.FIRM, password_changed_at=at
    )
    audit.record("account.signed_up", user, actor=user)
    return user


@transaction.atomic
def confirm_role(person: User, *, actor: User) -> User:
    """The security administrator confirms the role an invited person came with; from now on it counts."""
    person = _locked(person, actor)
    if person.is_role_confirmed:
        raise Refused("accounts.confirmed_already", gettext_noop("这个账号的角色已经确认过了。"))
    _refuse_two_posts(person, Role(person.role))
    person.is_role_confirmed = True
    person.save(update_fields=["is_role_confirmed"])
    audit.record("account.role_confirmed", person, actor=actor, role=person.role)
    return person


@transaction.atomic
def change_role(person: User, *, role: Role, unit: Unit, actor: User, reason: str, at: datetime) -> User:
    """Give another role or unit, with a reason; sessions and deputyships of the person end."""
    person = _locked(person, actor)
    _require(reason)
    if Role.FIRM in {role, Role(person.role)}:
        raise Refused("accounts.firm_role", gettext_noop("企业用户与工作人员的账号不能互换，请另建账号。"))
    if unit.kind not in unit_kinds_for(role) or not unit.is_active:
        raise Refused("accounts.role_unfit", gettext_noop("这个单位不设这个角色，或单位已停用，请另选。"))
    if role != person.role:
        _keep_one_administrator(person)
        _refuse_two_posts(person, role)
    before = person.role
    person.role, person.unit, person.is_role_confirmed = role, unit, True
    person.save(update_fields=["role", "unit", "is_role_confirmed"])
    _end_deputyships(person, at)
    end_all_sessions(person, at=at)
    _note(person, "account.role_changed", reason, actor, at)
    audit.record("account.role_changed", person, actor=actor, before=before, after=role, unit=unit.public_id)
    return person


@transaction.atomic
def switch_off_account(person: User, *, actor: User, reason: str, at: datetime) -> User:
    """The person can no longer sign in, and is out at once."""
    person = _locked(person, actor)
    _require(reason)
    if not person.is_active:
        raise Refused("accounts.off_already", gettext_noop("这个账号已经停用。"))
    _keep_one_administrator(person)
    # The number was kept for signing in and notices (personal.yaml): neither is needed any more.
    person.is_active, person.phone = False, ""
    person.save(update_fields=["is_active", "phone", "phone_index"])
    _end_deputyships(person, at)
    end_all_sessions(person, at=at)
    _note(person, "account.switched_off", reason, actor, at)
    audit.record("account.switched_off", person, actor=actor)
    return person


@transaction.atomic
def switch_on_account(person: User, *, actor: User, reason: str, at: datetime) -> User:
    """The person may sign in again; staff only after the security administrator confirmed the role anew."""
    person = _locked(person, actor)
    _require(reason)
    if person.is_active:
        raise Refused("accounts.on_already", gettext_noop("这个账号没有停用。"))
    if person.unit is not None and not person.unit.is_active:
        raise Refused("accounts.unit_off", gettext_noop("所在单位已停用，请先启用单位或调整单位。"))
    person.is_active, person.is_role_confirmed = True, person.role == Role.FIRM
    person.save(update_fields=["is_active", "is_role_confirmed"])
    _note(person, "account.switched_on", reason, actor, at)
    audit.record("account.switched_on", person, actor=actor)
    return person


@transaction.atomic
def give_temporary_password(person: User, *, actor: User, at: datetime) -> str:
    """A password to be told to the person and changed at the first sign-in; shown once, kept as a hash."""
    person = _locked(person, actor)
    letters = "".join(secrets.choice(_SPEAKABLE) for _ in range(6))
    password = f"Hq-{letters}-{''.join(secrets.choice(_DIGITS) for _ in range(6))}"
    PastPassword.objects.create(user=person, password=person.password, at=at)
    person.set_password(password)
    person.must_change_password, person.password_changed_at = True, at
    person.save(update_fields=["password", "must_change_password", "password_changed_at"])
    end_all_sessions(person, at=at)
    audit.record("account.password_reset", person, actor=actor)
    return password


def _locked(person: User, actor: User) -> User:
    if person.pk == actor.pk:
        raise Refused("accounts.oneself", gettext_noop("不能办理自己的账号，请由另一名管理员办理。"))
    return User.objects.select_for_update(of=("self",)).select_related("unit").get(pk=person.pk)


def _require(reason: str) -> None:
    if not reason.strip():
        raise Refused("accounts.reason_needed", gettext_noop("请写明理由，以便审计和权限复核时查看。"))


def _note(person: User, act: str, reason: str, actor: User, at: datetime) -> None:
    AccessNote.objects.create(user=person, act=act, reason=reason.strip()[:200], by=actor, at=at)


def _keep_one_administrator(person: User) -> None:
    """Refused when the last active administrator of a kind would go: nobody could undo it."""
    if person.role not in ADMINISTRATORS or not (person.is_active and person.is_role_confirmed):
        return
    same = User.objects.select_for_update(of=("self",)).filter(
        role=person.role, is_active=True, is_role_confirmed=True
    )
    if len(same.order_by("pk")) == 1:
        said = gettext_noop("这是最后一名%(role)s，不能停用或改任；请先确认另一名。")
        raise Refused("accounts.last_administrator", Message(said, {"role": str(Role(person.role).label)}))


def _refuse_two_posts(person: User, role: Role) -> None:
    """三员分立: also not by a second account of the same telephone, nor by a deputyship."""
    posts = list(Deputyship.objects.filter(deputy=person, ended_at=None).order_by("pk"))
    roles = [role, *(Role(row.absent.role) for row in posts)]
    if person.phone:
        others = User.objects.filter(phone_index__finds=person.phone, is_active=True).exclude(pk=person.pk)
        roles += [Role(other.role) for other in others.order_by("pk")]
    if holds_two(roles):
        raise Refused(
            "accounts.two_administrators",
            gettext_noop("系统管理员、安全管理员、审计管理员须由三人分任，此人已担任（或代理）另一员。"),
        )


def _end_deputyships(person: User, at: datetime) -> None:
    Deputyship.objects.filter(Q(absent=person) | Q(deputy=person), ended_at=None).update(ended_at=at)
