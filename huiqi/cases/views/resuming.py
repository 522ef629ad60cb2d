"""Going on with a draft: the account's own list, and on another device by phone and code."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from huiqi.cases.forms.asking import CodeForm, PhoneForm
from huiqi.cases.models import Draft
from huiqi.cases.queries.drafts import drafts_of_phone, own_drafts, resume_token
from huiqi.cases.queries.items import offered_items
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.hushed import hushed
from huiqi.core.language import worded
from huiqi.core.messages import gettext_noop
from huiqi.messages.commands.codes import check_code, send_code

PURPOSE = "case_draft"
_WRONG = gettext_noop(
    "验证码不对或已失效，或这个号码没有草稿。请核对号码和最新一条短信，过一分钟可以重新获取。"
)


@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """The own drafts; a POST sends a code to a phone, or opens what was begun with it. Whether a number has
    drafts is told to nobody who does not hold the phone."""
    now = clock.wall_now()
    titles = {row.item: row.definition.title for row in offered_items(public_only=False)}
    context: dict[str, Any] = {
        "mine": [(row, row.public_id, titles.get(row.item, "")) for row in own_drafts(request.user, now)],
        "form": PhoneForm(request.POST if request.method == "POST" else None),
        "code_form": None,
        "found": None,
    }
    status = _post(request, context, titles) if request.method == "POST" else 200
    return hushed(render(request, "cases/ask_drafts.html", context, status=status))


def _post(request: HttpRequest, context: dict[str, Any], titles: dict[str, str]) -> int:
    form = context["form"]
    if not form.is_valid():
        return 422
    phone = form.cleaned_data["phone"]
    if request.POST.get("do") != "open":
        _send(phone)
        context["code_form"] = CodeForm()
        return 200
    code_form = context["code_form"] = CodeForm(request.POST)
    if not code_form.is_valid():
        return 422
    if not check_code(phone, PURPOSE, code_form.cleaned_data["code"], at=clock.wall_now()).ok:
        code_form.add_error("code", worded(_WRONG))
        return 422
    context["code_form"] = None
    found: list[Draft] = drafts_of_phone(phone, clock.wall_now())
    context["found"] = [(row, resume_token(row), titles.get(row.item, "")) for row in found]
    return 200


def _send(phone: str) -> None:
    """A code, if the number has drafts; the page says the same in any case."""
    if not drafts_of_phone(phone, clock.wall_now()):
        return
    try:
        send_code(phone, PURPOSE, at=clock.wall_now(), words="找回诉求草稿")
    except Refused:
        return
