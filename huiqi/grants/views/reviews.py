"""The expert's pages: declare first, then read and score."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.files.queries import attachments_of
from huiqi.grants.commands.reviewing import declare, score
from huiqi.grants.forms.deciding import DeclareForm, ScoreForm
from huiqi.grants.models import Review
from huiqi.grants.queries.judging import policy_title
from huiqi.grants.workflow import State

reviews_grants = power_required(Power.REVIEW_GRANTS)


@reviews_grants
@require_safe
@never_cache
def reviews(request: HttpRequest) -> HttpResponse:
    """What the person is asked to review, and what was."""
    rows = Review.objects.of_expert(user_of(request)).select_related(
        "application__call", "application__enterprise"
    )
    page = paginate(rows.order_by("-assigned_at", "-pk"), request.GET.get("page"))
    return render(request, "grants/reviews.html", {"page": page})


@reviews_grants
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Declare; free of conflict: the papers and the score sheet. With a conflict there is nothing to see."""
    user = user_of(request)
    rows = Review.objects.of_expert(user).exclude(declared=Review.Declared.CONFLICT)
    row = get_object_or_404(
        rows.filter(application__state=State.REVIEWING).select_related(
            "application__call", "application__enterprise"
        ),
        public_id=public_id,
    )
    call = row.application.call
    is_declared = row.declared == Review.Declared.FREE
    data = request.POST if request.method == "POST" else None
    form = ScoreForm(data, criteria=call.criteria) if is_declared else DeclareForm(data)
    status = 422 if form.errors else 200
    if data is not None and form.is_valid():
        try:
            goes_on = _take(row, form, request)
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            status = 409
        else:
            return redirect("grants:review", public_id) if goes_on else redirect("grants:reviews")
    context = {
        "review": row,
        "application": row.application,
        "call": call,
        "policy_title": policy_title(call.policy),
        "is_declared": is_declared,
        "form": form,
        "files": list(attachments_of(row.application)) if is_declared else [],
        "crumbs": [(_("专家评审"), reverse("grants:reviews")), (call.title, "")],
    }
    return render(request, "grants/review.html", context, status=status)


def _take(row: Review, form: DeclareForm | ScoreForm, request: HttpRequest) -> bool:
    """Do what was sent; whether the same page goes on."""
    user, at = user_of(request), clock.now()
    if isinstance(form, ScoreForm):
        score(row, form.points(), comment=form.cleaned_data["comment"], actor=user, at=at)
        messages.success(request, _("评分已记录。"))
        return False
    conflict = form.cleaned_data["conflict"] == "yes"
    declare(row, conflict=conflict, words=form.cleaned_data["words"], actor=user, at=at)
    if conflict:
        messages.success(request, _("已记录回避，谢谢。"))
    return not conflict
