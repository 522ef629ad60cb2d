"""The steps by which the weights of a wave are made, each with its words and its diagnosis. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.answers import Answers
from huiqi.surveys.analysis.arrays import Bools, Floats, Ints
from huiqi.surveys.analysis.codebook import Choice, Question
from huiqi.surveys.analysis.raking import Margin, Raking, raked
from huiqi.surveys.analysis.response import Axis, Outcome, Outcomes, adjust, outcomes
from huiqi.surveys.analysis.sampling import Basis, Sampling, designed, kish, listed

_UNKNOWN = gettext_noop("%(count)d家作答企业的“%(margin)s”不明，按其在答卷中的比例单列一类。")
_MERGED = gettext_noop("“%(margin)s”中作答不足%(least)d家的类别已合并校准：%(classes)s。")
_ALL_MERGED = gettext_noop("“%(margin)s”各类作答都不足%(least)d家，没有用它校准。")
_NO_INVITATION = gettext_noop(
    "有%(count)d份答卷没有对应的邀请（匿名调查不保留），不能用设计权重或无应答调整。请只按登记库校准，或不加权。"
)
OTHERS = Choice("merged", gettext_noop("合并"))


@dataclass(frozen=True)
class Invited:
    """Everybody asked: key, stratum, how the invitation ended, and what is known of the firm."""

    keys: Ints
    stratum: Ints
    frame: Sequence[int]  # firms of each stratum
    labels: Sequence[str]
    outcome: Ints
    axes: Sequence[Axis]
    basis: Basis


@dataclass(frozen=True)
class Weighed:
    """The sampling of the respondents, in their order, and how the weights came out."""

    sampling: Sampling
    raking: Raking | None = None
    outcomes: Outcomes | None = None

    def diagnosis(self) -> dict[str, object]:
        """Plain figures: range, effective n, design effect, raking."""
        weights = self.sampling.weights
        mean = float(weights.mean()) if len(weights) else 0.0
        effective = kish(weights)
        told: dict[str, object] = {
            "n": len(weights),
            "least": float(weights.min(initial=np.inf)) if len(weights) else 0.0,
            "most": float(weights.max(initial=0.0)),
            "mean": mean,
            "sum": float(weights.sum()),
            "effective": effective,
            "design_effect": len(weights) / effective if effective else None,
            "steps": [step.value for step in self.sampling.steps],
        }
        if self.raking:
            told |= {
                "rounds": self.raking.rounds,
                "is_converged": self.raking.is_converged,
                "worst": self.raking.worst,
                "cut": self.raking.cut,
            }
        return told


def by_design(invited: Invited, invitations: Ints, *, is_adjusted: bool) -> Weighed:
    """Design weights of the respondents, adjusted for those who did not answer if so said.

    `invitations` are the respondents' keys among the invited, 0 for none. Refuses answers without one.
    """
    lost = int((~np.isin(invitations, invited.keys)).sum())
    if lost:
        raise Refused("surveys.no_invitation", Message(_NO_INVITATION, {"count": lost}))
    order = np.argsort(invited.keys)
    at = order[np.searchsorted(invited.keys[order], invitations)]
    answered = np.zeros(len(invited.keys), dtype=bool)
    answered[at] = True
    outcome = np.where(answered, int(Outcome.ANSWERED), invited.outcome)
    ended = outcomes(outcome)
    sampling = designed(invited.stratum, invited.frame, invited.labels, invited.basis)
    if is_adjusted:
        sampling, kept = adjust(sampling, outcome, invited.axes)
    else:
        kept = answered
        sampling = sampling.kept(kept)
    return Weighed(_in_order(sampling, kept, at), None, ended)


def _in_order(sampling: Sampling, kept: Bools, at: Ints) -> Sampling:
    """Respondents as they stand in the snapshot, not as they were invited."""
    place = np.cumsum(kept) - 1
    order = place[at]
    stratum = None if sampling.stratum is None else sampling.stratum[order]
    return replace(sampling, weights=sampling.weights[order], stratum=stratum)


def to_register(
    weighed: Weighed, answers: Answers, counts: Mapping[str, Mapping[str, int]], *, least: int
) -> Weighed:
    """Rake to what the register counts by the columns named; thin classes are put together first."""
    margins, notes = [], []
    for name, totals in counts.items():
        margin, said = _margin(answers, name, totals, least)
        notes += said
        if margin is not None:
            margins.append(margin)
    if not margins:
        sampling = replace(weighed.sampling, notes=(*weighed.sampling.notes, *notes))
        return replace(weighed, sampling=sampling)
    sampling, done = raked(weighed.sampling, margins)
    sampling = replace(sampling, notes=(*sampling.notes, *notes))
    return replace(weighed, sampling=sampling, raking=done)


def _margin(
    answers: Answers, name: str, totals: Mapping[str, int], least: int
) -> tuple[Margin | None, list[Message]]:
    question = answers.codebook.column(name)
    codes = answers.single(name)
    wanted = np.array([float(totals.get(choice.name, 0)) for choice in question.choices])
    notes: list[Message] = []
    wanted, said = _with_unknown(question, codes, wanted)
    notes += said
    have = np.bincount(codes, minlength=len(wanted))
    used = (have > 0) | (wanted > 0)
    thin = used & (have < least)
    group = np.arange(len(wanted))
    if least and thin.any():
        members = _pooled(have, thin, used, least)
        if int(members.sum()) == int(used.sum()):
            return None, [Message(_ALL_MERGED, {"margin": question.label, "least": least})]
        group[members] = np.flatnonzero(members)[0]
        names = [question.choices[int(at)].label for at in np.flatnonzero(members)]
        told = {"margin": question.label, "least": least, "classes": listed(names)}
        notes.append(Message(_MERGED, told))
    kept = np.unique(group[used])
    place = np.full(len(wanted), -1)
    place[kept] = np.arange(len(kept))
    summed = np.bincount(place[group[used]], weights=wanted[used], minlength=len(kept))
    merged = {int(at) for at in kept if int((group == at).sum()) > 1}
    choices = tuple(
        replace(OTHERS, name=f"m{at}") if int(at) in merged else question.choices[int(at)] for at in kept
    )
    return Margin(replace(question, choices=choices), place[group][codes], summed.tolist()), notes


def _with_unknown(question: Question, codes: Ints, wanted: Floats) -> tuple[Floats, list[Message]]:
    """The register knows of no firm what it does not know, so the unknown keep their share of the answers."""
    last = len(question.choices) - 1
    if question.choices[last].name != "unknown":
        return wanted, []
    unknown = int((codes == last).sum())
    known, whole = wanted[:last].sum(), wanted.sum()
    share = unknown / len(codes) if len(codes) else 0.0
    made = wanted.copy()
    if known:
        made[:last] = wanted[:last] * (whole * (1 - share) / known)
    made[last] = whole * share
    told = {"count": unknown, "margin": question.label}
    return made, [Message(_UNKNOWN, told)] if unknown else []


def _pooled(have: Ints, thin: Bools, used: Bools, least: int) -> Bools:
    """The thin classes, and the smallest others until they are not thin together."""
    members = thin.copy()
    while int(have[members].sum()) < least and (used & ~members).any():
        rest = np.flatnonzero(used & ~members)
        members[rest[np.argmin(have[rest])]] = True
    if int(members.sum()) == 1:  # alone it is as thin as before
        rest = np.flatnonzero(used & ~members)
        if len(rest):
            members[rest[np.argmin(have[rest])]] = True
    return members
