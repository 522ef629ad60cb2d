"""What the acts of files are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "attachment.attached": _("附上材料"),
    "attachment.deleted": _("删除材料"),
    "attachment.received": _("收到上传文件"),
    "attachment.refused_infected": _("拒收带病毒文件"),
    "attachment.scanned": _("查毒"),
}
