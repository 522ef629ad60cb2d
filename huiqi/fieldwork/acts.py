"""What the acts of fieldwork are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "collector.granted": _("发放采集地址"),
    "collector.revoked": _("停用采集地址"),
    "delivery.accepted": _("采用待核答卷"),
    "delivery.conflicting": _("收到编号相同内容不同的答卷"),
    "delivery.held": _("收到待核答卷"),
    "delivery.set_aside": _("不采用待核答卷"),
}
