"""Photos and files as answers: received at once, kept with the draft, gone when it goes."""

import json
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.commands import attach, delete_attachment, receive_upload
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.files.uploads import UploadKind
from huiqi.surveys.commands.responses import lock_draft
from huiqi.surveys.models import Response
from huiqi.surveys.queries.uploads import stored_name, uploads_of

# Ours: a photo for each of thirty machines, and papers beside them.
MOST_UPLOADS = 40


def add_upload(
    response: Response,
    path: str,
    upload: "UploadedFile[Any]",
    *,
    kinds: tuple[UploadKind, ...],
    at: datetime,
) -> Response:
    """Take a file as the answer of a place; one that was there before goes.

    Refused as files.receive_upload, and `surveys.uploads_many`, `surveys.sent`. `at` is real time.
    """
    if attachments_of(response).count() >= MOST_UPLOADS:
        said = gettext_noop("一份问卷最多放%(most)d个文件。请先移除不要的，或合成一个 PDF。")
        raise Refused("surveys.uploads_many", Message(said, {"most": MOST_UPLOADS}))
    received = receive_upload(upload, actor=None, at=at, kinds=kinds)
    try:
        return _answer(response, path, received, at)
    except Refused:
        delete_attachment(received, actor=None)
        raise


@transaction.atomic
def _answer(response: Response, path: str, received: Attachment, at: datetime) -> Response:
    locked = lock_draft(response)
    answers = json.loads(locked.answers or "{}")
    _drop(locked, answers.get(path, ""))
    attach(received, owner=locked, actor=None, at=at)
    answers[path] = stored_name(received)
    _write(locked, answers, at)
    return locked


@transaction.atomic
def drop_upload(response: Response, path: str, *, at: datetime) -> Response:
    """Take the file of a place out; one that is not there is out already. Refused: `surveys.sent`."""
    locked = lock_draft(response)
    answers = json.loads(locked.answers or "{}")
    _drop(locked, answers.pop(path, ""))
    _write(locked, answers, at)
    return locked


def _drop(locked: Response, name: str) -> None:
    row = uploads_of(locked).get(name) if name else None
    if row is not None:
        delete_attachment(row, actor=None)


def _write(locked: Response, answers: dict[str, str], at: datetime) -> None:
    locked.answers, locked.saved_at = json.dumps(answers, ensure_ascii=False), at
    locked.save(update_fields=["answers", "saved_at"])
