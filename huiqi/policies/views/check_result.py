"""The result of the check: page, one policy's conditions, figures asked on the spot, print, PDF, trace."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from huiqi.core.htmx import render_page
from huiqi.policies.forms.check import Asking, QuestionForm
from huiqi.policies.queries.answer_lines import answer_groups, missing_lines, size_sentence
from huiqi.policies.queries.asks import NOTHING_REFUSED, Refusal, inline_facts
from huiqi.policies.queries.check import Standing
from huiqi.policies.queries.result import Row, result_of, row_of
from huiqi.policies.queries.trace import trace_of
from huiqi.policies.questions import Question
from huiqi.policies.result_pdf import PdfUnavailable, make_pdf
from huiqi.policies.views.private import TOO_MUCH, private, remember, root_of, store_answers
from huiqi.policies.views.result_parts import Link, detail_of, head, shown_groups
from huiqi.reference import judging

PAGE, FRAGMENT = "policies/check_result.html", "policies/_check_result.html"


@require_safe
@private
def check_result(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """What the firm is entitled to, in groups, with what to do about each."""
    response = _result_page(request, standing, token)
    remember(request, response, token)
    return response


def _result_page(
    request: HttpRequest,
    standing: Standing,
    token: str,
    refusal: Refusal = NOTHING_REFUSED,
    status: int = 200,
) -> HttpResponse:
    context = _context(standing, token, refusal)
    context["shown"] = shown_groups(context["result"], _link(request, standing, token))
    return render_page(request, PAGE, FRAGMENT, context, status=status)


def _link(request: HttpRequest, standing: Standing, token: str) -> Link:
    return Link(token, get_token(request), standing.check.keeps_figures)


def _context(standing: Standing, token: str, refusal: Refusal = NOTHING_REFUSED) -> dict[str, Any]:
    return {
        "token": token,
        "root": root_of(token),
        "check": standing.check,
        "result": result_of(standing, refusal),
        "size": size_sentence(standing),
        "refusal": refusal,
        "missing_labels": [line.label for line in missing_lines(standing)],
        "next": standing.next_question,
        "has_borrowed": bool(standing.figures or standing.check.keeps_figures),
        "credit_code": standing.sheet.credit_code,
    }


@require_safe
@private
def check_policy(request: HttpRequest, standing: Standing, *, token: str, policy_id: str) -> HttpResponse:
    """One policy's conditions against the firm's figures: a page, or a fragment inside the result."""
    row = _row(standing, policy_id)
    detail = detail_of(row, _link(request, standing, token))
    context = {"row": row, "detail": detail, "head": head(row), "root": root_of(token), "title": row.title}
    return render_page(request, "policies/check_policy.html", "policies/_check_detail.html", context)


def _row(standing: Standing, policy_id: str) -> Row:
    row = row_of(standing, policy_id)
    if row is None:
        raise Http404
    return row


@require_POST
@private
def check_facts(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """Take the figures a policy was missing; answers with the whole result, as every policy may change."""
    row = _row(standing, request.POST.get("policy", ""))
    form = _form(request, standing, row)
    if not form.is_valid():
        return _result_page(request, standing, token, _refusal(request, row, form), status=422)
    response = HttpResponseRedirect(f"{root_of(token)}#p-{row.id}")
    saved = store_answers(request, response, standing, token, form.answers)
    if saved is None:
        return _result_page(request, standing, token, Refusal(row.id, errors={"": str(TOO_MUCH)}), status=422)
    if not request.htmx:  # type: ignore[attr-defined]
        return response
    page = _result_page(request, saved, token)
    page.cookies = response.cookies
    return page


def _form(request: HttpRequest, standing: Standing, row: Row) -> QuestionForm:
    catalogue = judging.rulebook().catalogue.facts
    facts = inline_facts(row.firm_facts, standing.book)
    question = Question(row.id, row.policy.title, tuple(fact.id for fact in facts))
    return QuestionForm(
        Asking(question, facts, standing.book.prompts, standing.values, catalogue), request.POST
    )


def _refusal(request: HttpRequest, row: Row, form: QuestionForm) -> Refusal:
    names = [name for fact in row.firm_facts for name in (fact.id, f"{fact.id}_unit")]
    typed = {name: request.POST[name] for name in names if name in request.POST}
    errors = {name: " ".join(str(text) for text in texts) for name, texts in form.errors.items()}
    general = errors.pop("__all__", "")
    if general:
        errors[""] = general
    return Refusal(row.id, typed, errors, form.confirmation if form.doubts else "")


@require_safe
@private
def check_print(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """The result as one clean page to print."""
    context = {**_context(standing, token), "answers": answer_groups(standing)}
    return render(request, "policies/check_print.html", context)


@require_safe
@private
def check_pdf(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """The result as a PDF file; an honest page when this server has no Chinese font to set it in."""
    try:
        made = make_pdf(
            standing.check,
            result_of(standing),
            answer_groups(standing),
            size=size_sentence(standing),
            credit_code=standing.sheet.credit_code,
        )
    except PdfUnavailable:
        return render(request, "policies/check_no_pdf.html", {"token": token}, status=503)
    return _download(made, "application/pdf", f"huiqi-{standing.check.short_number}.pdf")


@require_safe
@private
def check_trace(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """The whole judgement as JSON, to hand over with an objection."""
    text = json.dumps(trace_of(standing), ensure_ascii=False, indent=1)
    name = f"huiqi-{standing.check.short_number}.json"
    return _download(text.encode(), "application/json; charset=utf-8", name)


@require_safe
@private
def check_objection(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """算得不对？ Whom to call, which number to say, and the trace to take along."""
    row = row_of(standing, request.GET.get("policy", ""))
    context = {"token": token, "check": standing.check, "row": row, "title": row.title if row else ""}
    return render(request, "policies/check_objection.html", context)


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
