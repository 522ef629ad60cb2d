"""What every request passes: an id, a log line without secrets, the language, and refusals made readable."""

import re
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import new_public_id

log = structlog.get_logger("huiqi.request")
ANSWERED = (Refused, Http404, PermissionDenied, SuspiciousOperation)
GetResponse = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class RequestContextMiddleware:
    """Gives each request an id (or takes a proxy's), logs it by route name, and answers with the id.

    The route pattern is logged instead of the path, because a path may carry a private link's token.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.id = given if _REQUEST_ID.match(given) else new_public_id()  # type: ignore[attr-defined]
        started = time.perf_counter()
        audit.name_token("")  # what the last request of this thread came in by
        with structlog.contextvars.bound_contextvars(request_id=request.id):  # type: ignore[attr-defined]
            response = self.get_response(request)
            match = request.resolver_match
            log.info(
                "request",
                method=request.method,
                route=match.route if match else None,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Logs the trace of a fault once, with the id that the error page shows.

        What has an answer of its own (a refusal, a page not found, a malformed request) is no fault.
        """
        if not isinstance(exception, ANSWERED):
            log.exception("unhandled", exc_info=exception)


class LanguageMiddleware:
    """Chinese unless the visitor chose otherwise.

    The browser's Accept-Language is not asked: an office computer with an English system must not turn a
    Chinese government service English by itself.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Programs get one language whatever a person chose in the same browser.
        is_api = request.path.startswith("/api/")
        chosen = "" if is_api else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _ in settings.LANGUAGES}
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        patch_vary_headers(response, ["Cookie"])
        return response


class RefusalMiddleware:
    """Shows a Refused act as a page (409) in plain words; the API has its own mapping."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a refusal, or None for anything else."""
        if isinstance(exception, Refused):
            return render(request, "core/refused.html", {"refusal": exception}, status=409)
        return None
