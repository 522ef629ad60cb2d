"""What the acts of messages are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "code.accepted": _("验证码核对通过"),
    "code.exhausted": _("验证码多次不对作废"),
    "code.sent": _("发送验证码"),
    "message.digest_queued": _("发送每日短信摘要"),
    "message.kinds_muted": _("设置短信摘要内容"),
}
