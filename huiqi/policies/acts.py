"""What the acts of the check are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "check.deleted": _("删除政策体检"),
    "check.expired": _("清除到期的政策体检"),
    "check.figures_forgotten": _("不再保存体检数字"),
    "check.figures_kept": _("保存体检数字"),
    "check.started": _("开始政策体检"),
}
