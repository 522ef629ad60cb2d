"""One page of a questionnaire as a form of the site: drawn, and read back as answers by path.

The form judges nothing: what is right is said by the session (`problems`), once for pages and for
submissions. What was typed comes back as it was typed.

A page carries which boxes it had and what stood in them (`drawn`). So a page that is posted late, from
another window or after another answer changed what is asked, changes what its reader changed, no more.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.questionnaires.page_fields import FILES, layout_of, make_field
from huiqi.questionnaires.xform.checking import Violation
from huiqi.questionnaires.xform.definition import Kind
from huiqi.questionnaires.xform.pages import Entry, Page, QuestionView
from huiqi.questionnaires.xform.session import Session

DRAWN = "drawn"
_PUNCTUATION = re.compile(r"[\s,，]")
_BETWEEN = re.compile(r"[\s,，;；]+")


@dataclass(frozen=True)
class Drawn:
    """One line of a page: a heading, a note, or a question with its box. `extra` is the caller's own."""

    entry: Entry
    bound: Any = None
    layout: str = ""
    is_optional: bool = False
    extra: Any = None

    @property
    def is_file(self) -> bool:
        """Whether a photo or a file answers it."""
        return isinstance(self.entry, QuestionView) and self.entry.kind in FILES

    @property
    def steers(self) -> bool:
        """Whether the page is to be drawn anew once it is answered; a file is sent at once."""
        return isinstance(self.entry, QuestionView) and (self.entry.steers or self.is_file)


@dataclass(frozen=True)
class Posted:
    """An answer as posted. `was` is the mark of what stood in its box, None when the page does not say."""

    path: str
    value: str
    was: str | None = None

    @property
    def is_touched(self) -> bool:
        """Whether its reader changed it, as far as the page tells."""
        return self.was is None or mark(self.value) != self.was


class PageForm(forms.Form):
    """The questions of one page, with whatever the caller shows beside each (`extras`, by path)."""

    def __init__(self, page: Page, data: Any = None, *, extras: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="q-%s")
        self.page = page
        self.asked: dict[str, QuestionView] = {}
        self._extras = extras or {}
        for view in page.questions:
            if view.is_asked and not view.is_head:
                name = field_name(view.path)
                self.asked[name] = view
                self.fields[name] = make_field(view)

    def entries(self) -> list[Drawn]:
        """What the page shows, in order."""
        names = {view.path: name for name, view in self.asked.items()}
        found = []
        for entry in self.page.entries:
            name = names.get(entry.path)
            if name is None:
                found.append(Drawn(entry))
            else:
                view = self.asked[name]
                extra, is_optional = self._extras.get(entry.path), not view.is_required
                found.append(Drawn(entry, self[name], layout_of(view), is_optional, extra))
        return found

    def values(self) -> dict[str, str]:
        """The answers posted for this page, by path; files are left out."""
        asked = ((name, view) for name, view in self.asked.items() if view.kind not in FILES)
        return {view.path: _posted(view.kind, name, self.data) for name, view in asked}

    def drawn(self) -> str:
        """The boxes of the page and what is stored for them, for the hidden field DRAWN."""
        asked = ((name, view) for name, view in self.asked.items() if view.kind not in FILES)
        return " ".join(f"{name}={mark(view.value)}" for name, view in asked)

    def show_problems(self, problems: Iterable[Violation]) -> None:
        """Say what the session found wrong, at the fields."""
        self.show({problem.path: worded(problem.said) for problem in problems})

    def show(self, faults: Mapping[str, str]) -> None:
        """Say these faults at the fields of these paths, on top for those that are not on the page."""
        names = {view.path: name for name, view in self.asked.items()}
        self.errors  # noqa: B018  cleans first, else the faults would be forgotten
        for path, said in faults.items():
            name = names.get(path)
            if name is None or name not in self.errors:
                self.add_error(name, said)


def field_name(path: str) -> str:
    """The name of a place in a form: `/data/people[2]/name` → `data-people.2-name`."""
    return path.strip("/").replace("/", "-").replace("[", ".").replace("]", "")


def mark(value: str) -> str:
    """A short mark of an answer; tells by mistake that nothing changed once in four billion times."""
    return f"{zlib.crc32(value.encode(errors='surrogatepass')):x}" if value else ""


# --- reading back -------------------------------------------------------------------------------------


def posted_answers(session: Session, page: Page, data: Any) -> list[Posted]:
    """The answers a page posted; files are left out. `page` is what it shows now."""
    known = {field_name(view.path): view for view in page.questions if view.is_asked and not view.is_head}
    marks = _marks(data)
    names = known if marks is None else marks
    found = []
    for name, path, kind in _places(session, names, known):
        if kind not in FILES:
            was = None if marks is None else marks[name]
            found.append(Posted(path, _posted(kind, name, data), was))
    return found


def _marks(data: Any) -> dict[str, str] | None:
    given = data.get(DRAWN)
    if given is None:
        return None
    pairs = (one.partition("=") for one in str(given).split())
    return {name: was for name, _equals, was in pairs}


def _places(
    session: Session, names: Iterable[str], known: Mapping[str, QuestionView]
) -> Iterator[tuple[str, str, Kind]]:
    """(name, path, kind) of what was drawn, also of what is not on the page any more."""
    others: dict[str, tuple[str, Kind]] | None = None
    for name in names:
        view = known.get(name)
        if view is not None:
            yield name, view.path, view.kind
            continue
        if others is None:
            others = {field_name(path): (path, kind) for path, kind in session.places()}
        if name in others:
            yield name, *others[name]


def _posted(kind: Kind, name: str, data: Any) -> str:
    if kind is Kind.SELECT_MULTIPLE:
        return " ".join(one for one in data.getlist(name) if one)
    if kind is Kind.RANK:
        return " ".join(_ranked(name, data))
    text = str(data.get(name) or "").replace("\r\n", "\n").replace("\r", "\n")
    return _READ[kind](text) if kind in _READ else text


def _ranked(name: str, data: Any) -> Iterator[str]:
    at = 0
    while (one := data.get(f"{name}_{at}")) is not None:
        if one:
            yield one
        at += 1


def _number(text: str) -> str:
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))


def _moment(text: str) -> str:
    return f"{text}:00.000+08:00" if len(text) == 16 else text


def _point(text: str) -> str:
    """Latitude and longitude as people and maps write them, between commas too."""
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def _day(text: str) -> str:
    """ISO for a day in any usual writing; what is no day stays as it was typed and is told by the session."""
    try:
        return parse_date(text).isoformat() if text.strip() else ""
    except (Refused, ValidationError):
        return text


_READ: Mapping[Kind, Callable[[str], str]] = {
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.RANGE: _number,
    Kind.DATE: _day,
    Kind.DATETIME: _moment,
    Kind.GEOPOINT: _point,
    Kind.ACKNOWLEDGE: lambda text: "OK" if text else "",
}
