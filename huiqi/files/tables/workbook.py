"""The parts of an .xlsx around its sheets: names, texts, number formats (ECMA-376 part 1, 18). Pure."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from huiqi.files.tables.container import MOST_BYTES_SMALL_PART, Container, feed, new_parser, too_big_inside
from huiqi.files.tables.problems import damaged, macros
from huiqi.files.tables.values import LONGEST_CELL, Shape, shape_of_format

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
MOST_SHEETS = 500
MOST_ELEMENTS = 200_000  # of a part that is held whole; Excel allows 64,000 cell formats
MOST_TEXTS = 5_000_000
TRUE = ("1", "true")


@dataclass(frozen=True)
class SheetPart:
    """A sheet's name, whether people see its tab, and where in the container it lies."""

    name: str
    is_hidden: bool
    path: str


@dataclass(frozen=True)
class Workbook:
    """What the sheets of a workbook share."""

    sheets: tuple[SheetPart, ...]
    texts: list[str]
    shapes: list[tuple[Shape, int]]
    is_1904: bool
    has_links: bool


def open_workbook(container: Container) -> Workbook:
    """The workbook's own parts; TableRefused for macros and for anything that does not fit together."""
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in container.names()):
        raise macros()
    if b"macroEnabled" in container.read("[Content_Types].xml"):
        raise macros()
    path = _workbook_path(container)
    folder = posixpath.dirname(path)
    targets = dict(_relations(container, folder, posixpath.basename(path)))
    listed, is_1904 = _listed_sheets(container, path)
    sheets = tuple(
        SheetPart(name, hidden, targets[rel][1])
        for name, hidden, rel in listed
        if rel in targets and targets[rel][0] == "worksheet"
    )
    if not sheets:
        raise damaged()
    by_kind = dict(targets.values())
    return Workbook(
        sheets,
        shared_texts(container, by_kind.get("sharedStrings", "")),
        _shapes(container, by_kind.get("styles", "")),
        is_1904,
        "externalLink" in by_kind,
    )


def _workbook_path(container: Container) -> str:
    for _id, (kind, path) in _relations(container, "", ""):
        if kind == "officeDocument":
            return path
    raise damaged()


def _relations(container: Container, folder: str, name: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """(id, (kind, path)) of every part the part `folder/name` points to inside the container."""
    for tag, attributes in _elements(container, posixpath.join(folder, "_rels", f"{name}.rels")):
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            yield attributes.get("Id", ""), (kind, posixpath.normpath(path))


def _elements(container: Container, path: str) -> list[tuple[str, dict[str, str]]]:
    """All elements of a small part in order, names without prefix."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = new_parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(found) == MOST_ELEMENTS:
            raise too_big_inside()
        found.append((local(name), attributes))

    parser.StartElementHandler = start
    for _ in feed(parser, iter([container.read(path)])):
        pass
    return found


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]


def _listed_sheets(container: Container, path: str) -> tuple[list[tuple[str, bool, str]], bool]:
    sheets = []
    is_1904 = False
    for tag, attributes in _elements(container, path):
        if tag == "workbookPr":
            is_1904 = attributes.get("date1904") in TRUE
        if tag == "sheet":
            rel = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            sheets.append((attributes.get("name", ""), hidden, rel))
    if len(sheets) > MOST_SHEETS:
        raise damaged()
    return sheets, is_1904


def _shapes(container: Container, path: str) -> list[tuple[Shape, int]]:
    """The shape of every cell format, by its index."""
    if not path or path not in container:
        return []
    codes: dict[int, str] = {}
    shapes: list[tuple[Shape, int]] = []
    inside = ""
    for tag, attributes in _elements(container, path):
        if tag in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            inside = tag
        elif tag == "numFmt":
            codes.setdefault(whole(attributes.get("numFmtId", "")), attributes.get("formatCode", ""))
        elif tag == "xf" and inside == "cellXfs":
            number = whole(attributes.get("numFmtId", "0"))
            shapes.append(shape_of_format(number, codes.get(number, "")))
    return shapes


def whole(text: str) -> int:
    """A non-negative count in an attribute; anything else means a damaged file."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise damaged()
    return int(text)


def shared_texts(container: Container, path: str) -> list[str]:
    """The texts cells point to by number, without the reading aids (rPh) of East Asian editions."""
    if not path or path not in container:
        return []
    reader = _Texts()
    for _ in feed(reader.parser, container.chunks(path, most=MOST_BYTES_SMALL_PART)):
        pass
    return reader.found


class _Texts:
    """Collects the text of every `si`."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self._aids = 0
        self._length = 0
        self.parser: expat.XMLParserType = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "si":
            self._pieces, self._length = [], 0
        elif tag == "rPh":
            self._aids += 1
        self._is_text = tag == "t" and not self._aids

    def _end(self, name: str) -> None:
        tag = local(name)
        self._is_text = False
        if tag == "rPh":
            self._aids -= 1
        elif tag == "si":
            if len(self.found) == MOST_TEXTS:
                raise too_big_inside()
            self.found.append(unescaped("".join(self._pieces)))

    def _characters(self, text: str) -> None:
        if self._is_text and self._length <= LONGEST_CELL:  # what is too long is told, not kept
            self._length += len(text)
            self._pieces.append(text)


def unescaped(text: str) -> str:
    """Characters XML cannot hold are written `_x000D_` (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_unescaped_character, text)


def _unescaped_character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)  # half a pair is no character
