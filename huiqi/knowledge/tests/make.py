"""Plain functions that make wordings for tests."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.core import clock
from huiqi.knowledge.commands.wording import Said, approve_wording, draft_wording
from huiqi.knowledge.models import Wording

TODAY = date(2020, 3, 2)
AT = datetime(2020, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
_numbers = count(1)


def said(**changes: Any) -> Said:
    """What a person types: how long social insurance may be paid later."""
    given: dict[str, Any] = {
        "question": f"社保费可以缓缴多久{next(_numbers)}",
        "answer": "受疫情影响严重困难的企业可以申请缓缴，原则上不超过6个月，期间不收滞纳金。",
        "words": "社会保险 晚交",
        "source_document": "人社部发〔2020〕11号",
        "source_article": "第三条",
        "valid_from": date(2020, 2, 20),
        "expires_on": date(2020, 6, 30),
    }
    return Said(**{**given, **changes})


def make_editor(**fields: Any) -> User:
    """Writes wordings, never approves."""
    return make_user(role=Role.POLICY_EDITOR, **fields)


def make_approver(**fields: Any) -> User:
    """Approves wordings, never writes."""
    return make_user(role=Role.POLICY_APPROVER, **fields)


def make_draft(**changes: Any) -> Wording:
    """A draft by an editor of its own."""
    return draft_wording(said(**changes), actor=make_editor(), at=AT)


def make_wording(**changes: Any) -> Wording:
    """An approved one."""
    return approve_wording(make_draft(**changes), actor=make_approver(), at=AT, today=TODAY)


def shown_wording() -> dict[str, Any]:
    """Of an approved, public one of the site's day: the arguments of its address."""
    today = clock.today()
    draft = make_draft(valid_from=today, expires_on=today + timedelta(days=30), is_public=True)
    approve_wording(draft, actor=make_approver(), at=AT, today=today)
    return {"public_id": draft.public_id}
