"""Responses that hand a file to the browser: never shown in place, never kept by a cache."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, TypeVar

from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from huiqi.accounts.models import User
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.files.models import Attachment
from huiqi.files.names import safe_name
from huiqi.files.scanning import scanner_in_use
from huiqi.files.sheets import UTF8, Column, Row, csv_pieces
from huiqi.files.xlsx_writer import CONTENT_TYPE, write_xlsx

Response = TypeVar("Response", bound=HttpResponseBase)


def csv_response(
    name: str, columns: Sequence[Column], rows: Iterable[Row], *, watermark: str, encoding: str = UTF8
) -> StreamingHttpResponse:
    """A .csv sent while it is made; `rows` should come from a cursor (`.iterator()`)."""
    charset = "utf-8" if encoding == UTF8 else encoding
    response = StreamingHttpResponse(
        csv_pieces(columns, rows, watermark=watermark, encoding=encoding),
        content_type=f"text/csv; charset={charset}",
    )
    response["Content-Disposition"] = content_disposition_header(True, safe_name(f"{name}.csv"))
    return guarded(response)


def xlsx_response(
    name: str, columns: Sequence[Column], rows: Iterable[Row], *, watermark: str
) -> FileResponse:
    """An .xlsx made in a temporary file; long exports belong into a job that calls write_xlsx."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it
    try:
        write_xlsx(file, columns, rows, watermark=watermark)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file_response(file, f"{name}.xlsx", CONTENT_TYPE)


def file_response(file: IO[bytes], name: str, content_type: str) -> FileResponse:
    """An open file as a download under `name`; the response closes it."""
    return guarded(
        FileResponse(file, as_attachment=True, filename=safe_name(name), content_type=content_type)
    )


def serve_attachment(attachment: Attachment, *, reader: User | None) -> FileResponse:
    """The content as a download; the owner's app has decided that `reader` may see the owner.

    A temporary file is Http404 for everybody but its uploader. Refused when a virus was found, or when this
    site scans (HUIQI_CLAMD) and nobody has looked yet.
    """
    if attachment.is_temporary and (reader is None or attachment.uploaded_by != reader):
        raise Http404
    if attachment.scan == Attachment.Scan.INFECTED:
        raise Refused("files.infected", gettext_noop("这个文件查出了病毒，不能下载。请联系上传的人。"))
    if attachment.scan == Attachment.Scan.UNSCANNED and scanner_in_use().can_clear:
        raise Refused("files.not_scanned", gettext_noop("这个文件还没有查毒，暂时不能下载。请过一会儿再试。"))
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Refused(
            "files.content_missing", gettext_noop("文件内容不在了，请联系系统管理员从备份恢复。")
        ) from error
    return file_response(content, attachment.name, attachment.content_type)


def guarded(response: Response) -> Response:
    """No cache keeps it, no browser guesses another type, nothing in it runs as a page of ours."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
