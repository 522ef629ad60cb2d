"""Small real files of the kinds people upload, and rows of them."""

import struct
import zlib
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from huiqi.files.commands import receive_upload
from huiqi.files.models import Attachment
from huiqi.files.tests.make import make_xlsx, make_zip

AT = datetime(2020, 2, 9, 2, 0, tzinfo=UTC)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x11" * 40 + b"\xff\xd9"
HEIC = (
    struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1") + struct.pack(">I4s", 16, b"mdat") + bytes(8)
)
CSV = "名称,代码\n甲,1\n".encode("gb18030")
XLSX = make_xlsx().getvalue()
DOCX = make_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"}).getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\xff\xff\xff"))
    + _chunk(b"IEND", b"")
)


def make_upload(content: bytes = PDF, name: str = "营业执照.pdf") -> SimpleUploadedFile:
    """A file as a form hands it over."""
    return SimpleUploadedFile(name, content)


def make_attachment(content: bytes = PDF, name: str = "营业执照.pdf", **how: Any) -> Attachment:
    """A temporary file that has gone through every check."""
    return receive_upload(make_upload(content, name), **{"actor": None, "at": AT, **how})
