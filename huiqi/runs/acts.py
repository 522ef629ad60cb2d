"""What the acts on runs are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "run.begun": _("开始全省测算"),
    "run.done": _("全省测算完成"),
    "run.resumed": _("继续全省测算"),
    "run.firms_exported": _("导出测算企业名单"),
}
