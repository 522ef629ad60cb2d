"""A posted submission taken apart: whole, of the right type, not too big. Pure beside Django's own parser."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.fieldwork.commands.submissions import Sent
from huiqi.fieldwork.openrosa import MOST_BODY
from huiqi.questionnaires.xform.safe_xml import MOST_SUBMISSION_BYTES

XML_PART = "xml_submission_file"
_CUT = gettext_noop("没有收完整，没有保存。网络好时请再提交一次。")


class _Counted:
    """The body as it is read. Django's parser takes what was cut off in the middle for whole."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.count = 0

    def read(self, size: int | None = None) -> bytes:
        piece = self._request.read(size)
        self.count += len(piece)
        return piece


def read_posted(request: HttpRequest) -> Sent:
    """The submission and its files.

    Refused: `fieldwork.length` without Content-Length, `fieldwork.too_big`, `fieldwork.type` for anything but
    multipart/form-data, `fieldwork.cut` when it did not come whole, `fieldwork.no_xml`.
    """
    length = _length(request)
    if request.content_type != "multipart/form-data":
        said = gettext_noop("提交的类型是 %(given)s，应为 multipart/form-data。")
        raise Refused("fieldwork.type", Message(said, {"given": (request.content_type or "?")[:60]}))
    body = _Counted(request)
    handlers: list[Any] = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
    try:
        _fields, files = MultiPartParser(request.META, body, handlers, "utf-8").parse()  # type: ignore[arg-type]
    except RequestDataTooBig as error:
        raise _too_big() from error
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, UnicodeError) as error:
        raise Refused("fieldwork.cut", _CUT) from error
    if body.count != length:
        raise Refused("fieldwork.cut", _CUT)
    return _sent(files)


def _length(request: HttpRequest) -> int:
    given = request.META.get("CONTENT_LENGTH") or ""
    if not given.isascii() or not given.isdigit():
        raise Refused("fieldwork.length", gettext_noop("提交没有写明长度（Content-Length）。"))
    if int(given) > MOST_BODY:
        raise _too_big()
    return int(given)


def _too_big() -> Refused:
    said = gettext_noop("一次提交最大%(most)s MB。请在客户端里分开提交附件。")
    return Refused("fieldwork.too_big", Message(said, {"most": MOST_BODY // 1_000_000}))


def _sent(files: Any) -> Sent:
    submission: UploadedFile[Any] | None = files.get(XML_PART)
    if submission is None:
        said = gettext_noop("提交里没有 %(name)s 这一部分。请用支持 OpenRosa 的客户端。")
        raise Refused("fieldwork.no_xml", Message(said, {"name": XML_PART}))
    # One byte more than is taken, so that it is refused as too big and not read as cut off.
    xml = submission.read(MOST_SUBMISSION_BYTES + 1)
    # Clients call a file's part by its name; some call every part `media` and name the file in it.
    named = {_name(part, upload): upload for part, upload in files.items() if part != XML_PART}
    return Sent(xml, named)


def _name(part: str, upload: "UploadedFile[Any]") -> str:
    return upload.name or part
