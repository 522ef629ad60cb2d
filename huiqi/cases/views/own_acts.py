"""Acts of a requester on an own case, the same for an account and for a phone that proved itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import User
from huiqi.cases.commands import closing, desk, handling
from huiqi.cases.forms.own import FORMS, ActForm
from huiqi.cases.models import Case
from huiqi.cases.queries.own import acts_of, own_case_of, own_files
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.slots import SLOTS, render_panels
from huiqi.files.commands import attach, receive_upload
from huiqi.files.downloads import serve_attachment
from huiqi.files.models import Attachment

Doing = Callable[[Case, Mapping[str, Any], User | None, datetime], Case]
_MOST_FILES = 10


def _supplement(case: Case, given: Mapping[str, Any], actor: User | None, at: datetime) -> Case:
    return desk.give_supplement(case, text=given["text"], actor=actor, at=at)


def _message(case: Case, given: Mapping[str, Any], actor: User | None, at: datetime) -> Case:
    return handling.write_to_office(case, text=given["text"], actor=actor, at=at)


def _withdraw(case: Case, given: Mapping[str, Any], actor: User | None, at: datetime) -> Case:
    return desk.withdraw_case(case, reason=given["text"], actor=actor, at=at)


def _rate(case: Case, given: Mapping[str, Any], actor: User | None, at: datetime) -> Case:
    return closing.rate_case(
        case, word=given["word"], rating=given["rating"], text=given["text"], actor=actor, at=at
    )


def _reopen(case: Case, given: Mapping[str, Any], actor: User | None, at: datetime) -> Case:
    return closing.reopen_case(case, reason=given["text"], actor=actor, at=at)


_DO: Mapping[str, Doing] = {
    "supplement": _supplement,
    "message": _message,
    "withdraw": _withdraw,
    "rate": _rate,
    "reopen": _reopen,
}
_DONE: Mapping[str, Any] = {
    "supplement": gettext_lazy("补充的内容已经交给办理单位，期限接着算。"),
    "message": gettext_lazy("留言已经交给办理单位。"),
    "withdraw": gettext_lazy("已撤回。"),
    "rate": gettext_lazy("谢谢您的评价，已经记下。"),
    "reopen": gettext_lazy("已转给办理单位接着办。"),
}


@dataclass(frozen=True)
class Addresses:
    """Where the page of an own case, its acts and its files are, for who came by an account or by a phone."""

    page: str
    acts: Mapping[str, str]
    file: Callable[[str], str]


def own_page(
    request: HttpRequest, case: Case, addresses: Addresses, status: int = 200, **bound: ActForm
) -> HttpResponse:
    """The page of an own case; `bound` is the form that went wrong."""
    own = own_case_of(case, clock.now())
    forms = {name: bound.get(name) or FORMS[name](auto_id=f"{name}_%s") for name in own.may}
    context = {
        "own": own,
        "case": case,
        "forms": forms,
        "urls": addresses.acts,
        "files": [(row, addresses.file(row.public_id)) for row in own.files],
        "panels": render_panels(SLOTS.own_case, request, case),
        "wrong": next(iter(bound.values()), None),
    }
    return render(request, "cases/own_case.html", context, status=status)


def send_file(case: Case, file_id: str, *, reader: User | None) -> HttpResponseBase:
    """A file the requester's side put in, as a download; those of the offices do not exist here."""
    found = next((row for row in own_files(case) if row.public_id == file_id), None)
    if found is None:
        raise Http404
    return serve_attachment(found, reader=reader)


def do_act(
    request: HttpRequest, case: Case, act: str, *, actor: User | None, addresses: Addresses
) -> HttpResponse:
    """One act and back to the page; what is wrong is said beside the field, and the text stays."""
    if act not in FORMS:
        raise Http404
    if act == "withdraw" and request.POST.get("sure") != "yes":
        context = {"case": case, "url": addresses.acts["withdraw"], "back": addresses.page}
        return render(request, "cases/own_withdraw.html", context)
    if act not in acts_of(case, clock.now()):
        # Pressed twice, or the case moved on meanwhile: the page says how it stands now.
        messages.info(request, _("这件诉求已有新的进展，请看下面的最新情况。"))
        return redirect(addresses.page)
    form = FORMS[act](request.POST, request.FILES, auto_id=f"{act}_%s")
    if not form.is_valid():
        return own_page(request, case, addresses, 422, **{act: form})
    try:
        _act(request, case, act, form, actor)
    except Refused as refusal:
        form.add_error("file" if refusal.code.startswith("files.") else None, worded(refusal.said))
        return own_page(request, case, addresses, 422, **{act: form})
    messages.success(request, str(_DONE[act]))
    return redirect(addresses.page)


def _act(request: HttpRequest, case: Case, act: str, form: ActForm, actor: User | None) -> None:
    received = _received(request, actor) if act == "supplement" else []
    with transaction.atomic():
        _DO[act](case, form.cleaned_data, actor, clock.now())
        for each in received:
            attach(each, owner=case, actor=actor, at=clock.wall_now())


def _received(request: HttpRequest, actor: User | None) -> list[Attachment]:
    uploads = request.FILES.getlist("file")[:_MOST_FILES]
    return [receive_upload(upload, actor=actor, at=clock.wall_now()) for upload in uploads]
