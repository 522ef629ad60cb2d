"""Approved answers for everybody: what is said, on what ground, until when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiqi.core import clock
from huiqi.core.pagination import paginate
from huiqi.enterprises.search_text import LONGEST_QUESTION
from huiqi.knowledge.queries.wording import find_wordings, public_wordings


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """All public answers of today, or those that the words ask for."""
    words = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    rows = public_wordings(clock.today())
    found = find_wordings(rows, words) if words else None
    page = paginate(rows.order_by("question", "pk") if found is None else found, request.GET.get("page"))
    return render(request, "knowledge/answers.html", {"page_obj": page, "words": words})


@require_safe
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """One public answer; 404 once it ended."""
    wording = get_object_or_404(public_wordings(clock.today()), public_id=public_id)
    crumbs = [(_("常见问题"), reverse("knowledge:answers")), (wording.question, "")]
    return render(request, "knowledge/answer.html", {"wording": wording, "crumbs": crumbs})
