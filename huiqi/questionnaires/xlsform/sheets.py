"""An XLSForm's sheets as text, each cell with its place. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
# Ours, beside XLSForm: which answers become offers to open a request.
REQUESTS = "requests"
READ = (SURVEY, CHOICES, SETTINGS, REQUESTS)
# Columns of ours (`huiqi::fact`): what an answer means to the site. Other tools pass over them.
OURS = "huiqi"
# Sheets whose features are not supported.
REFUSED = ("external_choices", "entities", "osm")
# Other names of a column (XLSForm; pyxform reads them too).
_ALIASES = {
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "list name": "list_name",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message",
    "requiredmsg": "required_message",
    "jr:count": "repeat_count",
    "count": "repeat_count",
    "form_title": "form_title",
    "title": "form_title",
    "set form title": "form_title",
    "id_string": "form_id",
}
_GROUPS = frozenset({"bind", "control", "body", "media", "instance"})


@dataclass(frozen=True)
class Column:
    """A column: its heading as written, the name it is known by, and its language."""

    header: str
    name: str
    language: str = ""


@dataclass(frozen=True)
class Row:
    """One row; `cells` has only what is not blank, by heading."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet with its heading row."""

    name: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()

    def get(self, row: Row, name: str) -> str:
        """The text of a column by its known name, in the first language that has one."""
        for column in self.columns:
            if column.name == name and row.cells.get(column.header):
                return row.cells[column.header]
        return ""

    def all(self, row: Row, name: str) -> Iterator[tuple[Column, str]]:
        """Every filled cell of the columns of a name."""
        for column in self.columns:
            if column.name == name and row.cells.get(column.header):
                yield column, row.cells[column.header]

    def header(self, name: str) -> str:
        """How the sheet writes a column's name; the name itself when it has no such column."""
        return next((column.header for column in self.columns if column.name == name), name)

    def has(self, name: str) -> bool:
        return any(column.name == name for column in self.columns)


@dataclass(frozen=True)
class Book:
    """The sheets that matter, by name in lower case; `names` are all sheets as written."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def sheet(self, name: str) -> Sheet:
        return self.sheets.get(name, Sheet(name))


def column_of(header: str) -> Column:
    """`label::中文 (zh)` is the column label in the language 中文 (zh)."""
    parts = [part.strip() for part in header.split("::")]
    name = parts[0].lower()
    if name == OURS and len(parts) == 2:
        return Column(header, f"{OURS}::{parts[1].lower()}")
    rest = parts[1:]
    if name in _GROUPS and rest:
        name, rest = rest[0].lower(), rest[1:]
    return Column(header, _ALIASES.get(name, name.replace(" ", "_")), "::".join(rest))
