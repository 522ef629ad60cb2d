"""The kinds of notices this app sends."""

from django.utils.translation import gettext_lazy as _

from huiqi.messages.kinds import notice_kind

MISSING = notice_kind("stationing.missing", _("三数缺报"), is_dismissible=False)
MISSING_IN_UNIT = notice_kind("stationing.missing_in_unit", _("本单位三数缺报"))
STATIONED = notice_kind("stationing.stationed", _("派驻与交接"), is_dismissible=False)
ESCALATED = notice_kind("stationing.escalated", _("驻企上报"), is_dismissible=False)
ANSWERED = notice_kind("stationing.answered", _("上报有答复"))
