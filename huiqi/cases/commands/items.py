"""Editions of service items: drafted by editors, published by others, taken over from the shipped files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.cases.items.checking import ITEM_ID
from huiqi.cases.items.reading import Shipped, check_content
from huiqi.cases.models import EditionState, ItemEdition, ItemNote
from huiqi.cases.queries.items import is_as_shipped, policy_ids
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.queries.versions import answerable

_NOT_DRAFT = gettext_noop("这一版已经不是草稿，不能再改。请刷新页面，看看它后来怎么样了。")
_HAS_DRAFT = gettext_noop("这个事项已经有一份草稿。请打开那份草稿继续改，或先放弃它。")
_CHANGED = gettext_noop("这份草稿刚被别人改过。您填的内容都在，请对照最新内容再保存。")
_OWN_DRAFT = gettext_noop("您改过这份草稿，不能由您发布。请另一位审核人员核对后发布。")
_FAULTY = gettext_noop("草稿有%(count)s处要改，不能保存或发布：%(first)s")
_NO_ITEM = gettext_noop("没有这个事项。请从事项列表里选择。")
_BAD_ID = gettext_noop("事项代号以小写字母开头，用小写字母、数字和短横线，不超过40个字符，且没有用过。")
_NO_FORM = gettext_noop(
    "没有发布的问卷“%(form)s”，或它要求上传文件（文件请用诉求自己的附件）。请先发布问卷，再保存事项。"
)
_NOT_OFFERED = gettext_noop("这个事项现在没有开放，不用停用。")


@transaction.atomic
def make_draft(item: str, *, actor: User, at: datetime, pattern: str = "") -> ItemEdition:
    """A draft of the item to work on, a copy of its newest edition.

    `pattern`: the item is new and starts as a copy of that one. Refused: `cases.has_draft`, `cases.no_item`,
    `cases.bad_item_id`.
    """
    known = _locked(item)
    if any(row.state == EditionState.DRAFT for row in known):
        raise Refused("cases.has_draft", _HAS_DRAFT)
    if pattern and (known or not ITEM_ID.fullmatch(item)):
        raise Refused("cases.bad_item_id", _BAD_ID)
    rows = _locked(pattern) if pattern else known
    current = next((row for row in rows if row.state == EditionState.PUBLISHED), None)
    source = current or (rows[0] if rows else None)
    if source is None:
        raise Refused("cases.no_item", _NO_ITEM)
    try:
        with transaction.atomic():
            draft = _add(known, {**source.content, "id": item}, actor=actor, at=at)
    except IntegrityError as taken:  # a colleague began one at this moment
        raise Refused("cases.has_draft", _HAS_DRAFT) from taken
    audit.record("item.drafted", draft, actor=actor, item=item, number=draft.number)
    return draft


@transaction.atomic
def change_draft(
    draft: ItemEdition, content: Mapping[str, Any], *, actor: User, expected: int
) -> ItemEdition:
    """Save the content of a draft and remember who changed it.

    `expected` is the version that was on the screen (VersionConflict). Refused: `cases.not_draft`,
    `cases.faulty_item` when the content does not pass the checks (a form shows them before),
    `cases.no_questionnaire`.
    """
    row = _draft(draft)
    if row.version != expected:
        raise VersionConflict(_CHANGED)
    row.content = dict(content) | {"id": row.item}
    _must_be_sound(row)
    row.version += 1
    row.save(update_fields=["content", "version"])
    row.editors.add(actor)
    audit.record("item.changed", row, actor=actor, item=row.item, number=row.number)
    return row


@transaction.atomic
def publish_draft(
    draft: ItemEdition, *, note: str, actor: User, at: datetime, expected: int | None = None
) -> ItemEdition:
    """Put a draft into force for the cases opened from now on; cases open already keep their edition.

    Refused: `cases.own_draft` to whoever made or changed it, `cases.not_draft`, `cases.faulty_item`.
    """
    row = _draft(draft)
    if expected is not None and row.version != expected:
        raise VersionConflict(_CHANGED)
    if row.made_by_id == actor.pk or row.editors.filter(pk=actor.pk).exists():
        raise Refused("cases.own_draft", _OWN_DRAFT)
    _must_be_sound(row)
    _put_in_force(row, actor=actor, at=at)
    ItemNote.objects.create(edition=row, text=note, actor=actor, at=at)
    audit.record("item.published", row, actor=actor, item=row.item, number=row.number)
    return row


@transaction.atomic
def discard_draft(draft: ItemEdition, *, actor: User, at: datetime) -> ItemEdition:
    """Give up a draft; it stays in the history."""
    row = _draft(draft)
    row.state = EditionState.WITHDRAWN
    row.version += 1
    row.save(update_fields=["state", "version"])
    audit.record("item.discarded", row, actor=actor, item=row.item, number=row.number)
    return row


@transaction.atomic
def withdraw_item(item: str, *, reason: str, actor: User, at: datetime) -> ItemEdition:
    """Offer the item no longer; open cases go on. Refused: `cases.not_offered`."""
    current = next((row for row in _locked(item) if row.state == EditionState.PUBLISHED), None)
    if current is None:
        raise Refused("cases.not_offered", _NOT_OFFERED)
    current.state = EditionState.WITHDRAWN
    current.version += 1
    current.save(update_fields=["state", "version"])
    ItemNote.objects.create(edition=current, text=reason, actor=actor, at=at)
    audit.record("item.withdrawn", current, actor=actor, item=item, number=current.number)
    return current


def take_over(shipped: Mapping[str, Shipped], *, at: datetime) -> dict[str, int]:
    """Take the items of the rulebook's files over; running it again changes nothing.

    A changed file is published at once where the published edition came unchanged from a file. Where the
    office wrote its own, it becomes a draft to compare (`drafts`), or waits for the open draft or for its
    questionnaire to be published (`waiting`).
    """
    counts = {"published": 0, "drafts": 0, "waiting": 0, "unchanged": 0}
    for item in shipped.values():
        try:
            outcome = _take_over_one(item, at)
        except IntegrityError:
            # Two processes of a new site prepare it at once: the other one was first.
            outcome = _take_over_one(item, at)
        counts[outcome] += 1
    return counts


@transaction.atomic
def _take_over_one(shipped: Shipped, at: datetime) -> str:
    item = shipped.definition.id
    rows = _locked(item)
    if any(row.shipped_digest == shipped.digest for row in rows):
        return "unchanged"
    current = next((row for row in rows if row.state == EditionState.PUBLISHED), None)
    is_ours = bool(rows) and (current is None or not is_as_shipped(current))
    if shipped.definition.questionnaire and answerable(shipped.definition.questionnaire) is None:
        return "waiting"
    if is_ours and any(row.state == EditionState.DRAFT for row in rows):
        return "waiting"
    row = _add(rows, shipped.content, actor=None, at=at, digest=shipped.digest)
    audit.record("item.taken_over", row, actor=None, item=item, number=row.number)
    if is_ours:
        return "drafts"
    _put_in_force(row, actor=None, at=at)
    return "published"


# --- parts ----------------------------------------------------------------------------------------------


def _locked(item: str) -> list[ItemEdition]:
    """The editions of an item, newest first, locked."""
    rows = ItemEdition.objects.select_for_update(of=("self",)).filter(item=item)
    return list(rows.order_by("-number"))


def _draft(draft: ItemEdition) -> ItemEdition:
    found = next((row for row in _locked(draft.item) if row.pk == draft.pk), None)
    if found is None or found.state != EditionState.DRAFT:
        raise Refused("cases.not_draft", _NOT_DRAFT)
    return found


def _add(
    known: list[ItemEdition],
    content: Mapping[str, Any],
    *,
    actor: User | None,
    at: datetime,
    digest: str = "",
) -> ItemEdition:
    # Counted from the rows this transaction locked: an edition that another one added meanwhile takes the
    # same number, and the unique constraint refuses ours.
    return ItemEdition.objects.create(
        item=content["id"],
        number=known[0].number + 1 if known else 1,
        content=dict(content),
        shipped_digest=digest,
        made_by=actor,
        made_at=at,
    )


def _put_in_force(row: ItemEdition, *, actor: User | None, at: datetime) -> None:
    # Chosen now and kept: what is asked does not change under a case when the questionnaire does.
    form_id = row.definition.questionnaire
    row.form_version = answerable(form_id) if form_id else None
    current = ItemEdition.objects.current().filter(item=row.item).exclude(pk=row.pk)
    current.update(state=EditionState.REPLACED)
    row.state = EditionState.PUBLISHED
    row.published_by, row.published_at = actor, at
    row.version += 1
    row.save(update_fields=["state", "published_by", "published_at", "version", "form_version"])


def _must_be_sound(row: ItemEdition) -> None:
    problems = check_content(row.content, policy_ids())
    if problems:
        values = {"count": len(problems), "first": str(problems[0])}
        raise Refused("cases.faulty_item", Message(_FAULTY, values))
    form_id = str(row.content.get("questionnaire", ""))
    if form_id and answerable(form_id) is None:
        raise Refused("cases.no_questionnaire", Message(_NO_FORM, {"form": form_id}))
