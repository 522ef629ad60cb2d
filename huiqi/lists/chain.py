"""How an entry of a list climbs from the county to the province, and what may be done to it when. Pure.

An entry lies at one level (`county`, `city`, `province`): there its next step is taken. Its route is the
part of the list's chain that exists for the firm: a county directly under the province has no city on it.
"""

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

LEVELS = ("county", "city", "province")


class Act(StrEnum):
    """What can be done to an entry."""

    PROPOSE = "propose"
    RECOMMEND = "recommend"
    RETURN = "return"
    ACCEPT = "accept"
    REJECT = "reject"
    RECONSIDER = "reconsider"
    OBJECT = "object"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    IMPORT = "import"
    PUBLISH = "publish"
    REMOVE = "remove"


class Move(NamedTuple):
    """From which states an act may be taken, and in which states of the batch."""

    after: frozenset[str]
    while_batch: frozenset[str]


_OPEN = frozenset({"proposed", "returned", "recommended"})
_WORKING = frozenset({"collecting", "reviewing"})
_LATE = _WORKING | {"noticing"}

MOVES: dict[Act, Move] = {
    Act.RECOMMEND: Move(_OPEN, _WORKING),
    Act.RETURN: Move(frozenset({"recommended", "returned"}), _LATE),
    Act.ACCEPT: Move(_OPEN, _LATE),
    Act.REJECT: Move(_OPEN | {"accepted"}, _LATE),
    Act.RECONSIDER: Move(frozenset({"rejected"}), _LATE),
    Act.OBJECT: Move(frozenset({"accepted", "objected"}), frozenset({"noticing"})),
    Act.UPHOLD: Move(frozenset({"objected"}), frozenset({"noticing"})),
    Act.DISMISS: Move(frozenset({"objected"}), frozenset({"noticing"})),
    Act.PUBLISH: Move(frozenset({"accepted"}), frozenset({"publishing"})),
    Act.REMOVE: Move(frozenset({"published"}), frozenset({"published", "closed"})),
}
# Acts for which the next reader needs to know why.
NEEDS_REASON = frozenset({Act.RETURN, Act.REJECT, Act.RECONSIDER, Act.UPHOLD, Act.DISMISS, Act.REMOVE})


class Place(NamedTuple):
    """Where an entry is: its state, the level of its next step, and the level it came in at."""

    state: str
    level: str
    origin: str


Taking = Callable[[Place, tuple[str, ...]], Place]


def route(chain: Sequence[str], available: Collection[str]) -> tuple[str, ...]:
    """The levels a firm passes: those of the list's chain with an office for it; the last always stays."""
    return tuple(level for level in chain if level in available or level == chain[-1])


def first_level(way: Sequence[str], proposer: str) -> str:
    """The level at which what `proposer` proposes comes in: its own, or the next one on the way."""
    own = LEVELS.index(proposer)
    return next((level for level in way if LEVELS.index(level) >= own), way[-1])


def take(act: Act, place: Place, way: Sequence[str], batch_state: str) -> Place:
    """Where the entry is after the act, or Refused (`lists.cannot_…`)."""
    move = MOVES[act]
    if batch_state not in move.while_batch:
        early = gettext_noop("这一批名单现在处于“%(state)s”，不能这样办。请先看批次页上的进度。")
        raise _refused(act, early, batch_state)
    if place.state not in move.after:
        other = gettext_noop("这家企业现在是“%(state)s”，不能这样办。请刷新后再看。")
        raise _refused(act, other, place.state)
    return _TAKEN[act](place, tuple(way))


def acts_at(place: Place, way: Sequence[str], batch_state: str) -> tuple[Act, ...]:
    """The acts of the chain that are open at the level of the entry, in the order of the buttons."""
    found = []
    for act in (Act.RECOMMEND, Act.ACCEPT, Act.RETURN, Act.REJECT, Act.RECONSIDER):
        try:
            take(act, place, way, batch_state)
        except Refused:
            continue
        found.append(act)
    return tuple(found)


def _recommended(place: Place, way: tuple[str, ...]) -> Place:
    above = [level for level in way if LEVELS.index(level) > LEVELS.index(place.level)]
    if not above:
        raise Refused(
            "lists.cannot_recommend", gettext_noop("已经到了最后一级，请选“同意列入”“退回”或“不列入”。")
        )
    return Place("recommended", above[0], place.origin)


def _returned(place: Place, way: tuple[str, ...]) -> Place:
    origin, here = LEVELS.index(place.origin), LEVELS.index(place.level)
    below = [level for level in way if origin <= LEVELS.index(level) < here]
    if not below:
        raise Refused("lists.cannot_return", gettext_noop("这是本级提出的企业，没有下级可以退回。"))
    return Place("returned", below[-1], place.origin)


def _accepted(place: Place, way: tuple[str, ...]) -> Place:
    if place.level != way[-1]:
        raise Refused("lists.cannot_accept", gettext_noop("只有最后一级可以同意列入，请选“推荐上报”。"))
    return Place("accepted", place.level, place.origin)


def _reconsidered(place: Place, way: tuple[str, ...]) -> Place:
    return Place("proposed" if place.level == place.origin else "recommended", place.level, place.origin)


def _to(state: str) -> Taking:
    return lambda place, way: Place(state, place.level, place.origin)


_TAKEN: dict[Act, Taking] = {
    Act.RECOMMEND: _recommended,
    Act.RETURN: _returned,
    Act.ACCEPT: _accepted,
    Act.RECONSIDER: _reconsidered,
    Act.REJECT: _to("rejected"),
    Act.OBJECT: _to("objected"),
    Act.UPHOLD: _to("rejected"),
    Act.DISMISS: _to("accepted"),
    Act.PUBLISH: _to("published"),
    Act.REMOVE: _to("removed"),
}

# --- the batch ------------------------------------------------------------------------------------

BATCH_STEPS: dict[str, tuple[frozenset[str], str]] = {
    "open": (frozenset({"drafting"}), "collecting"),
    "review": (frozenset({"collecting"}), "reviewing"),
    "reopen": (frozenset({"reviewing"}), "collecting"),
    "notice": (frozenset({"reviewing"}), "noticing"),
    "withdraw_notice": (frozenset({"noticing"}), "reviewing"),
    "publish": (frozenset({"collecting", "reviewing", "noticing", "publishing"}), "publishing"),
    "finish": (frozenset({"publishing"}), "published"),
    "close": (frozenset({"published"}), "closed"),
}


def take_batch(step: str, state: str, label: str) -> str:
    """The state of a batch after a step, or Refused (`lists.cannot_…_batch`); `label` names its state."""
    after, to = BATCH_STEPS[step]
    if state not in after:
        said = Message(gettext_noop("这一批名单现在处于“%(state)s”，不能这样办。"), {"state": label})
        raise Refused(f"lists.cannot_{step}_batch", said)
    return to


STATE_NAMES = {
    "drafting": gettext_noop("起草中"),
    "collecting": gettext_noop("征集中"),
    "reviewing": gettext_noop("审核中"),
    "noticing": gettext_noop("公示中"),
    "publishing": gettext_noop("正在发布"),
    "published": gettext_noop("已发布"),
    "closed": gettext_noop("已结束"),
    "proposed": gettext_noop("待推荐"),
    "returned": gettext_noop("已退回"),
    "recommended": gettext_noop("待审核"),
    "accepted": gettext_noop("拟列入"),
    "objected": gettext_noop("有异议"),
    "rejected": gettext_noop("不列入"),
    "removed": gettext_noop("已移出"),
}


def _refused(act: Act, said: str, state: str) -> Refused:
    return Refused(f"lists.cannot_{act}", Message(said, {"state": Message(STATE_NAMES[state])}))
