"""How every act on a case begins and ends: lock, take the step, tell the timeline and the trail, save."""

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.queries.people import posts_of
from huiqi.cases.commands.timing import show_nearest
from huiqi.cases.models import Case, Event
from huiqi.cases.workflow import Step, take
from huiqi.core import audit
from huiqi.core.errors import VersionConflict
from huiqi.core.messages import gettext_noop

_CHANGED = gettext_noop(
    "这件诉求刚有新的进展，与您页面上看到的不一样了。请看过最新情况再办，填写的内容都在。"
)


def lock_case(case: Case, *, expected: int | None = None) -> Case:
    """The row as it is now, locked until the transaction ends.

    `expected` is the version the person had on the screen: another one is VersionConflict, nothing happens.
    """
    rows = Case.objects.select_for_update(of=("self",)).select_related("edition", "desk", "lead")
    locked = rows.get(pk=case.pk)
    if expected is not None and locked.version != expected:
        raise VersionConflict(_CHANGED)
    return locked


def take_step(  # noqa: PLR0913  each says something the timeline keeps
    case: Case,
    step: Step,
    *,
    actor: User | None,
    at: datetime,
    unit: Unit | None = None,
    text: str = "",
    is_public: bool = True,
    on_behalf: Model | None = None,
    **details: Any,
) -> Event:
    """Move a locked case by one step and write it down; Refused when the step does not follow its state."""
    case.state = take(step, case.state)
    how: dict[str, Any] = {"text": text, "is_public": is_public, "on_behalf": on_behalf}
    return tell(case, step, actor=actor, at=at, unit=unit, **how, **details)


def tell(  # noqa: PLR0913  as above
    case: Case,
    kind: str,
    *,
    actor: User | None,
    at: datetime,
    unit: Unit | None = None,
    text: str = "",
    is_public: bool = False,
    on_behalf: Model | None = None,
    **details: Any,
) -> Event:
    """Write an event on the timeline, and the act into the audit trail (codes only, no typed words).

    `on_behalf` is for whom the actor acts: the absent colleague, a unit or a requester; left out, it is
    whoever the actor stands in for at `unit`, if the actor's own post is elsewhere.
    """
    by = unit or (actor.unit if actor is not None else None)
    event = Event.objects.create(
        case=case, kind=kind, at=at, actor=actor, unit=by, text=text, is_public=is_public, details=details
    )
    behind = on_behalf or (absent_at(actor, unit, at) if actor is not None and unit is not None else None)
    said: Any = {"on_behalf": behind} if behind is not None else {}
    plain: Any = {name: value for name, value in details.items() if isinstance(value, str | int | bool)}
    audit.record(f"case.{kind}", case, actor=actor, **said, **plain)
    return event


def absent_at(actor: User, unit: Unit, at: datetime) -> User | None:
    """Whom the actor fills in for when acting for a unit that is not the own."""
    if actor.unit_id == unit.pk:
        return None
    posts = posts_of(actor, timezone.localdate(at))
    return next((post.absent for post in posts if post.absent and post.unit == unit), None)


def save_case(case: Case, *fields: str) -> Case:
    """Save a locked case: these fields, its state and what its clocks show; raises the version."""
    show_nearest(case)
    case.version += 1
    always = ("state", "due_at", "due_stage", "is_paused", "version")
    case.save(update_fields=[*dict.fromkeys((*fields, *always))])
    return case
