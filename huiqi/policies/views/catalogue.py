"""The catalogue of policies and the page of one policy. Nothing here writes, stores or logs an answer."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.core import clock
from huiqi.core.htmx import render_page
from huiqi.core.language import day_words
from huiqi.core.pagination import paginate
from huiqi.policies.forms import catalogue as catalogue_form
from huiqi.policies.forms.calculate import CalculateForm, DatesForm, facts_of
from huiqi.policies.queries import catalogue as queries
from huiqi.policies.queries import wording
from huiqi.policies.queries.fact_words import fact_label
from huiqi.policies.queries.policy_page import PolicyPage, edition_span, policy_page
from huiqi.reference.judging import judge, parse_facts, rulebook
from huiqi.rules.explain import Explanation
from huiqi.rules.policy import Policy
from huiqi.rules.problems import FactsError

# A cell that begins so would be run as a formula by Excel.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Search, filter, sort and page through all policies, as they stood on the chosen day."""
    dates = DatesForm(request.GET, clock.today())
    filters = catalogue_form.read_filters(request.GET)
    answer = queries.find(filters, dates.on_day)
    chosen_day = dates.on_day if dates.on_day != dates.reference_date else None
    page = paginate(answer.rows, request.GET.get("page"))
    context = {
        "answer": answer,
        "filters": filters,
        "dates": dates,
        "chosen_day": chosen_day,
        "page": page,
        "rows": [_shown(row) for row in page],
        "said": queries.said(filters, len(answer.rows), answer.total),
        "chips": catalogue_form.chips(filters, chosen_day),
        "sorts": queries.SORTS.items(),
        "export_query": catalogue_form.address(filters, chosen_day),
        "is_fragment": bool(request.htmx),  # type: ignore[attr-defined]
    }
    status = 200 if dates.is_valid() else 422
    return render_page(request, "policies/catalogue.html", "policies/_catalogue.html", context, status)


def _shown(row: queries.Row) -> dict[str, Any]:
    policy = row.policy
    return {
        "policy": policy,
        "state": row.state,
        "span": edition_span(row.edition) if row.edition else "",
        "mode": wording.term(wording.GRANT_MODES, policy.grant_mode),
        "role": wording.term(wording.ROLES, policy.role),
        "deadline": policy.deadline.text if policy.deadline else "",
    }


@require_safe
def catalogue_export(request: HttpRequest) -> HttpResponse:
    """The same list as a CSV file that Excel opens (UTF-8 with byte order mark)."""
    dates = DatesForm(request.GET, clock.today())
    answer = queries.find(catalogue_form.read_filters(request.GET), dates.on_day)
    response = HttpResponse("\ufeff" + _csv(answer.rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="huiqi-policies-{dates.on_day.isoformat()}.csv"'
    return response


def _csv(rows: Iterable[queries.Row]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [_("编号"), _("政策"), _("内容"), _("对应措施"), _("文号"), _("认定机关"), _("我办角色")]
        + [_("怎么得到"), _("得到什么"), _("有效期"), _("状态"), _("能否判断"), _("截止")]
    )
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in _cells(row)])
    return text.getvalue()


def _cells(row: queries.Row) -> list[str]:
    policy = row.policy
    return [
        policy.id,
        policy.title,
        policy.summary,
        "、".join(policy.clauses),
        "；".join(policy.documents),
        policy.authority,
        wording.term(wording.ROLES, policy.role),
        wording.term(wording.GRANT_MODES, policy.grant_mode),
        wording.term(wording.NATURES, policy.benefit.nature),
        edition_span(row.edition) if row.edition else "",
        wording.term(wording.STATES, row.state),
        wording.term(wording.STANDINGS, policy.standing),
        policy.deadline.text if policy.deadline else "",
    ]


def safe_cell(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, policy_id: str) -> HttpResponse:
    """The policy's page; a POST of 算一算 judges the answers at once and keeps nothing."""
    found = rulebook().policies.get(policy_id)
    if found is None:
        raise Http404(policy_id)
    dates = DatesForm(request.GET, clock.today())
    page = policy_page(found, dates.on_day, dates.known_day)
    form = CalculateForm(
        facts_of(page.edition, rulebook().catalogue), request.POST if request.method == "POST" else None
    )
    result = _judged(form, found, dates) if form.is_bound and form.is_valid() else None
    status = 422 if not dates.is_valid() or (form.is_bound and result is None) else 200
    context = {**_context(page, dates), "form": form, "explanation": result, "ask_for": _asked(result)}
    return render_page(request, "policies/policy.html", "policies/_calculate.html", context, status)


def _context(page: PolicyPage, dates: DatesForm) -> dict[str, Any]:
    fixed = [] if page.on == dates.reference_date else [("on", page.on.isoformat())]
    fixed += [] if page.known_on == page.on else [("known_on", page.known_on.isoformat())]
    return {
        "page": page,
        "policy": page.policy,
        "dates": dates,
        "day_text": day_words(page.on),
        "clauses": [(code, wording.CLAUSES[code]) for code in page.policy.clauses if code in wording.CLAUSES],
        "query": "?" + "&".join(f"{name}={value}" for name, value in fixed) if fixed else "",
    }


def _asked(result: Explanation | None) -> list[str]:
    """The names of the facts still missing."""
    facts = rulebook().catalogue.facts
    return [fact_label(facts[name]) for name in result.ask_for] if result else []


def _judged(form: CalculateForm, found: Policy, dates: DatesForm) -> Explanation | None:
    """The verdict with reasons, or None after adding what the catalogue refuses to the form."""
    try:
        facts = parse_facts(form.given)
    except FactsError as error:
        for problem in error.problems:
            form.add_error(problem.place if problem.place in form.fields else None, str(problem))
        return None
    return judge(dates.on_day, dates.known_day).explain(facts, found.id)
