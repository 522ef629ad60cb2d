"""Offline packs: make one, bring it back filled in, see the rehearsal, merge, keep the receipt."""

import io
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import user_of
from huiqi.cases.commands.offline_packs import Wish, extend_pack, make_pack, record_pack_fetched
from huiqi.cases.commands.pack_merges import MOST_BYTES, filled_of, start_merge, stop_merge, upload_pack
from huiqi.cases.forms.packs import ExtendPackForm, MakePackForm, PackFileForm, ReceiptForm
from huiqi.cases.models import OfflinePack, PackMerge
from huiqi.cases.queries.items import offered_items
from huiqi.cases.queries.pack_receipts import (
    is_receipt_code,
    receipt_code,
    receipt_workbook,
    rejected_workbook,
    shown_lines,
)
from huiqi.cases.queries.packs import entries_for, pack_units
from huiqi.cases.views.imports import importer
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.htmx import render_page
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.files.downloads import file_response
from huiqi.files.stored_tables import unsealed
from huiqi.files.xlsx_writer import CONTENT_TYPE, SheetToWrite, write_workbook

RECENT, LINES_A_PAGE = 20, 100
FIRST_ITEM = "request"
State = PackMerge.State


def _make_form(request: HttpRequest, data: object = None) -> MakePackForm:
    offered = [(row.item, row.definition.title) for row in offered_items(public_only=False)]
    first = [key for key, _title in offered if key == FIRST_ITEM] or [key for key, _title in offered[:1]]
    units = pack_units(user_of(request), clock.today())
    return MakePackForm(data, units=units, items=offered, initial={"items": first})


def _page(
    request: HttpRequest, make: MakePackForm | None = None, upload: PackFileForm | None = None
) -> HttpResponse:
    user, today = user_of(request), clock.today()
    make, upload = make or _make_form(request), upload or PackFileForm()
    packs = OfflinePack.objects.visible_to(user, today).select_related("unit", "made_by")
    own = [unit for unit in make.units.values() if unit.pk == user.unit_id]
    context = {
        "make": make,
        "upload": upload,
        "check": ReceiptForm(),
        "extend": ExtendPackForm(auto_id=False),
        "packs": packs.prefetch_related("merges__owner")[:RECENT],
        "now": clock.now(),
        "most_mb": MOST_BYTES // 1_000_000,
        "own": own[0] if own else None,
        "open_cases": len(entries_for(own[0], user, today)) if own else 0,
    }
    status = 422 if make.errors or upload.errors else 200
    return render(request, "cases/packs.html", context, status=status)


@importer
@require_safe
@never_cache
def packs(request: HttpRequest) -> HttpResponse:
    """The packs of the own desks with their receipts; make one, upload one."""
    return _page(request)


@importer
@require_POST
def pack_make(request: HttpRequest) -> HttpResponse:
    """Make a pack; it is fetched from the list."""
    form = _make_form(request, request.POST)
    if not form.is_valid():
        return _page(request, make=form)
    given = form.cleaned_data
    wish = Wish(
        form.units[given["unit"]], given["items"], given["days"], given["rows_each"], given["with_contacts"]
    )
    try:
        make_pack(wish, actor=user_of(request), today=clock.today(), at=clock.now(), wall=clock.wall_now())
    except Refused as refused:
        form.add_error(None, worded(refused.said))
        return _page(request, make=form)
    return redirect("cases:packs")


@importer
@require_POST
def pack_file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The pack as it was made; that somebody took it is recorded, hence no GET."""
    user = user_of(request)
    found = OfflinePack.objects.visible_to(user, clock.today()).select_related("unit")
    pack = get_object_or_404(found, public_id=public_id)
    if not pack.file:
        raise Refused("cases.pack_file_gone", _("离线包文件已按期删除。请重新制作一份。"))
    with pack.file.open("rb") as stored:
        content = unsealed(stored)
    record_pack_fetched(pack, actor=user)
    return file_response(content, f"{_('离线包')}-{pack.unit.name}-{pack.number}.xlsx", CONTENT_TYPE)


@importer
@require_POST
def pack_extend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let it be merged for longer, also when it expired."""
    packs_seen = OfflinePack.objects.visible_to(user_of(request), clock.today())
    pack = get_object_or_404(packs_seen, public_id=public_id)
    form = ExtendPackForm(request.POST)
    days = form.cleaned_data["days"] if form.is_valid() else 0
    extend_pack(pack, days=days, actor=user_of(request), at=clock.now(), wall=clock.wall_now())
    messages.success(request, _("已延长。填好的文件现在可以上传合并。"))
    return redirect("cases:packs")


@importer
@require_POST
def pack_upload(request: HttpRequest) -> HttpResponse:
    """Upload a filled-in pack: every row is rehearsed, nothing stays."""
    form = PackFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            merge = upload_pack(
                form.cleaned_data["file"],
                actor=user_of(request),
                today=clock.today(),
                at=clock.now(),
                wall=clock.wall_now(),
            )
        except Refused as refused:
            form.add_error("file", worded(refused.said))
        else:
            return redirect("cases:pack_merge", merge.public_id)
    return _page(request, upload=form)


def _readable(request: HttpRequest, public_id: str) -> PackMerge:
    """A merge of a pack of the own desks: the receipt is the office's."""
    merges = PackMerge.objects.readable_by(user_of(request), clock.today())
    return get_object_or_404(
        merges.select_related("pack__unit", "pack__made_by", "owner"), public_id=public_id
    )


def _own(request: HttpRequest, public_id: str) -> PackMerge:
    """A merge one started oneself: whoever uploads answers for what is done."""
    merges = PackMerge.objects.visible_to(request.user).select_related("pack__unit", "pack__made_by", "owner")
    return get_object_or_404(merges, public_id=public_id)


@importer
@require_safe
@never_cache
def pack_merge(request: HttpRequest, public_id: str) -> HttpResponse:
    """The merge as it stands: rehearsed, going on, done with its receipt. htmx asks again while it moves."""
    merge = _readable(request, public_id)
    is_moving = merge.is_moving
    is_own = merge.owner_id == user_of(request).pk
    # What is not merged yet is the uploader's: it may hold what nobody else has to read.
    lines = [] if is_moving or not (is_own or merge.receipt) else shown_lines(merge)
    context = {
        "merge": merge,
        "is_own": is_own,
        "lines": paginate(lines, request.GET.get("page"), LINES_A_PAGE),
        "code": receipt_code(merge) if merge.state == State.DONE else "",
    }
    return render_page(request, "cases/pack_merge.html", "cases/_pack_merge.html", context)


@importer
@require_POST
def pack_merge_go(request: HttpRequest, public_id: str) -> HttpResponse:
    """Merge, or go on where it was stopped."""
    merge = _own(request, public_id)
    start_merge(merge, actor=user_of(request), today=clock.today(), at=clock.now())
    return redirect("cases:pack_merge", public_id)


@importer
@require_POST
def pack_merge_stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop; what is merged stays merged."""
    merge = _own(request, public_id)
    stop_merge(merge, actor=user_of(request), at=clock.now(), wall=clock.wall_now())
    return redirect("cases:pack_merge", public_id)


@importer
@require_safe
@never_cache
def pack_receipt(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The receipt as a workbook."""
    merge = _readable(request, public_id)
    if not merge.receipt:
        raise Refused("cases.no_receipt", _("还没有合并，没有回执。"))
    name = f"{_('合并回执')}-{merge.receipt}.xlsx"
    return _workbook(receipt_workbook(merge), name, f"{_('合并回执')} {merge.receipt}")


@importer
@require_safe
@never_cache
def pack_rejected(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The rows that were not merged, as they stood, with reasons: mend them and upload again."""
    merge = _own(request, public_id)
    if not merge.file or not (merge.rejected or merge.conflicts):
        raise Refused("cases.import_file_gone", _("没有可下载的行：文件已按期删除，或没有未合并的行。"))
    sheets = rejected_workbook(merge, filled_of(merge))
    name = f"{_('未合并的行')}-{merge.pack.number}.xlsx"
    return _workbook(sheets, name, f"{_('离线包')}{merge.pack.number}")


def _workbook(sheets: Sequence[SheetToWrite], name: str, watermark: str) -> HttpResponseBase:
    file = io.BytesIO()
    write_workbook(file, sheets, watermark=watermark)
    file.seek(0)
    return file_response(file, name, CONTENT_TYPE)


@importer
@require_safe
@never_cache
def receipt_check(request: HttpRequest) -> HttpResponse:
    """Whether a receipt in somebody's hand is the one of this site, line for line."""
    form = ReceiptForm(request.GET if request.GET else None)
    found = None
    if form.is_valid():
        merges = PackMerge.objects.readable_by(user_of(request), clock.today())
        number = form.cleaned_data["receipt"].strip().upper()
        merge = merges.select_related("pack__unit", "owner").filter(receipt=number, state=State.DONE).first()
        found = merge if merge is not None and is_receipt_code(merge, form.cleaned_data["code"]) else None
        if found is None:
            form.add_error(None, _("没有对得上的回执：编号或核验码不对，内容被改动过，或不是您单位的回执。"))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "cases/receipt_check.html", {"form": form, "found": found}, status=status)
