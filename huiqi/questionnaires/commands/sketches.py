"""A questionnaire made in the browser: begun, changed step by step, undone, kept as the next version."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.builder.editing import MOST_ITEMS
from huiqi.questionnaires.builder.plan import Plan, item_json, plan_json, plan_of
from huiqi.questionnaires.builder.writing import write_book
from huiqi.questionnaires.commands.versions import Uploaded, upload_version
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion, Sketch
from huiqi.questionnaires.xlsform.readable import to_xlsx

MOST_STEPS = 30
# Saves of one question within this time are one step to undo.
ONE_STEP = timedelta(minutes=2)


@dataclass(frozen=True)
class Step:
    """What is about to be done: its name, and what the person saw.

    `item` and `seen` (its print) guard what is changed; `version` guards the whole, for undoing.
    """

    act: str
    item: str = ""
    seen: str = ""
    version: int | None = None


def print_of(plan: Plan, name: str) -> str:
    """A print of an item as its editor shows it, "" when it is gone; "" as name is the head of the whole."""
    if not name:
        shown: Any = [plan.title, plan.has_english]
    else:
        item = plan.find(name)
        if item is None:
            return ""
        options = [[one.name, one.label, one.english] for one in plan.lists.get(item.list_name, ())]
        shown = [{**item_json(item), "items": [one.name for one in item.items]}, options]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def start_sketch(
    questionnaire: Questionnaire,
    plan: Plan,
    *,
    actor: User,
    at: datetime,
    begun_from: QuestionnaireVersion | None = None,
) -> Sketch:
    """Begin with a plan. Refused: `questionnaires.sketch_exists`, `questionnaires.retired`."""
    locked = Questionnaire.objects.select_for_update(of=("self",)).get(pk=questionnaire.pk)
    if locked.retired_at is not None:
        raise Refused("questionnaires.retired", gettext_noop("这份问卷已经停用。要再用，请新建一份。"))
    if Sketch.objects.filter(questionnaire=locked).exists():
        said = gettext_noop("这份问卷已经有一份正在编辑的底稿。请接着编辑，或先放弃它。")
        raise Refused("questionnaires.sketch_exists", said)
    made = Sketch(
        questionnaire=locked,
        content=plan_json(plan),
        begun_from=begun_from,
        changed_by=actor,
        changed_at=at,
    )
    made.save()
    audit.record("questionnaire.sketch_started", locked, actor=actor)
    return made


@transaction.atomic
def change_sketch(
    sketch: Sketch, change: Callable[[Plan], Plan], step: Step, *, actor: User, at: datetime
) -> Sketch:
    """Do one step. Two people may work on different questions; nobody overwrites what he has not seen.

    VersionConflict when the item looks otherwise by now. Refused: `questionnaires.too_many_items`.
    """
    locked = _lock(sketch)
    before = plan_of(locked.content)
    if step.seen and print_of(before, step.item) != step.seen and not _is_own_run(locked, step, actor, at):
        raise VersionConflict(gettext_noop("这道题刚被别人改过。"))
    after = change(before)
    if sum(1 for _item in after.walk()) > MOST_ITEMS:
        said = gettext_noop("网页上最多做150题，再多请用 Excel。")
        raise Refused("questionnaires.too_many_items", said)
    content = plan_json(after)
    if content == locked.content:
        return locked
    if not _goes_on(locked, step, actor, at):
        locked.past = [*locked.past, locked.content][-MOST_STEPS:]
        audit.record("questionnaire.sketched", locked.questionnaire, actor=actor, step=step.act.split()[0])
    return _write(locked, content, step.act, actor=actor, at=at)


def _goes_on(locked: Sketch, step: Step, actor: User, at: datetime) -> bool:
    """True for one more save of the same thing by the same person shortly after the last."""
    is_same = locked.last_act == step.act and locked.changed_by_id == actor.pk
    return is_same and step.act.startswith("save") and at - locked.changed_at < ONE_STEP


def _is_own_run(locked: Sketch, step: Step, actor: User, at: datetime) -> bool:
    """True when what the person saw was changed since only by his own saves, still under way."""
    if not locked.past or not _goes_on(locked, step, actor, at):
        return False
    return print_of(plan_of(locked.past[-1]), step.item) == step.seen


@transaction.atomic
def undo_sketch(sketch: Sketch, *, seen: int, actor: User, at: datetime) -> Sketch:
    """Take the last step back. VersionConflict when somebody did another step meanwhile.

    Refused: `questionnaires.nothing_to_undo`.
    """
    locked = _lock(sketch)
    if locked.version != seen:
        raise VersionConflict(gettext_noop("别人刚改过这份问卷，没有撤销。请看看现在的样子。"))
    if not locked.past:
        raise Refused("questionnaires.nothing_to_undo", gettext_noop("没有可以撤销的了。"))
    content = locked.past.pop()
    audit.record("questionnaire.sketched", locked.questionnaire, actor=actor, step="undo")
    return _write(locked, content, "undo", actor=actor, at=at)


def _write(locked: Sketch, content: dict[str, Any], act: str, *, actor: User, at: datetime) -> Sketch:
    locked.content, locked.last_act = content, act[:80]
    locked.changed_by, locked.changed_at = actor, at
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def discard_sketch(sketch: Sketch, *, seen: int, actor: User) -> None:
    """Throw the working copy away; versions stay. VersionConflict when somebody changed it meanwhile."""
    locked = _lock(sketch)
    if locked.version != seen:
        raise VersionConflict(gettext_noop("别人刚改过这份底稿，没有删去。请先看看现在的样子。"))
    audit.record("questionnaire.sketch_discarded", locked.questionnaire, actor=actor)
    locked.delete()


@transaction.atomic
def keep_sketch(sketch: Sketch, *, actor: User, at: datetime) -> Uploaded:
    """Make it the next version, unpublished, by the same way as a file; with faults nothing happens."""
    locked = _lock(sketch)
    original = to_xlsx(write_book(plan_of(locked.content)).book)
    made = upload_version(locked.questionnaire, original, actor=actor, at=at)
    if made.version is not None:
        locked.delete()
    return made


def _lock(sketch: Sketch) -> Sketch:
    rows = Sketch.objects.select_for_update(of=("self",)).select_related("questionnaire", "changed_by")
    locked = rows.filter(pk=sketch.pk).first()
    if locked is None:
        raise VersionConflict(gettext_noop("这份底稿已经存成新版，或者被放弃了。"))
    return locked
