"""The kinds of notices this app sends."""

from django.utils.translation import gettext_lazy as _

from huiqi.messages.kinds import notice_kind

APPROVAL_ENDS = notice_kind("questionnaires.approval_ends", _("调查批准文号快到期"), is_dismissible=False)
