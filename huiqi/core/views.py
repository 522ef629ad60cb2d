"""Pages that belong to no app: health, larger type, language, jobs, errors."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.core import jobs
from huiqi.core.context_processors import LARGE_TYPE_COOKIE
from huiqi.core.htmx import render_page
from huiqi.core.models import Job

YEAR_SECONDS = 31_536_000


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What one can do here, at a glance."""
    return render(request, "core/home.html")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 otherwise; for load balancers and the start script."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "ok"})


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else "/"


@require_POST
def large_type(request: HttpRequest) -> HttpResponse:
    """Switch the larger type on or off for this browser."""
    response = HttpResponseRedirect(_back(request))
    wanted = "" if request.COOKIES.get(LARGE_TYPE_COOKIE) == "1" else "1"
    response.set_cookie(
        LARGE_TYPE_COOKIE,
        wanted,
        max_age=YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return response


@login_required
@require_safe
@never_cache
def job(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a job is; htmx asks again for the fragment until the job has ended."""
    row = get_object_or_404(Job.objects.visible_to(request.user), public_id=public_id)
    return render_page(request, "core/job.html", "core/_job.html", {"job": row})


@login_required
@require_POST
def job_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a job to stop."""
    row = get_object_or_404(Job.objects.visible_to(request.user), public_id=public_id)
    if not row.is_finished:  # it may have ended while the button was being pressed: then show its result
        jobs.cancel_job(row, actor=request.user)
    return redirect("core:job", public_id)


def not_found(request: HttpRequest, exception: Http404 | None = None) -> HttpResponse:
    """404: also for what exists but may not be seen."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with the request id, so that a person can name what went wrong; the trace is only in the log.

    Rendered without the request: a context processor may be the very thing that failed.
    """
    page = render_to_string(
        "500.html", {"request_id": getattr(request, "id", ""), "hotline": settings.HUIQI_HOTLINE}
    )
    return HttpResponse(page, status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself was malformed."""
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when a form was open too long or cookies are off: says what to do."""
    return render(request, "403_csrf.html", status=403)
