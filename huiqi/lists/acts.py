"""What the acts on lists and comparisons are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "list_entry.form_filled": _("填写名单企业的条件表"),
    "comparison.answer_received": _("收到比对答复表"),
    "comparison.answered": _("比对答复完成"),
    "comparison.answers_applied": _("写入比对答复"),
    "comparison.answers_expired": _("清除到期的比对答复"),
    "comparison.codes_exported": _("导出比对企业代码"),
    "comparison.drafted": _("起草名单比对"),
    "comparison.firms_chosen": _("选择比对企业"),
    "comparison.firms_cleared": _("清空比对企业"),
    "comparison.sent": _("发出名单比对"),
    "comparison.withdrawn": _("撤回名单比对"),
    "list_batch.changed": _("修改名单批次"),
    "list_batch.closed": _("关闭名单批次"),
    "list_batch.created": _("建立名单批次"),
    "list_batch.exported": _("导出名单"),
    "list_batch.notice_extended": _("延长公示"),
    "list_batch.noticed": _("开始公示"),
    "list_batch.open": _("开始征集"),
    "list_batch.publication_begun": _("开始发布名单"),
    "list_batch.published": _("发布名单"),
    "list_batch.reopen": _("重新征集"),
    "list_batch.review": _("转入审核"),
    "list_batch.taken_in": _("录入已有名单"),
    "list_batch.withdraw_notice": _("撤回公示"),
    "list_entries.acted": _("办理名单企业"),
    "list_entries.proposed": _("推荐企业进名单"),
    "list_entry.removed": _("移出名单"),
    "list_line.decided": _("匹配名单行"),
    "list_objection.admitted": _("受理公示异议"),
    "list_objection.decided": _("处理公示异议"),
    "list_objection.raised": _("提出公示异议"),
    "list_objection.revealed": _("查看异议人电话"),
    "list_objection.verified": _("核实异议人电话"),
}
