"""A round: its rules and quotas, messages in batches, codes on a list, outcomes from a table, the next."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import user_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.messages import gettext_noop
from huiqi.core.page_acts import PageAct, do_act, do_named
from huiqi.files.downloads import xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.reference.queries import code_tables
from huiqi.surveys.commands import waves as commands
from huiqi.surveys.commands.outcomes import note_outcomes
from huiqi.surveys.commands.sending import hand_out_codes, resume_run, start_run
from huiqi.surveys.forms.waves import NextWaveForm, OutcomeFileForm, QuotaForm, ReasonForm, WaveForm
from huiqi.surveys.models import Outcome, Quota, SendRun, Wave
from huiqi.surveys.queries.asking import forms_a_month, reached_by
from huiqi.surveys.queries.board import Side, board_of, cell_words
from huiqi.surveys.queries.outcome_tables import MOST_PROBLEMS, read_outcomes
from huiqi.surveys.queries.waves import newest_wave, quota_choices
from huiqi.surveys.views.campaign import (
    campaign_context,
    moment,
    origin_of,
    runs_surveys,
    survey_at,
    wave_at,
)
from huiqi.surveys.views.cells import cells_of

_RULES = ("opens_on", "closes_on", "remind_after", "remind_most", "target_percent", "least_in_cell")


def _title(wave: Wave) -> str:
    return _("第%(n)d轮") % {"n": wave.number}


def _back(wave: Wave) -> HttpResponse:
    return redirect("surveys:wave", wave.survey.public_id, wave.number)


@runs_surveys
@require_safe
@never_cache
def wave(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """One round: how far it is, and every act it allows."""
    found = wave_at(request, public_id, number)
    return render(request, "surveys/wave.html", _context(found))


def _context(found: Wave) -> dict[str, Any]:
    today, tables = clock.today(), code_tables()
    rows = found.invitations
    kinds = {kind: SendRun(wave=found, kind=kind, cells=[]) for kind in ("invite", "remind")}
    runs = list(found.runs.select_related("made_by")[:10])
    quotas = [(cell_words((q.county, q.section, q.size_class), tables), q) for q in found.quotas.all()]
    last = newest_wave(found.survey)
    return {
        **campaign_context(found.survey, "wave", _title(found)),
        "wave": found,
        "waves": list(found.survey.waves.order_by("number")),
        "invited": rows.exclude(outcome=Outcome.SPARED).count(),
        "answered": rows.filter(outcome=Outcome.ANSWERED).count(),
        "to_invite": reached_by(kinds["invite"]).count(),
        "to_remind": reached_by(kinds["remind"]).count(),
        "no_phone": rows.filter(skipped="no_phone", outcome="pending").count(),
        "spared": rows.filter(outcome=Outcome.SPARED).count(),
        "runs": runs,
        "job": next((run.job for run in runs if run.finished_at is None), None),
        "stuck": next((run for run in runs if run.finished_at is None and _is_stuck(run)), None),
        "quotas": quotas,
        "is_open": found.takes_answers(today),
        "is_last": last is not None and last.pk == found.pk,
        "codes_form": ReasonForm(),
        "most_a_month": forms_a_month(),
    }


def _is_stuck(run: SendRun) -> bool:
    job = run.job
    return job is None or job.is_finished


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def wave_change(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Days, reminders, targets."""
    found = wave_at(request, public_id, number)
    initial = {name: getattr(found, name) for name in _RULES}
    form = WaveForm(request.POST if request.method == "POST" else None, initial=initial)
    user = user_of(request)
    if request.method != "POST":
        return _form_page(request, found, form, _("日期、提醒和目标"), 200)
    act = PageAct(
        lambda: commands.change_wave(found, form.rules(), actor=user),
        _("已保存。"),
        form,
        lambda status: _form_page(request, found, form, _("日期、提醒和目标"), status),
    )
    return do_act(request, act, lambda: _back(found))


def _form_page(request: HttpRequest, found: Wave, form: Any, title: str, status: int) -> HttpResponse:
    back = reverse("surveys:wave", args=[found.survey.public_id, found.number])
    context = {**campaign_context(found.survey, "wave", title), "form": form, "wave": found, "back": back}
    return render(request, "surveys/wave_form.html", context, status=status)


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def quotas(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Add a quota, or take one away."""
    found, user = wave_at(request, public_id, number), user_of(request)
    kept = list(found.quotas.all())
    if request.method == "POST" and (gone := request.POST.get("remove")):
        left = [_copied(quota) for quota in kept if str(quota.pk) != gone]
        commands.set_quotas(found, left, actor=user)
        return redirect("surveys:quotas", public_id, number)
    choices = quota_choices(found, code_tables())
    form = QuotaForm(request.POST if request.method == "POST" else None, choices=choices)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            new = form.quota()
            cell = (new.county, new.section, new.size_class)
            others = [one for one in kept if (one.county, one.section, one.size_class) != cell]
            commands.set_quotas(found, [*map(_copied, others), new], actor=user)
            return redirect("surveys:quotas", public_id, number)
    tables = code_tables()
    context = {
        **campaign_context(found.survey, "wave", _("配额")),
        "wave": found,
        "form": form,
        "quotas": [
            (cell_words((q.county, q.section, q.size_class), tables) or _("全部企业"), q) for q in kept
        ],
    }
    return render(request, "surveys/quotas.html", context, status=status)


def _copied(quota: Quota) -> Quota:
    return Quota(county=quota.county, section=quota.section, size_class=quota.size_class, most=quota.most)


@runs_surveys
@require_POST
@never_cache
def wave_act(request: HttpRequest, public_id: str, number: int, name: str) -> HttpResponse:
    """Invite, remind (all, chosen cells, weak ones), go on with a stopped round of messages, close."""
    found, user = wave_at(request, public_id, number), user_of(request)

    def send(kind: str, cells: Any = ()) -> SendRun:
        origin = origin_of(request)
        return start_run(found, kind, cells=cells, origin=origin, actor=user, moment=moment())

    acts = {
        "invite": PageAct(lambda: send("invite", cells_of(request.POST)), _("正在发邀请短信。")),
        "remind": PageAct(lambda: send("remind", cells_of(request.POST)), _("正在发提醒短信。")),
        "remind-weak": PageAct(
            lambda: send("remind", _weak(found, request.POST)), _("正在给薄弱的格发提醒短信。")
        ),
        "resume": PageAct(
            lambda: resume_run(get_object_or_404(SendRun, wave=found, finished_at=None), actor=user),
            _("接着发。"),
        ),
        "close": PageAct(lambda: commands.close_wave(found, actor=user), _("这一轮已截止。")),
    }
    return do_named(request, name, acts, lambda: _back(found))


def _weak(found: Wave, data: Any) -> list[tuple[str, str, str]]:
    """The weak cells of the board as it was looked at; recounted now."""
    known = {side.value: side for side in Side}
    rows_by, columns_by = known.get(data.get("rows", "")), known.get(data.get("columns", ""))
    if rows_by is None or columns_by is None or rows_by is columns_by:
        rows_by, columns_by = Side.CITY, Side.SIZE
    weak = board_of(found, rows_by, columns_by, code_tables()).weak
    if not weak:
        raise Refused("surveys.no_weak_cells", gettext_noop("现在没有薄弱的格。"))
    return weak


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def next_wave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open another round."""
    survey, user = survey_at(request, public_id), user_of(request)
    last = newest_wave(survey)
    assert last is not None
    form = NextWaveForm(
        request.POST if request.method == "POST" else None, initial={"opens_on": clock.today()}
    )
    title = _("开下一轮")
    if request.method != "POST":
        return _form_page(request, last, form, title, 200)
    act = PageAct(
        lambda: commands.open_next_wave(survey, actor=user, **form.cleaned_data),
        _("新的一轮已经开始，正在准备名单。"),
        form,
        lambda status: _form_page(request, last, form, title, status),
    )
    return do_act(
        request, act, lambda: redirect("surveys:wave", public_id, getattr(newest_wave(survey), "number", 1))
    )


# --- lists of codes, tables of outcomes ---------------------------------------------------------------


@runs_surveys
@require_POST
@never_cache
def codes(request: HttpRequest, public_id: str, number: int) -> HttpResponseBase:
    """Fresh codes as a workbook, for who rings or hands out paper; the reason is recorded."""
    found, user = wave_at(request, public_id, number), user_of(request)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = {**_context(found), "codes_form": form}
        return render(request, "surveys/wave.html", context, status=422)
    reason = form.cleaned_data["reason"]
    try:
        made = hand_out_codes(found, cells=cells_of(request.POST), reason=reason, actor=user, moment=moment())
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
        return _back(found)
    origin = origin_of(request)
    rows = [
        (
            one.invitation.enterprise.credit_code or "",
            one.invitation.enterprise.name,
            cell_words((one.invitation.county, "", ""), code_tables()),
            one.spoken,
            f"{origin}/i/{one.code}/",
            "",
            "",
        )
        for one in made
    ]
    unit = user.unit.name if user.unit else "—"
    mark = watermark_text(who=user.name, unit=unit, at=clock.now(), purpose=reason, rows=len(rows))
    heads = ("统一社会信用代码", "企业名称", "区县", "邀请码", "填报链接", "结果", "备注")
    columns = [
        Column(name, Kind.CODE if name in {"统一社会信用代码", "邀请码"} else Kind.TEXT) for name in heads
    ]
    return xlsx_response(f"{found.survey.title}-{_('邀请码')}", columns, rows, watermark=mark)


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def outcomes(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Take outcomes from a table; with one fault nothing is taken, and every fault has its place."""
    found, user = wave_at(request, public_id, number), user_of(request)
    form = OutcomeFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        **campaign_context(found.survey, "wave", _("导入联系结果")),
        "wave": found,
        "form": form,
        "most": MOST_PROBLEMS,
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                given = read_outcomes(form.cleaned_data["file"], found)
            except Refused as refusal:
                form.add_error("file", worded(refusal.said))
            else:
                context["problems"] = given.problems
                if not given.problems:
                    count = note_outcomes(found, given.noted, actor=user)
                    messages.success(request, _("已记下%(n)d家的结果。") % {"n": count})
                    return _back(found)
    return render(request, "surveys/outcomes.html", context, status=status)
