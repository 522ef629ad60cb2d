"""What the acts on approved wording are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "wording.drafted": _("起草口径"),
    "wording.changed": _("修改口径草稿"),
    "wording.approved": _("批准口径"),
    "wording.withdrawn": _("停用口径"),
    "wording.replaced": _("以新版替换口径"),
    "wording.expired": _("口径到期"),
    "wording.discarded": _("删去口径草稿"),
}
