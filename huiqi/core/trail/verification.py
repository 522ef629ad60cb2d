"""Proof that the audit trail is whole: walks the chain once, in constant memory, against the anchor file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from huiqi.core.errors import Refused
from huiqi.core.models import AuditHead, AuditLink, AuditRecord, AuditWaiting
from huiqi.core.trail.anchor import Mark, marks_in
from huiqi.core.trail.chain import FIELDS, START, link_digest
from huiqi.core.trail.guard import missing

CHUNK = 2000


class Broken(Refused):
    """The first thing that is not as it was sealed; `kind` for programs, `number` of the link or 0."""

    def __init__(self, kind: str, number: int, message: str) -> None:
        super().__init__(f"core.audit_{kind}", message)
        self.kind, self.number = kind, number


@dataclass(frozen=True)
class Verified:
    """A whole trail: links, records that still wait, the last digest, lines of the anchor file."""

    sealed: int
    waiting: int
    digest: str
    anchor_lines: int


def verify_trail(path: Path, *, progress: Callable[[int], None] = lambda done: None) -> Verified:
    """Check triggers, links, records, head and the anchor file at `path`; Broken names the first fault."""
    absent = missing(connection)
    if absent:
        raise Broken("unguarded", 0, f"数据库中缺少保护审计记录的触发器：{'、'.join(absent)}。")
    # The file before the head: lines added meanwhile speak of links we may not see yet.
    lines_promised = _head().anchor_lines
    size = path.stat().st_size if path.exists() else None
    if size is None and lines_promised:
        raise Broken("anchor_missing", 0, f"锚定文件{path}不存在；数据库记着它应有{lines_promised}行。")
    head = _head()
    marks = _Marks(path, size or 0)
    digest = START
    for number, digest in _walk(head.number):
        marks.pass_by(number, digest)
        if number % CHUNK == 0:
            progress(number)
    _check_end(head, digest)
    marks.check_end(head.number, lines_promised)
    _check_strays()
    return Verified(head.number, AuditWaiting.objects.count(), digest, marks.lines)


def _head() -> AuditHead:
    return AuditHead.objects.filter(pk=AuditHead.ROW).first() or AuditHead(digest=START)


def _walk(end: int) -> Iterator[tuple[int, str]]:
    """Number and digest of each link up to `end`, each one checked against the one before and its record."""
    previous, number = START, 0
    while number < end:
        rows = AuditLink.objects.filter(number__gt=number, number__lte=end).order_by("number")
        links = list(rows.values_list("number", "record_id", "previous", "digest")[:CHUNK])
        records = _records([record_id for _, record_id, _, _ in links])
        for found, record_id, written, digest in links:
            number += 1
            if found != number:
                raise _link_missing(number)
            _check_link(number, written, previous)
            _check_record(number, record_id, records.get(record_id), previous, digest)
            previous = digest
            yield number, digest
        if not links:
            raise _link_missing(number + 1)


def _records(ids: list[int]) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in AuditRecord.objects.filter(pk__in=ids).order_by().values(*FIELDS)}


def _link_missing(number: int) -> Broken:
    return Broken("link_missing", number, f"审计链第{number}环缺失。")


def _check_link(number: int, written: str, previous: str) -> None:
    if written != previous:
        raise Broken("link_altered", number, f"审计链第{number}环被改动：它记的上一环摘要与上一环不符。")


def _check_record(
    number: int, record_id: int, record: dict[str, Any] | None, previous: str, digest: str
) -> None:
    if record is None:
        raise Broken("record_missing", number, f"审计链第{number}环所封的记录（编号{record_id}）已不存在。")
    if link_digest(previous, number, record) != digest:
        raise Broken(
            "record_altered",
            number,
            f"审计链第{number}环与所封的记录（编号{record_id}，{record['act']}）不符：记录或摘要被改动。",
        )


def _check_end(head: AuditHead, digest: str) -> None:
    if digest != head.digest:
        raise Broken("head_altered", head.number, f"审计链末端（第{head.number}环）的摘要被改动。")
    if AuditLink.objects.filter(number__gt=head.number).exists() and _head().number == head.number:
        raise Broken("head_altered", head.number, f"审计链末端记为第{head.number}环，其后却还有链环。")


class _Marks:
    """The anchor file, read alongside the chain."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.lines = path, 0
        self._marks = marks_in(path, size) if size else iter(())
        self._next = self._advance()

    def _advance(self) -> Mark | None:
        try:
            mark = next(self._marks, None)
        except OSError as error:
            raise Broken(
                "anchor_unreadable", 0, f"锚定文件{self.path}无法读取：{error.strerror}。"
            ) from error
        if mark:
            self.lines += 1
            if mark.line != self.lines:
                raise Broken("anchor_altered", mark.number, f"锚定文件{self.path}缺第{self.lines}行。")
        return mark

    def pass_by(self, number: int, digest: str) -> None:
        """Compare the lines that speak of this link."""
        while self._next and self._next.number <= number:
            if (self._next.number, self._next.digest) != (number, digest):
                raise Broken(
                    "anchor_differs",
                    number,
                    f"审计链第{self._next.number}环与锚定文件第{self._next.line}行（{self._next.at}）不符：链被重写，"
                    "或锚定文件被改动。",
                )
            self._next = self._advance()

    def check_end(self, number: int, promised: int) -> None:
        """The file must not say more than the chain, nor have fewer lines than were written."""
        if self._next:
            raise Broken(
                "tail_cut",
                number,
                f"审计链只到第{number}环，而锚定文件在{self._next.at}已记到第{self._next.number}环：链尾被截去。",
            )
        if self.lines < promised:
            raise Broken(
                "anchor_short", 0, f"锚定文件{self.path}只有{self.lines}行，应有{promised}行：被截短。"
            )


def _check_strays() -> None:
    """Records that are neither sealed nor waiting came in past the triggers and would never be sealed."""
    link, waiting = (rows.objects.filter(record_id=OuterRef("pk")) for rows in (AuditLink, AuditWaiting))
    stray = AuditRecord.objects.filter(~Exists(link), ~Exists(waiting)).order_by("pk").first()
    if stray:
        raise Broken("stray", 0, f"审计记录（编号{stray.pk}，{stray.act}）既未封存也不在待封存之列。")
    gone = ~Exists(AuditRecord.objects.filter(pk=OuterRef("pk")))
    lost = AuditWaiting.objects.filter(gone).order_by("pk").first()
    if lost:
        raise Broken("record_missing", 0, f"等待封存的审计记录（编号{lost.pk}）已不存在。")
