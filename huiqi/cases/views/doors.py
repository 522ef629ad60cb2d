"""代填: window clerks, agents and stationed officers fill in for somebody, and see what they took."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.roles import Role
from huiqi.cases.commands.intake import Asked
from huiqi.cases.commands.taking import take_request
from huiqi.cases.forms.doors import DOORS, Taking
from huiqi.cases.models import Case, Consent, ItemEdition
from huiqi.cases.public_words import public_word
from huiqi.cases.queries.items import current_edition, offered_items
from huiqi.cases.queries.promises import promises
from huiqi.cases.queries.taken import last_taken, taken_case, taken_cases
from huiqi.cases.workflow import Channel
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.enterprises.models import Enterprise
from huiqi.files.commands import receive_upload
from huiqi.files.models import Attachment

FIRST_ITEM = "request"
PAGE = 30
_OWN_DOOR = {
    Role.STATIONED_OFFICER: Channel.STATIONED,
    Role.HOTLINE_AGENT: Channel.PHONE,
    Role.WINDOW_CLERK: Channel.WINDOW,
}


def _doors(user: User) -> tuple[Channel, ...]:
    """The own door first; who sits at a desk may be called or visited."""
    own = _OWN_DOOR.get(Role(user.role))
    return (own,) if own else DOORS


def _first_item() -> str:
    """What the page opens with: plain requests, else whatever is offered first; "" before anything is."""
    offered = [row.item for row in offered_items(public_only=False)]
    return FIRST_ITEM if FIRST_ITEM in offered else next(iter(offered), "")


def _edition(item: str) -> ItemEdition:
    edition = current_edition(item)
    if edition is None:
        raise Http404
    return edition


@power_required(Power.TAKE_REQUESTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def take(request: HttpRequest, item: str = "") -> HttpResponse:
    """The dense page. `?like=last` starts with the people and firm of the own last entry, `?firm=` with a
    firm the person may see."""
    item = item or _first_item()
    if not item:
        return render(request, "cases/take_none.html")
    user, edition = user_of(request), _edition(item)
    if request.method != "POST":
        initial = _initial(request, user)
        return _page(request, Taking(edition, _doors(user), now=clock.now(), initial=initial))
    posted, now = request.POST, clock.now()
    taking = Taking(edition, _doors(user), now=now, data=posted, files=request.FILES)
    if not taking.is_valid():
        return _page(request, taking, 422)
    try:
        files = _received(request, user)
        key = taking.who.cleaned_data["key"]
        asked = _asked(taking, user)
        taken = take_request(asked, key=key, files=files, actor=user, at=clock.now(), wall=clock.wall_now())
    except Refused as refusal:
        taking.who.add_error(None, worded(refusal.said))
        return _page(request, taking, 422)
    context = {"case": taken.case, "code": taken.code, "promises": promises(taken.case, clock.now())}
    return render(request, "cases/take_done.html", context)


def _page(request: HttpRequest, taking: Taking, status: int = 200) -> HttpResponse:
    context = {
        "taking": taking,
        "definition": taking.definition,
        "items": [(row.item, row.definition.title) for row in offered_items(public_only=False)],
        "has_last": last_taken(user_of(request)) is not None,
    }
    return render(request, "cases/take.html", context, status=status)


def _initial(request: HttpRequest, user: User) -> dict[str, Any]:
    last = last_taken(user) if request.GET.get("like") == "last" else None
    if last is not None:
        return {
            "name": last.requester_name,
            "phone": last.requester_phone,
            "credit_code": last.credit_code,
            "firm_name": last.firm_name,
            "county": last.prefecture,
            "channel": last.channel,
        }
    firm = _firm_asked_for(request, user)
    if firm is None:
        return {}
    return {"credit_code": firm.credit_code or "", "firm_name": firm.name, "county": firm.prefecture or ""}


def _firm_asked_for(request: HttpRequest, user: User) -> Enterprise | None:
    public_id = request.GET.get("firm", "")
    if not public_id.isalnum():
        return None
    return Enterprise.objects.visible_to(user, clock.today()).filter(public_id=public_id).first()


def _received(request: HttpRequest, user: User) -> list[Attachment]:
    uploads = request.FILES.getlist("file")
    return [receive_upload(upload, actor=user, at=clock.wall_now()) for upload in uploads]


def _asked(taking: Taking, user: User) -> Asked:
    given = taking.who.cleaned_data
    known = taking.known
    # The register's firm is named where the taker may see it; otherwise the code alone says which it is.
    seen = Enterprise.objects.visible_to(user, clock.today())
    firm = seen.filter(pk=known.pk).first() if known is not None else None
    return Asked(
        item=taking.definition.id,
        topic=taking.topic.cleaned_data["topic"],
        title=given["title"],
        text=given["text"],
        channel=Channel(given["channel"]),
        name=given["name"],
        phone=given["phone"],
        firm_name=given["firm_name"],
        credit_code=given["credit_code"],
        has_no_code=given["no_code"],
        prefecture=given["county"],
        enterprise=firm,
        answers=taking.item.answers(),
        private_answers=taking.item.private_json(),
        edition=taking.edition,
        sheets=taking.sheets(),
        consent=Consent(given["consent"]),
    )


@power_required(Power.TAKE_REQUESTS)
@require_safe
@never_cache
def taken(request: HttpRequest) -> HttpResponse:
    """What the person took, newest first."""
    page = paginate(taken_cases(user_of(request)), request.GET.get("page"), PAGE)
    context = {"page_obj": page, "rows": [(case, public_word(case)) for case in page.object_list]}
    return render(request, "cases/taken.html", context)


@power_required(Power.TAKE_REQUESTS)
@require_safe
@never_cache
def taken_one(request: HttpRequest, public_id: str) -> HttpResponse:
    """One of them: number, where it stands, what comes next; enough to answer who asks at the window."""
    case: Case | None = taken_case(user_of(request), public_id)
    if case is None:
        raise Http404
    context = {"case": case, "word": public_word(case), "promises": promises(case, clock.now())}
    return render(request, "cases/taken_one.html", context | {"title": _("代填的诉求")})
