"""The desk 办理台 and the search: pages made of what the apps offer (slots.py)."""

from datetime import date
from itertools import chain

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.core.guides import bring_back, dismiss, guide_of, shown_guide
from huiqi.core.slots import SLOTS, Found, Guide, Hit, Source, Task, render_panels

LONGEST_WORDS = 60
HITS_PER_SOURCE = 8


@login_required
@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person today, what is in their charge, what they can do."""
    charges = (charge(request) for charge in SLOTS.charges)
    context = {
        "tasks": _in_order(chain.from_iterable(tasks(request) for tasks in SLOTS.tasks)),
        "guide": shown_guide(request),
        "charges": [charge for charge in charges if charge],
        "news": render_panels(SLOTS.news, request),
        "panels": render_panels(SLOTS.desk, request),
        "ways": [way for way in SLOTS.ways if way.shown_to(request)],
        "post": SLOTS.post_words(request),
        "idle": SLOTS.idle_words(request),
    }
    return render(request, "core/desk.html", context)


def _in_order(tasks: chain[Task]) -> list[Task]:
    """Late ones first, then by the day they are due; without a day last, as the apps gave them."""
    return sorted(tasks, key=lambda task: (not task.is_late, task.due or date.max))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Everything called so that this person may see, by kind.

    The box posts. Words go into the address, so that a search can be linked; what is private, such as a
    telephone number, never does (histories, proxies, logs) and is answered at once.
    """
    typed = (request.POST if request.method == "POST" else request.GET).get("q", "")
    words = typed.replace("\x00", "").strip()[:LONGEST_WORDS]
    is_private = bool(words) and SLOTS.is_private(words)
    if request.method == "POST" and not is_private:
        return redirect(f"{request.path}?{urlencode({'q': words})}" if words else request.path)
    context = {
        "words": "" if is_private else words,
        "is_private": is_private,
        "asked": bool(words),
        "found": _found(request, words) if words else [],
    }
    return render(request, "core/search.html", context)


def _found(request: HttpRequest, words: str) -> list[Found]:
    pages = Source(_("菜单"), _pages)
    found = (_of_source(request, source, words) for source in (*SLOTS.search, pages))
    return [each for each in found if each.hits]


def _of_source(request: HttpRequest, source: Source, words: str) -> Found:
    hits = source.find(request, words, HITS_PER_SOURCE)
    leads_on = len(hits) == HITS_PER_SOURCE and source.list_url and not SLOTS.is_private(words)
    more_url = f"{reverse(source.list_url)}?{urlencode({'q': words})}" if leads_on else ""
    return Found(source.title, hits, more_url)


def _pages(request: HttpRequest, words: str, limit: int) -> list[Hit]:
    """Lines of the person's own menu."""
    low = words.lower()
    groups = SLOTS.menu_for(request).groups
    hits = [
        Hit(str(line.label), line.url, str(title))
        for title, lines in groups
        for line in lines
        if low in str(line.label).lower()
    ]
    return hits[:limit]


@login_required
@require_POST
def guide_dismiss(request: HttpRequest) -> HttpResponse:
    """Put the guide of the first days away for good."""
    dismiss(_guide(request).key, actor=request.user)
    return redirect("core:desk")


@login_required
@require_POST
def guide_back(request: HttpRequest) -> HttpResponse:
    """Show the guide of the first days again."""
    bring_back(_guide(request).key, actor=request.user)
    return redirect(f"{reverse('core:desk')}#guide")


def _guide(request: HttpRequest) -> Guide:
    guide = guide_of(request)
    if guide is None:
        raise Http404
    return guide
