"""What the acts of the hotline are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "call.started": _("接听来电"),
    "call.proven": _("核实来电号码"),
    "call.cases_shown": _("查看来电人的诉求"),
    "call.ended": _("结束通话"),
    "call.popped": _("来电弹屏"),
    "call.dialled": _("拨打电话"),
    "call.not_connected": _("拨打电话没有接通"),
    "call_back.claimed": _("认领回访"),
    "call_back.released": _("放回回访"),
    "call_back.wished": _("登记回电"),
    "call_back.wish_taken": _("认领回电"),
    "call_back.wish_answered": _("回电记录"),
    "hotline.demo_made": _("生成演示热线数据"),
    "shift.begun": _("上班"),
    "shift.ended": _("下班交接"),
    "shift.taken_over": _("确认接班"),
}
