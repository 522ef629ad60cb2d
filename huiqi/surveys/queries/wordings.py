"""Names of places for pages of surveys."""

from huiqi.reference.queries import division


def county_words(code: str) -> str:
    """A county with its prefecture, "" for none."""
    found = division(code) if code else None
    return found.full_name if found is not None else ""
