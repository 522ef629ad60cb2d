"""What a firm says of a relief: on its page, on the telephone, in a survey. The authority's word wins."""

from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.reach.models import Dismissal, Journey, JourneyStep
from huiqi.reach.ports import PORTS, Word
from huiqi.reach.steps import Source, Step

_DECIDED = gettext_noop("认定机关已经有了结果，以认定机关的结果为准。")
# What a survey's word means here; 不符合 is the firm's opinion and moves nothing.
_STEP_OF_WORD = {"had": Step.ARRIVED, "applied": Step.APPLIED}


def _locked(journey: Journey) -> Journey:
    return Journey.objects.select_for_update(of=("self",)).get(pk=journey.pk)


@transaction.atomic
def say_had(journey: Journey, *, actor: User, on: date, at: datetime) -> Journey:
    """The firm says that it has had the relief. Refused: `reach.decided` when the authority has spoken."""
    locked = _locked(journey)
    if locked.step == Step.ARRIVED:
        return locked
    if locked.decided_on is not None:
        raise Refused("reach.decided", _DECIDED)
    take_word(locked, Step.ARRIVED, word="had", on=on, at=at, source=Source.FIRM)
    audit.record("reach_firm.said_had", locked, actor=actor)
    return locked


@transaction.atomic
def dismiss_policy(journey: Journey, *, actor: User, on: date) -> None:
    """The firm does not want to hear of this policy any more, whatever edition comes; doing it again changes
    nothing."""
    Dismissal.objects.get_or_create(
        enterprise_id=journey.enterprise_id, policy=journey.policy, defaults={"by": actor, "on": on}
    )
    audit.record("reach_firm.dismissed", journey, actor=actor)


def take_word(journey: Journey, step: Step, *, word: str, on: date, at: datetime, source: Source) -> None:
    """Write a step on the firm's word into a locked row and tell it; part of the caller's transaction."""
    journey.word, journey.word_on = word, on
    if step is Step.ARRIVED:
        journey.arrived_on, journey.arrived_source = on, source
    elif step is Step.APPLIED:
        journey.applied_on, journey.applied_source = on, source
    else:
        journey.told_on = on
    journey.settle_step()
    journey.save()
    by = journey.office_id if step is Step.TOLD else None
    JourneyStep.objects.create(journey=journey, kind=step, on=on, source=source, by_id=by, at=at)


@transaction.atomic
def take_survey_words(*, at: datetime) -> int:
    """Use what firms said in surveys of reliefs they are on their way to; returns how many rows changed.

    Only newer words than the one kept count, and none against the authority. Run again, it changes nothing.
    """
    changed = 0
    for said in PORTS.words():
        rows = Journey.objects.select_for_update(of=("self",)).filter(
            enterprise=said.enterprise_id, policy=said.policy
        )
        for journey in rows.order_by("pk"):
            if journey.word_on is None or journey.word_on < said.on:
                changed += _take_survey_word(journey, said, at)
    if changed:
        audit.record("reach_words.taken", None, actor=None, firms=changed)
    return changed


def _take_survey_word(journey: Journey, said: Word, at: datetime) -> bool:
    step = _STEP_OF_WORD.get(said.word)
    is_further = {Step.ARRIVED: journey.arrived_on is None, Step.APPLIED: journey.applied_on is None}
    if step is not None and is_further[step] and journey.decided_on is None:
        take_word(journey, step, word=said.word, on=said.on, at=at, source=PORTS.words_source)
    else:
        journey.word, journey.word_on = said.word, said.on
        journey.save(update_fields=["word", "word_on"])
    return True
