"""What the acts on arrears are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "claim.answered": _("录入欠款单位答复"),
    "claim.changed": _("修改欠款投诉"),
    "claim.closed": _("了结欠款投诉"),
    "claim.demo_made": _("生成演示清欠数据"),
    "claim.opened": _("建立欠款投诉"),
    "claim.paid": _("登记收款"),
    "claim.payment_taken_back": _("撤回收款登记"),
    "claim.reopened": _("重启欠款投诉"),
    "claim.settled": _("登记和解或还款协议"),
    "ledger.chased": _("催报清欠台账"),
    "ledger.exported": _("导出清欠台账"),
    "ledger.filed": _("报送清欠台账"),
    "ledger.target_set": _("设定清欠年度目标"),
    "ledger.unit_set": _("设定台账填报单位"),
}
