"""What the acts of webhooks are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "webhook.made": _("登记事件推送"),
    "webhook.ended": _("停用事件推送"),
}
