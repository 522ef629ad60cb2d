"""The kinds of notices this app sends."""

from django.utils.translation import gettext_lazy as _

from huiqi.messages.kinds import notice_kind

COLLECTING = notice_kind("lists.collecting", _("名单征集"))
HANDED_UP = notice_kind("lists.handed_up", _("名单推荐待办"))
RETURNED = notice_kind("lists.returned", _("名单退回补正"), is_dismissible=False)
