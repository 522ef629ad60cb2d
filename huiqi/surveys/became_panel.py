"""What became of the difficulties a survey brought up, on its page."""

from typing import Any

from django.http import HttpRequest

from huiqi.surveys.queries.outcomes import became_of


def became_panel(_request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Counts; nothing where no answer offered a request."""
    became = became_of(subject)
    return {"became": became} if became.wishes else None
