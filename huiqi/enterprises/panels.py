"""What the register offers to a firm's page besides its own parts."""

from typing import Any

from django.http import HttpRequest

from huiqi.core import clock
from huiqi.enterprises.queries import disputes as queries

SHOWN = 5


def dispute_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """On the firm's page: its disputes, None when it has none or the reader is neither side."""
    user, today = request.user, clock.today()
    if not user.is_authenticated:
        return None
    decides = queries.disputes_for(user, today).filter(enterprise=subject).exists()
    if not decides and not queries.is_member(user, subject):
        return None
    rows = [(row, queries.class_label(row.claimed_class)) for row in queries.disputes_of(subject)[:SHOWN]]
    return {"rows": rows} if rows else None
