"""The kinds of notices this app sends."""

from django.utils.translation import gettext_lazy as _

from huiqi.messages.kinds import notice_kind

# To people of firms: one notice a firm, however many policies it speaks of.
DIGEST = notice_kind("reach.digest", _("可能符合的政策"))
TO_REVIEW = notice_kind("reach.to_review", _("直达名单待复核"))
REVIEWED = notice_kind("reach.reviewed", _("直达名单复核结果"))
TO_CALL = notice_kind("reach.to_call", _("政策直达待联系企业"))
