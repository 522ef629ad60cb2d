"""Writes on attachments: receive, attach, delete, scan again, expire.

The content is written before its row and deleted after it, so that a killed process leaves at worst a file
without a row, which expire_uploads sweeps away.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

import structlog
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Model

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.models import FOLDER, Attachment, UploadHour
from huiqi.files.queries import attachments_of, owner_key
from huiqi.files.scanning import PIECE, Scanner, ScanResult, Verdict, scanner_in_use
from huiqi.files.uploads import EVERY_KIND, UploadKind, check_size, download_name, sniff

log = structlog.get_logger("huiqi.files")
# Long enough to fill in a form over a night, short enough not to keep what was abandoned.
TEMPORARY_FOR = timedelta(hours=24)
MOST_TEMPORARY = 50
# Ours: six full drafts an hour from one address.
MOST_FROM_ADDRESS = 60
BATCH = 200


def receive_upload(
    upload: "UploadedFile[Any]",
    *,
    actor: User | None,
    at: datetime,
    kinds: tuple[UploadKind, ...] = EVERY_KIND,
) -> Attachment:
    """Check a file and keep it for a day; only its uploader may use it until it is attached.

    Refused (`files.upload_…`, `files.infected`, `files.too_many_uploads`) in words for the uploader; an
    infected file is recorded and not kept.
    """
    check_size(upload.size or 0)
    if actor and Attachment.objects.received_from(actor).count() >= MOST_TEMPORARY:
        said = gettext_noop("您上传后还没有用的文件已有%(most)s个。请先提交表单，或明天再试。")
        raise Refused("files.too_many_uploads", Message(said, {"most": MOST_TEMPORARY}))
    content = cast(BinaryIO, upload)
    scanned = scanner_in_use().scan(content)
    if scanned.verdict is Verdict.INFECTED:
        _record_infected(scanned, actor)
        said = gettext_noop("文件里发现病毒，没有接收。请先杀毒，再上传干净的文件。")
        raise Refused("files.infected", said)
    kind = sniff(content, upload.name or "", kinds)
    attachment = Attachment(
        name=download_name(upload.name or "", kind),
        size=upload.size or 0,
        sha256=_digest(content),
        content_type=kind.value.content_type,
        scan=Attachment.Scan(scanned.verdict.value),
        uploaded_by=actor,
        created_at=at,
        expires_at=at + TEMPORARY_FOR,
    )
    return _kept(attachment, content, actor)


def count_upload(address: str, *, at: datetime) -> None:
    """Count a file of somebody without an account at this network address (a digest; "" = not known).

    Refused `files.too_many_from_address` above what an office with one address for all may need in an hour.
    Counted before the file is looked at, also when it is refused then: scanning is what costs.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    UploadHour.objects.filter(hour_at__lt=hour).delete()
    row, _made = UploadHour.objects.get_or_create(address_digest=address, hour_at=hour)
    free = UploadHour.objects.filter(pk=row.pk, count__lt=MOST_FROM_ADDRESS)
    if not free.update(count=F("count") + 1):
        said = gettext_noop(
            "您所在的网络这一小时上传的文件太多。请过一小时再试，或登录后上传；已填内容都在。"
        )
        raise Refused("files.too_many_from_address", said)


@transaction.atomic
def _record_infected(scanned: ScanResult, actor: User | None) -> None:
    audit.record("attachment.refused_infected", None, actor=actor, found=scanned.found)


def _digest(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    content.seek(0)
    while piece := content.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _kept(attachment: Attachment, content: BinaryIO, actor: User | None) -> Attachment:
    content.seek(0)
    attachment.file.save("", File(content), save=False)
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
            audit.record(
                "attachment.received",
                attachment,
                actor=actor,
                size=attachment.size,
                content_type=attachment.content_type,
            )
    except BaseException:
        default_storage.delete(str(attachment.file.name))
        raise
    return attachment


@transaction.atomic
def attach(
    attachment: Attachment,
    *,
    owner: Model,
    actor: User | None,
    at: datetime,
    keep_until: datetime | None = None,
) -> Attachment:
    """Give a temporary file to `owner` (any model with a public_id); the same act twice is done once.

    Refused when somebody else uploaded it, its day is over, it belongs elsewhere or a virus was found.
    """
    found = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment.pk).first()
    key = owner_key(owner)
    if found is None or (found.is_temporary and cast(datetime, found.expires_at) <= at):
        raise Refused("files.upload_expired", gettext_noop("上传的文件已过期，请重新上传。"))
    if found.uploaded_by != actor:
        raise Refused("files.not_your_upload", gettext_noop("这个文件不是您上传的，请自己上传一份。"))
    if found.scan == Attachment.Scan.INFECTED:
        raise _infected()
    if (found.owner_type, found.owner_id) == key:
        return found
    if not found.is_temporary:
        raise Refused("files.attached_elsewhere", gettext_noop("这个文件已用在别处，请再上传一份。"))
    found.owner_type, found.owner_id = key
    found.expires_at = keep_until
    found.save(update_fields=["owner_type", "owner_id", "expires_at"])
    audit.record("attachment.attached", found, actor=actor, owner_type=key[0], owner_id=key[1])
    return found


@transaction.atomic
def hand_over(owner: Model, *, to: Model, actor: User | None) -> int:
    """Give the files of `owner` to another thing, for good: those of a draft to what it became."""
    key = owner_key(to)
    rows = list(attachments_of(owner).select_for_update(of=("self",)))
    for row in rows:
        row.owner_type, row.owner_id = key
        row.expires_at = None
        row.save(update_fields=["owner_type", "owner_id", "expires_at"])
        audit.record("attachment.attached", row, actor=actor, owner_type=key[0], owner_id=key[1])
    return len(rows)


def _infected() -> Refused:
    return Refused("files.infected", gettext_noop("这个文件查出了病毒，不能使用。请上传干净的文件。"))


@transaction.atomic
def delete_attachment(attachment: Attachment, *, actor: User | None) -> None:
    """Remove the row now and the content once that is certain."""
    name = str(attachment.file.name)
    audit.record("attachment.deleted", attachment, actor=actor, owner_type=attachment.owner_type)
    attachment.delete()
    transaction.on_commit(lambda: default_storage.delete(name))


def expire_uploads(at: datetime) -> Iterator[int]:
    """Delete what has expired, a batch a transaction, then files without rows; yields how many so far."""
    deleted = 0
    while batch := list(Attachment.objects.expired(at).order_by("expires_at", "pk")[:BATCH]):
        with transaction.atomic():
            for attachment in batch:
                delete_attachment(attachment, actor=None)
        deleted += len(batch)
        yield deleted
    yield deleted + _sweep(at - TEMPORARY_FOR)


def _sweep(before: datetime) -> int:
    """Delete contents that no row knows and that are older than a day; returns how many."""
    swept = 0
    for path in _stored_files():
        known = Attachment.objects.filter(file=path).exists()
        if not known and default_storage.get_modified_time(path) < before:
            default_storage.delete(path)
            swept += 1
    return swept


def _stored_files() -> Iterator[str]:
    if not default_storage.exists(FOLDER):
        return
    folders, _files = default_storage.listdir(FOLDER)
    for folder in sorted(folders):
        _folders, names = default_storage.listdir(f"{FOLDER}/{folder}")
        yield from (f"{FOLDER}/{folder}/{name}" for name in sorted(names))


def scan_uploads() -> Iterator[tuple[int, int]]:
    """Scan what nobody has scanned; yields (scanned, infected) so far. Refused without clamd."""
    scanner = scanner_in_use()
    if not scanner.can_clear:
        said = gettext_noop("没有设置查毒程序（HUIQI_CLAMD），无法查毒。")
        raise Refused("files.no_scanner", said)
    scanned = infected = 0
    waiting = Attachment.objects.filter(scan=Attachment.Scan.UNSCANNED).order_by("pk")
    for number in list(waiting.values_list("pk", flat=True)):
        attachment = waiting.filter(pk=number).first()
        result = _scanned(attachment, scanner) if attachment else None
        if attachment is None or result is None or result.verdict is Verdict.UNSCANNED:
            continue
        _note_scan(attachment, result)
        scanned += 1
        infected += result.verdict is Verdict.INFECTED
        yield scanned, infected


def _scanned(attachment: Attachment, scanner: Scanner) -> ScanResult | None:
    try:
        with attachment.file.open("rb") as content:
            return scanner.scan(cast(BinaryIO, content))
    except FileNotFoundError:
        log.error("attachment without content", attachment=attachment.public_id)
        return None


@transaction.atomic
def _note_scan(attachment: Attachment, result: ScanResult) -> None:
    attachment.scan = Attachment.Scan(result.verdict.value)
    attachment.save(update_fields=["scan"])
    audit.record(
        "attachment.scanned", attachment, actor=None, verdict=result.verdict.value, found=result.found
    )
