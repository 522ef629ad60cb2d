"""What acts and their subjects are called in the audit trail. Those of core itself are named here, each app
names its own in its `acts.py`; config/wiring.py gathers them. A test fails on an act without a name.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from huiqi.core.slots import SLOTS

ACTS: Mapping[str, Any] = {
    "audit.anchor_renewed": _("重建审计链存证"),
    "backup.made": _("备份"),
    "backup.restored": _("恢复备份"),
    "guide.brought_back": _("重新显示新手引导"),
    "guide.dismissed": _("收起新手引导"),
    "job.cancelled": _("取消后台任务"),
    "job.started": _("启动后台任务"),
    "keys.rotated": _("更换加密密钥"),
    "retention.carried_out": _("清除到期的个人信息"),
}


def act_words(act: str) -> str:
    """What an act is called on screen; one of an app no longer installed appears as its code."""
    return str(SLOTS.acts.get(act, act))


@cache
def _models() -> Mapping[str, type[Model]]:
    return {model._meta.label_lower: model for model in apps.get_models()}


def subject_model(kind: str) -> type[Model] | None:
    """The model of a record's `subject_type`; None for that of an app no longer installed."""
    return _models().get(kind)


def subject_words(kind: str) -> str:
    """What kind of thing an act was done to; of an app no longer installed its code."""
    model = subject_model(kind)
    return str(model._meta.verbose_name) if model else kind
