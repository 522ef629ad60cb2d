"""The public check 政策体检: start, one question a page, check answers, keep or delete."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.core import clock
from huiqi.policies import commands
from huiqi.policies.answers import Plain
from huiqi.policies.forms.check import Asking, QuestionForm, StartForm
from huiqi.policies.queries.answer_lines import answer_groups
from huiqi.policies.queries.check import Standing, find_check, private_facts
from huiqi.policies.queries.question_book import question_book
from huiqi.policies.questions import Question
from huiqi.policies.sheet import ANSWERED, MAX_QUESTIONS, SKIPPED
from huiqi.policies.views.private import (
    LAST_COOKIE,
    TOO_MUCH,
    drop_figures,
    forget,
    private,
    remember,
    seal_figures,
    set_figures,
    store_answers,
)
from huiqi.reference import judging

MINUTES_IN_ALL = 3


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_start(request: HttpRequest) -> HttpResponse:
    """What the check does and keeps; a POST begins one and leads to its first question."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        check, token = commands.start_check(credit_code=form.cleaned_data["credit_code"], at=clock.wall_now())
        first = question_book().questions[0]
        response = redirect("policies:check_question", token, first.id)
        remember(request, response, token)
        return response
    context = {
        "form": form,
        "most": MAX_QUESTIONS,
        "minutes": MINUTES_IN_ALL,
        "keep_days": commands.KEEP_FOR.days,
        "last": _unfinished(request),
        "policy_count": len(judging.rulebook().policies),
    }
    return render(request, "policies/check_start.html", context, status=422 if form.is_bound else 200)


def _unfinished(request: HttpRequest) -> str:
    """The token of the check this browser began before, if it still opens."""
    token = request.COOKIES.get(LAST_COOKIE, "")
    return token if token and find_check(token, clock.wall_now()) else ""


@require_http_methods(["GET", "HEAD", "POST"])
@private
def check_question(request: HttpRequest, standing: Standing, *, token: str, question_id: str) -> HttpResponse:
    """One question; a POST saves the answer and moves on, back, or to where the person came from."""
    question = _question(standing, question_id)
    asking = _asking(standing, question)
    if request.method != "POST":
        return _question_page(request, standing, token, QuestionForm(asking))
    act = request.POST.get("do", "")
    if act == "skip":
        kept = {fact.id: standing.values.get(fact.id) for fact in asking.facts}
        return _move_on(request, standing, token, question, kept, SKIPPED)
    form = QuestionForm(asking, request.POST)
    is_valid = form.is_valid()
    if act == "back":
        return _move_on(request, standing, token, question, form.readable_answers, "")
    if not is_valid:
        return _question_page(request, standing, token, form, status=422)
    return _move_on(request, standing, token, question, form.answers, ANSWERED)


@require_POST
@private
def check_autosave(request: HttpRequest, standing: Standing, *, token: str, question_id: str) -> HttpResponse:
    """Keep what can be read of a question not yet sent; 413 when the browser could not hold the figures."""
    form = QuestionForm(_asking(standing, _question(standing, question_id)), request.POST)
    form.is_valid()
    response = HttpResponse(status=204)
    saved = store_answers(request, response, standing, token, form.undoubted_answers)
    return response if saved else HttpResponse(status=413)


def _question(standing: Standing, question_id: str) -> Question:
    question = standing.book.get(question_id)
    if question is None:
        raise Http404
    return question


def _asking(standing: Standing, question: Question) -> Asking:
    catalogue = judging.rulebook().catalogue.facts
    facts = [catalogue[name] for name in standing.shown_facts(question)]
    return Asking(question, facts, standing.book.prompts, standing.values, catalogue)


def _move_on(
    request: HttpRequest,
    standing: Standing,
    token: str,
    question: Question,
    given: dict[str, Plain],
    state: str,
) -> HttpResponse:
    """Save the answers and redirect; without a `state` the question stays open and the way leads back."""
    response = HttpResponse(status=302)
    step = (question.id, state, standing.announced) if state else None
    saved = store_answers(request, response, standing, token, given, step)
    if saved is None:
        form = QuestionForm(_asking(standing, question), request.POST)
        form.add_error(None, TOO_MUCH)
        return _question_page(request, standing, token, form, status=422)
    remember(request, response, token)
    response["Location"] = _where_next(request, saved, token, question, goes_back=not state)
    return response


def _where_next(
    request: HttpRequest, standing: Standing, token: str, question: Question, *, goes_back: bool
) -> str:
    if request.POST.get("then") == "answers":
        return reverse("policies:check_answers", args=[token])
    if request.POST.get("then") == "result":
        return reverse("policies:check_result", args=[token])
    if goes_back:
        before = standing.before(question.id)
        return question_url(token, before) if before else reverse("policies:check_start")
    after = standing.after(question.id)
    return question_url(token, after) if after else reverse("policies:check_answers", args=[token])


def question_url(token: str, question: Question) -> str:
    """The address of a question of a check."""
    return reverse("policies:check_question", args=[token, question.id])


def _question_page(
    request: HttpRequest, standing: Standing, token: str, form: QuestionForm, status: int = 200
) -> HttpResponse:
    question = form.asking.question
    place = standing.place_of(question.id)
    then = request.POST.get("then") or request.GET.get("then") or ""
    context = {
        "token": token,
        "check": standing.check,
        "form": form,
        "question": question,
        "place": place,
        "total": standing.announced,
        "minutes": max(1, round((standing.announced - place + 1) * MINUTES_IN_ALL / MAX_QUESTIONS)),
        "before": standing.before(question.id),
        "saved_at": standing.check.updated_at if question.facts_in(standing.stated) else None,
        "then": then if then in {"answers", "result"} else "",
        "borrowed": [fact for fact in form.asking.facts if not fact.kept],
    }
    return render(request, "policies/check_question.html", context, status=status)


@require_safe
@private
def check_answers(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """All answers on one page, figures said back in 元 and 万元, each with a way to change it."""
    context = {
        "token": token,
        "check": standing.check,
        "groups": answer_groups(standing),
        "next": standing.next_question,
        "has_borrowed": bool(standing.figures or standing.check.keeps_figures),
        "credit_code": standing.sheet.credit_code,
    }
    return render(request, "policies/check_answers.html", context)


@require_POST
@private
def check_figures(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """Store the figures that are not ours to keep because the person asks, or delete them at once."""
    response = redirect(_back_to(request, token))
    if request.POST.get("keep") == "yes":
        commands.keep_figures(standing.check, figures=standing.figures, at=clock.wall_now())
        drop_figures(response, token)
    else:
        figures = commands.forget_figures(standing.check, private=private_facts(), at=clock.wall_now())
        sealed = seal_figures(standing.check, {**standing.figures, **figures})
        if sealed:
            set_figures(request, response, token, sealed)
    return response


def _back_to(request: HttpRequest, token: str) -> str:
    name = "check_answers" if request.POST.get("then") == "answers" else "check_result"
    return reverse(f"policies:{name}", args=[token])


@require_http_methods(["GET", "HEAD", "POST"])
@private
def check_delete(request: HttpRequest, standing: Standing, *, token: str) -> HttpResponse:
    """Delete the check after one confirmation; nothing of it is left but the fact that one was deleted."""
    if request.method != "POST":
        return render(request, "policies/check_delete.html", {"token": token, "check": standing.check})
    commands.delete_check(standing.check)
    response = render(request, "policies/check_deleted.html")
    forget(response, token)
    return response
