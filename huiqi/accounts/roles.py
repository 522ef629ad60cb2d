"""Who people are here. A role says what a person does; the unit and its region say for which firms."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OFFICER = "officer", _("经办干部")
    LEADER = "leader", _("分管领导")
    DISPATCHER = "dispatcher", _("派单员")
    SUPERVISOR = "supervisor", _("督办员")
    POLICY_EDITOR = "policy_editor", _("政策编辑")
    POLICY_APPROVER = "policy_approver", _("政策审核")
    GRANT_MAKER = "grant_maker", _("资金经办")
    GRANT_CHECKER = "grant_checker", _("资金复核")
    STATIONED_OFFICER = "stationed_officer", _("驻企联络员")
    BANK_OFFICER = "bank_officer", _("银行经办")
    GUARANTEE_OFFICER = "guarantee_officer", _("担保经办")
    SERVICE_STAFF = "service_staff", _("服务机构人员")
    EXPERT = "expert", _("评审专家")
    HOTLINE_AGENT = "hotline_agent", _("热线座席")
    WINDOW_CLERK = "window_clerk", _("窗口人员")
    ANALYST = "analyst", _("统计分析员")
    AUTHORITY_OFFICER = "authority_officer", _("其他部门经办")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")
    FIRM = "firm", _("企业用户")


# The three administrators are separate persons (三员分立, GB/T 22239-2019 8.1.4.2) and see no firm's file.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# People of firms sign in with one factor; everyone else works for an office, bank or service body.
STAFF_ROLES = frozenset(Role) - {Role.FIRM}
