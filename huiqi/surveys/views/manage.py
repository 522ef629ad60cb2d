"""Surveys for who runs them: the list, a new one, its page with link and counts, opening and closing."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import user_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_named
from huiqi.core.pagination import paginate
from huiqi.core.slots import SLOTS, render_panels
from huiqi.questionnaires.models import Questionnaire, QuestionnaireQuerySet, QuestionnaireVersion
from huiqi.surveys.commands import surveys as commands
from huiqi.surveys.forms.surveys import SurveyForm
from huiqi.surveys.models import Survey
from huiqi.surveys.queries.surveys import listed
from huiqi.surveys.views.campaign import runs_surveys, steps_of


@runs_surveys
@require_safe
@never_cache
def surveys(request: HttpRequest) -> HttpResponse:
    """The surveys of the own units, newest first, with how many answered."""
    rows = listed(Survey.objects.visible_to(user_of(request), clock.today()))
    context = {"page": paginate(rows, request.GET.get("page")), "today": clock.today()}
    return render(request, "surveys/surveys.html", context)


def _offered(request: HttpRequest) -> QuestionnaireQuerySet:
    seen = Questionnaire.objects.visible_to(user_of(request), clock.today()).in_use()
    published = QuestionnaireVersion.objects.order_by().published().values("questionnaire")
    return seen.filter(pk__in=published).order_by("name", "pk")


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_survey(request: HttpRequest) -> HttpResponse:
    """Prepare a survey with a published questionnaire."""
    user = user_of(request)
    owner, today = user.unit, clock.today()
    if owner is None:
        raise Http404
    initial = {"opens_on": today, "questionnaire": request.GET.get("questionnaire", "")}
    data = request.POST if request.method == "POST" else None
    form = SurveyForm(data, initial=initial, offered=_offered(request))

    def run() -> Survey:
        chosen = form.cleaned_data["questionnaire"]
        return commands.create_survey(chosen, form.words(), owner=owner, actor=user, at=clock.now())

    return _form_page(request, form, run, title=_("新建调查"))


def _own(request: HttpRequest, public_id: str) -> Survey:
    seen = listed(Survey.objects.visible_to(user_of(request), clock.today()))
    return get_object_or_404(seen, public_id=public_id)


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change_survey(request: HttpRequest, public_id: str) -> HttpResponse:
    """Its words and days."""
    survey = _own(request, public_id)
    names = ("title", "purpose", "is_anonymous", "opens_on", "closes_on")
    initial = {name: getattr(survey, name) for name in names}
    form = SurveyForm(request.POST if request.method == "POST" else None, initial=initial)

    def run() -> Survey:
        return commands.change_survey(survey, form.words(), actor=user_of(request))

    return _form_page(request, form, run, title=_("修改调查"), survey=survey)


def _form_page(
    request: HttpRequest, form: SurveyForm, run: Callable[[], Survey], **shown: Any
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect("surveys:survey", run().public_id)
            except Refused as refusal:
                status = 409
                form.add_error(None, worded(refusal.said))
    crumbs = [(_("问卷调查"), reverse("surveys:surveys")), (shown["title"], "")]
    context = {"form": form, "crumbs": crumbs, **shown}
    return render(request, "surveys/survey_form.html", context, status=status)


@runs_surveys
@require_safe
@never_cache
def survey(request: HttpRequest, public_id: str) -> HttpResponse:
    """One survey: its link, its days, how many have answered."""
    found = _own(request, public_id)
    link = request.build_absolute_uri(reverse("surveys:cover", args=[found.slug]))
    crumbs = [(_("问卷调查"), reverse("surveys:surveys")), (found.title, "")]
    steps = steps_of(found)
    context = {
        "survey": found,
        "link": link,
        "crumbs": crumbs,
        "today": clock.today(),
        "panels": render_panels(SLOTS.survey, request, found),
        "steps": steps,
        "step": "survey",
        "next_step": next((one for one in steps if one.url and not one.is_done), steps[-1]),
    }
    return render(request, "surveys/survey.html", context)


@runs_surveys
@require_POST
@never_cache
def survey_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Open or close it."""
    found, user = _own(request, public_id), user_of(request)
    acts = {
        "open": PageAct(
            lambda: commands.open_survey(found, actor=user, today=clock.today()),
            _("已开始填报，把链接发给企业即可。"),
        ),
        "close": PageAct(lambda: commands.close_survey(found, actor=user), _("已截止，不再接受填报。")),
    }
    return do_named(request, name, acts, lambda: redirect("surveys:survey", public_id))
