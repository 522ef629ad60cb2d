"""The live board of a round: who has answered, against the target; weak cells reminded with one click."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import user_of
from huiqi.core import clock
from huiqi.core.htmx import render_page
from huiqi.files.downloads import xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.reference.queries import code_tables
from huiqi.surveys.models import Wave
from huiqi.surveys.queries.board import Board, Side, Tally, board_of, trend_of
from huiqi.surveys.views.campaign import campaign_context, moment, runs_surveys, wave_at
from huiqi.surveys.views.cells import parts_of


def _sides(request: HttpRequest) -> tuple[Side, Side]:
    """Two different sides as the address asks, by default cities by sizes."""
    known = {side.value: side for side in Side}
    rows_by = known.get(request.GET.get("rows", ""), Side.CITY)
    columns_by = known.get(request.GET.get("columns", ""), Side.SIZE)
    places = {Side.CITY, Side.COUNTY}
    if rows_by is columns_by or {rows_by, columns_by} == places:
        columns_by = Side.SIZE if rows_by is not Side.SIZE else Side.CITY
    return rows_by, columns_by


@runs_surveys
@require_safe
@never_cache
def board(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """The pivot, its totals and the days; asks for itself again while the round is open."""
    wave = wave_at(request, public_id, number)
    rows_by, columns_by = _sides(request)
    tables = code_tables()
    shown = board_of(wave, rows_by, columns_by, tables, parts_of(request.GET.get("within", "")))
    context: dict[str, Any] = {
        "survey": wave.survey,
        "wave": wave,
        "board": shown,
        "trend": trend_of(wave, moment()),
        "rows_by": rows_by,
        "columns_by": columns_by,
        "row_word": _name(rows_by),
        "query": f"rows={rows_by}&columns={columns_by}&within={request.GET.get('within', '')}",
        "is_live": wave.takes_answers(clock.today()),
        "at": clock.wall_now(),
    }
    if not request.htmx:  # type: ignore[attr-defined]
        context |= campaign_context(wave.survey, "board", _("第%(n)d轮进度") % {"n": wave.number})
        context["choices"] = _choices(wave, rows_by, columns_by)
    return render_page(request, "surveys/board.html", "surveys/_board.html", context)


def _name(side: Side) -> str:
    return {
        Side.CITY: _("市州"),
        Side.COUNTY: _("区县"),
        Side.SECTION: _("行业"),
        Side.SIZE: _("规模"),
    }[side]


def _choices(wave: Wave, rows_by: Side, columns_by: Side) -> list[tuple[str, str, bool]]:
    """The views offered: words, address, whether it is this one."""
    pairs = [
        (Side.CITY, Side.SIZE),
        (Side.COUNTY, Side.SIZE),
        (Side.CITY, Side.SECTION),
        (Side.COUNTY, Side.SECTION),
        (Side.SECTION, Side.SIZE),
    ]
    at = reverse("surveys:board", args=[wave.survey.public_id, wave.number])
    return [
        (
            _("%(rows)s × %(columns)s") % {"rows": _name(one), "columns": _name(other)},
            f"{at}?rows={one}&columns={other}",
            (one, other) == (rows_by, columns_by),
        )
        for one, other in pairs
    ]


@runs_surveys
@require_safe
@never_cache
def board_export(request: HttpRequest, public_id: str, number: int) -> HttpResponseBase:
    """The same board as a table: a line for each cell."""
    wave = wave_at(request, public_id, number)
    rows_by, columns_by = _sides(request)
    shown = board_of(wave, rows_by, columns_by, code_tables(), parts_of(request.GET.get("within", "")))
    user = user_of(request)
    rows = list(_rows(shown, wave))
    unit = user.unit.name if user.unit else "—"
    mark = watermark_text(who=user.name, unit=unit, at=clock.now(), purpose=_("应答进度"), rows=len(rows))
    names = [_name(rows_by), _name(columns_by)]
    numbers = [_("邀请"), _("已答"), _("填写中"), _("部分答"), _("拒答"), _("联系不上"), _("已注销或停业")]
    columns = [Column(name) for name in names] + [Column(name, Kind.NUMBER) for name in numbers]
    columns += [Column(_("应答率（%）")), Column(_("目标份数"), Kind.NUMBER), Column(_("薄弱"))]
    return xlsx_response(f"{wave.survey.title}-{_('应答进度')}", columns, rows, watermark=mark)


def _rows(shown: Board, wave: Wave) -> Any:
    for line in shown.lines:
        for (_key, name), cell in zip(shown.heads, line.cells, strict=True):
            if cell.tally.counts:
                yield (line.label, name, *_figures(cell.tally, wave), cell.is_weak)
    yield (_("合计"), "", *_figures(shown.whole, wave), False)


def _figures(tally: Tally, wave: Wave) -> tuple[object, ...]:
    names = ("opened", "partial", "refused", "unreachable", "closed")
    rate = "" if tally.percent is None else f"{tally.percent:.1f}"
    counts = [tally.counts[name] for name in names]
    return (tally.invited, tally.answered, *counts, rate, tally.target(wave.target_percent))
