"""The queue of call-backs: claim one, call, write down what was heard."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.queries.clock_lines import due_words, with_due_unit
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.hotline.commands import call_backs as commands
from huiqi.hotline.commands import dialling
from huiqi.hotline.forms.calls import CallBackForm
from huiqi.hotline.models import CallBackClaim, CallWish
from huiqi.hotline.ports import telephony_port
from huiqi.hotline.queries.call_backs import (
    claim_of,
    due_call_backs,
    open_wishes,
    tries_of,
    unclaimed,
    waiting_wishes,
    wish_of,
)
from huiqi.hotline.queries.dialling import case_to_dial

calls_back = power_required(Power.CALL_BACK)
answers_calls = power_required(Power.ANSWER_CALLS)


@calls_back
@require_safe
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """Whom to call back now; numbers appear only with the claim."""
    user, wall, today, at = user_of(request), clock.wall_now(), clock.today(), clock.now()
    rows = with_due_unit(unclaimed(due_call_backs(user, today), wall)).select_related("desk", "lead")
    page = paginate(rows, request.GET.get("page"))
    is_agent = may(user, Power.ANSWER_CALLS, today)
    context = {
        "page_obj": page,
        "rows": [(row, due_words(row, at)) for row in page],
        "claim": claim_of(user, wall),
        "wishes": waiting_wishes(user, wall) if is_agent else CallWish.objects.none(),
        "mine": wish_of(user, wall) if is_agent else None,
        "is_agent": is_agent,
        "can_dial": telephony_port().can_dial,
        "at": at,
    }
    return render(request, "hotline/call_backs.html", context)


@calls_back
@require_POST
def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one; the number is revealed and the reason 回访 is on record."""
    user = user_of(request)
    case = get_object_or_404(due_call_backs(user, clock.today()), public_id=public_id)
    commands.claim_call_back(case, actor=user, at=clock.now(), wall=clock.wall_now())
    return redirect("hotline:call_back")


def _claim(request: HttpRequest) -> CallBackClaim:
    held = claim_of(user_of(request), clock.wall_now())
    if held is None:
        raise Http404
    return held


@calls_back
@require_safe
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """What this person is calling now: number, what was answered, what to write down. 404 without a claim."""
    return _page(request, _claim(request), CallBackForm())


def _page(request: HttpRequest, held: CallBackClaim, form: CallBackForm, status: int = 200) -> HttpResponse:
    context = {
        "claim": held,
        "case": held.case,
        "tries": tries_of(held.case),
        "form": form,
        "can_dial": telephony_port().can_dial,
    }
    return render(request, "hotline/call_back.html", context, status=status)


@calls_back
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Write it down and go to the next."""
    held = _claim(request)
    form = CallBackForm(request.POST)
    if not form.is_valid():
        return _page(request, held, form, 422)
    given = form.cleaned_data
    try:
        commands.answer_call_back(
            held,
            word=given["word"],
            rating=given["rating"],
            note=given["note"],
            actor=user_of(request),
            at=clock.now(),
            wall=clock.wall_now(),
        )
    except Refused as refusal:
        form.add_error(None, worded(refusal.said))
        return _page(request, held, form, 422)
    messages.success(request, _("回访已记录。"))
    return redirect("hotline:call_backs")


@calls_back
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Give it back."""
    commands.release_call_back(_claim(request), actor=user_of(request))
    messages.success(request, _("已放回，由同事接着打。"))
    return redirect("hotline:call_backs")


@power_required(Power.CALL_BACK, Power.ANSWER_CALLS)
@require_POST
def dial_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the telephone system call the requester of a case."""
    user, wall = user_of(request), clock.wall_now()
    case = case_to_dial(user, public_id, clock.today(), wall)
    if case is None:
        raise Http404
    try:
        dialling.dial_requester(case, actor=user, at=clock.now(), wall=wall)
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    else:
        messages.success(request, _("正在接通，请拿起话机。"))
    held = claim_of(user, wall)
    if held is not None and held.case_id == case.pk:
        return redirect("hotline:call_back")
    return redirect("cases:case", case.public_id)


@answers_calls
@require_POST
def dial_wish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the telephone system call who asked for it; for who holds the wish."""
    user, wall = user_of(request), clock.wall_now()
    wish = wish_of(user, wall)
    if wish is None or wish.public_id != public_id:
        raise Http404
    try:
        dialling.dial_wish(wish, actor=user, at=clock.now(), wall=wall)
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    else:
        messages.success(request, _("正在接通，请拿起话机。"))
    return redirect("hotline:call_backs")


@answers_calls
@require_POST
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    """Claim a caller's wish; its number appears."""
    wish = get_object_or_404(open_wishes(), public_id=public_id)
    commands.take_wish(wish, actor=user_of(request), wall=clock.wall_now())
    return redirect("hotline:call_backs")


@answers_calls
@require_POST
def answered(request: HttpRequest, public_id: str) -> HttpResponse:
    """Called, or nobody answered."""
    wish = get_object_or_404(open_wishes(), public_id=public_id)
    reached = request.POST.get("reached") == "yes"
    commands.answer_wish(wish, reached=reached, actor=user_of(request), at=clock.now(), wall=clock.wall_now())
    messages.success(request, _("已回电。") if reached else _("没有接通，留在队列里。"))
    return redirect("hotline:call_backs")
