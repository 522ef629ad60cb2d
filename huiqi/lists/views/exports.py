"""A batch as a workbook for the office's OA: the number is left for the OA, the circle stands on top."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.files.downloads import xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.lists.commands.exports import record_export
from huiqi.lists.models import Entry, EntryState, ListBatch
from huiqi.lists.queries.pages import EntryFilters, entries_of
from huiqi.lists.views.opening import open_batch
from huiqi.reference.queries import code_tables

SHOWN = (EntryState.ACCEPTED, EntryState.OBJECTED, EntryState.PUBLISHED, EntryState.REMOVED)
RESULTS = {True: "符合", False: "不符合", None: "缺数据"}


@power_required(Power.EXPORT_FIRMS)
@require_POST
def export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The firms of a batch the person sees, with the state, for drafting the document."""
    batch = open_batch(request, public_id)
    user, today = user_of(request), clock.today()
    state = request.POST.get("state", "")
    filters = EntryFilters(state if state in EntryState.values else "")
    rows = list(entries_of(batch, user, filters, today))
    record_export(batch, count=len(rows), actor=user, today=today)
    divisions = code_tables().divisions
    unit = user.unit.name if user.unit else ""
    mark = watermark_text(who=user.name, unit=unit, at=clock.now(), purpose=_heading(batch), rows=len(rows))
    cells = [
        (
            number,
            row.enterprise.name,
            row.enterprise.credit_code,
            getattr(divisions.get(row.enterprise.prefecture or ""), "name", ""),
            row.get_state_display(),
            _result(row),
            row.score,
            row.valid_from,
            row.valid_to,
            row.removal_reason,
        )
        for number, row in enumerate(rows, start=1)
    ]
    return xlsx_response(batch.title, COLUMNS, cells, watermark=mark)


def _heading(batch: ListBatch) -> str:
    """Circle, title, issuer and document number; without a number the place is left for the OA."""
    number = batch.document or "（文号由 OA 编）"
    return f"〔{batch.get_secrecy_display()}〕{batch.title}，{batch.issuer}，{number}"


def _result(row: Entry) -> str:
    return RESULTS[row.finding.get("result")] if row.finding.get("has_criteria") else ""


COLUMNS = (
    Column("序号", Kind.NUMBER),
    Column("企业名称"),
    Column("统一社会信用代码", Kind.CODE),
    Column("县市区"),
    Column("状态"),
    Column("条件"),
    Column("得分", Kind.NUMBER),
    Column("生效日", Kind.DATE),
    Column("有效至", Kind.DATE),
    Column("移出原因"),
)
