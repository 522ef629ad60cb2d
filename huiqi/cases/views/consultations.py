"""The consultation desk 协同: letters by state, one letter with its way, and every act upon it."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.cases.commands import consultations as commands
from huiqi.cases.commands.consultations import Sending, draft_letter
from huiqi.cases.documents.official import CONTENT_TYPE, NUMBER_TO_COME, Paper, write_docx
from huiqi.cases.forms.consultations import (
    DecisionForm,
    LetterForm,
    RaiseForm,
    ReplyForm,
    RoundForm,
    SentForm,
    WithdrawForm,
)
from huiqi.cases.models import Case, Consultation, Countersign
from huiqi.cases.queries.consultations import (
    OPEN,
    first_draft,
    letter_events,
    letters_seen,
    may_consult,
    may_reply,
    may_write,
    reply_days,
    turns_of,
)
from huiqi.cases.queries.reviewers import lacks_reviewer
from huiqi.core import clock
from huiqi.core.dates import format_date_zh
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_act
from huiqi.core.pagination import paginate
from huiqi.files.commands import receive_upload
from huiqi.files.downloads import file_response, serve_attachment
from huiqi.files.queries import attachments_of

WHO = (Power.VIEW_CASES, Power.DISPATCH_CASES, Power.REVIEW_ANSWERS, Power.HANDLE_CASES)
reads_letters = power_required(*WHO)
State = Consultation.State
EXPORTED = (State.APPROVED, State.SENT, State.REPLIED)
DEFAULT_DAYS = 10  # as the shipped items say; the officer may ask for another


@dataclass(frozen=True)
class Turn:
    """One person before one letter."""

    letter: Consultation
    user: User
    writes: bool
    replies: bool
    sign: Countersign | None


@dataclass(frozen=True)
class Act:
    """Something one may do with the letter: its words, its form, whose turn it is, how it is done."""

    label: Any
    done: Any
    states: tuple[str, ...]
    may: Callable[[Turn], bool]
    form: Callable[[Turn, Any, Any], forms.Form]
    run: Callable[[Turn, Any], Any]


@dataclass(frozen=True)
class Offer:
    """An act as the page offers it."""

    name: str
    label: Any
    form: forms.Form
    has_file: bool


# --- the list ------------------------------------------------------------------------------------------


@reads_letters
@require_safe
@never_cache
def consultations(request: HttpRequest) -> HttpResponse:
    """The letters a person may read, by state; open ones first asked for."""
    user, today = user_of(request), clock.today()
    rows, wanted = letters_seen(user, today), request.GET.get("state", "open")
    mine = list(turns_of(user, today)[:20])
    if wanted == "open":
        rows = rows.filter(state__in=OPEN)
    elif wanted == "late":
        rows = rows.filter(state=State.SENT, reply_by__lt=today)
    elif wanted in State.values:
        rows = rows.filter(state=wanted)
    context = {
        "page": paginate(rows, request.GET.get("page")),
        "state": wanted,
        "states": [
            ("open", _("未办结")),
            ("late", _("到期未复")),
            *[(state.value, state.label) for state in State],
            ("all", _("全部")),
        ],
        "mine": mine,
        "today": today,
    }
    return render(request, "cases/consultations.html", context)


@power_required(Power.DISPATCH_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_consultation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin a letter about a case on the person's desk; the draft holds its facts without who asked."""
    user, today = user_of(request), clock.today()
    seen = Case.objects.visible_to(user, today).select_related("edition", "desk", "lead")
    case = get_object_or_404(seen, public_id=public_id)
    if not may_consult(case, user, today):
        raise Http404
    form, status = LetterForm(request.POST or None, initial=first_draft(case)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = draft_letter(case, form.letter(), from_unit=case.desk, actor=user, at=clock.now())
                return redirect("cases:consultation", made.public_id)
            except Refused as refusal:
                status = 409
                form.add_error(None, worded(refusal.said))
    crumbs = [(_("商请函"), reverse("cases:consultations")), (_("起草"), "")]
    context = {"case": case, "form": form, "crumbs": crumbs}
    return render(request, "cases/consultation_new.html", context, status=status)


# --- one letter ----------------------------------------------------------------------------------------


def open_letter(request: HttpRequest, public_id: str) -> Turn:
    """The letter and what the person is to it, or 404."""
    user, today = user_of(request), clock.today()
    letter = get_object_or_404(letters_seen(user, today), public_id=public_id)
    sign = turns_of(user, today).filter(consultation=letter).first()
    return Turn(letter, user, may_write(letter, user, today), may_reply(letter, user, today), sign)


@reads_letters
@require_safe
@never_cache
def consultation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Left the letter, right its way and what this person can do now."""
    return _show(request, open_letter(request, public_id))


def _show(request: HttpRequest, turn: Turn, kept: Offer | None = None, status: int = 200) -> HttpResponse:
    letter, today = turn.letter, clock.today()
    offers = [
        kept if kept and kept.name == name else _offer(name, turn)
        for name, act in ACTS.items()
        if letter.state in act.states and act.may(turn)
    ]
    seen = Case.objects.visible_to(turn.user, today).filter(pk=letter.case_id)
    context = {
        "letter": letter,
        "turn": turn,
        "kept": kept,
        "first": offers[0] if offers else None,
        "others": offers[1:],
        "waits_for_nobody": letter.state == State.REVIEWING
        and lacks_reviewer(letter.from_unit, letter.made_by, today),
        "signs": letter.countersigns.select_related("unit", "by").order_by("is_review", "pk"),
        "events": letter_events(letter),
        "files": list(attachments_of(letter)),
        "case_seen": seen.exists(),
        "may_export": turn.writes and letter.state in EXPORTED,
        "is_late": letter.state == State.SENT and letter.reply_by is not None and letter.reply_by < today,
        "crumbs": [(_("商请函"), reverse("cases:consultations")), (letter.subject, "")],
    }
    return render(request, "cases/consultation.html", context, status=status)


def _offer(name: str, turn: Turn, data: Any = None, files: Any = None) -> Offer:
    act = ACTS[name]
    form = act.form(turn, data, files)
    form.auto_id = f"{name}-%s"
    return Offer(name, act.label, form, any(field == "scan" for field in form.fields))


@reads_letters
@require_POST
@never_cache
def consultation_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Do one thing with the letter; what was typed is kept when it cannot be done."""
    turn = open_letter(request, public_id)
    act = ACTS.get(name)
    if act is None or not act.may(turn):
        raise Http404
    offer = _offer(name, turn, request.POST, request.FILES)

    def show(status: int) -> HttpResponse:
        return _show(request, open_letter(request, public_id), offer, status)

    def then() -> HttpResponse:
        seen = letters_seen(turn.user, clock.today()).filter(public_id=public_id).exists()
        return redirect("cases:consultation", public_id) if seen else redirect("cases:consultations")

    return do_act(request, PageAct(lambda: act.run(turn, offer.form), act.done, offer.form, show), then)


@reads_letters
@require_POST
@never_cache
def consultation_export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The letter as a Word file without number and seal, for the office's own OA; recorded."""
    turn = open_letter(request, public_id)
    letter = turn.letter
    if not turn.writes or letter.state not in EXPORTED:
        raise Http404
    commands.record_letter_export(letter, actor=turn.user)
    paper = Paper(
        letter.subject,
        (letter.body,),
        letter.from_unit.name,
        format_date_zh(letter.sent_on) if letter.sent_on else _("（日期以OA为准）"),
        to=letter.to_name,
        number=letter.document or NUMBER_TO_COME,
    )
    return file_response(io.BytesIO(write_docx(paper)), f"{letter.subject}.docx", CONTENT_TYPE)


@reads_letters
@require_safe
@never_cache
def consultation_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """A scan of the letter or of its answer."""
    turn = open_letter(request, public_id)
    found = get_object_or_404(attachments_of(turn.letter), public_id=file_id)
    return serve_attachment(found, reader=turn.user)


# --- acts ----------------------------------------------------------------------------------------------


def _writes(turn: Turn) -> bool:
    return turn.writes


def _plain(form: type[forms.Form], **initial: Any) -> Callable[[Turn, Any, Any], forms.Form]:
    return lambda turn, data, files: form(data, files, initial=initial)


def _letter_form(turn: Turn, data: Any, files: Any) -> forms.Form:
    letter = turn.letter
    initial = {"to_name": letter.to_name, "subject": letter.subject, "body": letter.body}
    form = LetterForm(data, initial=initial)
    form.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=letter.version)
    return form


def _change(turn: Turn, form: Any) -> None:
    expected = form.cleaned_data["version"]
    commands.change_letter(turn.letter, form.letter(), actor=turn.user, at=clock.now(), expected=expected)


def _send_round(turn: Turn, form: Any) -> None:
    commands.send_for_review(turn.letter, countersigners=form.units(), actor=turn.user, at=clock.now())


def _decide(turn: Turn, form: Any) -> None:
    if turn.sign is None:
        raise Http404
    agreed, comment = form.cleaned_data["decision"] == "agree", form.cleaned_data["comment"]
    commands.decide_countersign(turn.sign, agreed=agreed, comment=comment, actor=turn.user, at=clock.now())


def _sent_form(turn: Turn, data: Any, files: Any) -> forms.Form:
    days = reply_days(turn.letter.case) or DEFAULT_DAYS
    return SentForm(data, files, initial={"days": days, "sent_on": clock.today()})


def _scan(turn: Turn, form: Any) -> Any:
    upload = form.cleaned_data.get("scan")
    return receive_upload(upload, actor=turn.user, at=clock.now()) if upload else None


def _enter_sent(turn: Turn, form: Any) -> None:
    given, now = form.cleaned_data, clock.now()
    sending = Sending(
        given["document"], given["sent_on"], commands.reply_day(given["sent_on"], given["days"], now)
    )
    commands.enter_sent(turn.letter, sending, scan=_scan(turn, form), actor=turn.user, at=now)


def _reply_form(turn: Turn, data: Any, files: Any) -> forms.Form:
    today = clock.today()
    return ReplyForm(data, files, is_own=turn.replies, today=today, initial={"replied_on": today})


def _enter_reply(turn: Turn, form: Any) -> None:
    given = form.cleaned_data
    commands.enter_reply(
        turn.letter,
        text=given["reply"],
        replied_on=given["replied_on"],
        scan=_scan(turn, form),
        is_own=turn.replies,
        actor=turn.user,
        at=clock.now(),
    )


def _raise(turn: Turn, form: Any) -> None:
    commands.raise_silence(turn.letter, mandate=form.cleaned_data["mandate"], actor=turn.user, at=clock.now())


def _withdraw(turn: Turn, form: Any) -> None:
    commands.withdraw_letter(turn.letter, reason=form.cleaned_data["reason"], actor=turn.user, at=clock.now())


_OPEN = tuple(state.value for state in OPEN)
ACTS: Mapping[str, Act] = {
    "decide": Act(
        gettext_lazy("审核会签"),
        gettext_lazy("意见已记录。"),
        (State.REVIEWING,),
        lambda turn: turn.sign is not None,
        _plain(DecisionForm),
        _decide,
    ),
    "review": Act(
        gettext_lazy("送审会签"),
        gettext_lazy("已送审核会签。"),
        (State.DRAFTING,),
        _writes,
        _plain(RoundForm),
        _send_round,
    ),
    "change": Act(
        gettext_lazy("修改函稿"),
        gettext_lazy("函稿已保存。"),
        (State.DRAFTING,),
        _writes,
        _letter_form,
        _change,
    ),
    "sent": Act(
        gettext_lazy("登记发文"),
        gettext_lazy("已登记发文，开始参考计时。"),
        (State.APPROVED,),
        _writes,
        _sent_form,
        _enter_sent,
    ),
    "reply": Act(
        gettext_lazy("登记答复"),
        gettext_lazy("答复已登记。"),
        (State.SENT,),
        lambda turn: turn.writes or turn.replies,
        _reply_form,
        _enter_reply,
    ),
    "raise": Act(
        gettext_lazy("提请领导小组协调"),
        gettext_lazy("已提请领导小组。"),
        (State.SENT,),
        lambda turn: turn.writes and turn.letter.raised_at is None,
        _plain(RaiseForm),
        _raise,
    ),
    "withdraw": Act(
        gettext_lazy("撤回这份函"),
        gettext_lazy("已撤回。"),
        _OPEN,
        _writes,
        _plain(WithdrawForm),
        _withdraw,
    ),
}
