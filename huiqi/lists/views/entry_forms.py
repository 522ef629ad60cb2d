"""The questionnaire of a kind of list, filled in for one firm on one page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.lists.commands.entry_forms import FilledForm, fill_entry_form
from huiqi.lists.models import Entry
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.entry_forms import form_offered, given, session_for
from huiqi.lists.queries.offices import desk_for, desks_of
from huiqi.lists.queries.readiness import UNDECIDED
from huiqi.lists.views.batches import batch_crumbs
from huiqi.lists.views.opening import open_entry, version_of, when
from huiqi.questionnaires.whole import Whole


@power_required(Power.RECOMMEND_FOR_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def entry_form(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form with what was filled in before, for the office whose turn it is; 404 for the others."""
    row = open_entry(request, public_id)
    version = form_offered(kind_called(row.batch.kind))
    if version is None or not may_fill(request, row):
        raise Http404
    same = row.form_version_id == version.pk
    answers = given(row) if same else {}
    session = session_for(version, answers, clock.now(), get_language() or "")
    is_sent = request.method == "POST"
    whole = Whole(session, request.POST if is_sent else None)
    is_right = whole.is_valid() if is_sent else True
    if is_sent and is_right:
        filled = FilledForm(version, session.answers())
        fill_entry_form(row, filled, actor=user_of(request), expected=version_of(request), **when())
        messages.success(request, _("已保存，条件已按填的内容重新对照。"))
        return redirect("lists:entry", row.public_id)
    back = (row.enterprise.name, reverse("lists:entry", args=[row.public_id]))
    context = {
        "entry": row,
        "shown_at": version_of(request) if is_sent else row.version,
        "title": session.form.title,
        "whole": whole,
        "is_wrong": not is_right,
        "is_other_version": row.form_version_id is not None and not same,
        "crumbs": batch_crumbs(row.batch, back, (_("填条件表"), "")),
    }
    return render(request, "lists/entry_form.html", context, status=200 if is_right else 422)


def may_fill(request: HttpRequest, row: Entry) -> bool:
    """Whether it is the turn of one of the person's offices, and nothing is decided yet."""
    desks = desks_of(user_of(request), Power.RECOMMEND_FOR_LISTS, clock.today())
    firm = row.enterprise
    return row.state in UNDECIDED and bool(desk_for(desks, row.level, firm.prefecture, firm.park_id))
