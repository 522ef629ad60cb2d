"""How a wording comes to be said: drafted, changed, approved by another, replaced, withdrawn, expired."""

from dataclasses import dataclass, fields
from datetime import date, datetime

import rjieba
from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Listed, Message, gettext_noop
from huiqi.knowledge.grams import stored_grams, stored_segments
from huiqi.knowledge.models import Wording, WordingState
from huiqi.knowledge.personal_words import Trace, traces_in
from huiqi.reference.pinyin import pinyin_of

_TRACES = {
    Trace.PHONE: gettext_noop("手机号码"),
    Trace.ID_NUMBER: gettext_noop("证件号码"),
    Trace.ACCOUNT: gettext_noop("账号"),
    Trace.EMAIL: gettext_noop("邮箱"),
}


@dataclass(frozen=True)
class Said:
    """What a person types into a draft. Dates are inclusive."""

    question: str
    answer: str
    source_document: str
    valid_from: date
    expires_on: date
    source_article: str = ""
    source_url: str = ""
    words: str = ""
    item: str = ""
    topic: str = ""
    is_public: bool = False


@transaction.atomic
def draft_wording(said: Said, *, actor: User | None, at: datetime, grown_from: str = "") -> Wording:
    """A first edition, waiting for approval. `grown_from` is the number of a closed case.

    Refused: `knowledge.personal`, `knowledge.days`, `knowledge.no_source`.
    """
    wording = Wording(editor=actor, edited_at=at, grown_from=grown_from)
    _write(wording, said)
    wording.save()
    audit.record("wording.drafted", wording, actor=actor, edition=1)
    return wording


@transaction.atomic
def change_wording(
    wording: Wording, said: Said, *, actor: User, at: datetime, expected: int | None = None
) -> Wording:
    """Change a draft, or begin the next edition of a wording that was approved; the old one is said until the
    next is approved. Refused as in `draft_wording`, and `knowledge.draft_waits` when there is a draft.
    """
    locked = _lock(wording, expected)
    if locked.state == WordingState.DRAFT:
        locked.editor, locked.edited_at = actor, at
        _write(locked, said)
        locked.version += 1
        locked.save()
        audit.record("wording.changed", locked, actor=actor, edition=locked.edition)
        return locked
    return _next_edition(locked, said, actor, at)


def _next_edition(old: Wording, said: Said, actor: User, at: datetime) -> Wording:
    newest = Wording.objects.filter(series=old.series).order_by("-edition").values_list("edition", flat=True)
    wording = Wording(
        series=old.series,
        edition=newest[0] + 1,
        editor=actor,
        edited_at=at,
        grown_from=old.grown_from,
    )
    _write(wording, said)
    try:
        with transaction.atomic():
            wording.save()
    except IntegrityError:
        waits = gettext_noop("这条口径已有一份待批准的新版。请在那一份上修改。")
        raise Refused("knowledge.draft_waits", waits) from None
    audit.record("wording.drafted", wording, actor=actor, edition=wording.edition)
    return wording


@transaction.atomic
def approve_wording(
    wording: Wording, *, actor: User, at: datetime, today: date, expected: int | None = None
) -> Wording:
    """Let it be said from its first day on; an earlier edition is withdrawn.

    Refused: `knowledge.own_draft`, `knowledge.not_draft`, `knowledge.days` when it ended before `today`.
    """
    locked = _lock(wording, expected)
    if locked.state != WordingState.DRAFT:
        raise Refused("knowledge.not_draft", gettext_noop("这一版不是待批准的草稿。请回到列表看最新的一版。"))
    if locked.editor_id == actor.pk:
        own = gettext_noop("不能批准自己写的口径。请由另一位有批准权限的人批准。")
        raise Refused("knowledge.own_draft", own)
    if locked.expires_on < today:
        raise Refused("knowledge.days", gettext_noop("有效期已过。请先改到今天以后，再批准。"))
    live = [WordingState.APPROVED, WordingState.EXPIRED]
    before = Wording.objects.select_for_update(of=("self",)).filter(series=locked.series, state__in=live)
    for old in before.order_by("pk"):
        old.reason = gettext_noop("已有新版")
        _leave(old, WordingState.WITHDRAWN)
        audit.record("wording.replaced", old, actor=actor, by=locked.edition)
    locked.state, locked.approver, locked.approved_at = WordingState.APPROVED, actor, at
    locked.version += 1
    locked.save(update_fields=["state", "approver", "approved_at", "version"])
    audit.record("wording.approved", locked, actor=actor, edition=locked.edition)
    return locked


@transaction.atomic
def withdraw_wording(wording: Wording, *, reason: str, actor: User, expected: int | None = None) -> Wording:
    """Say it no more, at once. Refused: `knowledge.no_reason`, `knowledge.not_live`."""
    locked = _lock(wording, expected)
    if not reason.strip():
        raise Refused("knowledge.no_reason", gettext_noop("请写明为什么停用。"))
    if locked.state not in {WordingState.APPROVED, WordingState.EXPIRED}:
        raise Refused("knowledge.not_live", gettext_noop("这一版没有在用，不需要停用。"))
    locked.reason = reason.strip()[:200]
    _leave(locked, WordingState.WITHDRAWN)
    audit.record("wording.withdrawn", locked, actor=actor)
    return locked


@transaction.atomic
def discard_draft(wording: Wording, *, actor: User) -> None:
    """Delete a draft. Refused: `knowledge.not_draft`."""
    locked = _lock(wording, None)
    if locked.state != WordingState.DRAFT:
        raise Refused("knowledge.not_draft", gettext_noop("只有待批准的草稿可以删去。"))
    audit.record("wording.discarded", locked, actor=actor, edition=locked.edition)
    locked.delete()


@transaction.atomic
def expire_wordings(*, today: date) -> int:
    """Mark those whose last day is past; returns how many. Lists go by the dates anyway."""
    past = Wording.objects.select_for_update(of=("self",)).filter(
        state=WordingState.APPROVED, expires_on__lt=today
    )
    count = 0
    for wording in past.order_by("pk"):
        _leave(wording, WordingState.EXPIRED)
        audit.record("wording.expired", wording, actor=None)
        count += 1
    return count


def _leave(wording: Wording, state: WordingState) -> None:
    wording.state = state
    wording.version += 1
    wording.save(update_fields=["state", "reason", "version"])


def _lock(wording: Wording, expected: int | None) -> Wording:
    locked = Wording.objects.select_for_update(of=("self",)).filter(pk=wording.pk).first()
    if locked is None or (expected is not None and locked.version != expected):
        raise VersionConflict()
    return locked


def _write(wording: Wording, said: Said) -> None:
    _check(said)
    for name in (each.name for each in fields(said)):
        setattr(wording, name, getattr(said, name))
    wording.words = " ".join(dict.fromkeys(said.words.split()))
    wording.grams = stored_grams(said.question, wording.words, lambda text: pinyin_of(text)[1])
    wording.segments = stored_segments((said.question, wording.words, *wording.words.split()), rjieba.cut)


def _check(said: Said) -> None:
    found = traces_in("\n".join((said.question, said.answer, said.words)))
    if found:
        what = Listed(Message(_TRACES[trace]) for trace in found)
        text = gettext_noop("口径里有%(what)s。口径给所有人看，请删去属于某一个人的内容。")
        raise Refused("knowledge.personal", Message(text, {"what": what}))
    if said.expires_on < said.valid_from:
        raise Refused("knowledge.days", gettext_noop("有效期不能早于启用日期。请改正日期。"))
    if not said.source_document.strip():
        raise Refused("knowledge.no_source", gettext_noop("口径要有依据。请写明文件名称和文号。"))
