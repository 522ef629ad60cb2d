"""What is taken away: the tables as a sheet, the page as PDF, the draft edition in the rulebook's format."""

import io
from collections.abc import Iterator

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core import clock
from huiqi.core.money import format_wan
from huiqi.files.downloads import file_response, xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.whatif.commands.exporting import note_export, take_draft
from huiqi.whatif.drafts import draft_text
from huiqi.whatif.models import Scenario
from huiqi.whatif.paper import make_paper
from huiqi.whatif.queries import results
from huiqi.whatif.queries.figures import figures_of
from huiqi.whatif.views.results import HEADINGS, scope_of, told
from huiqi.whatif.views.scenarios import estimator, seen
from huiqi.whatif.words import MOVES, STATUSES

COLUMNS = (
    Column("分组"),
    Column("名称"),
    Column("企业数", Kind.NUMBER),
    Column("现行：初步符合", Kind.NUMBER),
    Column("方案：初步符合", Kind.NUMBER),
    Column("方案：其中企业自报", Kind.NUMBER),
    Column("现行：缺数据", Kind.NUMBER),
    Column("方案：缺数据", Kind.NUMBER),
    Column("现行：金额（万元）", Kind.WAN),
    Column("方案：金额（万元）", Kind.WAN),
    Column("现行：金额待算的企业", Kind.NUMBER),
    Column("方案：金额待算的企业", Kind.NUMBER),
)
FIRMS = (
    Column("统一社会信用代码", Kind.CODE),
    Column("企业名称"),
    Column("县市区 · 行业 · 规模"),
    Column("变化"),
    Column("现行"),
    Column("方案"),
    Column("现行金额（万元）", Kind.WAN),
    Column("方案金额（万元）", Kind.WAN),
    Column("原因"),
)
A_TIME = 500
PURPOSE = "内部测算，不是决定"
exporter = power_required(Power.EXPORT_FIRMS)


def _with_result(request: HttpRequest, public_id: str) -> Scenario:
    row = seen(request, public_id)
    if not results.has_result(row):
        raise Http404
    return row


def _mark(request: HttpRequest, row: Scenario, rows: int) -> str:
    user = user_of(request)
    purpose = f"{PURPOSE}：{row.title}"
    return watermark_text(
        who=user.name, unit=str(user.unit or ""), at=clock.wall_now(), purpose=purpose, rows=rows
    )


@estimator
@require_POST
@never_cache
def table(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Base against scenario by every dimension, as a sheet."""
    row = _with_result(request, public_id)
    found = results.result_of(row, scope_of(request))
    lines = [("合计", found.whole)]
    lines += [(str(HEADINGS[by]), one) for by in results.DIMENSIONS for one in found.tables[by]]
    lines += [("县市区 · 行业 · 规模", one) for one in results.crossed(row, scope_of(request))]
    note_export(row, actor=user_of(request), what="table", rows=len(lines))
    cells = [_cells(by, one) for by, one in lines]
    return xlsx_response(f"政策测算-{row.title}", COLUMNS, cells, watermark=_mark(request, row, len(lines)))


def _cells(by: str, one: results.Line) -> list[object]:
    base, scenario = one.base, one.scenario
    counts = [one.firms, one.base.eligible, one.scenario.eligible, one.scenario.claimed]
    unknown = [one.base.unknown, one.scenario.unknown]
    sums = [side.amount_fen if side.has_sum else None for side in (base, scenario)]
    money = [*sums, base.open, scenario.open]
    return [by, one.name or ("" if by == "合计" else "不明"), *counts, *unknown, *money]


@estimator
@exporter
@require_POST
@never_cache
def firms_table(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The firms that change, with the reason."""
    row, user = _with_result(request, public_id), user_of(request)
    scope = scope_with(user, Power.EXPORT_FIRMS, clock.today())
    frame = results.changed_firms(row, scope)
    note_export(row, actor=user, what="firms", rows=frame.height)

    def cells() -> Iterator[list[object]]:
        for first in range(0, frame.height, A_TIME):
            for one in results.told(row, frame.slice(first, A_TIME), user, clock.today()):
                yield _firm_cells(one)

    mark = _mark(request, row, frame.height)
    return xlsx_response(f"政策测算企业-{row.title}", FIRMS, cells(), watermark=mark)


def _firm_cells(one: results.Moved) -> list[object]:
    words = [str(MOVES[one.move]), str(STATUSES[one.before]), str(STATUSES[one.after])]
    code, name = (one.firm.credit_code or "", one.firm.name) if one.firm else ("", "")
    return [code, name, one.place, *words, one.before_fen, one.after_fen, "；".join(one.reasons)]


@estimator
@require_POST
@never_cache
def draft(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The scenario as policy.yaml: the old edition as it is, a new one that supersedes it."""
    row = take_draft(seen(request, public_id), actor=user_of(request))
    text = draft_text(row)
    return file_response(io.BytesIO(text.encode()), f"{row.policy}-草案-policy.yaml", "application/yaml")


@estimator
@require_POST
@never_cache
def paper(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The result on one page."""
    row = _with_result(request, public_id)
    found = results.result_of(row, scope_of(request))
    note_export(row, actor=user_of(request), what="paper", rows=1)
    figures = [one for one in figures_of(row, row.changed) if one.is_changed]
    made = make_paper(row, {**told(row), "figures": figures}, found, format_wan)
    return file_response(io.BytesIO(made), f"政策测算-{row.title}.pdf", "application/pdf")
