"""What a file is by its content, never by its name. Pure."""

from enum import Enum
from typing import BinaryIO

from huiqi.core.messages import gettext_noop
from huiqi.files.tables.container import Container
from huiqi.files.tables.problems import TableRefused, encrypted, macros, refuse

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = b"%PDF-"
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
_PACKED = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
HEAD = 4096


class Kind(Enum):
    """The formats that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


def kind_of(file: BinaryIO) -> Kind:
    """The format of the content, or TableRefused saying what the file is instead and how to convert it."""
    file.seek(0)
    head = file.read(HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise refuse(
            "empty_file", gettext_noop("文件是空的。"), gettext_noop("请核对选的是不是要上传的那个文件。")
        )
    if head.startswith((ZIP, EMPTY_ZIP)):
        return _kind_of_zip(Container(file))
    if head.startswith(OLE):
        return _kind_of_ole(file)
    _refuse_other(head)
    return Kind.CSV


def _kind_of_zip(container: Container) -> Kind:
    if "xl/workbook.bin" in container:
        raise _save_as("xlsb", gettext_noop("这是 .xlsb 二进制工作簿，系统不读这种格式。"))
    if "word/document.xml" in container:
        raise _save_as("word", gettext_noop("这是 Word 文档，不是表格。"))
    if "content.xml" in container and "mimetype" in container:
        raise _save_as("ods", gettext_noop("这是 .ods 表格，系统不读这种格式。"))
    if "[content_types].xml" not in container:
        raise _save_as("archive", gettext_noop("这是压缩包，不是表格。"))
    return Kind.XLSX


def _kind_of_ole(file: BinaryIO) -> Kind:
    """Names in an OLE container's directory are UTF-16; the first three streams decide what it is."""
    file.seek(0)
    whole = file.read()
    if _named(whole, "EncryptedPackage"):
        raise encrypted()
    if _named(whole, "_VBA_PROJECT") or _named(whole, "_VBA_PROJECT_CUR"):
        raise macros()
    if _named(whole, "Workbook") or _named(whole, "Book"):
        return Kind.XLS
    if _named(whole, "WordDocument"):
        raise _save_as("word", gettext_noop("这是 Word 文档，不是表格。"))
    raise _save_as("unknown", gettext_noop("这个文件不是系统认识的表格，或者不完整。"))


def _named(whole: bytes, stream: str) -> bool:
    return stream.encode("utf-16le") in whole


def _refuse_other(head: bytes) -> None:
    if head.startswith(PDF):
        raise _save_as("pdf", gettext_noop("这是 PDF，不是表格。"))
    if head.startswith(_IMAGES):
        raise _save_as("image", gettext_noop("这是图片，不是表格。"))
    if head.startswith(_PACKED):
        raise _save_as("archive", gettext_noop("这是压缩包，不是表格。"))
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:400].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise _save_as("html", gettext_noop("这是网页，只是文件名像表格。"))
    if start.startswith(b"<?xml") or start.startswith(b"mime-version:"):
        raise _save_as("xml", gettext_noop("这是 XML 表格或网页存档，系统不读这种格式。"))


_ADVICE = {
    "pdf": gettext_noop("请上传原来的 Excel 或 CSV 文件。"),
    "image": gettext_noop("请上传原来的 Excel 或 CSV 文件。"),
    "word": gettext_noop("请把其中的表格复制到 Excel 或 WPS 表格，另存为 .xlsx 后上传。"),
    "archive": gettext_noop("请先解压，再上传里面的表格文件。"),
}
_OPEN_AND_SAVE = gettext_noop("请用 Excel 或 WPS 打开，另存为 .xlsx 或 .csv 后上传。")


def _save_as(kind: str, said: str) -> TableRefused:
    return refuse(f"not_a_table_{kind}", said, _ADVICE.get(kind, _OPEN_AND_SAVE))
