"""The sealer: links the audit records that wait into the chain, and anchors the chain's end outside.

Writers never wait for each other; only sealers do, on the row of the head. Every batch is one transaction,
so that a crash leaves a shorter but whole chain, and the next run goes on where this one ended.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.models import AuditHead, AuditLink, AuditRecord, AuditWaiting
from huiqi.core.trail import anchor
from huiqi.core.trail.chain import FIELDS, START, link_digest

log = structlog.get_logger("huiqi.audit")
# Rows of one transaction: small enough that writers on SQLite hardly notice.
BATCH = 1000


@dataclass(frozen=True)
class Sealed:
    """What one run did: records linked now, and the end of the chain after it."""

    count: int
    number: int
    digest: str


def anchor_path() -> Path:
    """Where the anchor file is."""
    return Path(settings.HUIQI_AUDIT_ANCHOR)


def seal_records(*, at: datetime, limit: int | None = None) -> Sealed:
    """Link the waiting records, at most `limit`, then add a line to the anchor file and to the log.

    Refused when the anchor file is gone or says more than the chain: then somebody must look first.
    """
    _refuse_broken_anchor()
    count = 0
    while limit is None or count < limit:
        size = BATCH if limit is None else min(BATCH, limit - count)
        linked = _seal_batch(size)
        count += linked
        if linked < size:
            break
    head = _anchor_end(at)
    return Sealed(count, head.number, head.digest)


def _locked_head() -> AuditHead:
    rows = AuditHead.objects.select_for_update(of=("self",))
    return rows.get_or_create(pk=AuditHead.ROW, defaults={"digest": START})[0]


@transaction.atomic
def _seal_batch(size: int) -> int:
    head = _locked_head()
    waiting = list(AuditWaiting.objects.order_by("pk").values_list("pk", flat=True)[:size])
    links = []
    for record in AuditRecord.objects.filter(pk__in=waiting).order_by("pk").values(*FIELDS):
        previous, head.number = head.digest, head.number + 1
        head.digest = link_digest(previous, head.number, record)
        links.append(
            AuditLink(number=head.number, record_id=record["id"], previous=previous, digest=head.digest)
        )
    AuditLink.objects.bulk_create(links)
    AuditWaiting.objects.filter(pk__in=[link.record_id for link in links]).delete()
    head.save(update_fields=["number", "digest"])
    return len(links)


@transaction.atomic
def _anchor_end(at: datetime) -> AuditHead:
    head = _locked_head()
    last = anchor.last_mark(anchor_path())
    if head.number and (last is None or last.number < head.number):
        last = anchor.append_mark(anchor_path(), number=head.number, digest=head.digest, at=at)
        log.info("audit sealed", number=head.number, digest=head.digest, line=last.line)
    if last and head.anchor_lines != last.line:
        head.anchor_lines = last.line
        head.save(update_fields=["anchor_lines"])
    return head


@transaction.atomic
def _refuse_broken_anchor() -> None:
    head, last = _locked_head(), anchor.last_mark(anchor_path())
    if head.anchor_lines and (last is None or last.line < head.anchor_lines):
        log.error("audit anchor shortened", expected=head.anchor_lines, found=last.line if last else 0)
        raise Refused(
            "core.audit_anchor_short",
            f"审计锚定文件{anchor_path()}缺失或被截短，已停止封存。请先运行 huiqi audit verify 查明原因；"
            "确认后用 huiqi audit seal --new-anchor 重新开始锚定。",
        )
    if last and (last.number > head.number or (last.number == head.number and last.digest != head.digest)):
        log.error("audit chain cut", anchored=last.number, found=head.number)
        raise Refused(
            "core.audit_chain_cut",
            f"审计链只到第{head.number}条，而锚定文件记到第{last.number}条，已停止封存。"
            "请先运行 huiqi audit verify 查明原因；若是恢复了较早的备份，"
            "确认后用 huiqi audit seal --new-anchor 重新开始锚定。",
        )


@transaction.atomic
def renew_anchor(*, at: datetime) -> Path | None:
    """Put the anchor file aside under a dated name and start a new one; the act itself is recorded.

    For use after a restored older database or a lost file, when somebody has looked. Returns the old
    file's new place, None when there was none.
    """
    head, path = _locked_head(), anchor_path()
    aside = path.with_name(f"{path.name}.{at:%Y%m%d%H%M%S%f}") if path.exists() else None
    if aside:
        path.rename(aside)
    audit.record("audit.anchor_renewed", None, actor=None, number=head.number, lines=head.anchor_lines)
    head.anchor_lines = 0
    head.save(update_fields=["anchor_lines"])
    return aside
