"""The monthly review 每月点评: on the page, as a Word file and as a table."""

import io
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiqi.accounts.gates import user_of
from huiqi.accounts.models import User
from huiqi.cases.commands.ranking import record_figures_export
from huiqi.cases.documents import official
from huiqi.cases.documents.monthly import left_out, monthly_paper, said
from huiqi.cases.queries.figures import NUMBERS
from huiqi.cases.queries.review import Review, review
from huiqi.cases.views.figures import account_of, month_asked, month_choices, sees_figures
from huiqi.core import clock
from huiqi.core.dates import format_date_zh
from huiqi.files.downloads import file_response, xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text

COLUMNS = (
    Column("表"),
    Column("项目"),
    Column("指标"),
    Column("数"),
    Column("分子", Kind.NUMBER),
    Column("分母", Kind.NUMBER),
    Column("未计入和单列"),
)


@sees_figures
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def monthly_review(request: HttpRequest) -> HttpResponseBase:
    """The review of a month; a POST takes it away as docx or xlsx, which is recorded."""
    user, today = user_of(request), clock.today()
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    month = month_asked((request.POST or request.GET).get("month"), last)
    found = review(account_of(user, month, month))
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in {"docx", "xlsx"}:
            raise Http404
        record_figures_export(actor=user, month=month, kind=kind)
        title = f"{month.year}年{month.month}月"
        return _word(found, title, user) if kind == "docx" else _table(found, title, user)
    shown: HttpResponse = render(
        request, "cases/review.html", {"month": month, "months": month_choices(month), "found": found}
    )
    return shown


def _word(found: Review, month: str, user: User) -> HttpResponseBase:
    issuer = user.unit.name if user.unit else ""
    paper = monthly_paper(found, month=month, issuer=issuer, dated=format_date_zh(clock.today()))
    return file_response(io.BytesIO(official.write_docx(paper)), f"{paper.title}.docx", official.CONTENT_TYPE)


def _table(found: Review, month: str, user: User) -> HttpResponseBase:
    rows: list[tuple[object, ...]] = [
        ("总体", "", tally.number.label, said(tally), tally.counted, tally.of, left_out(tally))
        for tally in found.tallies
    ]
    for table, lines in (("主题", found.topics), ("县市区", found.counties), ("渠道", found.channels)):
        for line in lines:
            for cell, name in zip(line.cells, found.columns, strict=True):
                share = (cell.counted, cell.of) if cell is not None else (None, None)
                rows.append((table, line.name, NUMBERS[name].label, said(cell), *share, ""))
    title = f"{month}诉求办理情况点评"
    unit = user.unit.name if user.unit else ""
    mark = watermark_text(who=user.name, unit=unit, at=clock.now(), purpose=title, rows=len(rows))
    return xlsx_response(title, COLUMNS, rows, watermark=mark)
