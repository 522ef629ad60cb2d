"""What experts scored."""

from collections.abc import Iterable

from huiqi.grants.models import Review


def points_of(review: Review) -> int:
    """The sum of one expert."""
    return sum(score.points for score in review.scores.all())


def mean_points(reviews: Iterable[Review]) -> str:
    """The mean of those who scored, to the hundredth, half up; of five or more without the highest and the
    lowest. "" while nobody has."""
    sums = sorted(points_of(review) for review in reviews if review.scored_at is not None)
    if not sums:
        return ""
    counted = sums[1:-1] if len(sums) >= 5 else sums
    hundredths = (sum(counted) * 200 + len(counted)) // (2 * len(counted))
    return f"{hundredths // 100}.{hundredths % 100:02d}"
