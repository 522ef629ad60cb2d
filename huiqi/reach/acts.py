"""What the acts on prepared lists and on a relief's way are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "reach_call.made": _("记录政策直达电话"),
    "reach_firm.dismissed": _("企业表示不需要某项政策"),
    "reach_firm.said_had": _("企业表示已享受某项政策"),
    "reach_firms.told": _("告知企业可能符合的政策"),
    "reach_journeys.exported": _("导出政策直达名册"),
    "reach_list.exported": _("导出直达名单"),
    "reach_list.handed_over": _("移送直达名单"),
    "reach_list.judged": _("生成直达名单"),
    "reach_list.prepared": _("准备直达名单"),
    "reach_list.returned": _("退回直达名单"),
    "reach_list.reviewed": _("复核直达名单"),
    "reach_list.to_comparison": _("直达名单转名单比对"),
    "reach_list.withdrawn": _("撤回直达名单"),
    "reach_morning.counted": _("统计政策未到位原因"),
    "reach_status.received": _("收到认定机关回执"),
    "reach_words.taken": _("采用问卷中的政策享受情况"),
}
