"""Pairs of rows that may be one firm: found by signals, decided by a person, undone by a person."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.core import audit, clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, job_kind
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.commands.merging import merge_firms, undo_merging
from huiqi.enterprises.likeness import weigh
from huiqi.enterprises.models import DuplicatePair, Enterprise, Merging, Succession
from huiqi.enterprises.queries.duplicates import open_pairs
from huiqi.enterprises.queries.likeness import Meeting, gather_keys, meetings, traits_of

FIND = "enterprises.find_duplicates"
STEP = 500
State = DuplicatePair.State


@dataclass(frozen=True)
class Decision:
    """Who decides, why and when; `on` is the day for which columns are projected."""

    actor: Any
    reason: str
    at: datetime
    on: date


# --- finding ------------------------------------------------------------------------------------------


@job_kind(FIND)
def find_duplicates_job(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """The search as a job with progress. It looks at all firms, and says how many pairs its actor may decide:
    what lies elsewhere is no business of theirs."""
    actor = User.objects.filter(public_id=arguments.get("actor", "")).first()
    before = _deciding(actor)
    yield from find_duplicates(actor=actor, at=clock.now())
    count = _deciding(actor)
    words = gettext_noop("新找到%(new)s对，您负责的区域里现有%(count)s对疑似重复待判断。")
    values = {"new": max(0, count - before), "count": count}
    link = {"label": gettext_noop("去看疑似重复"), "url": reverse("enterprises:duplicates")}
    told = {"summary": str(Message(words, values)), "said": {"template": words, "values": values}}
    return {**told, "is_good": True, "link": link}


def _deciding(actor: User | None) -> int:
    """How many pairs wait for this person."""
    return open_pairs(actor, clock.today()).count() if actor else 0


def find_duplicates(*, actor: Any, at: datetime) -> Generator[Progress, None, int]:
    """Propose pairs that agree in two signals and were never proposed; returns how many are new.

    A pair decided before stays as decided. A run that stops half-way leaves what it found; the next finds
    the rest.
    """
    made, done, total = 0, 0, 0
    for done, total in gather_keys():
        yield done, total
    pairs = meetings()
    while piece := list(islice(pairs, STEP)):
        made += _propose(piece, actor=actor, at=at)
        yield done, total
    return made


@transaction.atomic
def _propose(met: list[Meeting], *, actor: Any, at: datetime) -> int:
    traits = traits_of({pk for one in met for pk in (one.first, one.second)})
    kept = [
        (one, weigh(one.signals, traits[one.first], traits[one.second]))
        for one in met
        if one.first in traits and one.second in traits
    ]
    wanted = {(one.first, one.second): signals for one, signals in kept if signals}
    known = _known(wanted)
    new = [
        DuplicatePair(first_id=first, second_id=second, signals=list(signals), found_at=at)
        for (first, second), signals in wanted.items()
        if (first, second) not in known
    ]
    if new:
        DuplicatePair.objects.bulk_create(new, ignore_conflicts=True)
        audit.record("duplicates.proposed", None, actor=actor, pairs=len(new))
    return len(new)


def _known(pairs: dict[tuple[int, int], Any]) -> set[tuple[int, int]]:
    """Those proposed before, and those of which one firm came from the other by law."""
    firsts = {first for first, _second in pairs}
    rows = DuplicatePair.objects.filter(first__in=firsts).order_by("pk")
    known = set(rows.values_list("first_id", "second_id"))
    ids = {pk for pair in pairs for pk in pair}
    lawful = Succession.objects.filter(predecessor__in=ids, successor__in=ids).order_by("pk")
    for first, second in lawful.values_list("predecessor_id", "successor_id"):
        known.add((min(first, second), max(first, second)))
    return known


def last_count(steps: Iterator[Progress]) -> int:
    """Run a search to its end; returns what it returns."""
    iterator: Any = steps
    while True:
        try:
            next(iterator)
        except StopIteration as stop:
            return int(stop.value)


# --- deciding -----------------------------------------------------------------------------------------


class PairDecided(Refused):
    """A colleague decided the pair first; the caller shows how."""

    def __init__(self) -> None:
        decided = gettext_noop("这一对已经有人判断过了，请核对现在的结果。")
        super().__init__("enterprises.pair_decided", decided)


@transaction.atomic
def decide_same(pair: DuplicatePair, *, kept: Enterprise, decision: Decision) -> DuplicatePair:
    """The two rows are one firm; `kept` stands for it from now on. Raises PairDecided."""
    pair = _open_pair(pair)
    dropped = pair.second if kept.pk == pair.first_id else pair.first
    merge_firms(
        dropped=dropped,
        kept=kept,
        reason=decision.reason,
        actor=decision.actor,
        at=decision.at,
        on=decision.on,
    )
    return _decide(pair, State.MERGED, kept, decision)


@transaction.atomic
def decide_distinct(pair: DuplicatePair, *, decision: Decision) -> DuplicatePair:
    """The two rows are two firms; the pair is never proposed again. Raises PairDecided."""
    return _decide(_open_pair(pair), State.DISTINCT, None, decision)


@transaction.atomic
def undo_decision(pair: DuplicatePair, *, decision: Decision) -> DuplicatePair:
    """Open the question again: a merge is taken apart, facts and people return to what they were."""
    pair = DuplicatePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if pair.state == State.OPEN:
        raise PairDecided
    if pair.state == State.MERGED:
        both = Q(dropped=pair.first_id, kept=pair.second_id) | Q(dropped=pair.second_id, kept=pair.first_id)
        merging = Merging.objects.filter(both, undone_at=None).first()
        if merging is not None:
            undo_merging(
                merging, reason=decision.reason, actor=decision.actor, at=decision.at, on=decision.on
            )
    pair.state, pair.kept, pair.reason = State.OPEN, None, ""
    pair.decided_by, pair.decided_at = None, None
    pair.save(update_fields=["state", "kept", "reason", "decided_by", "decided_at"])
    audit.record("duplicates.reopened", pair, actor=decision.actor)
    return pair


def _open_pair(pair: DuplicatePair) -> DuplicatePair:
    rows = DuplicatePair.objects.select_for_update(of=("self",)).select_related("first", "second")
    row = rows.get(pk=pair.pk)
    if row.state != State.OPEN:
        raise PairDecided
    return row


def _decide(pair: DuplicatePair, state: str, kept: Enterprise | None, decision: Decision) -> DuplicatePair:
    pair.state, pair.kept, pair.reason = State(state), kept, decision.reason
    pair.decided_by, pair.decided_at = decision.actor, decision.at
    pair.save(update_fields=["state", "kept", "reason", "decided_by", "decided_at"])
    audit.record("duplicates.decided", pair, actor=decision.actor, state=str(state))
    return pair
