"""Keeping what a page posts: merged with what another window or device kept meanwhile, under a lock."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.page_form import Posted, mark
from huiqi.questionnaires.xform.session import NoSuchPlace, Session
from huiqi.surveys.commands.responses import KEPT_FOR, lock_draft
from huiqi.surveys.models import Response
from huiqi.surveys.models.responses import ANSWERS_LENGTH
from huiqi.surveys.provenance import Trail

Open = Callable[[Response], Session]
Act = Callable[[Session], str]


@dataclass(frozen=True)
class Turn:
    """A page being kept: its key, real time, and what is done besides (another instance, one less)."""

    page_key: str
    at: datetime
    act: Act | None = None


@dataclass
class Saved:
    """The draft as it is now. `clashes` are places where another window kept something else, with its words:
    there the other's answer stands. `made` is what an act on a repeat made, "" if nothing."""

    response: Response
    session: Session
    clashes: dict[str, str] = field(default_factory=dict)
    made: str = ""


@transaction.atomic
def save_page(
    response: Response,
    session: Session,
    posted: Sequence[Posted],
    turn: Turn,
    *,
    opened_by: Open,
) -> Saved:
    """Keep what was changed on a page, right or wrong; then do the turn's act.

    `session` is that of `response` as it was read; when somebody kept something since, `opened_by` opens
    another of what there is now. Refused: `surveys.sent`, `surveys.too_much`.
    """
    locked = lock_draft(response)
    if locked.saved_at != response.saved_at or locked.answers != response.answers:
        session = opened_by(locked)
    saved = Saved(locked, session)
    changed = _taken(saved, posted)
    if turn.act is not None:
        saved.made = _acted(session, turn.act)
    if changed and locked.prefilled:
        locked.prefilled = Trail.read(locked.prefilled).corrected(changed).as_json
    keep(locked, session, page_key=turn.page_key, at=turn.at)
    return saved


def _taken(saved: Saved, posted: Sequence[Posted]) -> list[str]:
    """Put the answers that were changed; the paths of those that differ from what was there."""
    values = {}
    for one in posted:
        now = saved.session.value(one.path)
        if not one.is_touched or one.value == now:
            continue
        if one.was is not None and one.was != mark(now):
            saved.clashes[one.path] = saved.session.said(one.path)
            continue
        values[one.path] = one.value
    saved.session.answer_known(values)
    return list(values)


def _acted(session: Session, act: Act) -> str:
    try:
        return act(session)
    except NoSuchPlace:
        return ""


def keep(locked: Response, session: Session, *, page_key: str, at: datetime) -> None:
    """Write a session's answers into a locked draft. Refused: `surveys.too_much`."""
    payload = json.dumps(session.answers(), ensure_ascii=False)
    if len(payload) > ANSWERS_LENGTH:
        raise Refused("surveys.too_much", gettext_noop("填写的内容太多，保存不下。请缩短长的回答。"))
    locked.answers, locked.page_key, locked.saved_at = payload, page_key[:200], at
    locked.expires_at = at + KEPT_FOR
    locked.save(update_fields=["answers", "page_key", "saved_at", "expires_at", "prefilled"])
