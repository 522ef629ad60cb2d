"""Whose case it is in the register: a visitor's case, said by a code alone, is tied to the firm by staff.

A code that anybody may type makes nobody one of the firm (trust: a visitor proves nothing), so a person at
the desk confirms it; from then on the firm's people see the case among their own. It can be undone.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.desk import check_text
from huiqi.cases.commands.moving import lock_case, save_case, tell
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case
from huiqi.cases.queries.linking import firm_to_link, was_linked
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop


@transaction.atomic
def link_firm(case: Case, *, confirmed: bool, actor: User, at: datetime, expected: int | None = None) -> Case:
    """Tie the case to the firm of its code, which the actor may see. County, park and name stay as said.

    Refused: `cases.not_confirmed`, `cases.no_firm_to_link` without such a firm or when it is tied already.
    """
    case = lock_case(case, expected=expected)
    if not confirmed:
        said = gettext_noop("请先与诉求人核对，确认是代表这家企业提出的，再勾选。")
        raise Refused("cases.not_confirmed", said)
    firm = firm_to_link(case, actor, timezone.localdate(at))
    if firm is None:
        said = gettext_noop("没有可以关联的企业：代码不在册、不在您的范围内，或已经关联。请核对代码。")
        raise Refused("cases.no_firm_to_link", said)
    case.enterprise = firm
    tell(case, Happening.FIRM_LINKED, actor=actor, at=at, firm=firm.public_id)
    return save_case(case, "enterprise")


@transaction.atomic
def unlink_firm(case: Case, *, reason: str, actor: User, at: datetime, expected: int | None = None) -> Case:
    """Undo it: the case is again known by what its requester said alone.

    Refused: `cases.text_missing`; `cases.not_linked` when no person tied it (the firm's own people asked).
    """
    case = lock_case(case, expected=expected)
    check_text(reason, gettext_noop("请写明为什么不是这家企业的诉求。"))
    if not was_linked(case):
        said = gettext_noop("这件不是由人工关联的企业，不能取消。企业信息有误的，请到企业档案更正。")
        raise Refused("cases.not_linked", said)
    was = case.enterprise.public_id if case.enterprise else ""
    case.enterprise = None
    tell(case, Happening.FIRM_UNLINKED, actor=actor, at=at, text=reason, firm=was)
    return save_case(case, "enterprise")
