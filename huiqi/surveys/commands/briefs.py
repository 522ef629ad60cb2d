"""A brief 信息专报: begun from a snapshot, edited, brought to a newer one, released by another person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.models import Brief, BriefState, ResultSnapshot
from huiqi.surveys.queries.results_brief import drafted, renewed, shown_of, unsourced
from huiqi.surveys.queries.results_wave import opened

_RELEASED = gettext_noop("这份专报已经核准，不能再改。要改请另起草一份。")
_OWN = gettext_noop("起草和改过专报的人不能核准，请换一个人。")
_STALE = gettext_noop("第%(n)d句的数字已经变了，请改过再核准。")
_UNSOURCED = gettext_noop("第%(n)d句的“%(numbers)s”没有出处，请改成出处里的数字，或删去。")


@transaction.atomic
def begin_brief(row: ResultSnapshot, *, actor: User, at: datetime) -> Brief:
    """A brief with drafted sentences, charts and tables of the snapshot."""
    with opened(row) as read:
        shown = shown_of(read)
    made = Brief.objects.create(
        snapshot=row,
        title=row.wave.survey.title[:80],
        sentences=drafted(row),
        shown=shown,
        made_by=actor,
        made_at=at,
        changed_by=actor,
        changed_at=at,
    )
    audit.record("survey.brief_begun", row.wave.survey, actor=actor, brief=made.public_id)
    return made


@transaction.atomic
def edit_brief(
    brief: Brief, title: str, texts: Sequence[str], *, actor: User, at: datetime, expected: int
) -> Brief:
    """Other words; each sentence keeps its query. Refused: `surveys.brief_released`, another's change."""
    locked = _lock(brief, expected)
    locked.title = title
    for sentence, text in zip(locked.sentences, texts, strict=True):
        if text != sentence["text"]:
            sentence["text"], sentence["is_stale"] = text, False
    _save(locked, actor, at, "title", "sentences")
    audit.record("survey.brief_edited", locked.snapshot.wave.survey, actor=actor, brief=locked.public_id)
    return locked


@transaction.atomic
def renew_brief(brief: Brief, row: ResultSnapshot, *, actor: User, at: datetime, expected: int) -> Brief:
    """Bring it to a newer snapshot: numbers follow, edited sentences whose number changed are flagged."""
    locked = _lock(brief, expected)
    editors = locked.shown.get("editors", [])
    with opened(row) as read:
        locked.shown = {**shown_of(read), "editors": editors}
    locked.sentences = renewed(locked.sentences, row)
    locked.snapshot = row
    _save(locked, actor, at, "shown", "sentences", "snapshot")
    audit.record("survey.brief_renewed", row.wave.survey, actor=actor, brief=locked.public_id)
    return locked


@transaction.atomic
def release_brief(brief: Brief, *, actor: User, at: datetime, expected: int) -> Brief:
    """Take 内部参考 off: somebody who neither drafted nor changed it has read it.

    Refused: `surveys.brief_own`, `surveys.brief_stale`, `surveys.brief_unsourced`, `surveys.brief_released`.
    """
    locked = _lock(brief, expected)
    if actor.pk in (locked.made_by_id, locked.changed_by_id) or actor.pk in locked.shown.get("editors", []):
        raise Refused("surveys.brief_own", _OWN)
    for number, sentence in enumerate(locked.sentences, 1):
        if sentence["is_stale"]:
            raise Refused("surveys.brief_stale", Message(_STALE, {"n": number}))
        foreign = unsourced(sentence["text"], sentence["drafted"])
        if foreign:
            told = {"n": number, "numbers": "、".join(foreign)}
            raise Refused("surveys.brief_unsourced", Message(_UNSOURCED, told))
    locked.state, locked.released_by, locked.released_at = BriefState.RELEASED, actor, at
    locked.version += 1
    locked.save(update_fields=["state", "released_by", "released_at", "version"])
    audit.record("survey.brief_released", locked.snapshot.wave.survey, actor=actor, brief=locked.public_id)
    return locked


@transaction.atomic
def note_taken(brief: Brief, form: str, *, actor: User) -> None:
    """The brief leaves the house as a file."""
    survey = brief.snapshot.wave.survey
    audit.record("survey.brief_taken", survey, actor=actor, brief=brief.public_id, form=form)


@transaction.atomic
def note_tables_taken(row: ResultSnapshot, *, actor: User) -> None:
    """All tables of a snapshot leave the house as a workbook."""
    audit.record("survey.tables_taken", row.wave.survey, actor=actor, snapshot=row.public_id)


def _lock(brief: Brief, expected: int) -> Brief:
    rows = Brief.objects.select_for_update(of=("self",)).select_related("snapshot__wave__survey")
    locked = rows.get(pk=brief.pk)
    if locked.state == BriefState.RELEASED:
        raise Refused("surveys.brief_released", _RELEASED)
    if locked.version != expected:
        raise VersionConflict()
    return locked


def _save(locked: Brief, actor: User, at: datetime, *fields: str) -> None:
    """Everybody who changed it is remembered: none of them releases it."""
    editors = set(locked.shown.get("editors", [])) | {locked.changed_by_id, actor.pk}
    locked.shown = {**locked.shown, "editors": sorted(editors)}
    locked.changed_by, locked.changed_at = actor, at
    locked.version += 1
    locked.save(update_fields=[*{*fields, "shown"}, "changed_by", "changed_at", "version"])
