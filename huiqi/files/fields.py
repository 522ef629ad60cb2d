"""The file field of every form: says its limits first, accepts by content, answers in words."""

from typing import Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy

from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.files.uploads import EVERY_KIND, UploadKind, accept_attribute, check_size, limits_text, sniff


def _said(kinds: tuple[UploadKind, ...]) -> str:
    return worded(limits_text(kinds))


_limits_said = lazy(_said, str)  # in the language of the reader, not of the import


class UploadField(forms.FileField):
    """Cleans to the uploaded file, of an accepted kind and size; give it to commands.receive_upload."""

    def __init__(self, *, kinds: tuple[UploadKind, ...] = EVERY_KIND, **kwargs: Any) -> None:
        self.kinds = kinds
        kwargs.setdefault("help_text", _limits_said(kinds))
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accept_attribute(kinds)}))
        super().__init__(**kwargs)

    def to_python(self, data: Any) -> "UploadedFile[Any] | None":
        upload = cast("UploadedFile[Any] | None", super().to_python(data))
        if upload is None:
            return None
        try:
            check_size(upload.size or 0)
            sniff(cast(BinaryIO, upload), upload.name or "", self.kinds)
        except Refused as refusal:
            raise ValidationError(worded(refusal.said), code=refusal.code) from refusal
        return upload
