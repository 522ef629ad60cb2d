"""The agent's screen. A call that is over is 404: what was seen is gone with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.cases.models import Case
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.hotline.commands import calls as commands
from huiqi.hotline.commands.call_backs import wish_call_back
from huiqi.hotline.forms.calls import PhoneForm, ProofForm, RegisterForm, WishForm, WordsForm
from huiqi.hotline.models import Call, Proof
from huiqi.hotline.ports import telephony_port
from huiqi.hotline.queries.call_backs import due_call_backs, open_shift, unread_hand_overs, waiting_wishes
from huiqi.hotline.queries.calls import (
    caller_lines,
    cases_of_caller,
    offered_by_phone,
    open_call,
    pops_ringing,
    suggest_matters,
)

_SEEN_TITLE = 30
answers_calls = power_required(Power.ANSWER_CALLS)


@answers_calls
@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Ready for the next call; a call that goes on is gone back to."""
    going = open_call(user_of(request), clock.wall_now())
    if going is not None:
        return redirect("hotline:call", going.public_id)
    return _desk_page(request, PhoneForm())


def _desk_page(request: HttpRequest, form: PhoneForm, status: int = 200) -> HttpResponse:
    user, wall, today = user_of(request), clock.wall_now(), clock.today()
    context = {
        "form": form,
        "pops": pops_ringing(wall).filter(agent=user),
        "polls": telephony_port().tells_calls,
        "shift": open_shift(user),
        "hand_overs": unread_hand_overs(user),
        "due": due_call_backs(user, today).order_by().count(),
        "wishes": waiting_wishes(user, wall).order_by().count(),
    }
    return render(request, "hotline/desk.html", context, status=status)


@answers_calls
@require_safe
@never_cache
def pops(request: HttpRequest) -> HttpResponse:
    """What rings at this agent's place, asked for every few seconds."""
    ringing = pops_ringing(clock.wall_now()).filter(agent=user_of(request))
    return render(request, "hotline/_pops.html", {"pops": ringing, "polls": telephony_port().tells_calls})


@answers_calls
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Take what rings, or a number typed."""
    user, wall = user_of(request), clock.wall_now()
    pop = None
    if request.POST.get("pop"):
        pop = get_object_or_404(pops_ringing(wall).filter(agent=user), public_id=request.POST["pop"])
        phone = pop.phone
    else:
        form = PhoneForm(request.POST)
        if not form.is_valid():
            return _desk_page(request, form, 422)
        phone = form.cleaned_data["phone"]
    taken = commands.start_call(phone, actor=user, at=clock.now(), wall=wall, pop=pop)
    return redirect("hotline:call", taken.public_id)


def _going(request: HttpRequest, public_id: str) -> Call:
    found = Call.objects.open_of(user_of(request), clock.wall_now())
    return get_object_or_404(found, public_id=public_id)


@answers_calls
@require_safe
@never_cache
def call(request: HttpRequest, public_id: str) -> HttpResponse:
    """The caller's own cases, a form for a new one, approved wording beside."""
    return _call_page(request, _going(request, public_id))


def _call_page(request: HttpRequest, going: Call, status: int = 200, **bound: Any) -> HttpResponse:
    definitions = bound.pop("definitions", None) or offered_by_phone()
    context = {
        "call": going,
        "is_proven": going.proof != Proof.NONE,
        "lines": caller_lines(going),
        "opened": [row.case for row in going.touches.filter(act="opened").select_related("case")],
        "register": RegisterForm(definitions=definitions, auto_id="new_%s"),
        "words": WordsForm(auto_id="words_%s"),
        "wish": WishForm(auto_id="wish_%s", initial={"on": clock.today()}),
        "proof": ProofForm(),
        "reason": "",
        "wrong": None,
        "wrong_case": "",
        "today": clock.today(),
        **bound,
    }
    return render(request, "hotline/call.html", context, status=status)


@answers_calls
@require_POST
def prove(request: HttpRequest, public_id: str) -> HttpResponse:
    """The agent says how the number was checked."""
    going = _going(request, public_id)
    form = ProofForm(request.POST)
    if not form.is_valid():
        return _call_page(request, going, 422, proof=form)
    proof = Proof(form.cleaned_data["proof"])
    commands.prove_number(going, proof, actor=user_of(request), at=clock.now(), wall=clock.wall_now())
    return redirect("hotline:call", going.public_id)


@answers_calls
@require_POST
def suggest(request: HttpRequest, public_id: str) -> HttpResponse:
    """The box of topics with what the words suggest chosen. POST, so that no word stands in an address."""
    _going(request, public_id)
    form, reason = _suggested(request)
    return render(request, "hotline/_matter.html", {"register": form, "reason": reason})


def _suggested(request: HttpRequest) -> tuple[RegisterForm, str]:
    """The form with the likeliest topic chosen where none was; why, in words."""
    definitions = offered_by_phone()
    data = request.POST.copy()
    chosen, before = data.get("matter", ""), data.get("suggested", "")
    reason = ""
    for definition, one in suggest_matters(definitions, data.get("text", "")[:2000], at=clock.now())[:1]:
        data["suggested"] = f"{definition.id}:{one.topic}"
        reason = worded(one.reason)
        if chosen in {"", before}:
            data["matter"] = f"{definition.id}:{one.topic}"
    return RegisterForm(data, definitions=definitions, auto_id="new_%s"), reason


@answers_calls
@require_POST
def register(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new case. Without a topic the likeliest is chosen and shown once more, so that a person decides."""
    going = _going(request, public_id)
    definitions = offered_by_phone()
    form = RegisterForm(request.POST, definitions=definitions, auto_id="new_%s")
    if not form.is_valid() or not form.cleaned_data["matter"]:
        shown, reason = _suggested(request)
        if form.is_valid():
            shown.add_error("matter", _("请核对主题后再按一次登记。"))
        return _call_page(
            request, going, 422, register=shown, reason=reason, definitions=definitions, wrong=shown
        )
    try:
        case = commands.register_by_call(
            going, _heard(form), actor=user_of(request), at=clock.now(), wall=clock.wall_now()
        )
    except Refused as refusal:
        if refusal.code != "cases.taken_before":
            raise
        messages.info(request, _("这件已经登记，没有重复登记。"))
    else:
        said = _("已登记，编号%(number)s。请念给来电人。") % {"number": case.spoken_number}
        messages.success(request, said)
    return redirect("hotline:call", going.public_id)


def _heard(form: RegisterForm) -> commands.Heard:
    given = form.cleaned_data
    item, _sign, topic = given["matter"].partition(":")
    suggested_item, _sign, suggested = given["suggested"].partition(":")
    text = given["text"].strip()
    return commands.Heard(
        item=item,
        topic=topic,
        title=text.splitlines()[0][:_SEEN_TITLE],
        text=text,
        name=given["name"],
        firm_name=given["firm_name"],
        credit_code=given["credit_code"],
        has_no_code=given["no_code"],
        prefecture=given["county"],
        key=given["key"],
        suggested=suggested if suggested_item == item else "",
    )


def _own_case(going: Call, case_id: str) -> Case:
    return get_object_or_404(cases_of_caller(going), public_id=case_id)


@answers_calls
@require_POST
def message(request: HttpRequest, public_id: str, case_id: str) -> HttpResponse:
    """What the caller adds to an own case."""
    going = _going(request, public_id)
    case, form = _own_case(going, case_id), WordsForm(request.POST, auto_id="words_%s")
    if not form.is_valid():
        return _call_page(request, going, 422, words=form, wrong=form, wrong_case=case.public_id)
    text = form.cleaned_data["text"]
    commands.message_by_call(
        going, case, text=text, actor=user_of(request), at=clock.now(), wall=clock.wall_now()
    )
    messages.success(request, _("已转给办理单位。"))
    return redirect("hotline:call", going.public_id)


@answers_calls
@require_POST
def withdraw(request: HttpRequest, public_id: str, case_id: str) -> HttpResponse:
    """The caller takes an own case back."""
    going = _going(request, public_id)
    case, form = _own_case(going, case_id), WordsForm(request.POST, auto_id="words_%s")
    if not form.is_valid():
        return _call_page(request, going, 422, words=form, wrong=form, wrong_case=case.public_id)
    text = form.cleaned_data["text"]
    commands.withdraw_by_call(
        going, case, reason=text, actor=user_of(request), at=clock.now(), wall=clock.wall_now()
    )
    messages.success(request, _("已按来电人的要求撤回。"))
    return redirect("hotline:call", going.public_id)


@answers_calls
@require_POST
def wish(request: HttpRequest, public_id: str) -> HttpResponse:
    """The caller wants to be called at another time."""
    going = _going(request, public_id)
    form = WishForm(request.POST, auto_id="wish_%s")
    if not form.is_valid():
        return _call_page(request, going, 422, wish=form, wrong=form, wrong_case="wish")
    wish_call_back(
        going.phone,
        about=form.cleaned_data["about"],
        wanted_at=form.wanted_at(),
        actor=user_of(request),
        at=clock.now(),
    )
    messages.success(request, _("已记下，到时由在岗坐席回电。"))
    return redirect("hotline:call", going.public_id)


@answers_calls
@require_POST
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hang up."""
    found = get_object_or_404(Call, public_id=public_id, agent=user_of(request))
    commands.end_call(found, actor=user_of(request), at=clock.now())
    messages.success(request, _("通话已结束。"))
    return redirect(reverse("hotline:desk"))
