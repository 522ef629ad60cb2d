"""Asking on the web 提诉求: a few small steps, check answers, send, receipt."""

import re
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.models import User
from huiqi.accounts.queries.sign_in import address_digest
from huiqi.cases.commands import drafts as commands
from huiqi.cases.forms.asking import ContactForm, FilesForm, WhoForm
from huiqi.cases.forms.sheet import (
    CONTACT,
    FILES,
    FORM,
    MATTER,
    TEXT_STEPS,
    WHO,
    WORDS,
    Sheet,
    are_valid,
    contact_initial,
    firms_of,
    show_quietly,
    typed_of,
)
from huiqi.cases.models import Draft, ItemEdition
from huiqi.cases.queries.before_sending import BeforeSending, before_sending
from huiqi.cases.queries.drafts import case_of, code_of_receipt, own_drafts
from huiqi.cases.queries.items import current_edition
from huiqi.cases.queries.promises import promises
from huiqi.cases.views.draft_lines import answer_groups
from huiqi.cases.views.drafting import drafting, last_draft, late_key, remember, save_typed
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.ids import new_token
from huiqi.core.language import worded
from huiqi.files.commands import count_upload
from huiqi.files.queries import attachments_of

_NEW_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# After so long a step says that it goes on with something older.
_OLD_AFTER = timedelta(minutes=30)
TITLES = {
    CONTACT: gettext_lazy("怎么联系您"),
    WHO: gettext_lazy("是哪家单位"),
    MATTER: gettext_lazy("是什么事"),
    FORM: gettext_lazy("填写表格"),
    WORDS: gettext_lazy("说说情况"),
    FILES: gettext_lazy("照片和文件"),
}


def _offered(item: str) -> ItemEdition:
    edition = current_edition(item)
    if edition is None or not edition.definition.is_open_to_public:
        raise Http404
    return edition


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, item: str) -> HttpResponse:
    """The first step; a POST begins the draft and goes on. The page brings the draft's private token, so
    that two presses or a reload begin one draft."""
    edition = _offered(item)
    firms = firms_of(request.user)
    if request.method != "POST":
        form = ContactForm(firms=firms, initial=contact_initial(request.user, firms))
        return _first_page(request, edition, form, new_token())
    token = _posted_token(request)
    form = ContactForm(request.POST, firms=firms)
    draft = _begin(request, edition, token)
    link = _link(draft, token)
    sheet = Sheet(draft, edition, request.user, clock.now())
    if draft.sent_at is not None:
        return redirect("cases:draft", link)
    save_typed(sheet, CONTACT, request.POST)
    if not form.is_valid():
        return _first_page(request, edition, form, token, status=422)
    response = redirect("cases:draft_step", link, sheet.after(CONTACT))
    remember(request, response, link)
    return response


@require_POST
def ask_save(request: HttpRequest, item: str) -> HttpResponse:
    """Keep the first step while it is typed; begins the draft."""
    edition = _offered(item)
    token = _posted_token(request)
    draft = _begin(request, edition, token)
    sheet = Sheet(draft, edition, request.user, clock.now())
    return _autosaved(request, sheet, CONTACT, _link(draft, token))


def _posted_token(request: HttpRequest) -> str:
    token = request.POST.get("token", "")
    return token if _NEW_TOKEN.fullmatch(token) else new_token()


def _begin(request: HttpRequest, edition: ItemEdition, token: str) -> Draft:
    user = request.user if isinstance(request.user, User) else None
    draft = commands.begin_draft(edition.item, token, actor=user, at=clock.wall_now())
    if draft.item != edition.item or draft.user not in (None, user):
        raise Http404
    return draft


def _link(draft: Draft, token: str) -> str:
    return draft.public_id if draft.user_id else token


def _first_page(
    request: HttpRequest, edition: ItemEdition, form: ContactForm, token: str, status: int = 200
) -> HttpResponse:
    earlier = last_draft(request, edition.item)
    mine = [row for row in own_drafts(request.user, clock.wall_now()) if row.item == edition.item]
    if mine:
        earlier = (mine[0], mine[0].public_id)
    context = {
        "definition": edition.definition,
        "step": CONTACT,
        "title": TITLES[CONTACT],
        "forms": [form],
        "token": token,
        "earlier": None if form.is_bound else earlier,
        "place": 1,
        "total": 5,
        "save_url": reverse("cases:ask_save", args=[edition.item]),
        "is_first": True,
        "before": "",
        "then": "",
        "key": "",
    }
    return render(request, "cases/ask_step.html", context, status=status)


def _autosaved(request: HttpRequest, sheet: Sheet, step: str, link: str) -> HttpResponse:
    response = HttpResponse(status=204)
    try:
        save_typed(sheet, step, request.POST)
    except Refused:
        return HttpResponse(status=413)
    remember(request, response, link)
    return response


@require_safe
@drafting
def draft(request: HttpRequest, sheet: Sheet, *, token: str) -> HttpResponse:
    """Go on where it stopped: the receipt, the first step that is missing, or the check."""
    if sheet.draft.sent_at is not None:
        return redirect("cases:draft_receipt", token)
    gap = sheet.first_gap()
    return redirect("cases:draft_step", token, gap) if gap else redirect("cases:draft_check", token)


@require_http_methods(["GET", "HEAD", "POST"])
@drafting
def draft_step(request: HttpRequest, sheet: Sheet, *, token: str, step: str) -> HttpResponse:
    """One step; a POST keeps it and moves on, back, or to the check it came from."""
    if step not in sheet.steps:
        raise Http404
    if sheet.draft.sent_at is not None:
        return redirect("cases:draft_receipt", token)
    if step == FORM:
        place = reverse("cases:draft_form", args=[token, 1])
        return redirect(f"{place}?{request.GET.urlencode()}" if request.GET else place)
    if step == FILES:
        return _files_step(request, sheet, token)
    if request.method != "POST":
        forms = sheet.forms(step)
        if "fix" not in request.GET:
            show_quietly(forms)
        return _step_page(request, sheet, token, step, forms)
    return _posted_step(request, sheet, token, step)


def _posted_step(request: HttpRequest, sheet: Sheet, token: str, step: str) -> HttpResponse:
    do = request.POST.get("do", "")
    forms = sheet.forms(step, request.POST)
    try:
        save_typed(sheet, step, request.POST)
    except Refused as refusal:
        forms[0].full_clean()
        forms[0].add_error(None, worded(refusal.said))
        return _step_page(request, sheet, token, step, forms, status=422)
    if do == "bring" and isinstance(forms[0], WhoForm):
        return _brought(request, sheet, token, forms[0])
    if do == "back":
        before = sheet.before(step)
        return redirect("cases:draft_step", token, before) if before else redirect("cases:draft", token)
    if not are_valid(forms):
        return _step_page(request, sheet, token, step, forms, status=422)
    if request.POST.get("then") == "check":
        return redirect("cases:draft_check", token)
    response = redirect("cases:draft_step", token, sheet.after(step))
    remember(request, response, token)
    return response


def _brought(request: HttpRequest, sheet: Sheet, token: str, form: WhoForm) -> HttpResponse:
    """Put what the register knows of the typed code into the boxes; the person reads it before going on."""
    found = form.brought()
    if found:
        typed = {**typed_of(request.POST), **found}
        form = WhoForm(_Posted(typed))
        show_quietly([form])
        return _step_page(request, sheet, token, WHO, [form], is_brought=True)
    if "credit_code" not in form.errors:
        form.errors.clear()
        said = _("登记信息里没有这个代码，或没有填代码。请直接填写名称和地区。")
        form.add_error("credit_code", said)
    else:
        kept = form.errors["credit_code"]
        form.errors.clear()
        form.errors["credit_code"] = kept
    return _step_page(request, sheet, token, WHO, [form], status=422)


class _Posted(dict[str, list[str]]):
    """Typed words as forms read them."""

    def get(self, key: str, default: Any = None) -> Any:
        values = super().get(key)
        return values[-1] if values else default

    def getlist(self, key: str) -> list[str]:
        """All values of a field."""
        return super().get(key) or []


def _step_page(  # noqa: PLR0913  what the page shows
    request: HttpRequest,
    sheet: Sheet,
    token: str,
    step: str,
    forms: list[Any],
    status: int = 200,
    *,
    is_brought: bool = False,
) -> HttpResponse:
    saved, now = sheet.draft.saved_at, clock.wall_now()
    then = request.POST.get("then") or request.GET.get("then") or ""
    context = {
        "sheet": sheet,
        "definition": sheet.definition,
        "step": step,
        "title": TITLES[step],
        "forms": forms,
        "token": token,
        "place": sheet.steps.index(step) + 1,
        "total": len(sheet.steps),
        "save_url": reverse("cases:draft_save", args=[token, step]),
        "saved_at": saved if sheet.typed.get(step) is not None else None,
        "is_old": now - saved > _OLD_AFTER,
        "before": sheet.before(step),
        "then": "check" if then == "check" else "",
        "key": late_key(sheet),
        "is_brought": is_brought,
        "is_first": False,
        "earlier": None,
    }
    return render(request, "cases/ask_step.html", context, status=status)


@require_POST
@drafting
def draft_save(request: HttpRequest, sheet: Sheet, *, token: str, step: str) -> HttpResponse:
    """Keep what is typed while it is typed; 413 when it is too much."""
    if step not in TEXT_STEPS:
        raise Http404
    return _autosaved(request, sheet, step, token)


def _files_step(request: HttpRequest, sheet: Sheet, token: str) -> HttpResponse:
    form, refused = FilesForm(), []
    if request.method == "POST":
        refused = _receive(request, sheet)
        if not refused and request.POST.get("do") != "upload":
            return redirect("cases:draft_check", token)
        if not refused:
            return redirect("cases:draft_step", token, FILES)
    context = {
        "sheet": sheet,
        "definition": sheet.definition,
        "title": TITLES[FILES],
        "form": form,
        "refused": refused,
        "files": attachments_of(sheet.draft),
        "most": commands.MOST_FILES,
        "token": token,
        "place": len(sheet.steps),
        "total": len(sheet.steps),
        "before": sheet.before(FILES),
    }
    return render(request, "cases/ask_files.html", context, status=422 if refused else 200)


def _receive(request: HttpRequest, sheet: Sheet) -> list[tuple[str, str]]:
    """Take the good files; (name, why not) of the others."""
    refused = []
    for upload in request.FILES.getlist("file"):
        try:
            if _actor_of(sheet) is None:
                count_upload(address_digest(get_adapter(request).get_client_ip(request)), at=clock.wall_now())
            commands.add_file(sheet.draft, upload, actor=_actor_of(sheet), at=clock.wall_now())
        except Refused as refusal:
            refused.append((upload.name or "", worded(refusal.said)))
    return refused


def _actor_of(sheet: Sheet) -> User | None:
    return sheet.user if isinstance(sheet.user, User) else None


@require_POST
@drafting
def draft_file_remove(request: HttpRequest, sheet: Sheet, *, token: str, public_id: str) -> HttpResponse:
    """Take a file out."""
    commands.remove_file(sheet.draft, public_id, actor=_actor_of(sheet))
    return redirect("cases:draft_step", token, FILES)


@require_safe
@drafting
def draft_check(request: HttpRequest, sheet: Sheet, *, token: str) -> HttpResponse:
    """All answers on one page, each with a way to change it; what may help; the button that sends."""
    if sheet.draft.sent_at is not None:
        return redirect("cases:draft_receipt", token)
    gap = sheet.first_gap()
    context = {
        "sheet": sheet,
        "definition": sheet.definition,
        "token": token,
        "gap": gap,
        "gap_title": TITLES.get(gap, ""),
        "groups": [(TITLES[step], step, lines) for step, lines in answer_groups(sheet)],
        "files": attachments_of(sheet.draft),
        "before": None if gap else _before(sheet, request),
    }
    return render(request, "cases/ask_check.html", context)


def _before(sheet: Sheet, request: HttpRequest) -> BeforeSending:
    asked = sheet.asked()
    words = f"{asked.title}\n{asked.text}"
    return before_sending(sheet.definition, asked.topic, words, request.user, clock.now())


@require_POST
@drafting
def draft_send(request: HttpRequest, sheet: Sheet, *, token: str) -> HttpResponse:
    """Make it a case; sent twice it is one, and both presses lead to the same receipt."""
    if sheet.draft.sent_at is None:
        gap = sheet.first_gap()
        if gap:
            return redirect(f"{reverse('cases:draft_step', args=[token, gap])}?fix=1")
        actor = _actor_of(sheet)
        commands.send_draft(sheet.draft, sheet.asked(), actor=actor, at=clock.now(), wall=clock.wall_now())
    return redirect("cases:draft_receipt", token)


@require_safe
@drafting
def draft_receipt(request: HttpRequest, sheet: Sheet, *, token: str) -> HttpResponse:
    """The number, the query code for a while, what happens next with dates, and how to chase."""
    case = case_of(sheet.draft)
    if case is None:
        return redirect("cases:draft", token)
    context = {
        "case": case,
        "code": code_of_receipt(sheet.draft, clock.wall_now()),
        "promises": promises(case, clock.now()),
        "is_mine": request.user.is_authenticated and case.requester_id == request.user.pk,
        "minutes": 30,
    }
    return render(request, "cases/ask_receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@drafting
def draft_discard(request: HttpRequest, sheet: Sheet, *, token: str) -> HttpResponse:
    """Delete the draft after one confirmation."""
    if request.method != "POST":
        return render(request, "cases/ask_discard.html", {"sheet": sheet, "token": token})
    commands.discard_draft(sheet.draft, actor=_actor_of(sheet))
    return redirect("cases:items")
