"""The desk 办理台 and the search: pages made of what the apps offer (slots.py)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.core.slots import SLOTS, render_panels

LONGEST_WORDS = 60
HITS_PER_SOURCE = 8


@login_required
@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person today."""
    return render(request, "core/desk.html", {"panels": render_panels(SLOTS.desk, request)})


@login_required
@require_safe
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Everything called so that this person may see, by kind."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_WORDS]
    sources = SLOTS.search if words else []
    found = [(source.title, source.find(request, words, HITS_PER_SOURCE)) for source in sources]
    return render(request, "core/search.html", {"words": words, "found": [pair for pair in found if pair[1]]})
