"""Results for who runs a survey: overview, a question, cross tables, map, trend, free text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.surveys.analysis.codebook import Kind
from huiqi.surveys.analysis.guarded import COUNTY
from huiqi.surveys.analysis.sampling import Basis
from huiqi.surveys.analysis.suppression import LEAST_SHOWN
from huiqi.surveys.analysis.wave import Percent
from huiqi.surveys.commands.result_themes import ask_themes
from huiqi.surveys.commands.results import ask_snapshot, sent_count
from huiqi.surveys.forms.results import AnswerForm, CrossForm
from huiqi.surveys.models import ResultSnapshot, Survey, Wave
from huiqi.surveys.queries.results_figures import figures_of, overview_rows
from huiqi.surveys.queries.results_map import county_map
from huiqi.surveys.queries.results_pages import (
    MOST_CELLS,
    gauges,
    offered_groups,
    question_shown,
    sentences,
)
from huiqi.surveys.queries.results_themes import themes_shown
from huiqi.surveys.queries.results_trend import same_firms, trend_shown
from huiqi.surveys.queries.results_wave import Opened, latest, opened, wave_name

sees_results = power_required(Power.EDIT_QUESTIONNAIRES)


@dataclass(frozen=True)
class Place:
    """A wave of a survey one may see, and its latest results."""

    survey: Survey
    wave: Wave
    waves: list[Wave]
    snapshot: ResultSnapshot | None

    @property
    def query(self) -> str:
        """What every link on the pages carries on: the wave, unless it is the only one."""
        return f"?wave={self.wave.number}" if len(self.waves) > 1 else ""

    @property
    def is_inferential(self) -> bool:
        """Whether the results carry intervals: firms were asked, they did not just come."""
        told = self.snapshot.facts.get("sampling", {}) if self.snapshot else {}
        return bool(told.get("basis", Basis.OPEN_LINK) != Basis.OPEN_LINK)

    def address(self, name: str, *args: Any) -> str:
        return reverse(f"surveys:{name}", args=[self.survey.public_id, *args]) + self.query

    def context(self, title: str = "", **more: Any) -> dict[str, Any]:
        crumbs = [
            (_("问卷调查"), reverse("surveys:surveys")),
            (self.survey.title, reverse("surveys:survey", args=[self.survey.public_id])),
            (_("结果"), self.address("results") if title else ""),
        ]
        if title:
            crumbs.append((title, ""))
        return {
            "place": self,
            "survey": self.survey,
            "wave": self.wave,
            "wave_name": wave_name(self.wave),
            "snapshot": self.snapshot,
            "crumbs": crumbs,
            "inferential": self.is_inferential,
            "least": LEAST_SHOWN,
            **more,
        }


def place_of(request: HttpRequest, public_id: str) -> Place:
    """The survey and the wave the address names; 404 for who may not see it."""
    seen = Survey.objects.visible_to(user_of(request), clock.today())
    survey = get_object_or_404(seen.select_related("questionnaire", "owner"), public_id=public_id)
    waves = list(survey.waves.order_by("number"))
    for wave in waves:
        wave.survey = survey
    given = request.GET.get("wave") or request.POST.get("wave") or ""
    chosen = [wave for wave in waves if str(wave.number) == given] if given else waves[-1:]
    if not chosen:
        raise Http404
    snapshot = latest(chosen[0])
    if not given and snapshot is None:
        for wave in reversed(waves):
            if (found := latest(wave)) is not None:
                return Place(survey, wave, waves, found)
    return Place(survey, chosen[0], waves, snapshot)


def with_results(request: HttpRequest, public_id: str) -> tuple[Place, ResultSnapshot]:
    """The same where there are results; 404 before the first."""
    place = place_of(request, public_id)
    if place.snapshot is None:
        raise Http404
    return place, place.snapshot


def known(read: Opened, name: str, *kinds: Kind) -> str:
    """The name of a question of these kinds; 404 when there is none."""
    for question in read.codebook.questions:
        if question.name == name and (not kinds or question.kind in kinds):
            return name
    raise Http404


@sees_results
@require_safe
@never_cache
def results(request: HttpRequest, public_id: str) -> HttpResponse:
    """What came out: n, response, weights, the findings in sentences, every question at a glance."""
    place = place_of(request, public_id)
    running = ResultSnapshot.objects.filter(wave=place.wave, state="making").order_by("-pk").first()
    failed = ResultSnapshot.objects.filter(wave=place.wave).order_by("-pk").first()
    context = place.context(
        running=running,
        failed=failed if failed is not None and failed.state == "failed" else None,
        sent=sent_count(place.wave),
    )
    if place.snapshot is None:
        return render(request, "surveys/results.html", context)
    with opened(place.snapshot) as read:
        questions = {one.name: one for one in read.codebook.questions}
        context |= {
            "figures": figures_of(place.snapshot),
            "sentences": sentences(place.snapshot, questions),
            "rows": overview_rows(read),
            "new": context["sent"] - place.snapshot.answers,
        }
    return render(request, "surveys/results.html", context)


def _acted(request: HttpRequest, place: Place, run: Callable[[], object], said: str, to: str) -> HttpResponse:
    try:
        run()
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    return redirect(to)


@sees_results
@require_POST
@never_cache
def refresh(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have the answers summed up anew."""
    place, user = place_of(request, public_id), user_of(request)

    def run() -> object:
        return ask_snapshot(place.wave, actor=user, at=clock.now(), wall=clock.wall_now())

    said = _("已开始汇总，完成后刷新本页就能看到。")
    return _acted(request, place, run, said, place.address("results"))


@sees_results
@require_safe
@never_cache
def question(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """One question: shares with intervals and n, drawn and tabled; its indices; the way to groups."""
    place, snapshot = with_results(request, public_id)
    with opened(snapshot) as read:
        known(read, name)
        asked = read.codebook.column(name)
        groups = offered_groups(read)
        by = request.GET.get("by", "")
        if by and by not in {group.name for group in groups}:
            raise Http404
        is_number = asked.kind in (Kind.INTEGER, Kind.DECIMAL)
        if asked.kind is Kind.TEXT:
            return redirect(place.address("results_texts"))
        context = place.context(
            asked.label,
            asked=asked,
            by=by,
            groups=[group for group in groups if not (is_number and group.name == COUNTY)],
            shown=None if is_number else question_shown(read, name),
            grouped=question_shown(read, name, by) if by and not is_number else None,
            gauges=gauges(read, name, by if by != COUNTY else ""),
            first_answer=asked.choices[0].name if asked.choices else "",
        )
    return render(request, "surveys/results_question.html", context)


@sees_results
@require_safe
@never_cache
def cross(request: HttpRequest, public_id: str) -> HttpResponse:
    """A question by groups or by another question; the address says which, so it can be kept."""
    place, snapshot = with_results(request, public_id)
    with opened(snapshot) as read:
        data = request.GET if "question" in request.GET else None
        form = CrossForm(data, read.codebook, offered_groups(read), MOST_CELLS)
        shown = None
        if data is not None and form.is_valid():
            chosen = form.cleaned_data
            percent = Percent(chosen["percent"] or Percent.ROW)
            shown = question_shown(read, chosen["question"], chosen["by"], percent)
    context = place.context(_("交叉表"), form=form, shown=shown)
    return render(request, "surveys/results_cross.html", context, status=422 if form.errors else 200)


@sees_results
@require_safe
@never_cache
def on_map(request: HttpRequest, public_id: str) -> HttpResponse:
    """One answer's share in every county, where it may be shown."""
    place, snapshot = with_results(request, public_id)
    with opened(snapshot) as read:
        form = AnswerForm(request.GET if "answer" in request.GET else None, read.codebook)
        first = form.fields["answer"].choices  # type: ignore[attr-defined]
        chosen = form.cleaned_data["answer"] if form.is_bound and form.is_valid() else ""
        if not form.is_bound and first:
            chosen = first[0][1][0][0]
            form.fields["answer"].initial = chosen
        name, _slash, answer = chosen.partition("/")
        shown = county_map(read, name, answer) if chosen else None
        words = _words(read, name, answer) if chosen else ""
    context = place.context(_("区县分布"), form=form, shown=shown, words=words)
    return render(request, "surveys/results_map.html", context, status=422 if form.errors else 200)


def _words(read: Opened, name: str, answer: str) -> str:
    asked = read.codebook.column(name)
    chosen = asked.choices[asked.code_of(answer)].label
    return _("“%(question)s”选“%(answer)s”的企业占比") % {"question": asked.label, "answer": chosen}


@sees_results
@require_safe
@never_cache
def trend(request: HttpRequest, public_id: str) -> HttpResponse:
    """One answer from wave to wave."""
    place, snapshot = with_results(request, public_id)
    with opened(snapshot) as read:
        form = AnswerForm(request.GET if "answer" in request.GET else None, read.codebook)
        first = form.fields["answer"].choices  # type: ignore[attr-defined]
        chosen = form.cleaned_data["answer"] if form.is_bound and form.is_valid() else ""
        if not form.is_bound and first:
            chosen = first[0][1][0][0]
            form.fields["answer"].initial = chosen
        name, _slash, answer = chosen.partition("/")
        words = _words(read, name, answer) if chosen else ""
    shown, same, problem = None, [], ""
    if chosen:
        try:
            shown = trend_shown(place.waves, name, answer)
            same = same_firms(place.waves, name, answer)
        except Refused as refusal:
            problem = worded(refusal.said)
    context = place.context(_("各轮变化"), form=form, shown=shown, same=same, words=words, problem=problem)
    return render(request, "surveys/results_trend.html", context, status=422 if form.errors else 200)


@sees_results
@require_safe
@never_cache
def texts(request: HttpRequest, public_id: str) -> HttpResponse:
    """Free text in themes, with counts and masked quotations."""
    place, snapshot = with_results(request, public_id)
    with opened(snapshot) as read:
        asked = [one for one in read.codebook.questions if one.kind is Kind.TEXT]
        shown = themes_shown(snapshot, asked)
    job = snapshot.themes_job
    context = place.context(
        _("企业的话"),
        asked=asked,
        shown=shown,
        job=job if job is not None and not job.is_finished else None,
    )
    return render(request, "surveys/results_texts.html", context)


@sees_results
@require_POST
@never_cache
def group_texts(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have the free text grouped."""
    place, snapshot = with_results(request, public_id)

    def run() -> object:
        return ask_themes(snapshot, actor=user_of(request))

    said = _("已开始归类，完成后刷新本页就能看到。")
    return _acted(request, place, run, said, place.address("results_texts"))
