"""How many firms of each stratum are asked, and which: exact, and the same for the same seed. Pure.

Sizes follow Cochran, Sampling Techniques, 1977 (section 4.4 for a proportion, 5.5 for proportional
allocation). Which firms: those whose keyed digests come first, so that a draw can be done again anywhere from
the seed and the firms' public ids, in whatever order a database hands them out.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

# 1.96 is the 97.5th percentile of the normal distribution: half-widths at 95 % confidence.
_Z = Fraction(196, 100)
_TOO_SMALL = gettext_noop(
    "样本量%(asked)d小于各层最少家数之和%(least)d。请加大样本量，或减少每层最少家数、少分几层。"
)
_TOO_LARGE = gettext_noop("样本量%(asked)d多于符合条件的企业%(firms)d家。请改小样本量，或改为全部企业。")


def size_for(population: int, half_width: Fraction) -> int:
    """How many answers keep the 95 % half-width of any share at or under `half_width` (0.03 = 3 points).

    For the worst case of one half, with the finite population correction: n = n0 / (1 + (n0 - 1) / N). Those
    are answers, not invitations.
    """
    if population <= 0:
        return 0
    wanted = _Z**2 / 4 / half_width**2
    return min(population, ceil(wanted / (1 + (wanted - 1) / population)))


@dataclass(frozen=True)
class _Share:
    weight: int
    low: int
    high: int


def allocate(populations: Sequence[int], total: int, *, least: int, is_equal: bool = False) -> list[int]:
    """How many to draw from each stratum: `total` together, in each at least `least` (or all it has).

    Proportional to the firms, or equal for all strata, as far as the strata have so many; rounded by the
    largest remainders. Refused: `surveys.sample_too_small`, `surveys.sample_too_large`.
    """
    shares = [_Share(1 if is_equal else n, min(least, n), n) for n in populations]
    lowest, firms = sum(share.low for share in shares), sum(populations)
    if total < lowest:
        raise Refused("surveys.sample_too_small", Message(_TOO_SMALL, {"asked": total, "least": lowest}))
    if total > firms:
        raise Refused("surveys.sample_too_large", Message(_TOO_LARGE, {"asked": total, "firms": firms}))
    return _rounded(_exact(shares, total), total)


def _exact(shares: Sequence[_Share], total: int) -> list[Fraction]:
    """Parts of the total by weight, none below its low or above its high.

    Those that break a bound are fixed at it, on the side that breaks more, and the rest is parted again
    (the way of flexible boxes in CSS, section 9.7); each round fixes at least one.
    """
    parts: list[Fraction | None] = [None if share.weight else Fraction(0) for share in shares]
    while any(part is None for part in parts):
        loose = [at for at, part in enumerate(parts) if part is None]
        left = total - sum(part for part in parts if part is not None)
        unit = Fraction(left) / sum(shares[at].weight for at in loose)
        wanted = {at: unit * shares[at].weight for at in loose}
        held = {at: _within(wanted[at], shares[at]) for at in loose}
        excess = sum(held.values(), Fraction(0)) - left
        for at in loose:
            is_raised, is_cut = held[at] > wanted[at], held[at] < wanted[at]
            if excess == 0 or (excess > 0 and is_raised) or (excess < 0 and is_cut):
                parts[at] = held[at]
    return [part for part in parts if part is not None]


def _within(part: Fraction, share: _Share) -> Fraction:
    return min(max(part, Fraction(share.low)), Fraction(share.high))


def _rounded(parts: Sequence[Fraction], total: int) -> list[int]:
    whole = [int(part) for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda at: (whole[at] - parts[at], at))
    for at in by_rest[: total - sum(whole)]:
        whole[at] += 1
    return whole


def place_of(seed: str, public_id: str) -> bytes:
    """Where a firm stands in the order by chance of this seed."""
    return hashlib.blake2b(public_id.encode(), key=seed.encode(), digest_size=12).digest()


def first_group(seed: str, stratum: Sequence[str], groups: int) -> int:
    """With which group a stratum begins, so that small strata do not all fall into the first wave."""
    return int.from_bytes(place_of(seed, "/".join(stratum))[:4]) % groups


def draw(
    places: Iterable[tuple[bytes, int]], count: int, *, groups: int, first: int
) -> list[tuple[int, int]]:
    """The keys of the `count` firms that come first, each with its rotation group.

    Groups of a stratum differ by one firm at most.
    """
    chosen = sorted(places)[:count]
    return [(key, (first + at) % groups) for at, (_place, key) in enumerate(chosen)]
