"""The zip container of a workbook, measured before anything in it is believed. Pure.

Every part is read by name and never beyond the size its directory entry declares (zipfile stops there),
so the declared sizes bound the work; a part that disagrees with its declaration is a damaged file.
"""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from huiqi.core.messages import gettext_noop
from huiqi.files.tables.problems import TableRefused, damaged, encrypted, refuse

# Excel writes one entry a sheet and a few dozen more; its own largest sheet of 12 columns unpacks to 0.7 GB.
MOST_ENTRIES = 3_000
MOST_BYTES = 1_000_000_000
MOST_BYTES_SMALL_PART = 300_000_000  # everything but a sheet is held in memory: texts, styles
# Sheets of like rows compress 10 to 60 times, deflate's limit is 1,032 times; small parts may be all alike.
MOST_BYTES_SETTINGS = 20_000_000  # names of sheets, number formats, relations
# No element of a sheet has a start tag of that length; expat keeps an unfinished one in memory.
MOST_BYTES_A_TOKEN = 2_000_000
MOST_RATIO = 300
RATIO_COUNTS_FROM = 10_000_000
CHUNK = 1 << 16
READ_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def too_big_inside() -> TableRefused:
    return refuse(
        "zip_bomb",
        gettext_noop("文件解压后异常庞大，可能是恶意文件，没有读取。"),
        gettext_noop("请把需要的数据复制到新的工作簿，另存为 .xlsx 后上传。"),
    )


class Container:
    """The parts of an opened workbook, by name without regard to case (as Excel reads them)."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        try:
            self._zip = zipfile.ZipFile(file)
        except READ_FAULTS as error:
            raise damaged() from error
        entries = self._zip.infolist()
        check_sizes(entries)
        self._parts = {entry.filename.lower().lstrip("/"): entry for entry in entries}
        if len(self._parts) != len(entries):
            raise damaged()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def names(self) -> list[str]:
        """All names in lower case."""
        return list(self._parts)

    def chunks(self, name: str, *, most: int = MOST_BYTES) -> Iterator[bytes]:
        """The bytes of a part in pieces; TableRefused when the part is missing, damaged or above `most`."""
        entry = self._parts.get(name.lower())
        if entry is None:
            raise damaged()
        if entry.file_size > most:
            raise too_big_inside()
        try:
            with self._zip.open(entry) as part:
                while piece := part.read(CHUNK):
                    yield piece
        except READ_FAULTS as error:
            raise damaged() from error

    def read(self, name: str) -> bytes:
        """The whole of a part that is small in every honest workbook."""
        return b"".join(self.chunks(name, most=MOST_BYTES_SETTINGS))


def check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse bombs (`files.zip_bomb`) and encrypted entries (`files.encrypted`) by the directory alone."""
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise too_big_inside()
    for entry in entries:
        if entry.flag_bits & 1:
            raise encrypted()
        if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise too_big_inside()


def feed(parser: expat.XMLParserType, pieces: Iterator[bytes], *, sheet: str = "") -> Iterator[None]:
    """Parse the pieces; yields after each, so that the caller can take what has been found."""
    given = 0
    try:
        for piece in pieces:
            given += len(piece)
            parser.Parse(piece, False)
            if given - parser.CurrentByteIndex > MOST_BYTES_A_TOKEN:
                raise damaged(sheet=sheet)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise damaged(sheet=sheet) from error


def new_parser() -> expat.XMLParserType:
    """An XML parser that refuses document types, hence also every entity but the five of XML."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 15
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_ignored: object) -> None:
    raise refuse(
        "doctype",
        gettext_noop("文件里有不该出现的声明（DOCTYPE），可能是恶意文件，没有读取。"),
        gettext_noop("请把需要的数据复制到新的工作簿，另存为 .xlsx 后上传。"),
    )
