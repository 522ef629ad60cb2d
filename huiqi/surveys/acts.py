"""What the acts on surveys are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "survey.answered": _("收到答卷"),
    "survey.changed": _("修改调查"),
    "survey.closed": _("截止调查"),
    "survey.created": _("建立调查"),
    "survey.opened": _("开始调查"),
}
