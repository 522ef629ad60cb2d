"""How the respondents came about, and what each of them stands for. Pure.

Design weights are the inverse of the chance to be drawn, N_h / n_h in a stratum (Kish, Survey Sampling, 1965;
the Small Business Pulse Survey takes the frame's count over the invitations sent in the same way).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import Bools, Floats, Ints

_UNSEEN = gettext_noop("抽样框里有%(firms)d家企业所在的层没有抽到企业：%(strata)s。结果不代表这些企业。")
_TOO_MANY = gettext_noop(
    "“%(stratum)s”层发出%(drawn)d份，但抽样框只有%(frame)d家。请核对抽样框的日期与筛选条件。"
)
_OPEN_LINK = gettext_noop(
    "公开链接由企业自愿填写，不是随机样本：结果只说明作答企业的情况，不能据此推断全部企业，因此不给出置信区间。"
)
_CENSUS = gettext_noop("全面调查：没有抽样误差，区间只反映未作答企业带来的不确定性。")
_MOST_NAMED = 8


class Basis(StrEnum):
    """What carries a statement beyond those who answered."""

    CENSUS = "census"  # every firm of the frame was asked
    SAMPLE = "sample"  # drawn at random within strata
    OPEN_LINK = "open_link"  # whoever came: self-selected


class Step(StrEnum):
    """A step by which weights were made, in the order in which it is told."""

    DESIGN = "design"
    RESPONSE = "response"
    RAKED = "raked"


@dataclass(frozen=True)
class Sampling:
    """What each respondent stands for, and what is needed to reckon how sure that is.

    `stratum` and `population` (N by stratum) serve the variance; without strata the sample is treated as
    one stratum of unknown size (no finite population correction).
    """

    basis: Basis
    weights: Floats
    stratum: Ints | None = None
    population: Floats | None = None
    steps: tuple[Step, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def is_inferential(self) -> bool:
        """Whether a statement about the frame may be made from the answers."""
        return self.basis is not Basis.OPEN_LINK

    @property
    def words(self) -> tuple[Message, ...]:
        """What must stand under every table."""
        told = {Basis.OPEN_LINK: (Message(_OPEN_LINK),), Basis.CENSUS: (Message(_CENSUS),), Basis.SAMPLE: ()}
        return told[self.basis] + self.notes

    def kept(self, keep: Bools) -> "Sampling":
        """The weights of the respondents marked.

        The others stay in the strata as nought (domain estimation), which `estimates` handles by itself:
        use this only where rows are left out for good.
        """
        stratum = None if self.stratum is None else self.stratum[keep]
        return replace(self, weights=self.weights[keep], stratum=stratum)

    def weighted(self, weights: Floats, step: Step, notes: tuple[Message, ...] = ()) -> "Sampling":
        """The same sample with the weights of a further step."""
        return replace(self, weights=weights, steps=(*self.steps, step), notes=self.notes + notes)


def unweighted(count: int, basis: Basis = Basis.OPEN_LINK) -> Sampling:
    """Every respondent stands for itself."""
    return Sampling(basis, np.ones(count))


def designed(stratum: Ints, frame: Sequence[int], labels: Sequence[str], basis: Basis) -> Sampling:
    """Design weights of everybody invited: N_h / n_h.

    `stratum` is the stratum of each firm invited, `frame` the number of firms of each stratum. Refuses a
    stratum with more invitations than firms. Strata of the frame without an invitation are told in words.
    """
    counts = np.asarray(frame, dtype=np.float64)
    drawn = np.bincount(stratum, minlength=len(counts))
    for at in np.flatnonzero(drawn > counts):
        told = {"stratum": labels[int(at)], "drawn": int(drawn[at]), "frame": int(counts[at])}
        raise Refused("surveys.frame_too_small", Message(_TOO_MANY, told))
    unseen = np.flatnonzero((drawn == 0) & (counts > 0))
    notes = (_unseen(counts, unseen, labels),) if len(unseen) else ()
    factors = np.divide(counts, drawn, out=np.zeros_like(counts), where=drawn > 0)
    return Sampling(basis, factors[stratum], stratum, counts, (Step.DESIGN,), notes)


def _unseen(counts: Floats, unseen: Ints, labels: Sequence[str]) -> Message:
    return Message(
        _UNSEEN, {"firms": int(counts[unseen].sum()), "strata": listed([labels[int(a)] for a in unseen])}
    )


def listed(names: Sequence[str]) -> str:
    """Names in a row, the first eight of many."""
    more = gettext_noop("等%(count)d项")
    shown = "、".join(names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown}{more % {'count': len(names)}}"


def kish(weights: Floats) -> float:
    """The effective number of respondents, (sum w)^2 / sum w^2 (Kish 1965)."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
