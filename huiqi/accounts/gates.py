"""Doors of pages: who is not signed in is sent to sign in; who may not is told that there is nothing."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from huiqi.accounts.models import User
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.queries.people import may, posts_of, scope_of_post
from huiqi.core import audit, clock

View = Callable[..., HttpResponseBase]


def user_of(request: HttpRequest) -> User:
    """Who is signed in; for views behind a door."""
    return request.user  # type: ignore[return-value]


def power_required(*powers: Power) -> Callable[[View], View]:
    """A view for people who have one of the powers today, by their own post or as a deputy."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            today = clock.today()
            if not any(may(request.user, power, today) for power in powers):  # type: ignore[arg-type]
                raise Http404
            with audit.acting(_behalf(request.user, frozenset(powers), today)):  # type: ignore[arg-type]
                return view(request, *args, **kwargs)

        return guarded

    return guard


def _behalf(user: User, powers: frozenset[Power], today: date) -> audit.Behalf:
    """Who is behind a record: the absent colleague, when the person may do this (to this firm, where the
    record is about one) only by posts deputised."""

    def absent(actor: Model, subject: Model | None) -> Model | None:
        posts = posts_of(user, today)
        if actor.pk != user.pk or len(posts) < 2:
            return None
        able = [post for post in posts if POWERS[post.role] & powers]
        firm: Any = getattr(subject, "enterprise", subject)
        if hasattr(firm, "prefecture"):
            here = [post for post in able if scope_of_post(post).admits(firm.prefecture, firm.park_id)]
            able = here or able
        return able[0].absent if able and all(post.absent for post in able) else None

    return absent
