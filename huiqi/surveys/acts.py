"""What the acts on surveys are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "survey.codes_listed": _("导出邀请码名单"),
    "survey.draw_begun": _("开始抽取企业"),
    "survey.draw_undone": _("撤回抽样"),
    "survey.filled_by_phone": _("电话代填答卷"),
    "survey.frame_dropped": _("改回公开链接"),
    "survey.frame_planned": _("选定填报对象"),
    "survey.outcome_noted": _("记下联系结果"),
    "survey.outcomes_imported": _("导入联系结果"),
    "survey.quotas_set": _("设定配额"),
    "survey.reminders_allowed": _("恢复提醒"),
    "survey.reminders_stopped": _("停止提醒"),
    "survey.run_begun": _("开始发调查短信"),
    "survey.sample_drawn": _("抽出样本企业"),
    "survey.wave_changed": _("修改调查轮次"),
    "survey.wave_closed": _("截止一轮调查"),
    "survey.wave_opened": _("开始新一轮调查"),
    "survey.brief_begun": _("起草信息专报"),
    "survey.brief_edited": _("修改信息专报"),
    "survey.brief_released": _("核准信息专报"),
    "survey.brief_renewed": _("信息专报换用新结果"),
    "survey.brief_taken": _("导出信息专报"),
    "survey.microdata_asked": _("申请导出微观数据"),
    "survey.microdata_ready": _("微观数据已备好"),
    "survey.microdata_taken": _("下载微观数据"),
    "survey.snapshot_asked": _("要求汇总结果"),
    "survey.snapshot_made": _("汇总结果"),
    "survey.tables_taken": _("导出全部表格"),
    "survey.texts_grouped": _("文字回答归类"),
    "survey.weights_set": _("设置权重"),
    "survey.answered": _("收到答卷"),
    "survey.changed": _("修改调查"),
    "survey.closed": _("截止调查"),
    "survey.created": _("建立调查"),
    "survey.opened": _("开始调查"),
}
