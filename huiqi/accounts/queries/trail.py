"""The audit trail in words: names of acts and people, and whether the chain was proved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.core.models import AuditHead, AuditRecord, AuditWaiting

PROVE_TRAIL = "accounts.prove_trail"  # the kind of job
PROVED = "audit.verified"  # the act it leaves


def acts_known() -> list[tuple[str, str]]:
    """Acts that occur, for a select."""
    acts = AuditRecord.objects.order_by("act").values_list("act", flat=True).distinct()
    return [(act, act_words(act)) for act in acts]


def act_words(act: str) -> str:
    """What an act is called on screen; acts of other apps appear as their code."""
    return {
        PROVED: _("核验审计链"),
        "account.signed_in": _("登录"),
        "account.signed_out": _("退出"),
        "account.sign_in_failed": _("登录未通过"),
        "account.locked": _("登录锁定"),
        "account.lock_lifted": _("解除锁定"),
        "account.session_ended": _("结束一个登录"),
        "account.sessions_ended": _("结束其他登录"),
        "account.password_changed": _("修改密码"),
        "account.password_reset": _("重设密码"),
        "account.second_factor_added": _("添加第二因素"),
        "account.second_factor_removed": _("移除第二因素"),
        "account.second_factor_reset": _("重置第二因素"),
        "account.recovery_codes_renewed": _("换恢复码"),
        "account.invited": _("邀请人员"),
        "account.invitation_revoked": _("撤回邀请"),
        "account.created": _("建立账号"),
        "account.signed_up": _("企业人员注册"),
        "account.role_confirmed": _("确认角色"),
        "account.role_changed": _("变更角色"),
        "account.switched_off": _("停用账号"),
        "account.switched_on": _("启用账号"),
        "unit.added": _("新增单位"),
        "unit.edited": _("修改单位"),
        "unit.switched_off": _("停用单位"),
        "unit.switched_on": _("启用单位"),
        "deputyship.named": _("指定代理"),
        "deputyship.ended": _("结束代理"),
        "review.opened": _("开始权限复核"),
        "review.line_decided": _("复核一个账号"),
        "review.unmarked_kept": _("保留无提示的账号"),
        "review.signed_off": _("签署权限复核"),
        "people.exported": _("导出人员"),
        "people.searched_by_phone": _("按电话查找人员"),
        "review.exported": _("导出权限复核"),
        "audit.exported": _("导出审计记录"),
    }.get(act, act)


def subject_words(subject_type: str) -> str:
    """What kind of thing an act was done to."""
    return {
        "accounts.user": _("用户"),
        "accounts.unit": _("单位"),
        "accounts.invitation": _("邀请"),
        "accounts.deputyship": _("代理"),
        "accounts.accessreview": _("权限复核"),
        "accounts.signinlock": _("登录锁定"),
    }.get(subject_type, subject_type)


def actor_ids(words: str) -> list[str]:
    """Public ids of the people so named."""
    people = User.objects.filter(Q(username__icontains=words) | Q(name__icontains=words))
    return list(people.order_by("pk").values_list("public_id", flat=True)[:200])


def named(rows: Iterable[AuditRecord]) -> dict[str, str]:
    """Names of the people in these records, by public id."""
    ids: set[Any] = set()
    for row in rows:
        ids |= {row.actor_id, row.on_behalf_id, row.subject_id}
    people = User.objects.filter(public_id__in=ids - {""}).order_by("pk")
    return {person.public_id: f"{person.name}（{person.username}）" for person in people}


@dataclass(frozen=True)
class Proof:
    """How far the trail is sealed, and what the last proof of the whole chain said."""

    sealed: int
    waiting: int
    digest: str
    last: AuditRecord | None


def proof() -> Proof:
    """The head of the chain and the last proof."""
    head = AuditHead.objects.order_by("pk").first()
    waiting = AuditWaiting.objects.count()
    last = AuditRecord.objects.filter(act=PROVED).order_by("-at", "-pk").first()
    return Proof(head.number if head else 0, waiting, head.digest if head else "", last)
