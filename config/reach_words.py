"""What firms said of policies in surveys, for the app that follows reliefs up; nothing of anonymous ones."""

from collections.abc import Iterator

from huiqi.reach.ports import Word
from huiqi.surveys.queries.outcomes import newest_words


def words_of_surveys() -> Iterator[Word]:
    """Of every named firm its newest word on each policy."""
    rows = newest_words().filter(enterprise__isnull=False).order_by("pk")
    columns = ("enterprise", "policy", "standing", "as_of")
    for firm, policy, standing, as_of in rows.values_list(*columns).iterator(chunk_size=2000):
        yield Word(firm, policy, standing, as_of)
