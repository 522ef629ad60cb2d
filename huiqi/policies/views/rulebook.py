"""Pages about the rulebook as such: the editor's desk, the developers' page, the way in after sign-in."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.core.jobs import start_job
from huiqi.policies.queries.desk import desk
from huiqi.policies.queries.judging import rulebook as loaded_rulebook
from huiqi.policies.queries.verification import VERIFY_RULEBOOK


@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Where a person starts after signing in, by role."""
    if request.user.can_edit_policies:  # type: ignore[union-attr]
        return redirect("policies:rulebook")
    return redirect("admin:index") if request.user.is_staff else redirect("core:home")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rulebook(request: HttpRequest) -> HttpResponse:
    """What is live and what the office must supply; a POST runs all cases as a job."""
    if not request.user.can_edit_policies:  # type: ignore[union-attr]
        raise Http404
    if request.method == "POST":
        job = start_job(VERIFY_RULEBOOK, {}, actor=request.user)
        return redirect("core:job", job.public_id)
    return render(request, "policies/rulebook.html", {"desk": desk(loaded_rulebook(), request.user)})


@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """What programs can ask, and the first call."""
    root = f"{request.scheme}://{request.get_host()}"
    return render(request, "policies/developers.html", {"root": root})
