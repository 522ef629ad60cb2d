"""The first days explained in place: whose guide, what is ticked off, dismissing and bringing back.

A step is ticked by the audit trail: whoever has done the act once knows the way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest

from huiqi.core import audit
from huiqi.core.models import AuditRecord, Dismissed
from huiqi.core.slots import SLOTS, Guide, Step
from huiqi.core.together import counts_together


@dataclass(frozen=True)
class ShownGuide:
    """A guide as one person sees it: each step with whether it was done."""

    key: str
    steps: tuple[tuple[Step, bool], ...]

    @property
    def done_count(self) -> int:
        """How many steps are ticked."""
        return sum(done for _, done in self.steps)


def guide_of(request: HttpRequest) -> Guide | None:
    """The guide for people like this one, dismissed or not."""
    return next((guide for guide in SLOTS.guides if guide.shown_to(request)), None)


def shown_guide(request: HttpRequest) -> ShownGuide | None:
    """The person's guide with its ticks, or None when there is none or it was dismissed.

    Two queries, and those of the steps' own questions.
    """
    guide = guide_of(request)
    owner_id: str = request.user.public_id  # type: ignore[union-attr]
    if guide is None or is_dismissed(owner_id, guide.key):
        return None
    done = acts_done(owner_id, {act for step in guide.steps for act in step.acts})
    return ShownGuide(guide.key, tuple((step, _is_done(step, done, request)) for step in guide.steps))


def _is_done(step: Step, done: set[str], request: HttpRequest) -> bool:
    return bool(step.acts & done) or (step.is_done is not None and step.is_done(request))


def is_dismissed(owner_id: str, key: str) -> bool:
    """Whether the person put this away for good."""
    return Dismissed.objects.filter(owner_id=owner_id, key=key).exists()


def acts_done(owner_id: str, acts: Iterable[str]) -> set[str]:
    """Which of the acts the person has done, in one query."""
    wanted = sorted(acts)
    if not wanted:
        return set()
    one = AuditRecord.objects.filter(actor_id=owner_id)
    # Each question is answered by an index and stops at the first row.
    counts = counts_together([one.filter(act=act) for act in wanted], 1)
    return {act for act, count in zip(wanted, counts, strict=True) if count}


@transaction.atomic
def dismiss(key: str, *, actor: Any) -> None:
    """Put a guide away for good; doing it twice is one act."""
    try:
        with transaction.atomic():
            Dismissed.objects.create(owner_id=actor.public_id, key=key)
    except IntegrityError:
        return
    audit.record("guide.dismissed", None, actor=_person(actor), guide=key)


@transaction.atomic
def bring_back(key: str, *, actor: Any) -> None:
    """Show a dismissed guide again."""
    deleted, _ = Dismissed.objects.filter(owner_id=actor.public_id, key=key).delete()
    if deleted:
        audit.record("guide.brought_back", None, actor=_person(actor), guide=key)


def _person(actor: Any) -> Model:
    person: Model = actor
    return person
