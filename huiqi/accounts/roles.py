"""Who people are here. Roles that nothing uses yet are added with what they use."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    POLICY_EDITOR = "policy_editor", _("政策编辑")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")


# Shown on the start screen of the demo; the command that makes them refuses outside it.
DEMO_ACCOUNTS = [
    ("editor", "政策编辑 周敏", Role.POLICY_EDITOR),
    ("admin", "系统管理员 刘洋", Role.SYSTEM_ADMIN),
]
DEMO_PASSWORD = "huiqi-demo-2020"  # noqa: S105  a published demo password; production has no demo accounts
