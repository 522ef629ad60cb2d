"""Filling in for somebody: at the window, on the telephone, on the spot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.cases.commands.drafts import new_code
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.models import Case
from huiqi.core.idempotency import once
from huiqi.files.commands import attach
from huiqi.files.models import Attachment


@dataclass(frozen=True)
class Taken:
    """The case and the query code to be told to the requester; "" when the same page was sent before."""

    case: Case
    code: str


@transaction.atomic
def take_request(
    asked: Asked, *, key: str, files: Sequence[Attachment] = (), actor: User, at: datetime, wall: datetime
) -> Taken:
    """Open a case for somebody, once for each `key` of this person; `asked.consent` says how they agreed.

    Refused as `open_case` is, and `core.idempotency_key_reused` when the same page comes with other words.
    """
    code = ""

    def act() -> dict[str, str]:
        nonlocal code
        code = new_code()
        case = open_case(asked, actor=actor, at=at, code=code)
        for each in files:
            attach(each, owner=case, actor=actor, at=wall)
        return {"number": case.number}

    said = {"item": asked.item, "title": asked.title, "text": asked.text, "phone": asked.phone}
    answer = once(f"cases.take:{actor.public_id}", key, said, act)
    return Taken(Case.objects.select_related("edition", "desk").get(number=answer["number"]), code)
