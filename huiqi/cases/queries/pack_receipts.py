"""Receipts of merges 合并回执: lines, a number and code by which each can be checked, the rows to mend."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from huiqi.accounts.models import User
from huiqi.cases.models import OfflinePack, PackLine, PackMerge
from huiqi.cases.packs import layout
from huiqi.cases.packs.reading import ACT_WORDS, Act
from huiqi.cases.queries.packs import Contents, Entry, Filled, sheets_of, workbook
from huiqi.core.crypto import blind_index, blind_indexes
from huiqi.files.sheets import Column
from huiqi.files.xlsx_writer import SheetToWrite

_RECEIPT = "pack-receipt"


def content_digest(text: str) -> str:
    """What is kept of a row, to tell the same row from a changed one."""
    return blind_index(text, "pack-row")


def is_same(digest: str, text: str) -> bool:
    """Whether a row says what the one kept said, under any key of the ring."""
    return any(constant_time_compare(digest, one) for one in blind_indexes(text, "pack-row"))


def receipt_code(merge: PackMerge) -> str:
    """Twelve characters that follow from every line of the receipt: whoever alters one line or a total no
    longer has the right code."""
    return _shown(blind_index(_told(merge), _RECEIPT))


def is_receipt_code(merge: PackMerge, code: str) -> bool:
    """Whether a code is this receipt's, also one printed under an older key."""
    typed = "".join(char for char in code.lower() if char.isalnum())
    codes = (_shown(one).replace("-", "") for one in blind_indexes(_told(merge), _RECEIPT))
    return any(constant_time_compare(typed, one) for one in codes)


def _shown(index: str) -> str:
    digits = index.rpartition(":")[2][:12]
    return "-".join((digits[:4], digits[4:8], digits[8:]))


def _told(merge: PackMerge) -> str:
    wanted = ("sheet", "row", "key", "act", "result", "case__number", "stated", "at", "recorded_at")
    lines = merge.lines.order_by("pk").values_list(*wanted)
    return "\n".join([merge.receipt, *("|".join(str(each) for each in line) for line in lines)])


def receipt_lines(merge: PackMerge) -> QuerySet[PackLine]:
    """The lines of a receipt, in the order of the file."""
    return merge.lines.select_related("case").order_by("pk")


@dataclass(frozen=True)
class Shown:
    """A line as it is shown: before the merging from the rehearsal, after it from the receipt."""

    sheet: str
    row: int
    key: str
    act: str
    result: str
    number: str
    stated: str
    due_at: datetime | None
    reason: str
    ours: str
    theirs: str
    at: datetime | None = None
    recorded_at: datetime | None = None
    case_id: str = ""

    @property
    def act_words(self) -> str:
        """What was asked for, as a msgid; "" for a row as a whole."""
        return ACT_WORDS[Act(self.act)] if self.act else ""

    @property
    def result_words(self) -> str:
        """What became of it."""
        return str(PackLine.Result(self.result).label)


def shown_lines(merge: PackMerge) -> list[Shown]:
    """The lines of a merge in the order of the file."""
    if merge.preview and not merge.receipt:
        return [_rehearsed(one) for one in json.loads(merge.preview)]
    return [_received(line) for line in receipt_lines(merge)]


def _rehearsed(told: Mapping[str, Any]) -> Shown:
    due = datetime.fromisoformat(told["due_at"]) if told["due_at"] else None
    return Shown(**{**told, "due_at": due})


def _received(line: PackLine) -> Shown:
    case = line.case
    return Shown(
        line.sheet,
        line.row,
        line.key,
        line.act,
        line.result,
        case.spoken_number if case else "",
        line.stated,
        line.due_at,
        line.reason,
        line.ours,
        line.theirs,
        line.at,
        line.recorded_at,
        case.public_id if case else "",
    )


def receipt_workbook(merge: PackMerge) -> list[SheetToWrite]:
    """The receipt as a workbook: control totals with number and code, and every line."""
    pack, done = merge.pack, merge.finished_at or merge.created_at
    note = f"合并回执{merge.receipt} · 离线包{pack.number} · {pack.unit.name} · {layout.BANNER}"
    totals = [
        ("回执编号", merge.receipt),
        ("核验码", receipt_code(merge)),
        (layout.NUMBER, pack.number),
        ("用于单位", pack.unit.name),
        ("文件", merge.file_name),
        ("文件校验值（SHA-256）", merge.sha256),
        ("合并人", merge.owner.name),
        ("合并时间", f"{timezone.localtime(done):%Y-%m-%d %H:%M}"),
        ("状态", merge.get_state_display()),
        ("填写的行", merge.total_rows),
        ("处理的行", merge.done_rows),
        ("登记诉求", merge.opened),
        ("办理步骤", merge.acted),
        ("以前合并过", merge.before),
        ("有冲突", merge.conflicts),
        ("未合并", merge.rejected),
        ("合计", merge.line_count),
    ]
    heads = (
        "工作表 行 行号 事项 结果 诉求编号 线下办理日期 计时时刻 期限 说明 离线内容 系统内容 合并时间".split()
    )
    lines = [
        (
            one.sheet,
            one.row,
            one.key,
            one.act_words,
            one.result_words,
            one.number,
            one.stated,
            one.at,
            one.due_at,
            one.reason,
            one.ours,
            one.theirs,
            one.recorded_at,
        )
        for one in shown_lines(merge)
    ]
    about = [Column(text) for text in layout.ABOUT_HEADINGS]
    return [
        SheetToWrite("回执", about, totals, note),
        SheetToWrite("逐行结果", [Column(head) for head in heads], lines, note),
    ]


def rejected_workbook(merge: PackMerge, filled: Filled) -> list[SheetToWrite]:
    """The rows to mend, as they stood, with a last column of reasons: a pack that can be uploaded again."""
    reasons: dict[tuple[str, int], list[str]] = {}
    for one in shown_lines(merge):
        if one.result in {PackLine.Result.REFUSED, PackLine.Result.CONFLICT}:
            words = f"{one.act_words}：{one.reason}" if one.act else one.reason
            reasons.setdefault((one.sheet, one.row), []).append(words)
    rows: dict[str, list[list[object]]] = {}
    for place, said in reasons.items():
        rows.setdefault(place[0], []).append([*filled.raw[place], "；".join(said)])
    return workbook(contents_of(merge.pack, merge.owner), rows)


def contents_of(pack: OfflinePack, reader: User) -> Contents:
    """What a pack that was made holds."""
    editions = {sheet.letter: sheet.edition for sheet in sheets_of(pack)}
    entries = pack.entries.select_related("order__case__edition", "order__unit").order_by("key")
    held = {entry.key: Entry(entry.order, entry.last_event, "") for entry in entries}
    return Contents(pack, editions, held, reader)
