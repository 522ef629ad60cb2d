"""The notices page, its settings, and the demo's outbox."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.core import clock
from huiqi.core.pagination import paginate
from huiqi.messages.commands.notices import mute_kinds, read_all, read_notice
from huiqi.messages.models import Notice, OutboxMessage
from huiqi.messages.queries import kind_choices, newest_of, notices_of

# People mark as read for themselves; nobody reads another's notices, whatever the role.


@login_required
@require_safe
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """All notices of the person, unread first."""
    rows = notices_of(request.user)  # type: ignore[arg-type]
    page = paginate(rows, request.GET.get("page"))
    context = {"page": page, "unread": rows.unread().count(), "newest": newest_of(request.user)}  # type: ignore[arg-type,attr-defined]
    return render(request, "messages/notices.html", context)


@login_required
@require_POST
def open_notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mark a notice as read and go where it leads (`stay`: back to the page)."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), public_id=public_id)
    read_notice(notice, at=clock.now())
    return redirect("messages:notices") if "stay" in request.POST else HttpResponseRedirect(notice.url)


@login_required
@require_POST
def read_everything(request: HttpRequest) -> HttpResponse:
    """Mark as read what stood on the page when the button was drawn."""
    seen = get_object_or_404(
        Notice.objects.visible_to(request.user), public_id=request.POST.get("up_to", "")[:20]
    )
    read_all(request.user, up_to=seen, at=clock.now())  # type: ignore[arg-type]
    return redirect("messages:notices")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def preferences(request: HttpRequest) -> HttpResponse:
    """Which kinds the daily text message counts."""
    choices = kind_choices(request.user)  # type: ignore[arg-type]
    if request.method == "POST":
        wanted = set(request.POST.getlist("kind"))
        mute_kinds(request.user, [c.kind.code for c in choices if c.kind.code not in wanted])  # type: ignore[arg-type]
        return redirect("messages:notices")
    return render(request, "messages/preferences.html", {"choices": choices})


@login_required
@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """The text messages of a demo site: one's own, or all for who manages accounts. 404 elsewhere."""
    if not settings.HUIQI_DEMO:
        raise Http404
    rows = OutboxMessage.objects.visible_to(request.user, clock.today()).order_by("-at", "-pk")
    page = paginate(rows, request.GET.get("page"))
    return render(request, "messages/outbox.html", {"page": page})
