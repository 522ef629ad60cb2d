"""Files of a submission, which may come in several posts and more than once."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.fieldwork.commands.submissions import Moment, Source
from huiqi.fieldwork.models import Delivery, DeliveryState
from huiqi.fieldwork.queries.deliveries import notes_of
from huiqi.files.commands import attach, receive_upload
from huiqi.files.models import Attachment
from huiqi.surveys.models import Response

_NOT_NAMED = gettext_noop("答卷里没有提到这个文件。")
_ANONYMOUS = gettext_noop("匿名调查不收文件。")


def take_files(
    delivery: Delivery, files: Mapping[str, "UploadedFile[Any]"], source: Source, moment: Moment
) -> Delivery:
    """Keep the files the answers name, checked and scanned as every upload; the same name again is nothing
    new. One that is refused is noted with its reason and never a reason to refuse the answers.
    """
    for name, upload in files.items():
        kept = notes_of(delivery)
        if name in kept.files:
            continue
        try:
            if delivery.survey.is_anonymous:
                raise Refused("fieldwork.anonymous", _ANONYMOUS)
            if name not in kept.named:
                raise Refused("fieldwork.not_named", _NOT_NAMED)
            received = receive_upload(upload, actor=source.user, at=moment.at)
            delivery = _attach(delivery, name, received, source, moment)
        except Refused as refusal:
            delivery = _note_refusal(delivery, name, refusal)
    return delivery


@transaction.atomic
def _attach(delivery: Delivery, name: str, received: Attachment, source: Source, moment: Moment) -> Delivery:
    locked = _lock(delivery)
    notes = notes_of(locked)
    if name not in notes.files:
        attach(received, owner=_owner(locked), actor=source.user, at=moment.at)
        notes.files[name] = received.public_id
        notes.refused.pop(name, None)
        locked.notes, locked.awaited_count = notes.as_text, len(notes.awaited)
        locked.save(update_fields=["notes", "awaited_count"])
    return locked


def _owner(delivery: Delivery) -> Delivery | Response:
    """The response, once there is one."""
    if delivery.state == DeliveryState.TAKEN:
        rows = Response.objects.filter(survey=delivery.survey, instance_id=delivery.instance_id)
        return rows.order_by("pk").first() or delivery
    return delivery


@transaction.atomic
def _note_refusal(delivery: Delivery, name: str, refusal: Refused) -> Delivery:
    locked = _lock(delivery)
    notes = notes_of(locked)
    if len(notes.refused) < len(notes.named) + 10:
        notes.refused[name[:120]] = refusal.message
        locked.notes = notes.as_text
        locked.save(update_fields=["notes"])
    return locked


def _lock(delivery: Delivery) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("survey").defer("xml")
    return rows.get(pk=delivery.pk)
