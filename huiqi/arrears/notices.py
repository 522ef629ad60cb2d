"""The kinds of notices this app sends."""

from django.utils.translation import gettext_lazy as _

from huiqi.messages.kinds import notice_kind

LEDGER_MISSING = notice_kind("arrears.ledger_missing", _("清欠台账缺报"), is_dismissible=False)
DEBTOR_ASKED = notice_kind("arrears.debtor_asked", _("请核对被投诉的欠款"), is_dismissible=False)
