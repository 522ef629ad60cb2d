"""Doors of pages: who is not signed in is sent to sign in; who may not is told that there is nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock

View = Callable[..., HttpResponseBase]


def power_required(*powers: Power) -> Callable[[View], View]:
    """A view for people who have one of the powers today, by their own post or as a deputy."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            today = clock.today()
            if not any(may(request.user, power, today) for power in powers):  # type: ignore[arg-type]
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard
