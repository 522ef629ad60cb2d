"""What the messages app offers to the desk."""

from typing import Any

from django.http import HttpRequest

from huiqi.messages.queries import waiting_for


def notices_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Unread notices, or nothing."""
    waiting = waiting_for(request.user)  # type: ignore[arg-type]
    return {"waiting": waiting} if waiting.count else None
