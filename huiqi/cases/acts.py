"""What the acts on cases are called in the audit trail: one for each step and each happening."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "demo.cases_made": _("生成演示诉求"),
    # steps of the workflow
    "case.accept": _("受理诉求"),
    "case.answer": _("答复诉求"),
    "case.approve": _("审核通过答复"),
    "case.ask_supplement": _("要求补正诉求"),
    "case.assign": _("派单"),
    "case.contact": _("首次联系诉求人"),
    "case.escalate": _("升级诉求"),
    "case.merge": _("合并诉求"),
    "case.not_accept": _("不予受理诉求"),
    "case.redo": _("退回重办诉求"),
    "case.reopen": _("重启诉求"),
    "case.resume": _("恢复办理诉求"),
    "case.send_back": _("退回派单"),
    "case.sign": _("签收派单"),
    "case.split": _("分离诉求"),
    "case.supplement": _("补正诉求"),
    "case.suspend": _("暂缓办理诉求"),
    "case.take_word": _("记录诉求人评价"),
    "case.withdraw": _("撤回诉求"),
    # what the timeline tells besides
    "case.approval_withdrawn": _("撤回诉求审批申请"),
    "case.approval_asked": _("提请审批诉求事项"),
    "case.approval_decided": _("审批诉求事项"),
    "case.back_to_desk": _("诉求退回派单台"),
    "case.called_back": _("回访诉求人"),
    "case.classed": _("调整诉求类别或紧急程度"),
    "case.clock_moved": _("调整诉求时限"),
    "case.co_answered": _("协办单位答复"),
    "case.co_assigned": _("增派协办单位"),
    "case.consulted": _("会商诉求"),
    "case.excluded": _("诉求不计入考核"),
    "case.handed_on": _("转交同事办理诉求"),
    "case.meeting": _("提交诉求会商"),
    "case.merged_in": _("并入其他诉求"),
    "case.messaged": _("与诉求人留言"),
    "case.noted": _("记录诉求内部备注"),
    "case.order_cancelled": _("取消派单"),
    "case.raised": _("提请上级关注诉求"),
    "case.rated": _("评价诉求办理"),
    "case.registered": _("登记诉求"),
    "case.reminded": _("催办诉求"),
    "case.supervised": _("督办诉求"),
    "case.taken_on": _("认领诉求"),
    "case.tied": _("归入堵点"),
    "case.unmasked": _("查看诉求人身份或电话"),
    "case.code_renewed": _("重发诉求查询码"),
    # half-filled requests
    "case_draft.begun": _("开始填写诉求"),
    "case_draft.discarded": _("删除诉求草稿"),
    # lists of cases
    "cases.exported": _("导出诉求列表"),
    "cases.searched_by_phone": _("按电话查找诉求"),
    # letters of consultation and figures leave
    "consultation.exported": _("导出商请函"),
    "case_figures.exported": _("导出诉求月度点评"),
    "ranking.released": _("发布诉求办理排名"),
    "ranking.withdrawn": _("收回诉求办理排名"),
    # service items
    "item.changed": _("修改事项草稿"),
    "item.discarded": _("放弃事项草稿"),
    "item.drafted": _("起草事项"),
    "item.published": _("发布事项"),
    "item.taken_over": _("载入随附事项"),
    "item.withdrawn": _("停用事项"),
    # files of the 12345 hotline
    "request_import.files_deleted": _("删除到期的诉求导入文件"),
    "request_import.finished": _("完成诉求导入"),
    "request_import.started": _("开始诉求导入"),
    "request_import.uploaded": _("上传诉求文件"),
    # many alike
    "knot.confirmed": _("确认堵点"),
    "knot.dismissed": _("不认定堵点"),
    "knot.proposed": _("提出堵点"),
    "knot.untied": _("疏通堵点"),
}
