"""What the acts on grants are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "grant.accepted": _("受理资金申报"),
    "grant.account_changed": _("更正收款账户"),
    "grant.agreed": _("复核通过资金申报"),
    "grant.booked": _("资金入账"),
    "grant.checked": _("核查资金申报"),
    "grant.demo_made": _("生成演示资金申报"),
    "grant.finding_cleared": _("核实核查发现"),
    "grant.prepared": _("列入免申即享名单"),
    "grant.proposed": _("提出资金支持意见"),
    "grant.refused": _("不予支持"),
    "grant.repaid": _("登记企业退回资金"),
    "grant.returned": _("退回资金申报补正"),
    "grant.saved": _("保存资金申报"),
    "grant.sent_back": _("退回重新核查"),
    "grant.sent_to_review": _("交专家评审"),
    "grant.submitted": _("提交资金申报"),
    "grant.withdrawn": _("撤回资金申报"),
    "grants.exported": _("导出资金申报"),
    "grant_call.closed": _("结束申报批次"),
    "grant_call.made": _("建立申报批次"),
    "grant_call.opened": _("开放申报批次"),
    "grant_objection.answered": _("答复资金公示异议"),
    "grant_objection.raised": _("提出资金公示异议"),
    "grant_objection.revealed": _("查看资金公示异议人"),
    "grant_review.assigned": _("指派评审专家"),
    "grant_review.declared": _("声明利益关系"),
    "grant_review.scored": _("专家评分"),
    "grant_round.formed": _("建立拨付批次"),
    "grant_round.listed": _("建立拨付清单"),
    "grant_round.moved": _("推进拨付批次"),
    "grant_round.published": _("公开资金结果"),
    "grant_list.exported": _("导出含收款账号的拨付清单"),
    "grant_list.released": _("放行拨付清单"),
    "grant_list.returned": _("导入国库回单"),
}
