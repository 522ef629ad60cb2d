"""Pages of a half-filled request: found by link, never cached, never named elsewhere."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from huiqi.cases.commands.drafts import save_step
from huiqi.cases.forms.sheet import TEXT_STEPS, Sheet, phone_of, typed_of
from huiqi.cases.models import Draft
from huiqi.cases.queries.drafts import find_draft
from huiqi.cases.queries.items import current_edition
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.hushed import hushed
from huiqi.core.ids import PUBLIC_ID_LENGTH

# Lives as long as the browser runs: on a shared computer, closing it is enough.
LAST_COOKIE = "hq_draft"
_KEY = "cases.draft.late"
DraftView = Callable[..., HttpResponse]


def drafting(view: DraftView) -> DraftView:
    """Open the draft of `token` for the view as a `Sheet`, or answer 404. Whoever is signed out meanwhile
    signs in again; what was just typed is kept all the same."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **arguments: Any) -> HttpResponse:
        draft = find_draft(token, request.user, clock.wall_now())
        if draft is None:
            if request.user.is_authenticated or len(token) != PUBLIC_ID_LENGTH:
                raise Http404
            _keep_late(request, token, arguments.get("step", ""))
            back = reverse("cases:draft", args=[token])
            return hushed(redirect_to_login(back))
        edition = current_edition(draft.item)
        if edition is None:
            raise Http404
        sheet = Sheet(draft, edition, request.user, clock.now())
        return hushed(view(request, sheet, token=token, **arguments))

    return opened


def late_key(sheet: Sheet) -> str:
    """Lets the page's form be kept after the session ended; it opens nothing."""
    return signing.dumps(sheet.draft.public_id, salt=_KEY) if sheet.draft.user_id else ""


def _keep_late(request: HttpRequest, token: str, step: str) -> None:
    if request.method != "POST" or step not in TEXT_STEPS:
        return
    try:
        named = signing.loads(request.POST.get("key", ""), salt=_KEY)
    except signing.BadSignature:
        return
    draft = Draft.objects.filter(public_id=token).first() if named == token else None
    if draft is not None:
        try:
            save_step(draft, step, typed_of(request.POST), phone="", at=clock.wall_now())
        except Refused:
            return


def save_typed(sheet: Sheet, step: str, data: Any) -> None:
    """Keep what a step typed, valid or not."""
    typed = typed_of(data)
    phone = phone_of(typed) if step == "contact" else ""
    sheet.draft = save_step(sheet.draft, step, typed, phone=phone, at=clock.wall_now())
    sheet.__dict__.pop("typed", None)
    sheet.__dict__.pop("firm", None)


def remember(request: HttpRequest, response: HttpResponse, token: str) -> None:
    """Let this browser find the draft again from the item's page."""
    response.set_cookie(
        LAST_COOKIE,
        token,
        path=reverse("cases:items").rsplit("items/", 1)[0],
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def last_draft(request: HttpRequest, item: str) -> tuple[Draft, str] | None:
    """The unsent draft of the item that this browser began, and its link."""
    token = request.COOKIES.get(LAST_COOKIE, "")
    draft = find_draft(token, request.user, clock.wall_now()) if token else None
    return (draft, token) if draft and draft.item == item and draft.sent_at is None else None
