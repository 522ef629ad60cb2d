"""Makes the demonstration's wordings through the same commands as everybody's."""

from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.knowledge.commands.wording import Said, approve_wording, draft_wording
from huiqi.knowledge.demo import DRAFT, WORDINGS, DemoWording
from huiqi.knowledge.models import Wording


@transaction.atomic
def make_wordings(*, at: datetime, on: date) -> int:
    """Twelve approved, public ones and a draft, unless there are some; returns how many were made."""
    editor = User.objects.filter(role=Role.POLICY_EDITOR).order_by("pk").first()
    approver = User.objects.filter(role=Role.POLICY_APPROVER).order_by("pk").first()
    if editor is None or approver is None or Wording.objects.exists():
        return 0
    for each in WORDINGS:
        made = draft_wording(_said(each), actor=editor, at=at)
        if each.ends >= on:
            approve_wording(made, actor=approver, at=at, today=on)
    draft_wording(_said(DRAFT), actor=editor, at=at)
    return len(WORDINGS) + 1


def _said(each: DemoWording) -> Said:
    return Said(
        question=each.question,
        answer=each.answer,
        words=each.words,
        item="request",
        topic=each.topic,
        source_document=each.document,
        source_article=each.article,
        valid_from=each.begins,
        expires_on=each.ends,
        is_public=True,
    )
