"""The supervisor's red list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.cases.models import Supervision
from huiqi.cases.queries import desk as desk_queries
from huiqi.cases.queries import red_list as queries
from huiqi.cases.queries.rows import firsts_of, rows_with
from huiqi.core import clock


@power_required(Power.SUPERVISE_CASES)
@require_safe
@never_cache
def red_list(request: HttpRequest) -> HttpResponse:
    """What is late by unit, unsigned, bounced, not solved, silent; drafts of letters to issue."""
    user, today, at = user_of(request), clock.today(), clock.now()
    letters = queries.letters(user, today)
    silent_letters, silent_clocks = queries.silent(user, today, at)
    lists = [queries.bounced(user, today), queries.not_solved(user, today)]
    (bounced, _all_bounced), (not_solved, _all_not_solved) = firsts_of(lists, queries.MOST_SHOWN)
    rows = {row.case.pk: row for row in rows_with([*bounced, *not_solved], at, user)}
    context = {
        "late": queries.overdue_units(user, today, at),
        "unsigned": queries.unsigned(user, today, at),
        "bounced": [rows[key] for key in bounced if key in rows],
        "not_solved": [rows[key] for key in not_solved if key in rows],
        "silent_letters": silent_letters,
        "silent_clocks": silent_clocks,
        "approvals": desk_queries.approvals(user, today),
        "drafts": [row for row in letters if row.state == Supervision.State.DRAFTED],
        "unanswered": [row for row in letters if row.state == Supervision.State.ISSUED],
        "knots": desk_queries.knots_of(user, today),
        "here": request.path,
        "today": today,
        "crumbs": [(_("督办台"), "")],
    }
    return render(request, "cases/red_list.html", context)
