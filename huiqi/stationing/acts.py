"""What the acts of stationing are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "escalation.answered": _("答复驻企上报"),
    "escalation.raised": _("驻企上报"),
    "line.set": _("登记重点产品产能"),
    "report.sent": _("报送今日三数"),
    "reports.chased": _("催报三数"),
    "stationing.begun": _("派驻联络员"),
    "stationing.demo_made": _("生成演示驻企数据"),
    "stationing.ended": _("结束派驻"),
    "stationing.handed_over": _("交接驻企任务"),
}
