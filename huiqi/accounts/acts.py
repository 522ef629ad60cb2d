"""What the acts of accounts are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "account.created": _("建立账号"),
    "account.invitation_revoked": _("撤回邀请"),
    "account.invited": _("邀请人员"),
    "account.lock_lifted": _("解除锁定"),
    "account.locked": _("登录锁定"),
    "account.password_changed": _("修改密码"),
    "account.password_reset": _("重设密码"),
    "account.recovery_codes_renewed": _("换恢复码"),
    "account.role_changed": _("变更角色"),
    "account.role_confirmed": _("确认角色"),
    "account.second_factor_added": _("添加第二因素"),
    "account.second_factor_removed": _("移除第二因素"),
    "account.second_factor_reset": _("重置第二因素"),
    "account.session_ended": _("结束一个登录"),
    "account.sessions_ended": _("结束其他登录"),
    "account.sign_in_failed": _("登录未通过"),
    "account.signed_in": _("登录"),
    "account.signed_out": _("退出"),
    "account.signed_up": _("企业人员注册"),
    "account.switched_off": _("停用账号"),
    "account.switched_on": _("启用账号"),
    "audit.exported": _("导出审计记录"),
    "audit.verified": _("核验审计链"),
    "deputyship.ended": _("结束代理"),
    "deputyship.named": _("指定代理"),
    "people.exported": _("导出人员"),
    "people.searched_by_phone": _("按电话查找人员"),
    "review.exported": _("导出权限复核"),
    "review.line_decided": _("复核一个账号"),
    "review.opened": _("开始权限复核"),
    "review.signed_off": _("签署权限复核"),
    "review.unmarked_kept": _("保留无提示的账号"),
    "token.drawn": _("领取接口令牌"),
    "token.granted": _("批准接口令牌"),
    "token.revoked": _("撤销接口令牌"),
    "unit.added": _("新增单位"),
    "unit.edited": _("修改单位"),
    "unit.switched_off": _("停用单位"),
    "unit.switched_on": _("启用单位"),
}
