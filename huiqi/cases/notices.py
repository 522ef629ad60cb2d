"""Kinds of notices about cases. Each text carries a number and a link, nothing else."""

from django.utils.translation import gettext_lazy as _

from huiqi.messages.kinds import notice_kind

NEW_ON_DESK = notice_kind("cases.new_on_desk", _("新登记待受理"))
ORDER_SENT = notice_kind("cases.order_sent", _("新派单待签收"), is_dismissible=False)
ORDER_RETURNED = notice_kind("cases.order_returned", _("派单被退回"))
DUE_SOON = notice_kind("cases.due_soon", _("即将到期"))
OVERDUE = notice_kind("cases.overdue", _("已经逾期"), is_dismissible=False)
TO_REVIEW = notice_kind("cases.to_review", _("答复待审核"))
TO_DECIDE = notice_kind("cases.to_decide", _("延期或暂缓待审批"))
DECIDED = notice_kind("cases.decided", _("审批结果"))
REDO = notice_kind("cases.redo", _("退回重办"), is_dismissible=False)
CLOCK_MOVED = notice_kind("cases.clock_moved", _("期限调整"))
RAISED = notice_kind("cases.raised", _("提请上级关注"), is_dismissible=False)
TO_ISSUE = notice_kind("cases.to_issue", _("督办待签发"))
SUPERVISED = notice_kind("cases.supervised", _("督办"), is_dismissible=False)
LETTER_TO_SIGN = notice_kind("cases.letter_to_sign", _("商请函待审核会签"))
LETTER = notice_kind("cases.letter", _("商请函进展"))
PROMISE_DUE = notice_kind("cases.promise_due", _("承诺补齐材料到期"), is_dismissible=False)
# For the requester.
PROGRESS = notice_kind("cases.progress", _("诉求进展"))
YOUR_TURN = notice_kind("cases.your_turn", _("诉求待您处理"), is_dismissible=False)
