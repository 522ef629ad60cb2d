"""Going on with a questionnaire on another device, by phone and code."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.hushed import hushed
from huiqi.core.language import worded
from huiqi.core.messages import gettext_noop
from huiqi.messages.commands.codes import check_code, send_code
from huiqi.surveys.forms.filling import CodeForm, PhoneForm
from huiqi.surveys.queries.filling import drafts_of_phone, resume_token

PURPOSE = "survey_draft"
_WRONG = gettext_noop(
    "验证码不对或已失效，或这个号码没有没填完的问卷。请核对号码和最新一条短信，过一分钟可以重新获取。"
)


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """A POST sends a code, or opens what was begun with the number. Whether a number has drafts is told to
    nobody who does not hold the phone."""
    posted = request.POST if request.method == "POST" else None
    context: dict[str, Any] = {"form": PhoneForm(posted), "code_form": None, "found": None}
    status = _post(request, context) if posted is not None else 200
    return hushed(render(request, "surveys/resume.html", context, status=status))


def _post(request: HttpRequest, context: dict[str, Any]) -> int:
    form = context["form"]
    if not form.is_valid():
        return 422
    phone, wall = form.cleaned_data["phone"], clock.wall_now()
    if request.POST.get("do") != "open":
        _send(phone)
        context["code_form"] = CodeForm()
        return 200
    code_form = context["code_form"] = CodeForm(request.POST)
    if not code_form.is_valid():
        return 422
    if not check_code(phone, PURPOSE, code_form.cleaned_data["code"], at=wall).ok:
        code_form.add_error("code", worded(_WRONG))
        return 422
    context["code_form"] = None
    context["found"] = [(row, resume_token(row)) for row in drafts_of_phone(phone, wall)]
    return 200


def _send(phone: str) -> None:
    """A code, if the number has drafts; the page says the same in any case."""
    if not drafts_of_phone(phone, clock.wall_now()):
        return
    try:
        send_code(phone, PURPOSE, at=clock.wall_now(), words="接着填问卷")
    except Refused:
        return
