"""Plain functions that make offline packs, fill them in as Excel would, and bring them back."""

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from huiqi.cases.commands.offline_packs import Wish, make_pack
from huiqi.cases.commands.pack_merges import (
    begin_merge,
    check_rows,
    fail_merge,
    finish_merge,
    merge_rows,
    upload_pack,
)
from huiqi.cases.models import PackMerge
from huiqi.cases.packs import layout
from huiqi.cases.queries.pack_receipts import shown_lines
from huiqi.cases.tests.make import at
from huiqi.core.errors import Refused
from huiqi.core.models import Job, JobState
from huiqi.files.stored_tables import unsealed

MADE = at("2020-03-02", "09:00")
BACK = at("2020-03-04", "10:00")
SHEET = "登记·企业诉求"
FIELDS = [
    {"id": "wanted", "label": "希望怎么解决", "kind": "long_text", "required": True},
    {"id": "amount", "label": "涉及金额", "kind": "money", "required": False},
    {"id": "in_court", "label": "正在打官司吗", "kind": "yes_no", "required": True},
    {
        "id": "court",
        "label": "哪个法院",
        "kind": "text",
        "required": True,
        "shown_if": {"field": "in_court", "is": "yes"},
    },
    {"id": "plate", "label": "车牌号", "kind": "text", "required": False, "personal": True},
]
GOOD = {
    layout.RECEIVED: "2020-03-03 09:30",
    layout.TOPIC: "复工用工",
    layout.URGENCY: "紧急",
    layout.WAY: "电话",
    layout.NAME: "李明",
    layout.PHONE: "13800001111",
    layout.FIRM: "演示口罩厂",
    layout.TITLE: "招不到工人",
    layout.TEXT: "缺20名缝纫工。",
    layout.CONSENT: "口头同意",
    "希望怎么解决": "组织专场招聘",
    "正在打官司吗": "否",
}


def pack_for(officer, **wish):
    given = {"unit": officer.unit, "items": ["request"], "days": 14, "rows_each": 50, **wish}
    return make_pack(Wish(**given), actor=officer, today=MADE.date(), at=MADE, wall=MADE)


def book_of(pack):
    with pack.file.open("rb") as stored:
        return openpyxl.load_workbook(unsealed(stored))


def fill(book, sheet, row, values):
    """Type `values` by heading into a row (as Excel numbers them)."""
    heads = {cell.value: cell.column for cell in book[sheet][2]}
    for heading, value in values.items():
        book[sheet].cell(row, heads[heading], value)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def filled(pack, *rows, handling=None, change=None):
    """The pack's file with rows of requests and the first open case filled in."""
    book = book_of(pack)
    for number, row in enumerate(rows, 3):
        fill(book, SHEET, number, row)
    if handling:
        fill(book, layout.HANDLING, 3, handling)
    if change:
        change(book)
    return saved(book)


def uploaded(officer, content, when=BACK, name="离线包.xlsx"):
    file = SimpleUploadedFile(name, content)
    return upload_pack(file, actor=officer, today=when.date(), at=when, wall=when)


def bring(officer, content, when=BACK):
    """Upload and rehearse, as the job does it, which has run already where transactions are real."""
    merge = uploaded(officer, content, when)
    merge.refresh_from_db()
    try:
        if merge.state != PackMerge.State.CHECKING:
            return merge
        list(check_rows(merge, today=when.date(), at=when))
    except Refused as refused:
        fail_merge(merge, refused.message)
        raise
    finally:
        Job.objects.filter(public_id=merge.job_id).update(state=JobState.DONE)
    return PackMerge.objects.select_related("pack__unit", "owner").get(pk=merge.pk)


def merged(officer, content, when=BACK):
    """Upload and merge at once, as the job does it."""
    merge = bring(officer, content, when)
    begin_merge(merge)
    PackMerge.objects.filter(pk=merge.pk).update(state=PackMerge.State.RUNNING)
    merge = PackMerge.objects.select_related("pack__unit", "owner").get(pk=merge.pk)
    list(merge_rows(merge, today=when.date(), at=when))
    return finish_merge(merge, at=when, wall=when)


def counts(merge):
    return merge.opened, merge.acted, merge.before, merge.conflicts, merge.rejected


def told(merge):
    return [(line.act, line.result) for line in shown_lines(merge)]


def rename_headings(book):
    book[SHEET]["G2"] = "手机"
