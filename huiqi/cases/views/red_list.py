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
from huiqi.cases.queries.rows import first_of, rows_with
from huiqi.core import clock


@power_required(Power.SUPERVISE_CASES)
@require_safe
@never_cache
def red_list(request: HttpRequest) -> HttpResponse:
    """What is late by unit, unsigned, bounced, not solved, silent; drafts of letters to issue."""
    user, today, at = user_of(request), clock.today(), clock.now()
    letters = queries.letters(user, today)
    silent_letters, silent_clocks = queries.silent(user, today, at)
    bounced, _in_all = first_of(queries.bounced(user, today), queries.MOST_SHOWN)
    not_solved, _in_all = first_of(queries.not_solved(user, today), queries.MOST_SHOWN)
    context = {
        "late": queries.overdue_units(user, today, at),
        "unsigned": queries.unsigned(user, today, at),
        "bounced": rows_with(bounced, at, user),
        "not_solved": rows_with(not_solved, at, user),
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
