"""Uploaded tables as they lie in storage: encrypted, because people upload columns the register may not keep.

A table is stored for a month at most (each app says how long), hence `huiqi rotate_keys` leaves the files
alone: the old key stays in the ring that long, and a file whose key is gone is uploaded again.
"""

from io import BytesIO

from django.core.files.base import ContentFile, File

from huiqi.core import crypto
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop


def sealed(content: bytes) -> ContentFile[bytes]:
    """What is stored of a table; it is held in memory, so the caller limits its size."""
    return ContentFile(crypto.encrypt(content).encode())


def unsealed(stored: "File[bytes]") -> BytesIO:
    """The table as it was uploaded; Refused (`files.stored_table_unreadable`) when no key fits."""
    try:
        return BytesIO(crypto.decrypt(stored.read().decode("ascii")))
    except (crypto.Unreadable, UnicodeDecodeError) as error:
        said = gettext_noop("保存的文件已无法读取，请重新上传。")
        raise Refused("files.stored_table_unreadable", said) from error
