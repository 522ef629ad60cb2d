"""What may be uploaded, told by content: seven kinds, each checked to its end so that it is only one thing.

A file that is two things at once (a picture with an archive behind it, a PDF that starts later) is refused:
every program that opens it might see another one. Pictures are not re-encoded (no imaging library is among
our dependencies); they leave as downloads only, never shown in place.
"""

import codecs
import io
import re
import struct
import zipfile
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.names import extension_of, safe_name
from huiqi.files.tables.container import Container
from huiqi.files.tables.problems import TableRefused
from huiqi.files.tables.sniff import OLE, ZIP

# A scan of ten pages or a photo of a telephone is below 20 MB.
MOST_UPLOAD_BYTES = 20_000_000
LOOKED_AT = 65_536
PDF_END_WITHIN = 2_048
_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Format:
    """A kind of upload: the type it is sent as, its extensions (the first is added), what people call it."""

    content_type: str
    extensions: tuple[str, ...]
    label: str


class UploadKind(Enum):
    """What is accepted."""

    PDF = Format("application/pdf", ("pdf",), "PDF")
    JPEG = Format("image/jpeg", ("jpg", "jpeg"), "JPG")
    PNG = Format("image/png", ("png",), "PNG")
    HEIC = Format("image/heic", ("heic", "heif"), "HEIC")
    DOCX = Format(f"{_OFFICE}.wordprocessingml.document", ("docx",), "Word（.docx）")
    XLSX = Format(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), "Excel（.xlsx）")
    CSV = Format("text/csv", ("csv",), "CSV")


EVERY_KIND = tuple(UploadKind)
_SCRIPTS = re.compile(rb"<script|<html|<svg[\s>]|<\?php|<!doctype html|<iframe", re.IGNORECASE)
# Names long enough not to occur by chance in compressed content; what hides inside it is the scanner's.
_ACTIVE_PDF = re.compile(rb"/(JavaScript|Launch|RichMedia)\b")
_HEX_IN_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def limits_text(kinds: tuple[UploadKind, ...] = EVERY_KIND) -> Message:
    """The sentence to show beside a file field, before anybody chooses a file."""
    labels = "、".join(kind.value.label for kind in kinds)
    said = gettext_noop("可上传 %(kinds)s，每个文件不超过%(most)s MB。")
    return Message(said, {"kinds": labels, "most": MOST_UPLOAD_BYTES // 1_000_000})


def accept_attribute(kinds: tuple[UploadKind, ...] = EVERY_KIND) -> str:
    """The `accept` of a file field: a convenience of the browser, no check."""
    return ",".join(f".{extension}" for kind in kinds for extension in kind.value.extensions)


def download_name(given: str, kind: UploadKind) -> str:
    """The person's name for the file, with the extension its content has: `合同.exe` of a PDF gets `.pdf`."""
    name = safe_name(given)
    if extension_of(name) in kind.value.extensions:
        return name
    return safe_name(f"{name}.{kind.value.extensions[0]}")


def check_size(size: int) -> None:
    """Refuse empty and oversized files before anything is read."""
    if size <= 0:
        raise Refused("files.empty_file", gettext_noop("文件是空的，请核对选的是不是要上传的那个文件。"))
    if size > MOST_UPLOAD_BYTES:
        raise Refused(
            "files.upload_too_big",
            Message(
                gettext_noop("文件有%(size)s MB，每个不能超过%(most)s MB。请压缩图片或分成几个文件。"),
                {"size": f"{size / 1_000_000:.1f}", "most": MOST_UPLOAD_BYTES // 1_000_000},
            ),
        )


def sniff(file: BinaryIO, name: str, kinds: tuple[UploadKind, ...] = EVERY_KIND) -> UploadKind:
    """The kind of the content, or Refused (`files.upload_…`) in words for the person who chose the file."""
    whole = _whole(file)
    kind = _kind_of(whole, name)
    if kind is None or kind not in kinds:
        listed = limits_text(kinds)
        said = gettext_noop("这种文件不能上传。%(allowed)s")
        if whole.startswith(OLE):
            said = gettext_noop(
                "旧格式的 Office 文件（.xls、.doc）要打开后另存为新格式，改文件名不行。%(allowed)s"
            )
        raise Refused("files.upload_kind", Message(said, {"allowed": listed}))
    _CHECKS[kind](whole)
    _refuse_scripts(whole)
    return kind


def _whole(file: BinaryIO) -> bytes:
    file.seek(0)
    whole = file.read(MOST_UPLOAD_BYTES + 1)
    file.seek(0)
    check_size(len(whole))
    return whole


def _kind_of(whole: bytes, name: str) -> UploadKind | None:
    if whole.startswith(b"%PDF-"):
        return UploadKind.PDF
    if whole.startswith(b"\xff\xd8\xff"):
        return UploadKind.JPEG
    if whole.startswith(b"\x89PNG\r\n\x1a\n"):
        return UploadKind.PNG
    if whole[4:8] == b"ftyp" and whole[8:12] in _HEIC_BRANDS:
        return UploadKind.HEIC
    if whole.startswith(OLE) and "EncryptedPackage".encode("utf-16le") in whole:
        said = gettext_noop("文件设了打开密码。请取消密码，另存后重新上传。")
        raise Refused("files.upload_encrypted", said)
    if whole.startswith(ZIP):
        return _office_kind(whole)
    return UploadKind.CSV if extension_of(name) == "csv" else None


def _office_kind(whole: bytes) -> UploadKind | None:
    try:
        container = Container(io.BytesIO(whole))
    except TableRefused as refusal:
        raise Refused(f"files.upload_{refusal.code.partition('.')[2]}", refusal.said) from refusal
    if "[content_types].xml" not in container:
        return None
    if "word/document.xml" in container:
        return UploadKind.DOCX
    return UploadKind.XLSX if "xl/workbook.xml" in container else None


def _two_things() -> Refused:
    return Refused(
        "files.upload_polyglot",
        gettext_noop("文件里夹带了别的内容，可能不安全。请重新扫描、拍照或另存一份再上传。"),
    )


def _broken() -> Refused:
    return Refused("files.upload_damaged", gettext_noop("文件不完整或已损坏。请重新保存或下载后再上传。"))


def _active() -> Refused:
    return Refused(
        "files.upload_active",
        gettext_noop("文件里有宏、脚本或会自动打开的内容，不能上传。请打印或另存为 PDF 后再上传。"),
    )


def _refuse_scripts(whole: bytes) -> None:
    """Browsers and servers that guess look at the ends of a file."""
    if _SCRIPTS.search(whole[:LOOKED_AT]) or _SCRIPTS.search(whole[-LOOKED_AT:]):
        raise _two_things()


def _refuse_archive(whole: bytes) -> None:
    if zipfile.is_zipfile(io.BytesIO(whole)):
        raise _two_things()


def _check_pdf(whole: bytes) -> None:
    _refuse_archive(whole)
    end = whole.rfind(b"%%EOF")
    if end < 0 or len(whole) - end > PDF_END_WITHIN:
        raise _broken() if end < 0 else _two_things()
    plain = _HEX_IN_NAME.sub(lambda found: bytes.fromhex(found[1].decode()), whole)  # /J#61vaScript
    if _ACTIVE_PDF.search(plain):
        raise _active()


def _check_jpeg(whole: bytes) -> None:
    """Telephones put small films behind a picture, so that what follows it is only checked for archives."""
    _refuse_archive(whole)
    if b"\xff\xd9" not in whole[2:]:
        raise _broken()
    if b"%PDF-" in whole[:1024]:
        raise _two_things()


def _check_png(whole: bytes) -> None:
    place = 8
    while True:
        if place + 12 > len(whole):
            raise _broken()
        length, kind = struct.unpack(">I4s", whole[place : place + 8])
        place += 12 + length
        if kind == b"IEND":
            break
    if whole[place:].strip(b"\0\r\n "):
        raise _two_things()


def _check_heic(whole: bytes) -> None:
    """Boxes of known length must fill the file."""
    _refuse_archive(whole)
    place = 0
    while place + 8 <= len(whole):
        length = int.from_bytes(whole[place : place + 4], "big")
        if length == 1:
            length = int.from_bytes(whole[place + 8 : place + 16], "big")
        if length == 0:
            return
        if length < 8:
            raise _broken()
        place += length
    if place != len(whole):
        raise _broken()


def _check_office(whole: bytes) -> None:
    container = Container(io.BytesIO(whole))
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in container.names()):
        raise _active()
    # A document whose template lies elsewhere fetches it, macros included, when it is opened.
    settings = "word/_rels/settings.xml.rels"
    if settings in container and b"External" in container.read(settings):
        raise _active()


def _check_csv(whole: bytes) -> None:
    is_marked = whole.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in whole and not is_marked:
        raise _broken()
    for encoding in ("utf-16",) if is_marked else ("utf-8", "gb18030"):
        try:
            whole.decode(encoding)
        except UnicodeDecodeError:
            continue
        return
    raise _broken()


_CHECKS = {
    UploadKind.PDF: _check_pdf,
    UploadKind.JPEG: _check_jpeg,
    UploadKind.PNG: _check_png,
    UploadKind.HEIC: _check_heic,
    UploadKind.DOCX: _check_office,
    UploadKind.XLSX: _check_office,
    UploadKind.CSV: _check_csv,
}
