"""What the acts on scenarios are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "scenario.begun": _("新建测算方案"),
    "scenario.changed": _("修改测算方案"),
    "scenario.estimated": _("测算完成"),
    "scenario.proposed": _("测算方案送复核"),
    "scenario.reviewed": _("测算方案通过复核"),
    "scenario.returned": _("测算方案退回"),
    "scenario.exported": _("导出测算结果"),
    "scenario.draft_taken": _("下载版本草案"),
}
