"""上报: the list, and one matter with its answer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.pagination import paginate
from huiqi.core.slots import SLOTS, render_panels
from huiqi.stationing.commands.escalations import answer_escalation
from huiqi.stationing.forms.roster import AnswerForm
from huiqi.stationing.queries.escalations import answerable_escalations, visible_escalations

_WHO = (Power.VIEW_KEY_MATERIALS, Power.REPORT_KEY_MATERIALS, Power.ACT_FOR_FIRM)


@power_required(*_WHO)
@require_safe
@never_cache
def escalations(request: HttpRequest) -> HttpResponse:
    """What was reported upwards, open first."""
    rows = visible_escalations(request.user, clock.today())
    return render(request, "stationing/escalations.html", {"page": paginate(rows, request.GET.get("page"))})


@power_required(*_WHO)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def escalation(request: HttpRequest, public_id: str) -> HttpResponse:
    """One matter; a POST answers it."""
    today = clock.today()
    row = get_object_or_404(visible_escalations(request.user, today), public_id=public_id)
    may_answer = answerable_escalations(request.user, today).filter(pk=row.pk).exists()
    form = AnswerForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not may_answer:
            raise Http404
        if form.is_valid():
            answer = form.cleaned_data["answer"].strip()
            answer_escalation(row, answer=answer, actor=request.user, at=clock.now())  # type: ignore[arg-type]
            return redirect("stationing:escalation", public_id)
        status = 422
    context = {
        "row": row,
        "form": form,
        "may_answer": may_answer and row.answered_at is None,
        "panels": render_panels(SLOTS.escalation, request, row),
    }
    return render(request, "stationing/escalation.html", context, status=status)
