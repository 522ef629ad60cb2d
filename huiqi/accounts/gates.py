"""Doors of pages: who is not signed in is sent to sign in; who may not is told that there is nothing."""

from collections.abc import Callable, Iterable
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
            behalf = _behalf(request.user, frozenset(powers), today)  # type: ignore[arg-type]
            with audit.acting(behalf, _door(powers, today)):
                return view(request, *args, **kwargs)

        return guarded

    return guard


def _door(powers: Iterable[Power], today: date) -> str:
    """The day and the powers asked for: `2020-03-01 import_firms merge_firms`."""
    return " ".join([today.isoformat(), *sorted(powers)])


def behalf_at(actor_id: str, door: str) -> audit.Behalf | None:
    """Who is behind the records of work that somebody began behind a door; None for a door unknown here."""
    day, *names = door.split(" ")
    user = User.objects.filter(public_id=actor_id).order_by("pk").first()
    try:
        powers, today = frozenset(map(Power, names)), date.fromisoformat(day)
    except ValueError:
        return None  # kept by another release
    return _behalf(user, powers, today) if user else None


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
