"""A URLconf whose pages fail, for the tests of what a visitor sees then."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as site_patterns
from huiqi.core.errors import Refused

SECRET = "13800000000-in-a-local-variable"  # noqa: S105


def broken(request: HttpRequest) -> HttpResponse:
    """Fails with something in its frame that nobody may see."""
    phone = SECRET
    raise ZeroDivisionError(f"about {phone}")


def refused(request: HttpRequest) -> HttpResponse:
    """Declines."""
    raise Refused("test.closed", "这份体检已结束。请重新开始一次。")


def forbidden(request: HttpRequest) -> HttpResponse:
    """Django's own refusal, which our views do not use."""
    raise PermissionDenied


def private(request: HttpRequest, token: str) -> HttpResponse:
    """Stands for a private link."""
    return HttpResponse("ok")


urlpatterns = [
    path("broken/", broken),
    path("refused/", refused),
    path("forbidden/", forbidden),
    path("private/<str:token>/", private, name="private"),
    *site_patterns,
]
