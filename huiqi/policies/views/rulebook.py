"""Pages about the rulebook as such: the editor's desk and the developers' page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required
from huiqi.accounts.powers import Power
from huiqi.core.jobs import start_job
from huiqi.policies.queries.desk import desk
from huiqi.policies.queries.verification import VERIFY_RULEBOOK
from huiqi.reference.judging import rulebook as loaded_rulebook


@power_required(Power.EDIT_POLICIES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rulebook(request: HttpRequest) -> HttpResponse:
    """What is live and what the office must supply; a POST runs all cases as a job."""
    if request.method == "POST":
        job = start_job(VERIFY_RULEBOOK, {}, actor=request.user)
        return redirect("core:job", job.public_id)
    return render(request, "policies/rulebook.html", {"desk": desk(loaded_rulebook(), request.user)})


@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """What programs can ask, and the first call."""
    root = f"{request.scheme}://{request.get_host()}"
    return render(request, "policies/developers.html", {"root": root})
