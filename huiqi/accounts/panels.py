"""What the accounts app offers to the desk."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.models import AccessReview, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.directory import deputyships_shown, waiting_for_confirmation
from huiqi.accounts.queries.people import may
from huiqi.accounts.queries.reviews import review_due_on
from huiqi.accounts.queries.sign_in import has_second_factor, locks, must_enrol
from huiqi.core import clock


def deputies_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Whom one deputises for and who deputises for oneself, today and soon."""
    user: User = request.user  # type: ignore[assignment]
    today = clock.today()
    rows = list(deputyships_shown(user, today, everybody=False))
    return {"rows": rows, "today": today} if rows else None


def access_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """What waits for the security administrator: roles to confirm, locks, the review."""
    user: User = request.user  # type: ignore[assignment]
    today = clock.today()
    if not may(user, Power.MANAGE_ACCESS, today):
        return None
    due_on = review_due_on(today)
    return {
        "waiting": list(waiting_for_confirmation()[:10]),
        "locks": locks(clock.wall_now()).count(),
        "due_on": due_on if due_on and due_on <= today else None,
        "open_review": AccessReview.objects.filter(is_open=True).order_by("pk").first(),
    }


def account_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """A role not confirmed yet; a second factor not set up on a site that only recommends it."""
    user: User = request.user  # type: ignore[assignment]
    unprotected = user.unit_id is not None and not must_enrol(user) and not has_second_factor(user)
    if user.is_role_confirmed and not unprotected:
        return None
    return {"is_confirmed": user.is_role_confirmed, "unprotected": unprotected}
