"""The kinds of notices this app sends."""

from django.utils.translation import gettext_lazy as _

from huiqi.messages.kinds import notice_kind

RETURNED = notice_kind("grants.returned", _("资金申报需要补正"), is_dismissible=False)
DECIDED = notice_kind("grants.decided", _("资金申报结果"), is_dismissible=False)
PAID = notice_kind("grants.paid", _("资金已拨付"))
BOUNCED = notice_kind("grants.bounced", _("资金退票，请更正收款账户"), is_dismissible=False)
ASKED = notice_kind("grants.asked", _("请评审资金申报"), is_dismissible=False)
